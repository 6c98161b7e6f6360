import { LitElement, html, nothing } from 'lit';
import { fields } from '../form-style';
import '../modal';
import type { Modal } from '../modal';
import { base, controls } from '../sheet';
import * as api from './api';
import { page } from './style';
import { trouble } from './trouble';
import type { Colleague } from './wire';
import { words } from './wording';

/** Who shall go on with a conversation. */
export interface Target {
  group?: string;
  account?: string;
  note?: string;
}

/** 转接: to a group or to a colleague. */
export class ForwardDialog extends LitElement {
  static override properties = {
    own: {},
    send: { attribute: false },
    colleagues: { state: true },
    groups: { state: true },
    online: { state: true },
    error: { state: true },
    busy: { state: true },
  };
  static override styles = [base, controls, fields, page];

  /** Whoever forwards is no colleague of his own. */
  declare own: string;
  /** Forwards; tells why it was refused. */
  declare send: (to: Target) => Promise<string>;
  declare colleagues: Colleague[];
  declare groups: { id: string; name: string }[];
  declare online: boolean;
  declare error: string;
  declare busy: boolean;

  constructor() {
    super();
    this.own = '';
    this.colleagues = [];
    this.groups = [];
    this.online = true;
    this.error = '';
    this.busy = false;
  }

  private get modal(): Modal {
    return this.renderRoot.querySelector('bangban-modal') as Modal;
  }

  async show() {
    this.error = '';
    await this.updateComplete;
    this.renderRoot.querySelector('form')?.reset();
    await this.modal.show();
    try {
      ({ colleagues: this.colleagues, groups: this.groups } = await api.colleagues());
    } catch (error) {
      this.error = trouble(error);
    }
  }

  private value(id: string): string {
    return this.renderRoot.querySelector<HTMLInputElement | HTMLSelectElement>(`#${id}`)?.value.trim() ?? '';
  }

  private clear(id: string) {
    const field = this.renderRoot.querySelector<HTMLSelectElement>(`#${id}`);
    if (field) field.value = '';
  }

  private async submit(event: Event) {
    event.preventDefault();
    if (this.busy) return;
    const group = this.value('group');
    const account = this.value('account');
    const note = this.value('note');
    if (!group && !account) {
      this.error = words.chooseOne;
      return this.renderRoot.querySelector<HTMLElement>('#group')?.focus();
    }
    this.busy = true;
    this.error = await this.send({ ...(account ? { account } : { group }), ...(note ? { note } : {}) });
    this.busy = false;
    if (!this.error) this.modal.close();
  }

  override render() {
    const shown = this.colleagues.filter(({ id, state }) => id !== this.own && (!this.online || state === 'online'));
    return html`<bangban-modal .heading=${words.forwardTitle}>
      <form novalidate @submit=${(event: Event) => void this.submit(event)}>
        <label for="group">${words.forwardGroup}</label>
        <select class="field" id="group" data-first @change=${() => this.clear('account')}>
          <option value="">${words.choose}</option>
          ${this.groups.map(({ id, name }) => html`<option value=${id}>${name}</option>`)}
        </select>
        <label for="account">${words.forwardPerson}</label>
        <select class="field" id="account" @change=${() => this.clear('group')}>
          <option value="">${words.choose}</option>
          ${shown.map(
            ({ id, name, number, state, load, cap }) => html`<option value=${id}>${words.colleague(name, number, words.presenceOf[state], load, cap)}</option>`,
          )}
        </select>
        <label class="tick">
          <input type="checkbox" .checked=${this.online} @change=${(event: Event) => (this.online = (event.target as HTMLInputElement).checked)} />
          ${words.onlyOnline}
        </label>
        <label for="note">${words.forwardNote}</label>
        <textarea class="field" id="note" maxlength="1000"></textarea>
        <div role="alert">${this.error ? html`<p class="wrong">${words.error}${this.error}</p>` : nothing}</div>
        <div class="row foot">
          <button class="button main" type="submit" aria-disabled=${this.busy ? 'true' : nothing}>${words.forward}</button>
          <button class="button" type="button" @click=${() => this.modal.close()}>${words.cancel}</button>
        </div>
      </form>
    </bangban-modal>`;
  }
}

customElements.define('desk-forward', ForwardDialog);
