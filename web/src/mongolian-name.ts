import { LitElement, css, html, nothing } from 'lit';
import { base } from './sheet';

/** A text in traditional Mongolian script: columns from top to bottom, the first one left; many columns are moved sideways. */
export class MongolianName extends LitElement {
  static override properties = { text: {}, wide: { state: true } };
  static override styles = [
    base,
    css`
      :host {
        min-width: 0;
        max-width: 100%;
      }
      p {
        max-width: 100%;
        max-height: 10em;
        /* Letters reach a little beyond their column. */
        padding: 0 0.25em;
        overflow-x: auto;
        overflow-y: hidden;
        writing-mode: vertical-lr;
        font-family: var(--mongolian);
        font-size: var(--text-l);
        line-height: 1.5;
        /* The letters of a word hang together: only between words may a column end. */
        overflow-wrap: normal;
        text-align: start;
      }
      p:focus-visible {
        outline: 3px solid var(--focus);
        outline-offset: 2px;
      }
      @media print {
        p {
          max-width: none;
          overflow: visible;
        }
      }
    `,
  ];

  declare text: string;
  /** Whether there are more columns than fit. */
  declare wide: boolean;
  private readonly sized = new ResizeObserver(() => this.measure());

  constructor() {
    super();
    this.text = '';
    this.wide = false;
  }

  override connectedCallback() {
    super.connectedCallback();
    this.sized.observe(this);
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.sized.disconnect();
  }

  override updated() {
    this.measure();
  }

  private measure() {
    const written = this.renderRoot.querySelector('p');
    this.wide = written !== null && written.scrollWidth > written.clientWidth + 1;
  }

  override render() {
    return html`<p lang="mn-Mong" tabindex=${this.wide ? 0 : nothing}>${this.text}</p>`;
  }
}

customElements.define('bangban-mongolian', MongolianName);
