import { LitElement, css, html, nothing, type PropertyValues } from 'lit';
import { base, controls } from './sheet';

/** Folds its content away on the screen; on paper everything stands open. */
export class FoldBox extends LitElement {
  static override properties = {
    label: {},
    foldable: { type: Boolean },
    open: { type: Boolean },
  };
  static override styles = [
    base,
    controls,
    css`
      button {
        display: flex;
        align-items: center;
        gap: 0.6em;
        width: 100%;
        min-height: var(--target);
        padding: 0.5rem 1rem;
        border: 1px solid var(--control);
        border-radius: var(--radius-s);
        background: var(--paper);
        font-weight: 600;
        text-align: left;
        overflow-wrap: anywhere;
        cursor: pointer;
      }
      button:hover {
        border-color: var(--accent);
        background: var(--accent-tint);
      }
      button::after {
        content: '＋';
        margin-left: auto;
        color: var(--accent);
      }
      button[aria-expanded='true']::after {
        content: '－';
      }
      button[aria-expanded='true'] {
        margin-bottom: var(--gap-xs);
      }
      @media screen {
        .away {
          display: none;
        }
      }
    `,
  ];

  declare label: string;
  declare foldable: boolean;
  declare open: boolean;

  constructor() {
    super();
    this.label = '';
    this.foldable = false;
    this.open = false;
  }

  override willUpdate(changed: PropertyValues<this>) {
    if (changed.has('foldable') && changed.get('foldable') === false) this.open = false;
  }

  override render() {
    return html`${this.foldable
        ? html`<button class="screen-only" type="button" aria-expanded=${this.open ? 'true' : 'false'} @click=${() => (this.open = !this.open)}>
            <span>${this.label}</span>
          </button>`
        : nothing}
      <div class=${this.foldable && !this.open ? 'away' : ''}><slot></slot></div>`;
  }
}

customElements.define('bangban-fold', FoldBox);
