import { LitElement, css, html, nothing } from 'lit';
import { base, controls } from '../sheet';
import '../source-button';
import { filled, type Facts } from './canned';
import { page } from './style';
import type { Suggestion } from './wire';
import { words } from './wording';

/** A suggestion is to be put into the reply. */
export class TakeEvent extends Event {
  constructor(readonly suggestion: Suggestion) {
    super('take', { bubbles: true, composed: true });
  }
}

/** 推荐回复: what may be answered to the citizen's last words. Taken, it stands in the reply; nothing is sent from here. */
export class SuggestedReplies extends LitElement {
  static override properties = {
    list: { attribute: false },
    facts: { attribute: false },
    keys: { type: Boolean },
  };
  static override styles = [
    base,
    controls,
    page,
    css`
      section {
        max-height: 30vh;
        overflow-y: auto;
        padding: 0.3rem var(--gap-s);
        border-top: 1px solid var(--rule);
        background: var(--paper);
      }
      h3 {
        font-size: var(--text-s);
      }
      li {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0 var(--gap-xs);
        padding: 0.2rem 0;
      }
      li + li {
        border-top: 1px solid var(--rule);
      }
      .take {
        display: block;
        flex: 1 1 16rem;
        min-width: 0;
        color: var(--ink);
        text-align: left;
        text-decoration: none;
        overflow-wrap: anywhere;
      }
      .take b {
        color: var(--accent-strong);
        text-decoration: underline;
      }
      .text {
        display: block;
        white-space: pre-line;
      }
      kbd {
        margin-right: 0.4em;
      }
    `,
  ];

  declare list: readonly Suggestion[];
  declare facts: Facts;
  /** Whether single keys are switched on. */
  declare keys: boolean;

  constructor() {
    super();
    this.list = [];
    this.facts = {};
    this.keys = false;
  }

  override render() {
    if (this.list.length === 0) return nothing;
    return html`<section aria-labelledby="title" tabindex="0">
      <h3 id="title">${words.suggested} <small class="soft">${words.suggestedHint}</small></h3>
      <ol>
        ${this.list.map((one, at) => this.line(one, at + 1))}
      </ol>
    </section>`;
  }

  private line(one: Suggestion, number: number) {
    const { item, canned } = one;
    return html`<li>
      <button class="plain take" type="button" aria-keyshortcuts=${this.keys ? String(number) : nothing} @click=${() => this.dispatchEvent(new TakeEvent(one))}>
        ${this.keys ? html`<kbd aria-hidden="true">${number}</kbd>` : nothing}<b>${words.suggestedKind[one.kind]}：${one.label}${item?.business_item && one.kind === 'card' ? `（${item.business_item}）` : ''}</b>
        <span class="text">${this.text(one)}</span>
      </button>
      ${item ? html`<span class="soft">${one.kind === 'lines' ? `《${item.name}》` : ''}${item.guide_region?.name ?? ''}</span>` : nothing}
      ${canned ? html`<span class="soft">${words.with(canned.owner)}</span>` : nothing}
      ${one.lines.map((line) => html`<bangban-source .citation=${line.citation} .label=${line.label}></bangban-source>`)}
    </li>`;
  }

  private text({ kind, text, lines }: Suggestion): string {
    if (kind === 'lines') return lines.map((line) => line.text).join('\n');
    return kind === 'canned' ? filled(text, this.facts) : text;
  }
}

customElements.define('desk-suggestions', SuggestedReplies);
