import { LitElement, css, html, nothing } from 'lit';
import { fields } from '../form-style';
import '../modal';
import type { Modal } from '../modal';
import { reasons } from '../person-api';
import { base, controls, notices } from '../sheet';
import { clock } from './age';
import * as api from './api';
import { page, tables } from './style';
import { trouble } from './trouble';
import type { WorkItem } from './wire';
import { words } from './wording';

/** How a bad rating can be settled. */
const OUTCOMES = ['mended', 'explained', 'not_reached', 'duplicate', 'abuse'] as const;

/** 差评处理: what the lowest two ratings have opened, and by when it is to be settled. */
export class WorkPage extends LitElement {
  static override properties = {
    settles: { type: Boolean },
    open: { state: true },
    items: { state: true },
    chosen: { state: true },
    labels: { state: true },
    failure: { state: true },
    error: { state: true },
  };
  static override styles = [
    base,
    controls,
    notices,
    fields,
    page,
    tables,
    css`
      .late {
        color: var(--bad-ink);
        font-weight: 700;
      }
    `,
  ];

  declare settles: boolean;
  declare open: boolean;
  declare items: WorkItem[] | null;
  declare chosen: WorkItem | null;
  declare labels: ReadonlyMap<string, string>;
  declare failure: string;
  declare error: string;

  constructor() {
    super();
    this.settles = false;
    this.open = true;
    this.items = null;
    this.chosen = null;
    this.labels = new Map();
    this.failure = '';
    this.error = '';
  }

  override connectedCallback() {
    super.connectedCallback();
    void this.read();
    // Without the labels the reasons stand there by their names.
    void reasons().then(
      ({ answer, service }) => (this.labels = new Map([...answer, ...service].map(({ id, label }) => [id, label]))),
      () => {},
    );
  }

  private async read() {
    try {
      this.items = await api.workItems(this.open);
      this.failure = '';
    } catch (error) {
      this.failure = trouble(error);
    }
  }

  private get modal(): Modal {
    return this.renderRoot.querySelector('bangban-modal') as Modal;
  }

  private async choose(one: WorkItem) {
    this.chosen = one;
    this.error = '';
    await this.updateComplete;
    await this.modal.show();
  }

  private async settle(event: Event) {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const text = (name: string) => String(new FormData(form).get(name) ?? '').trim();
    const outcome = text('outcome');
    this.error = outcome ? '' : words.outcomeNeeded;
    if (this.error || !this.chosen) return;
    try {
      await api.settle(this.chosen.id, outcome, text('note'));
      form.reset();
      this.modal.close();
      await this.read();
    } catch (error) {
      this.error = trouble(error);
    }
  }

  override render() {
    return html`<div class="top">
        <h2>${words.workTitle}</h2>
        <label class="tick">
          <input
            type="checkbox"
            .checked=${this.open}
            @change=${(event: Event) => {
              this.open = (event.target as HTMLInputElement).checked;
              void this.read();
            }}
          />${words.onlyOpen}
        </label>
      </div>
      <div role="alert">${this.failure ? html`<p class="failure">${words.error}${this.failure}</p>` : nothing}</div>
      ${this.items === null ? nothing : this.items.length === 0 ? html`<p>${words.none}</p>` : this.table(this.items)}
      <bangban-modal .heading=${words.doneTitle}>
        <form novalidate @submit=${(event: Event) => void this.settle(event)}>
          <label for="outcome">${words.doneOutcome}</label>
          <select class="field" id="outcome" name="outcome" data-first>
            <option value="">${words.choose}</option>
            ${OUTCOMES.map((outcome) => html`<option value=${outcome}>${words.doneOf[outcome]}</option>`)}
          </select>
          <label for="note">${words.doneNote}</label>
          <textarea class="field" id="note" name="note" maxlength="500"></textarea>
          <div role="alert">${this.error ? html`<p class="wrong">${words.error}${this.error}</p>` : nothing}</div>
          <div class="row foot">
            <button class="button main" type="submit">${words.done}</button>
            <button class="button" type="button" @click=${() => this.modal.close()}>${words.cancel}</button>
          </div>
        </form>
      </bangban-modal>`;
  }

  private table(items: WorkItem[]) {
    return html`<table>
      <thead>
        <tr>
          ${[words.level, words.reasons, words.saidText, words.due, words.state].map((name) => html`<th scope="col">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${items.map((one) => {
          const late = !one.done_at && Date.parse(`${one.due_on}T23:59:59+08:00`) < Date.now();
          return html`<tr>
            <th scope="row">${words.about[one.about] ?? one.about}：${words.stars[one.stars - 1] ?? one.stars}</th>
            <td data-name=${words.reasons}>${one.reasons.map((id) => this.labels.get(id) ?? id).join('、')}</td>
            <td data-name=${words.saidText}>${one.text ?? ''}</td>
            <td data-name=${words.due} class=${late ? 'late' : ''}>${one.due_on}${late ? `（${words.overdue}）` : ''}</td>
            <td>
              ${one.done_at
                ? html`${words.doneBy(one.done_by === 'citizen' ? words.byCitizen : (one.done_by ?? ''), clock(one.done_at))}：${words.doneOf[one.outcome ?? ''] ?? one.outcome ?? ''}`
                : this.settles
                  ? html`<button class="button" type="button" aria-label=${words.actOf(words.done, one.text ?? one.id)} @click=${() => void this.choose(one)}>${words.done}</button>`
                  : nothing}
            </td>
          </tr>`;
        })}
      </tbody>
    </table>`;
  }
}

customElements.define('desk-work', WorkPage);
