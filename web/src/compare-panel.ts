import { LitElement, css, html, nothing } from 'lit';
import { compare, Refused } from './api';
import { chooseRegion } from './region-dialog';
import { base, controls, notices } from './sheet';
import { wording } from './wording';
import type { CompareColumn, CompareResponse, Region } from './wire';

/** Most places that the service compares at once. */
const MOST = 12;

/** Places offered at one touch. */
const QUICK = 8;

/** One item in several places, differing fields first. */
export class ComparePanel extends LitElement {
  static override properties = {
    code: {},
    start: { attribute: false },
    places: { attribute: false },
    chosen: { state: true },
    result: { state: true },
    failure: { state: true },
    onlyDifferent: { state: true },
  };
  static override styles = [
    base,
    controls,
    notices,
    css`
      h3 {
        font-size: var(--text-l);
      }
      h4 {
        margin: var(--gap-s) 0 var(--gap-xs);
        font-size: 1rem;
        font-weight: 600;
      }
      .hint {
        color: var(--ink-soft);
      }
      .picked {
        border-color: var(--accent);
        background: var(--accent-tint);
        color: var(--accent-strong);
      }
      .bar {
        margin-top: var(--gap);
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
      .failure {
        margin-top: var(--gap-s);
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

  declare code: string;
  declare start: Region[];
  declare places: Region[];
  declare chosen: Region[];
  declare result: CompareResponse | null;
  declare failure: string;
  declare onlyDifferent: boolean;

  constructor() {
    super();
    this.code = '';
    this.start = [];
    this.places = [];
    this.chosen = [];
    this.result = null;
    this.failure = '';
    this.onlyDifferent = false;
  }

  override connectedCallback() {
    super.connectedCallback();
    this.chosen = [...this.start];
  }

  /** Moves focus to the panel that has just opened. */
  async takeFocus() {
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('h3')?.focus();
  }

  private add(region: Region) {
    if (this.chosen.length >= MOST || this.chosen.some((one) => one.code === region.code)) return;
    this.chosen = [...this.chosen, region];
  }

  private async addOther() {
    const region = await chooseRegion('');
    if (region) this.add(region);
  }

  private drop(region: Region) {
    this.chosen = this.chosen.filter((one) => one.code !== region.code);
    void this.takeFocus();
  }

  private async run() {
    this.failure = '';
    if (this.chosen.length < 2) {
      this.failure = wording.compareTooFew;
      return;
    }
    try {
      this.result = await compare(this.code, this.chosen.map((region) => region.code));
    } catch (error) {
      this.result = null;
      this.failure = error instanceof Refused ? error.about('regions') : wording.unreachable;
    }
  }

  override render() {
    const quick = this.places.filter((place) => !this.chosen.some((one) => one.code === place.code)).slice(0, QUICK);
    const full = this.chosen.length >= MOST;
    return html`<h3 tabindex="-1">${wording.compareTitle}</h3>
      <p class="hint">${wording.compareHint(MOST)}</p>
      <h4>${wording.comparePlaces}</h4>
      <div class="row">
        ${this.chosen.map(
          (region) => html`<button
            class="chip picked"
            type="button"
            aria-label=${wording.compareRemove(region.name)}
            @click=${() => this.drop(region)}
          >
            ${region.name}<span aria-hidden="true">✕</span>
          </button>`,
        )}
        <button class="chip" type="button" ?disabled=${full} @click=${() => void this.addOther()}>
          <span aria-hidden="true">＋</span>${wording.compareAdd}
        </button>
      </div>
      ${quick.length > 0 && !full
        ? html`<h4>${wording.compareQuick}</h4>
            <div class="row">
              ${quick.map(
                (region) => html`<button
                  class="chip"
                  type="button"
                  aria-label=${wording.compareAddNamed(region.name)}
                  @click=${() => this.add(region)}
                >
                  ${region.name}
                </button>`,
              )}
            </div>`
        : nothing}
      <div class="row bar">
        <button class="button main" type="button" @click=${() => void this.run()}>${wording.compareGo}</button>
      </div>
      <div role="alert">${this.failure ? html`<p class="failure">${wording.error}${this.failure}</p>` : nothing}</div>
      ${this.result ? this.table(this.result) : nothing}`;
  }

  private table(result: CompareResponse) {
    const differing = result.rows.filter((row) => row.differs);
    const rows = this.onlyDifferent ? differing : result.rows;
    const hidden = result.rows.length - rows.length;
    // The roles are spelt out because the narrow layout takes the table's own away.
    return html`<div class="row bar">
        <label class="toggle">
          <input
            type="checkbox"
            .checked=${this.onlyDifferent}
            @change=${(event: Event) => (this.onlyDifferent = (event.target as HTMLInputElement).checked)}
          />${wording.onlyDifferent}
        </label>
      </div>
      <p class="hint" role="status">
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
                  >${value ?? this.silence(result.columns[at])}</td>`,
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

customElements.define('bangban-compare', ComparePanel);
