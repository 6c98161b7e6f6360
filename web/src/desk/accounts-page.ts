import { LitElement, html, nothing } from 'lit';
import { Refused } from '../api';
import { fields } from '../form-style';
import '../modal';
import type { Modal } from '../modal';
import { base, controls, notices } from '../sheet';
import { clock } from './age';
import * as api from './api';
import { page, tables } from './style';
import { trouble } from './trouble';
import type { Account } from './wire';
import { words } from './wording';

const ROLES = Object.keys(words.roleOf);

/** 账号: who may do what. */
export class AccountsPage extends LitElement {
  static override properties = {
    accounts: { state: true },
    edited: { state: true },
    failure: { state: true },
    error: { state: true },
  };
  static override styles = [base, controls, notices, fields, page, tables];

  declare accounts: Account[] | null;
  /** The account in the form; `null` for a new one. */
  declare edited: Account | null;
  declare failure: string;
  declare error: string;

  constructor() {
    super();
    this.accounts = null;
    this.edited = null;
    this.failure = '';
    this.error = '';
  }

  override connectedCallback() {
    super.connectedCallback();
    void this.read();
  }

  private async read() {
    try {
      this.accounts = await api.accounts();
      this.failure = '';
    } catch (error) {
      this.failure = trouble(error);
    }
  }

  private get modal(): Modal {
    return this.renderRoot.querySelector('bangban-modal') as Modal;
  }

  private async edit(account: Account | null) {
    this.edited = account;
    this.error = '';
    await this.updateComplete;
    this.renderRoot.querySelector('form')?.reset();
    await this.modal.show();
  }

  private async submit(event: Event) {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const text = (name: string) => String(form.get(name) ?? '').trim();
    const list = (name: string) => text(name).split(/[,，、\s]+/).filter((one) => one);
    const password = String(form.get('password') ?? '');
    const body = {
      name: text('name'),
      number: text('number'),
      roles: form.getAll('roles').map(String),
      groups: list('groups'),
      regions: list('regions'),
      skills: list('skills'),
      cap: Number(text('cap')) || 1,
      ...(password ? { password } : {}),
    };
    const { edited } = this;
    const login = text('login');
    this.error = !body.name || !body.number || (!edited && !login) ? words.fieldNeeded : '';
    if (!this.error && (password || !edited) && [...password].length < 10) this.error = words.passwordShort;
    if (this.error) return;
    try {
      if (edited) await api.changeAccount(edited.id, { ...body, disabled: form.get('disabled') !== null });
      else await api.addAccount({ login, ...body });
      this.modal.close();
      await this.read();
    } catch (error) {
      const each = error instanceof Refused ? Object.values(error.problem.errors ?? {}).flat() : [];
      this.error = each.length > 0 ? each.join('；') : trouble(error);
    }
  }

  override render() {
    return html`<div class="top">
        <h2>${words.accountsTitle}</h2>
        <button class="button main" type="button" @click=${() => void this.edit(null)}>${words.newAccount}</button>
      </div>
      <div role="alert">${this.failure ? html`<p class="failure">${words.error}${this.failure}</p>` : nothing}</div>
      ${this.accounts ? this.table(this.accounts) : this.failure ? nothing : html`<p>${words.loading}</p>`} ${this.form()}`;
  }

  private table(accounts: Account[]) {
    return html`<table>
      <thead>
        <tr>
          ${[words.name, words.login, words.number, words.roles, words.cap, words.state, words.lastSeen, words.edit].map((name) => html`<th scope="col">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${accounts.map(
          (account) => html`<tr>
            <th scope="row">${account.name}</th>
            <td data-name=${words.login}>${account.login}</td>
            <td data-name=${words.number}>${account.number}</td>
            <td data-name=${words.roles}>${account.roles.map((role) => words.roleOf[role] ?? role).join('、')}</td>
            <td data-name=${words.cap}>${account.cap}</td>
            <td data-name=${words.state}>${state(account)}</td>
            <td data-name=${words.lastSeen}>${account.last_seen_at ? clock(account.last_seen_at) : words.never}</td>
            <td>
              <button class="button" type="button" aria-label=${words.editAccount(account.name)} @click=${() => void this.edit(account)}>${words.edit}</button>
            </td>
          </tr>`,
        )}
      </tbody>
    </table>`;
  }

  private form() {
    const { edited } = this;
    const field = (id: string, label: string, value: string, more: { type?: string; auto?: string } = {}) => html`<label for=${id}>${label}</label>
      <input class="field" id=${id} name=${id} type=${more.type ?? 'text'} autocomplete=${more.auto ?? 'off'} .defaultValue=${value} .value=${value} />`;
    return html`<bangban-modal .heading=${edited ? words.editAccount(edited.name) : words.newAccount}>
      <form novalidate @submit=${(event: Event) => void this.submit(event)}>
        ${edited ? nothing : field('login', words.login, '')} ${field('name', words.name, edited?.name ?? '')}
        ${field('number', words.number, edited?.number ?? '')}
        ${field('password', edited ? words.keepPassword : words.initialPassword, '', { type: 'password', auto: 'new-password' })}
        <fieldset>
          <legend class="label">${words.roles}</legend>
          ${ROLES.map((role) => {
            const has = edited?.roles.includes(role) ?? false;
            return html`<label class="tick"><input type="checkbox" name="roles" value=${role} .defaultChecked=${has} .checked=${has} />${words.roleOf[role]}</label>`;
          })}
        </fieldset>
        ${field('groups', words.groups, edited?.groups.join('，') ?? '')} ${field('regions', words.regions, edited?.regions.join('，') ?? '')}
        ${field('skills', words.skills, edited?.skills.join('，') ?? '')}
        ${field('cap', words.cap, String(edited?.cap ?? 3), { type: 'number' })}
        ${edited
          ? html`<label class="tick">
              <input type="checkbox" name="disabled" .defaultChecked=${edited.disabled} .checked=${edited.disabled} />${words.disabled}
            </label>`
          : nothing}
        <div role="alert">${this.error ? html`<p class="wrong">${words.error}${this.error}</p>` : nothing}</div>
        <div class="row foot">
          <button class="button main" type="submit">${words.save}</button>
          <button class="button" type="button" @click=${() => this.modal.close()}>${words.cancel}</button>
        </div>
      </form>
    </bangban-modal>`;
  }
}

function state(account: Account): string {
  if (account.disabled) return words.disabled;
  const locked = account.locked_until && Date.parse(account.locked_until) > Date.now();
  return locked ? words.lockedUntil(clock(account.locked_until as string)) : words.active;
}

customElements.define('desk-accounts', AccountsPage);
