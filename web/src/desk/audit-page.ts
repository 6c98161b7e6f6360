import { LitElement, css, html, nothing } from 'lit';
import { fields } from '../form-style';
import { base, controls, notices } from '../sheet';
import { clock } from './age';
import * as api from './api';
import { page, tables } from './style';
import { trouble } from './trouble';
import type { Entry } from './wire';
import { words } from './wording';

/** Above every number: from there backwards stands the newest. */
const END = Number.MAX_SAFE_INTEGER;

/** 审计: who did what, and whether somebody has tampered with that. */
export class AuditPage extends LitElement {
  static override properties = {
    entries: { state: true },
    next: { state: true },
    failure: { state: true },
    verdict: { state: true },
    whole: { state: true },
  };
  static override styles = [
    base,
    controls,
    notices,
    fields,
    page,
    tables,
    css`
      form {
        display: flex;
        flex-wrap: wrap;
        align-items: flex-end;
        gap: var(--gap-xs) var(--gap-s);
        margin-bottom: var(--gap-s);
      }
      form .field {
        width: 12rem;
        max-width: 100%;
      }
      label {
        margin-top: 0;
      }
      .whole {
        font-weight: 600;
      }
      .older {
        margin-top: var(--gap-s);
      }
    `,
  ];

  declare entries: Entry[];
  /** Where the list goes on. */
  declare next: number | null;
  declare failure: string;
  declare verdict: string;
  declare whole: boolean;
  private query: Omit<api.AuditQuery, 'before'> = { actor: '', action: '', subject: '' };

  constructor() {
    super();
    this.entries = [];
    this.next = null;
    this.failure = '';
    this.verdict = '';
    this.whole = true;
  }

  override connectedCallback() {
    super.connectedCallback();
    void this.read(END);
  }

  private async read(before: number) {
    try {
      const found = await api.audit({ ...this.query, before });
      this.entries = before === END ? found.entries : [...this.entries, ...found.entries];
      this.next = found.next;
      this.failure = '';
    } catch (error) {
      this.failure = trouble(error);
    }
  }

  private async verify() {
    try {
      const { ok, entries, broken_at } = await api.verifyAudit();
      this.whole = ok;
      this.verdict = ok ? words.verified(entries) : words.broken(broken_at ?? 0);
    } catch (error) {
      this.failure = trouble(error);
    }
  }

  private filter(event: Event) {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const text = (name: string) => String(form.get(name) ?? '').trim();
    this.query = { actor: text('actor'), action: text('action'), subject: text('subject') };
    void this.read(END);
  }

  override render() {
    return html`<div class="top">
        <h2>${words.auditTitle}</h2>
        <button class="button" type="button" @click=${() => void this.verify()}>${words.verify}</button>
        <a class="button" href="/api/v1/admin/audit/export" download="audit.ndjson">${words.export}</a>
      </div>
      <div role="status">
        ${this.verdict ? html`<p class=${this.whole ? 'whole' : 'failure'}>${this.verdict}</p>` : nothing}
      </div>
      <div role="alert">${this.failure ? html`<p class="failure">${words.error}${this.failure}</p>` : nothing}</div>
      <form @submit=${this.filter}>
        ${(['actor', 'action', 'subject'] as const).map(
          (name) => html`<div><label for=${name}>${words[name]}</label><input class="field" id=${name} name=${name} type="text" autocomplete="off" /></div>`,
        )}
        <button class="button" type="submit">${words.filter}</button>
      </form>
      ${this.entries.length > 0 ? this.table() : html`<p>${words.none}</p>`}
      ${this.next !== null
        ? html`<button class="button older" type="button" @click=${() => void this.read(this.next ?? END)}>${words.more}</button>`
        : nothing}`;
  }

  private table() {
    return html`<table>
      <thead>
        <tr>
          ${[words.seq, words.at, words.actor, words.action, words.subject, words.detail].map((name) => html`<th scope="col">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${this.entries.map(
          ({ seq, at, actor, action, subject, detail }) => html`<tr>
            <th scope="row">${seq}</th>
            <td data-name=${words.at}><time datetime=${at}>${clock(at)}</time></td>
            <td data-name=${words.actor}>${actor ?? '—'}</td>
            <td data-name=${words.action}>${action}</td>
            <td data-name=${words.subject}>${subject ?? '—'}</td>
            <td data-name=${words.detail}>${typeof detail === 'string' ? detail : detail == null ? '' : JSON.stringify(detail)}</td>
          </tr>`,
        )}
      </tbody>
    </table>`;
  }
}

customElements.define('desk-audit', AuditPage);
