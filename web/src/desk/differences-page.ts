import { LitElement, css, html, nothing } from 'lit';
import { isAborted } from '../api';
import { fields } from '../form-style';
import { base, controls, notices } from '../sheet';
import * as api from './api-figures';
import type { Counting, Difference, Differences, Fault } from './api-figures';
import './compare-dialog';
import type { CompareDialog } from './compare-dialog';
import './difference-row';
import { estimate, less, marks, more, people, places } from './difference-row';
import { count } from './figure-format';
import './guide-dialog';
import type { GuideDialog } from './guide-dialog';
import { hashOf, hashState } from './hash-state';
import './region-filter';
import { page, tables } from './style';
import { trouble } from './trouble';
import type { Me } from './wire';
import { words as desk } from './wording';
import { figureWords as words } from './wording-figures';

/** While the report is being made it is asked for that often. */
const AGAIN_MS = 1000;

/** Rows of a page, as the service gives them. */
const PER_PAGE = 20;

const pause = (ms: number, signal: AbortSignal) =>
  new Promise<void>((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(new DOMException('', 'AbortError'));
    });
  });

/** 同事不同标: where guides of one item differ, lack something, contradict themselves or are old. */
export class DifferencesPage extends LitElement {
  static override properties = {
    me: { attribute: false },
    query: { state: true },
    place: { state: true },
    report: { state: true },
    counting: { state: true },
    failure: { state: true },
    saving: { state: true },
  };
  static override styles = [
    base,
    controls,
    notices,
    fields,
    page,
    tables,
    estimate,
    marks,
    css`
      .filters {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        gap: var(--gap-s) var(--gap);
        margin: var(--gap-s) 0;
        padding: var(--gap-s) var(--gap);
        border: 1px solid var(--rule);
        border-radius: var(--radius-s);
        background: var(--paper);
      }
      form {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        gap: var(--gap-s);
      }
      form label {
        margin-top: 0;
      }
      form .field {
        width: 13rem;
        max-width: 100%;
      }
      .tabs {
        display: flex;
        flex-wrap: wrap;
        gap: 0.25rem;
        border-bottom: 1px solid var(--control);
      }
      .tabs a {
        display: inline-flex;
        align-items: center;
        min-height: var(--target);
        padding: 0 1em;
        border: 1px solid transparent;
        border-bottom: 4px solid transparent;
        border-radius: var(--radius-s) var(--radius-s) 0 0;
        color: var(--ink);
        text-decoration: none;
      }
      .tabs a:hover {
        background: var(--accent-tint);
      }
      .tabs a[aria-current='true'] {
        border-color: var(--control) var(--control) var(--accent);
        background: var(--paper);
        color: var(--accent-strong);
        font-weight: 700;
      }
      @media (forced-colors: active) {
        .tabs a[aria-current='false'] {
          border-color: Canvas;
        }
      }
      .legend {
        display: flex;
        flex-wrap: wrap;
        gap: 0 1.5em;
        margin-bottom: var(--gap-s);
        font-size: var(--text-s);
      }
      desk-difference + desk-difference {
        margin-top: var(--gap-s);
      }
      progress {
        width: min(100%, 30rem);
        height: 1rem;
        accent-color: var(--accent);
      }
      .found {
        margin-bottom: var(--gap-xs);
        font-weight: 600;
      }
      .pages {
        align-items: center;
        margin-top: var(--gap);
      }
      .faults th {
        min-width: 8rem;
      }
      .faults details {
        display: inline-block;
      }
      .about {
        margin-top: var(--gap-s);
      }
      @media (max-width: 799px) {
        .filters {
          padding: var(--gap-s);
        }
      }
      @media print {
        .filters,
        .tabs,
        .pages {
          display: none;
        }
      }
    `,
  ];

  declare me: Me;
  declare query: api.DifferenceQuery;
  /** Name of the place of the query. */
  declare place: string;
  declare report: Differences | null;
  declare counting: Counting | null;
  declare failure: string;
  /** How the workbook stands. */
  declare saving: string;
  private running: AbortController | undefined;
  private away = new AbortController();

  constructor() {
    super();
    this.query = { kind: 'differs', field: '', region: '', q: '', page: '' };
    this.place = '';
    this.report = null;
    this.counting = null;
    this.failure = '';
    this.saving = '';
  }

