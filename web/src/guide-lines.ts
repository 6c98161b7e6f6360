import { LitElement, css, html, nothing } from 'lit';
import { sharedCitation } from './citation';
import { phones } from './link';
import { base } from './sheet';
import './source-button';
import type { Line } from './wire';

/** Lines of a guide, each with its source: labelled pairs, or a list where all share one label. */
export class GuideLines extends LitElement {
  static override properties = {
    lines: { attribute: false },
    label: {},
    numbered: { type: Boolean },
    dialable: { type: Boolean },
  };
  static override styles = [
    base,
    css`
      .pair {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 0 0.5rem;
        padding: 0.6rem 0;
        border-top: 1px solid var(--rule);
      }
      .pair:first-child {
        border-top: 0;
        padding-top: 0;
      }
      dt {
        flex: 1 1 auto;
        color: var(--ink-soft);
        font-size: var(--text-s);
      }
      dd.value {
        flex: 1 0 100%;
        order: 2;
        font-weight: 600;
        white-space: pre-line;
        overflow-wrap: anywhere;
      }
      dd.cite {
        display: contents;
      }
      dd.missing,
      li .missing {
        color: var(--ink-soft);
        font-weight: 400;
      }
      .parts {
        display: block;
        font-weight: 400;
      }
      .parts:first-child {
        font-weight: 600;
      }
      .items {
        counter-reset: item;
      }
      .items > li {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 0 0.625rem;
        padding: 0.35rem 0;
      }
      .items .bullet {
        flex: none;
        width: 1.6em;
        height: 1.6em;
        border-radius: 50%;
        background: var(--accent-tint);
        color: var(--accent-strong);
        font-size: var(--text-s);
        line-height: 1.6;
        text-align: center;
      }
      .items .dot {
        width: 0.45em;
        height: 0.45em;
        margin: 0 0.35em;
        background: var(--accent);
        align-self: flex-start;
        margin-top: 0.65em;
      }
      .items .text {
        flex: 1 1 0;
        min-width: min(10em, 100%);
        white-space: pre-line;
        overflow-wrap: anywhere;
      }
      .shared {
        display: flex;
        flex-wrap: wrap;
        margin-top: 0.4rem;
      }
      @media print {
        .pair,
        .items > li {
          padding: 0.1rem 0;
          break-inside: avoid;
        }
        .pair {
          flex-wrap: nowrap;
        }
        dt {
          flex: 0 0 8em;
        }
        dd.value {
          flex: 1 1 auto;
          order: 0;
        }
        .items .bullet {
          background: none;
          border: 1px solid #000;
        }
      }
    `,
  ];

  declare lines: Line[];
  declare label: string;
  declare numbered: boolean;
  declare dialable: boolean;

  constructor() {
    super();
    this.lines = [];
    this.label = '';
    this.numbered = false;
    this.dialable = false;
  }

  override render() {
    const labels = new Set(this.lines.map((line) => line.label));
    return labels.size > 1 ? this.pairs() : this.list();
  }

  private pairs() {
    return html`<dl>
      ${this.lines.map(
        (line) => html`<div class="pair" data-cite=${line.citation.id}>
          <dt>${line.label}</dt>
          <dd class="value ${line.value === null ? 'missing' : ''}">${this.value(line)}</dd>
          ${line.value === null
            ? nothing
            : html`<dd class="cite"><bangban-source .citation=${line.citation} .label=${line.label}></bangban-source></dd>`}
        </div>`,
      )}
    </dl>`;
  }

  private list() {
    const shared = sharedCitation(this.lines);
    const single = this.lines.length === 1;
    const rows = this.lines.map(
      (line, at) => html`<li data-cite=${line.citation.id}>
        ${single
          ? nothing
          : html`<span class="bullet ${this.numbered ? '' : 'dot'}" aria-hidden="true">${this.numbered ? at + 1 : ''}</span>`}
        <span class="text ${line.value === null ? 'missing' : ''}">${this.value(line)}</span>
        ${shared || line.value === null ? nothing : html`<bangban-source .citation=${line.citation} .label=${line.label}></bangban-source>`}
      </li>`,
    );
    return html`${this.numbered ? html`<ol class="items">${rows}</ol>` : html`<ul class="items">${rows}</ul>`}
    ${shared
      ? html`<div class="shared"><bangban-source .citation=${shared} .label=${this.label}></bangban-source></div>`
      : nothing}`;
  }

  private value(line: Line) {
    if (!this.dialable || line.value === null) return line.text;
    // A window's address, hours and phone come in one text; each reads better on a line of its own.
    return line.text.split('；').map((part) => html`<span class="parts">${this.dial(part)}</span>`);
  }

  private dial(text: string) {
    return phones(text).map((stretch) =>
      stretch.phone ? html`<a href="tel:${stretch.phone}">${stretch.text}</a>` : stretch.text,
    );
  }
}

customElements.define('bangban-lines', GuideLines);
