import { LitElement, css, html, nothing } from 'lit';
import { base } from '../sheet';
import '../source-button';
import type { Card, Line } from '../wire';
import { proxyOf } from './proxy';
import { page } from './style';
import { words } from './wording';

/** 能代办吗: what can be done close to home, in the guide's own words. */
export class ProxyView extends LitElement {
  static override properties = { card: { attribute: false } };
  static override styles = [
    base,
    page,
    css`
      :host {
        --target: 1.75rem;
      }
      .verdict {
        display: inline-block;
        padding: 0.1em 0.7em;
        border: 1px solid currentColor;
        border-radius: 0.25rem;
        font-weight: 700;
      }
      .yes {
        background: var(--accent-tint);
        color: var(--accent-strong);
      }
      .no {
        background: var(--warn-tint);
        color: var(--warn-ink);
      }
      dl > div {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 0 0.6rem;
        padding: 0.3rem 0;
        border-bottom: 1px solid var(--rule);
      }
      dt {
        flex: 0 0 8em;
        color: var(--ink-soft);
      }
      dd {
        flex: 1 1 12em;
        min-width: 0;
        overflow-wrap: anywhere;
      }
      dd.cite {
        display: contents;
      }
      .missing {
        color: var(--ink-soft);
      }
    `,
  ];

  declare card: Card;

  override render() {
    const { agent, near, ways, visits, authority } = proxyOf(this.card);
    const yes = agent?.value?.startsWith('可以');
    return html`<p>
        ${agent ? html`<span class="verdict ${yes ? 'yes' : 'no'}"><span aria-hidden="true">${yes ? '✓' : '✕'}</span> ${yes ? words.agentYes : words.agentNo}</span>` : html`<span class="verdict missing">？ ${words.agentUnknown}</span>`}
      </p>
      <dl>
        ${agent ? this.line(agent) : nothing}
        ${near.length > 0 ? near.map((line) => this.line(line, words.nearWindow)) : this.silent(words.nearWindow)}
        ${ways.map((line) => this.line(line))} ${visits ? this.line(visits) : this.silent(words.visits)}
        <div>
          <dt>${words.authority}</dt>
          <dd class=${authority.length > 0 ? '' : 'missing'}>${authority.length > 0 ? authority.map(({ name }) => name).join('、') : words.notStated}</dd>
        </div>
      </dl>
      <p class="soft">${words.proxyHint}</p>`;
  }

  private line(line: Line, label = line.label) {
    return html`<div>
      <dt>${label}</dt>
      <dd>${line.text}</dd>
      <dd class="cite"><bangban-source .citation=${line.citation} .label=${label}></bangban-source></dd>
    </div>`;
  }

  private silent(label: string) {
    return html`<div><dt>${label}</dt><dd class="missing">${words.notStated}</dd></div>`;
  }
}

customElements.define('desk-proxy', ProxyView);