  override connectedCallback() {
    super.connectedCallback();
    this.away = new AbortController();
    window.addEventListener('hashchange', this.moved);
    this.moved();
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    window.removeEventListener('hashchange', this.moved);
    this.running?.abort();
    this.away.abort();
  }

  private readonly moved = () => {
    if (!location.hash.startsWith('#differences') && location.hash !== '') return;
    const state = hashState(location.hash);
    const kind = state.get('kind') ?? '';
    this.query = {
      kind: kind in words.differKind ? kind : 'differs',
      field: state.get('field') ?? '',
      region: state.get('region') ?? '',
      q: state.get('q') ?? '',
      page: state.get('page') ?? '',
    };
    void this.read();
  };

  private hash(change: Partial<api.DifferenceQuery>): string {
    return hashOf('differences', { ...this.query, page: '', ...change });
  }

  private go(change: Partial<api.DifferenceQuery>) {
    location.hash = this.hash(change);
  }

  private async read() {
    this.running?.abort();
    const running = new AbortController();
    this.running = running;
    const before = this.report;
    this.failure = '';
    try {
      let answer = await api.differences(this.query, running.signal);
      while (api.isCounting(answer)) {
        this.counting = answer;
        await pause(AGAIN_MS, running.signal);
        answer = await api.differences(this.query, running.signal);
      }
      this.report = answer;
    } catch (error) {
      if (isAborted(error)) return;
      this.report = null;
      this.failure = trouble(error);
    }
    this.counting = null;
    // On another page one reads on from its beginning.
    if (before && this.report && before.page !== this.report.page) {
      await this.updateComplete;
      const found = this.renderRoot.querySelector<HTMLElement>('.found');
      found?.focus();
      found?.scrollIntoView({ block: 'start' });
    }
  }

  private filter(event: Event) {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    this.go({ field: String(form.get('field') ?? ''), q: String(form.get('q') ?? '').trim() });
  }

  /** The workbook may have to be waited for: a link would save the answer that says so. */
  private async save() {
    if (this.saving === words.xlsxMaking) return;
    this.saving = words.xlsxMaking;
    this.failure = '';
    const { signal } = this.away;
    try {
      let response = await fetch(api.workbookUrl(this.query.region), { signal });
      while (response.status === 202) {
        await pause(AGAIN_MS, signal);
        response = await fetch(api.workbookUrl(this.query.region), { signal });
      }
      if (!response.ok) {
        const problem = (await response.json().catch(() => null)) as { detail?: string } | null;
        this.saving = '';
        this.failure = problem?.detail ?? desk.unreachable;
        return;
      }
      const link = document.createElement('a');
      link.href = URL.createObjectURL(await response.blob());
      link.download = `${words.differTitle}${this.place && `-${this.place}`}.xlsx`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
      this.saving = words.xlsxReady;
    } catch (error) {
      this.saving = '';
      if (!isAborted(error)) this.failure = desk.unreachable;
    }
  }

  private openCompare({ code, compare }: Difference) {
    void this.renderRoot.querySelector<CompareDialog>('desk-compare')?.show(code, compare);
  }

  private openGuide(code: string, region: { code: string; name: string } | undefined) {
    const dialog = this.renderRoot.querySelector<GuideDialog>('desk-guide');
    if (!dialog) return;
    dialog.region = region ?? null;
    void dialog.show(code);
  }

  override render() {
    const { report, counting, query } = this;
    return html`<div class="top">
        <h2 tabindex="-1">${words.differTitle}</h2>
        <button class="button screen-only" type="button" aria-describedby="scope" @click=${() => void this.save()}>${words.xlsx}</button>
        <span class="unseen" id="scope">${words.xlsxScope(this.place)}</span>
        <span class="soft" role="status">${this.saving}</span>
      </div>
      <p class="soft">${words.differHint}${report ? html` ${words.read(count(report.guides), report.today)}；${words.totals(count(report.deviations), count(report.faults))}。` : nothing}</p>
      ${this.filters()}
      <nav class="tabs" aria-label=${words.kinds}>
        ${Object.entries(words.differKind).map(
          ([kind, label]) => html`<a href=${this.hash({ kind, field: kind === 'differs' ? query.field : '' })} aria-current=${kind === query.kind ? 'true' : 'false'}>${label}</a>`,
        )}
      </nav>
      <div role="alert">${this.failure ? html`<p class="failure">${desk.error}${this.failure}</p>` : nothing}</div>
      <p class="about soft">${words.kindHint[query.kind]}</p>
      ${counting ? this.progress(counting) : nothing}
      <p class="found" role="status" tabindex="-1">
        ${counting ? words.making : report ? (report.found > 0 ? words.found(count(report.found)) : this.nothing()) : this.failure ? '' : desk.loading}
      </p>
      ${report && !counting ? this.list(report) : nothing}
      <desk-compare></desk-compare>
      <desk-guide></desk-guide>`;
  }

