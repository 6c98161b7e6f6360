import { LitElement, css, html, nothing } from 'lit';
import { base, controls, notices } from '../sheet';
import { clock } from './age';
import * as api from './api';
import { page, tables } from './style';
import { trouble } from './trouble';
import { words } from './wording';

const LISTS = [
  ['outbox?state=dead', words.dead],
  ['outbox?state=waiting', words.queue],
  ['webhooks', words.webhooks],
  ['links', words.links],
] as const;

/** 外部系统: what could not be delivered, to whom something is sent, and which links are dead. */
export class OutboxPage extends LitElement {
  static override properties = { shown: { state: true }, rows: { state: true }, failure: { state: true }, note: { state: true } };
  static override styles = [
    base,
    controls,
    notices,
    page,
    tables,
    css`
      .wide {
        overflow-x: auto;
      }
    `,
  ];

  declare shown: string;
  declare rows: api.Loose[] | null;
  declare failure: string;
  declare note: string;

  constructor() {
    super();
    this.shown = LISTS[0][0];
    this.rows = null;
    this.failure = '';
    this.note = '';
  }

  override connectedCallback() {
    super.connectedCallback();
    void this.read();
  }

  private async read() {
    const { shown } = this;
    try {
      const found = await api.loose(shown);
      if (shown === this.shown) this.rows = Object.values(found).find((value) => Array.isArray(value)) ?? [];
      this.failure = '';
    } catch (error) {
      this.failure = trouble(error);
    }
  }

  private show(what: string) {
    this.shown = what;
    this.rows = null;
    this.note = '';
    void this.read();
  }

  private async retry(id: string) {
    try {
      await api.retryOutbox(id);
      this.note = words.resent;
      await this.read();
      await this.updateComplete;
      this.renderRoot.querySelector<HTMLElement>('h2')?.focus();
    } catch (error) {
      this.failure = trouble(error);
    }
  }

  override render() {
    return html`<div class="top">
        <h2 tabindex="-1">${words.outboxTitle}</h2>
        <div class="row" role="group" aria-label=${words.shownState}>
          ${LISTS.map(
            ([what, label]) => html`<button class="button" type="button" aria-pressed=${what === this.shown ? 'true' : 'false'} @click=${() => this.show(what)}>${label}</button>`,
          )}
        </div>
      </div>
      <p role="status">${this.note}</p>
      <div role="alert">${this.failure ? html`<p class="failure">${words.error}${this.failure}</p>` : nothing}</div>
      ${this.rows === null ? nothing : this.rows.length === 0 ? html`<p>${words.none}</p>` : this.table(this.rows)}`;
  }

  private table(rows: api.Loose[]) {
    const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
    const dead = this.shown.endsWith('=dead');
    return html`<div class="wide" tabindex="0" role="group" aria-label=${words.outboxTitle}>
      <table>
        <thead>
          <tr>
            ${columns.map((name) => html`<th scope="col">${words.columns[name] ?? name}</th>`)} ${dead ? html`<th scope="col">${words.resendOne}</th>` : nothing}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            (row) => html`<tr>
              ${columns.map((name) => html`<td data-name=${words.columns[name] ?? name}>${shown(row[name])}</td>`)}
              ${dead
                ? html`<td>
                    <button class="button" type="button" aria-label=${words.actOf(words.resendOne, String(row.id))} @click=${() => void this.retry(String(row.id))}>
                      ${words.resendOne}
                    </button>
                  </td>`
                : nothing}
            </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }
}

/** A value as a person reads it. */
function shown(value: unknown): string {
  if (value === null || value === undefined) return '—';
  if (Array.isArray(value)) return value.map(shown).join('、');
  if (typeof value === 'string') return /^\d{4}-\d\d-\d\dT/.test(value) ? clock(value) : value;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

customElements.define('desk-outbox', OutboxPage);
