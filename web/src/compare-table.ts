import { LitElement, css, html, nothing } from 'lit';
import { base } from './sheet';
import { wording } from './wording';
import type { CompareColumn, CompareResponse } from './wire';

/** The guides of one item side by side; what differs is marked by a word. */
export class CompareTable extends LitElement {
  static override properties = {
    result: { attribute: false },
    marks: { type: Boolean },
    onlyDifferent: { state: true },
  };
  static override styles = [
    base,
    css`
      .hint {
        color: var(--ink-soft);
      }
      .bar {
        margin-top: var(--gap-s);
      }
      .toggle {
        display: inline-flex;
        align-items: center;
        gap: 0.5em;
        min-height: var(--target);
        cursor: pointer;
      }
      .toggle input {
        width: 1.3em;
        height: 1.3em;
        margin: 0;
        accent-color: var(--accent);
      }
      table {
        width: 100%;
        margin-top: var(--gap);
        border-collapse: collapse;
        table-layout: fixed;
      }
      caption {
        padding-bottom: var(--gap-xs);
        color: var(--ink-soft);
        text-align: left;
      }
      th,
      td {
        padding: 0.6rem 0.75rem;
        border: 1px solid var(--rule);
        text-align: left;
        vertical-align: top;
        overflow-wrap: anywhere;
      }
      thead th {
        background: var(--accent-tint);
        color: var(--accent-strong);
      }
      thead small {
        display: block;
        font-weight: 400;
        font-size: var(--text-s);
        color: var(--ink);
      }
      tbody th {
        font-weight: 600;
      }
      td {
        white-space: pre-line;
      }
      .missing {
        color: var(--ink-soft);
      }
      .differs {
        display: inline-block;
        margin-left: 0.4em;
        padding: 0 0.5em;
        border: 1px solid currentColor;
        border-radius: 0.25rem;
        background: var(--warn-tint);
        color: var(--warn-ink);
        font-size: var(--text-s);
        font-weight: 600;
      }
      .differs.cell {
        margin: 0 0.5em 0 0;
      }
      .equal {
        margin-left: 0.4em;
        color: var(--ink-soft);
        font-size: var(--text-s);
        font-weight: 400;
      }
      tr.row-differs td {
        background: var(--warn-tint);
      }
      .column {
        display: none;
      }
      /* Narrow screens read place by place below each field; nothing scrolls sideways. */
      @media (max-width: 48em) {
        table,
        caption,
        thead,
        tbody,
        tr,
        th,
        td {
          display: block;
        }
        thead th:first-child {
          display: none;
        }
        thead th,
        tbody th {
          border-bottom: 0;
        }
        tbody tr {
          margin-top: var(--gap-s);
          border-bottom: 1px solid var(--rule);
        }
        tbody th {
          background: var(--accent-tint);
        }
        td {
          border-bottom: 0;
        }
        .column {
          display: block;
          color: var(--ink-soft);
          font-size: var(--text-s);
        }
      }
    `,
  ];

  declare result: CompareResponse;
  /** Whether each cell that differs from the first place's is marked by itself. */
  declare marks: boolean;
  declare onlyDifferent: boolean;

  constructor() {
    super();
    this.marks = false;
    this.onlyDifferent = false;
  }

  override render() {
    const { result } = this;
    const differing = result.rows.filter((row) => row.differs);
    const rows = this.onlyDifferent ? differing : result.rows;
    const hidden = result.rows.length - rows.length;
    // The roles are spelt out because the narrow layout takes the table's own away.
    return html`<div class="bar">
        <label class="toggle">
          <input
            type="checkbox"
            .checked=${this.onlyDifferent}
            @change=${(event: Event) => (this.onlyDifferent = (event.target as HTMLInputElement).checked)}
          />${wording.onlyDifferent}
        </label>
      </div>
      <p class="hint">
        ${hidden > 0 ? wording.sameHidden(hidden) : ''} ${differing.length === 0 ? wording.noDifferent : ''}
      </p>
      <table role="table">
        <caption>
          ${wording.compareCaption(result.name)}
        </caption>
        <thead role="rowgroup">
          <tr role="row">
            <th role="columnheader" scope="col">${wording.field}</th>
            ${result.columns.map((column) => html`<th role="columnheader" scope="col">${column.asked.name}${this.about(column)}</th>`)}
          </tr>
        </thead>
        <tbody role="rowgroup">
          ${rows.map(
            (row) => html`<tr role="row" class=${row.differs ? 'row-differs' : ''}>
              <th role="rowheader" scope="row">
                ${row.label}${row.differs
                  ? html`<span class="differs">≠ ${wording.different}</span>`
                  : html`<span class="equal">${wording.same}</span>`}
              </th>
              ${row.values.map(
                (value, at) => html`<td role="cell" class=${value === null ? 'missing' : ''}><span class="column"
                    >${result.columns[at]?.asked.name}</span
                  >${this.marks && row.differs && at > 0 && value !== row.values[0]
                    ? html`<span class="differs cell">≠ ${wording.different}</span>`
                    : nothing}${value ?? this.silence(result.columns[at])}</td>`,
              )}
            </tr>`,
          )}
        </tbody>
      </table>`;
  }

  private silence(column: CompareColumn | undefined) {
    return column?.guide ? wording.notStated : wording.noGuide;
  }

  private about(column: CompareColumn) {
    const { guide, fit, synthetic, asked } = column;
    const parts = [guide && fit ? (wording.fit[fit] ?? '') : wording.noGuide];
    if (guide && guide.code !== asked.code) parts.push(wording.guideOf(guide.name));
    if (synthetic) parts.push(wording.synthetic);
    return html`<small>${parts.filter((part) => part).join(' · ')}</small>`;
  }
}

customElements.define('bangban-compare-table', CompareTable);