  private nothing(): string {
    const { kind, field, region, q } = this.query;
    return kind === 'differs' && !field && !region && !q ? words.nothingDiffers : words.nothingFound;
  }

  private progress({ done, all }: Counting) {
    return html`<p>
      <progress max=${Math.max(1, all)} .value=${done} aria-label=${words.making}></progress><br />
      <span aria-hidden="true">${words.makingLine(count(done), count(all))}</span>
    </p>`;
  }

  private filters() {
    const { field, region, q, kind } = this.query;
    return html`<div class="filters screen-only">
      <form @submit=${(event: Event) => this.filter(event)}>
        ${kind === 'differs'
          ? html`<div>
              <label for="field">${words.field}</label>
              <select class="field" id="field" name="field" .value=${field} @change=${(event: Event) => (event.target as HTMLSelectElement).form?.requestSubmit()}>
                <option value="">${words.anyField}</option>
                ${Object.entries(words.fieldOf).map(([value, label]) => html`<option value=${value} ?selected=${value === field}>${label}</option>`)}
              </select>
            </div>`
          : nothing}
        <div>
          <label for="q">${words.itemName}</label>
          <input class="field" id="q" name="q" type="search" placeholder=${words.itemNameHint} .value=${q} maxlength="60" />
        </div>
        <button class="button" type="submit">${words.search}</button>
        ${field || region || q ? html`<a class="button" href=${this.hash({ field: '', region: '', q: '' })}>${words.clear}</a>` : nothing}
      </form>
      <desk-region-filter
        .code=${region}
        @place=${(event: CustomEvent<string>) => this.go({ region: event.detail })}
        @named=${(event: CustomEvent<string>) => (this.place = event.detail)}
      ></desk-region-filter>
    </div>`;
  }

  private list(report: Differences) {
    if (report.found === 0) return nothing;
    return html`${this.query.kind === 'differs'
      ? html`<p class="legend"><span>${words.legend}：</span><span>${less(words.legendLess)}</span><span>${more(words.legendMore)}</span></p>
          <div @compare=${(event: CustomEvent<Difference>) => this.openCompare(event.detail)}>
            ${report.rows.map((row) => html`<desk-difference .row=${row}></desk-difference>`)}
          </div>`
      : this.faults(report.fault_rows)}
    ${this.pages(report)}`;
  }

  private faults(rows: readonly Fault[]) {
    return html`<table class="faults">
      <caption class="unseen">${words.differKind[this.query.kind]}</caption>
      <thead>
        <tr>${[desk.item, words.problem, words.fix, words.where, words.touches].map((name) => html`<th scope="col">${name}</th>`)}</tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) => html`<tr>
            <th scope="row">
              ${row.name}<br />
              <button class="plain screen-only" type="button" aria-label=${words.guideOf(row.name)} @click=${() => this.openGuide(row.code, row.places[0])}>${words.guide}</button>
            </th>
            <td data-name=${words.problem}>${row.reason}</td>
            <td data-name=${words.fix}>${row.fix}</td>
            <td data-name=${words.where}>${places(row.places, row.count)}</td>
            <td data-name=${words.touches}>${people(row.people, words.peopleShort)}</td>
          </tr>`,
        )}
      </tbody>
    </table>`;
  }

  private pages({ found, page: at, more: further }: Differences) {
    if (at <= 1 && !further) return nothing;
    const to = (page: number, label: string, may: boolean) =>
      may ? html`<a class="button" href=${this.hash({ page: page > 1 ? String(page) : '' })}>${label}</a>` : nothing;
    return html`<nav class="row pages" aria-label=${words.pages}>
      ${to(at - 1, words.previous, at > 1)}
      <span>${words.page(at, Math.max(at, Math.ceil(found / PER_PAGE)))}</span>
      ${to(at + 1, words.next, further)}
    </nav>`;
  }
}

customElements.define('desk-differences', DifferencesPage);
