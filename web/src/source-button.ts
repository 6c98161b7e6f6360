import { LitElement, css, html, nothing } from 'lit';
import { isUnverified, sourceMark, sourceTexts } from './citation';
import { webLink } from './link';
import { base, controls } from './sheet';
import { wording } from './wording';
import type { Citation } from './wire';

/** 出处: a small button that shows where a line was read. */
export class SourceButton extends LitElement {
  static override properties = {
    citation: { attribute: false },
    label: {},
    shown: { state: true },
  };
  static override styles = [
    base,
    controls,
    css`
      /* The button and what it opens take part in the line's own layout. */
      :host {
        display: contents;
      }
      button {
        flex: 0 1 auto;
        min-height: var(--target);
        /* The text, not the padding around it, lines up with what stands above and beside it. */
        margin: -0.55rem -0.4em;
        font-size: var(--text-s);
        color: var(--ink-soft);
        text-decoration-color: var(--rule);
      }
      button[aria-expanded='true'] {
        color: var(--accent-strong);
      }
      .unverified {
        color: var(--warn-ink);
      }
      .panel {
        flex: 1 0 100%;
        order: 9;
        margin: var(--gap-xs) 0;
        padding: 0.5rem 0.9rem;
        border-left: 0.2rem solid var(--accent);
        background: var(--accent-tint);
        color: var(--ink);
        font-size: var(--text-s);
        overflow-wrap: anywhere;
      }
      @media print {
        .print-only {
          font-size: 9pt;
        }
      }
    `,
  ];

  declare citation: Citation;
  declare label: string;
  declare shown: boolean;

  constructor() {
    super();
    this.label = '';
    this.shown = false;
  }

  override render() {
    const { citation } = this;
    const unverified = isUnverified(citation);
    return html`<button
        class="plain screen-only ${unverified ? 'unverified' : ''}"
        type="button"
        aria-expanded=${this.shown ? 'true' : 'false'}
        @click=${() => (this.shown = !this.shown)}
      >
        ${sourceMark(citation)}<span class="unseen">（${this.label}）</span>
      </button>
      ${unverified ? html`<span class="print-only">（${sourceMark(citation)}）</span>` : nothing}
      ${this.shown
        ? html`<div class="panel screen-only">
            <ul>
              ${citation.sources.length > 0
                ? citation.sources.map((source) => html`<li>${this.text(source.kind, source.reference, source.text)}</li>`)
                : sourceTexts(citation).map((text) => html`<li>${text}</li>`)}
            </ul>
          </div>`
        : nothing}`;
  }

  private text(kind: string, reference: string, text: string) {
    const url = kind === 'page' ? webLink(reference) : null;
    const label = wording.sourceKinds[kind];
    return html`${label ? `${label}：` : ''}${url
      ? html`<a href=${url.href} target="_blank" rel="noopener noreferrer">${text}</a>`
      : text}`;
  }
}

customElements.define('bangban-source', SourceButton);
