import { LitElement, css, html, nothing } from 'lit';
import { fields } from '../form-style';
import '../modal';
import type { Modal } from '../modal';
import { base, controls, notices } from '../sheet';
import { clock } from './age';
import { reports, settleReport } from './lookup-api';
import type { Report } from './lookup-wire';
import { page, tables } from './style';
import { trouble } from './trouble';
import { words } from './wording';

const SHOWN = ['open', 'settled'] as const;

/** 指南报错: one's own with what became of them, or all of them to be settled. */
export class ReportsList extends LitElement {
  static override properties = {
    mine: { type: Boolean },
    state: { state: true },
    list: { state: true },
    pageAt: { state: true },
    more: { state: true },
    chosen: { state: true },
    failure: { state: true },
    error: { state: true },
    note: { state: true },
  };
  static override styles = [
    base,
    controls,
    notices,
    fields,
    page,
    tables,
    css`
      .state {
        white-space: nowrap;
        font-weight: 700;
      }
      .was {
        display: block;
        color: var(--ink-soft);
        white-space: pre-line;
      }
    `,
  ];

  /** Only what one has reported oneself. */
  declare mine: boolean;
  declare state: (typeof SHOWN)[number] | '';
  declare list: Report[] | null;
  declare pageAt: number;
  declare more: boolean;
  declare chosen: Report | null;
  declare failure: string;
  declare error: string;
  declare note: string;

  constructor() {
    super();
    this.mine = false;
    this.state = '';
    this.list = null;
    this.pageAt = 1;
    this.more = false;
    this.chosen = null;
    this.failure = '';
    this.error = '';
    this.note = '';
  }

  override connectedCallback() {
    super.connectedCallback();
    if (!this.mine) this.state = 'open';
    void this.read(1);
  }

  async read(at: number) {
    try {
      const { reports: list, page: read, more } = await reports({ ...(this.state ? { state: this.state } : {}), ...(this.mine ? { mine: true } : {}) }, at);
      Object.assign(this, { list: at > 1 ? [...(this.list ?? []), ...list] : list, pageAt: read, more, failure: '' });
    } catch (error) {
      this.failure = trouble(error);
    }
  }

  private show(state: ReportsList['state']) {
    this.state = state;
    void this.read(1);
  }

  private get modal(): Modal {
    return this.renderRoot.querySelector('bangban-modal') as Modal;
  }

  private async choose(one: Report) {
    this.chosen = one;
    this.error = '';
    await this.updateComplete;
    await this.modal.show();
  }

  private async settle(event: Event) {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const data = new FormData(form);
    const outcome = String(data.get('outcome') ?? '');
    const note = String(data.get('note') ?? '').trim();
    this.error = outcome ? (note ? '' : words.settleNoteNeeded) : words.outcomeNeeded;
    if (this.error || !this.chosen) return;
    try {
      const { state, item } = await settleReport(this.chosen.id, outcome === 'corrected' ? 'corrected' : 'refused', note);
      form.reset();
      this.modal.close();
      this.note = `${words.reportState[state]}：${item.name}`;
      await this.read(1);
      await this.updateComplete;
      this.renderRoot.querySelector<HTMLElement>('h2')?.focus();
    } catch (error) {
      this.error = trouble(error);
    }
  }

  override render() {
    const states: [ReportsList['state'], string][] = [['open', words.onlyOpenReports], ['settled', words.settledReports], ['', words.all]];
    return html`<div class="top">
        <h2 tabindex="-1">${this.mine ? words.myReports : words.reportsTitle}</h2>
        <div class="row" role="group" aria-label=${words.shownState}>
          ${states.map(
            ([state, label]) => html`<button class="button" type="button" aria-pressed=${state === this.state ? 'true' : 'false'} @click=${() => this.show(state)}>${label}</button>`,
          )}
        </div>
      </div>
      <p role="status">${this.note}</p>
      <div role="alert">${this.failure ? html`<p class="failure">${words.error}${this.failure}</p>` : nothing}</div>
      ${this.list === null ? nothing : this.list.length === 0 ? html`<p>${words.none}</p>` : this.table(this.list)}
      ${this.more ? html`<p><button class="button" type="button" @click=${() => void this.read(this.pageAt + 1)}>${words.more}</button></p>` : nothing}
      ${this.mine ? nothing : this.form()}`;
  }

  private table(list: Report[]) {
    const names = [words.item, words.fieldOf, words.wrong_, words.state, ...(this.mine ? [] : [words.by, words.deal])];
    return html`<table>
      <thead>
        <tr>${names.map((name) => html`<th scope="col">${name}</th>`)}</tr>
      </thead>
      <tbody>
        ${list.map(
          (one) => html`<tr>
            <th scope="row">${one.item.name}<span class="soft"> ${one.region?.name ?? words.wholeRegion}</span></th>
            <td data-name=${words.fieldOf}>${one.label}<span class="was">${one.value ?? words.notStated}</span></td>
            <td data-name=${words.wrong_}>${one.text}<span class="soft"> ${clock(one.at)}</span></td>
            <td data-name=${words.state}>
              <span class="state">${words.reportState[one.state]}</span>${one.note ? html`<div>${one.note}</div>` : nothing}${one.settled_at ? html`<div class="soft">${clock(one.settled_at)}</div>` : nothing}
            </td>
            ${this.mine
              ? nothing
              : html`<td data-name=${words.by}>${one.by}</td>
                  <td>
                    ${one.state === 'open'
                      ? html`<button class="button" type="button" aria-label=${words.actOf(words.deal, `${one.item.name} ${one.label}`)} @click=${() => void this.choose(one)}>${words.deal}</button>`
                      : nothing}
                  </td>`}
          </tr>`,
        )}
      </tbody>
    </table>`;
  }

  private form() {
    const { chosen } = this;
    return html`<bangban-modal .heading=${words.settleTitle}>
      <form novalidate @submit=${(event: Event) => void this.settle(event)}>
        <p>${chosen?.item.name} · <b>${chosen?.label}</b></p>
        <p class="soft">${chosen?.value ?? words.notStated}</p>
        <p>${chosen?.text}</p>
        <label for="outcome">${words.outcome}</label>
        <select class="field" id="outcome" name="outcome" data-first>
          <option value="">${words.choose}</option>
          <option value="corrected">${words.reportState.corrected}</option>
          <option value="refused">${words.reportState.refused}</option>
        </select>
        <label for="note">${words.settleNote}</label>
        <textarea class="field" id="note" name="note" maxlength="500"></textarea>
        <div role="alert">${this.error ? html`<p class="wrong">${words.error}${this.error}</p>` : nothing}</div>
        <div class="row foot">
          <button class="button main" type="submit">${words.settleSave}</button>
          <button class="button" type="button" @click=${() => this.modal.close()}>${words.cancel}</button>
        </div>
      </form>
    </bangban-modal>`;
  }
}

customElements.define('desk-reports', ReportsList);
