import { LitElement, css, html, nothing } from 'lit';
import { fields } from './form-style';
import './modal';
import type { Modal } from './modal';
import type { Contact } from './person-api';
import { isPhone } from './phone';
import { base, controls, notices } from './sheet';
import { wording } from './wording';
import type { Left } from './wire';

/** Longest message that can be left. */
const MOST = 1000;

/** 留言: what is to be answered later, and by which number if one is given. */
export class LeaveDialog extends LitElement {
  static override properties = {
    send: { attribute: false },
    error: { state: true },
    phoneError: { state: true },
    failure: { state: true },
    left: { state: true },
    busy: { state: true },
  };
  static override styles = [
    base,
    controls,
    notices,
    fields,
    css`
      .failure {
        margin-top: var(--gap-s);
      }
    `,
  ];

  declare send: (text: string, contact: Contact) => Promise<Left>;
  declare error: string;
  declare phoneError: string;
  declare failure: string;
  declare left: Left | null;
  declare busy: boolean;

  constructor() {
    super();
    this.reset();
  }

  private reset() {
    this.error = '';
    this.phoneError = '';
    this.failure = '';
    this.left = null;
    this.busy = false;
  }

  async show() {
    this.reset();
    await this.updateComplete;
    await this.modal.show();
  }

  private get modal(): Modal {
    return this.renderRoot.querySelector('bangban-modal') as Modal;
  }

  private value(id: string): string {
    return this.renderRoot.querySelector<HTMLInputElement>(`#${id}`)?.value.trim() ?? '';
  }

  private async submit(event: Event) {
    event.preventDefault();
    if (this.busy) return;
    const text = this.value('text');
    const phone = this.value('phone');
    const over = [...text].length - MOST;
    this.error = !text ? wording.leaveEmpty : over > 0 ? wording.tooLong(over) : '';
    this.phoneError = phone && !isPhone(phone) ? wording.leavePhoneBad : '';
    this.failure = '';
    const wrong = this.error ? 'text' : this.phoneError ? 'phone' : '';
    if (wrong) return this.renderRoot.querySelector<HTMLElement>(`#${wrong}`)?.focus();
    this.busy = true;
    try {
      this.left = await this.send(text, { name: this.value('name'), phone });
      await this.updateComplete;
      this.renderRoot.querySelector<HTMLElement>('#thanks')?.focus();
    } catch (error) {
      this.failure = error instanceof Error ? error.message : wording.unreachable;
    } finally {
      this.busy = false;
    }
  }

  override render() {
    return html`<bangban-modal .heading=${wording.leaveTitle}>
      ${this.left ? this.thanks(this.left) : this.form()}
    </bangban-modal>`;
  }

  private thanks({ ticket, promise }: Left) {
    return html`<p id="thanks" tabindex="-1">${promise.includes(ticket) ? promise : wording.leaveThanks(ticket, promise)}</p>
      <div class="row foot">
        <button class="button main" type="button" @click=${() => this.modal.close()}>${wording.regionOk}</button>
      </div>`;
  }

  private form() {
    return html`<form novalidate @submit=${(event: Event) => void this.submit(event)}>
      <label for="text">${wording.leaveText}</label>
      <textarea
        class="field"
        id="text"
        data-first
        aria-describedby="text-hint text-error"
        aria-invalid=${this.error ? 'true' : 'false'}
      ></textarea>
      <p class="hint" id="text-hint">${wording.askHint}</p>
      ${this.wrong('text-error', this.error)}
      <label for="name">${wording.leaveName}</label>
      <input class="field" id="name" type="text" autocomplete="name" maxlength="30" />
      <label for="phone">${wording.leavePhone}</label>
      <input
        class="field"
        id="phone"
        type="tel"
        autocomplete="tel"
        maxlength="20"
        aria-describedby="why phone-error"
        aria-invalid=${this.phoneError ? 'true' : 'false'}
      />
      <p class="hint" id="why">${wording.leaveWhy}</p>
      ${this.wrong('phone-error', this.phoneError)}
      <div role="alert">${this.failure ? html`<p class="failure">${wording.error}${this.failure}</p>` : nothing}</div>
      <div class="row foot">
        <button class="button main" type="submit" aria-disabled=${this.busy ? 'true' : nothing}>${wording.leaveSend}</button>
        <button class="button" type="button" @click=${() => this.modal.close()}>${wording.cancel}</button>
      </div>
    </form>`;
  }

  private wrong(id: string, error: string) {
    return html`<div role="alert" id=${id}>
      ${error ? html`<p class="wrong"><span class="unseen">${wording.error}</span>${error}</p>` : nothing}
    </div>`;
  }
}

customElements.define('bangban-leave', LeaveDialog);
