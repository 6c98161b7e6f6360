import { LitElement, css, html, nothing } from 'lit';
import { base, controls } from '../sheet';
import { page } from './style';
import { figureWords as words } from './wording-figures';

/** A chart with its heading and unit, and the same as a table for whoever wants that. */
export class FigureBox extends LitElement {
  static override properties = {
    heading: {},
    unit: {},
    csv: {},
    single: { type: Boolean },
    tabled: { state: true },
  };
  static override styles = [
    base,
    controls,
    page,
    css`
      :host {
        min-width: 0;
      }
      section {
        height: 100%;
        padding: var(--gap-s) var(--gap);
        border: 1px solid var(--rule);
        border-radius: var(--radius-s);
        background: var(--paper);
      }
      header {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0 var(--gap-s);
        margin-bottom: var(--gap-s);
      }
      .title {
        flex: 1 1 12rem;
        min-width: 0;
      }
      .acts {
        display: flex;
        gap: 0.25rem;
        margin-right: -0.5rem;
      }
      .acts .plain {
        font-size: var(--text-s);
      }
      @media (max-width: 799px) {
        section {
          padding: var(--gap-s);
        }
      }
      @media print {
        section {
          padding: 0;
          border: 0;
        }
        .acts {
          display: none;
        }
      }
    `,
  ];

  declare heading: string;
  declare unit: string;
  /** Address of the table as CSV. */
  declare csv: string;
  /** It is a table already. */
  declare single: boolean;
  declare tabled: boolean;

  constructor() {
    super();
    this.unit = '';
    this.csv = '';
    this.single = false;
    this.tabled = false;
  }

  override render() {
    const { heading, unit, csv, single, tabled } = this;
    return html`<section aria-labelledby="heading">
      <header>
        <div class="title">
          <h3 id="heading">${heading}</h3>
          ${unit ? html`<p class="soft">${unit}</p>` : nothing}
        </div>
        <div class="acts screen-only">
          ${single
            ? nothing
            : html`<button class="plain" type="button" aria-label=${tabled ? words.asChart(heading) : words.asTable(heading)} @click=${() => (this.tabled = !tabled)}>
                ${tabled ? words.chart : words.table}
              </button>`}
          ${csv ? html`<a class="plain" href=${csv} download aria-label=${words.csvOf(heading)}>${words.csv}</a>` : nothing}
        </div>
      </header>
      ${tabled
        ? html`<slot name="table"></slot>`
        : html`<slot name="chart"></slot>`}
      <slot></slot>
    </section>`;
  }
}

customElements.define('desk-figure', FigureBox);
