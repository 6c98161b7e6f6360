import { LitElement, css, html, nothing } from 'lit';
import { fields } from '../form-style';
import '../modal';
import type { Modal } from '../modal';
import { base, controls } from '../sheet';
import type { Card, Region } from '../wire';
import { report } from './lookup-api';
import type { NewReport } from './lookup-wire';
import { masked } from './mask';
import { fullTitle } from './spoken';
import { page } from './style';
import { trouble } from './trouble';
import { words } from './wording';

/** Most that can be said about one field. */
const MOST = 500;

/** Most of what stands there that goes with it. */
const VALUE = 2000;

/** 指南报错: what is wrong with one field of one guide. */
export class ReportDialog extends LitElement {
  static override properties = { fault: { state: true }, error: { state: true }, sending: { state: true } };
  static override styles = [
    base,
    controls,
    fields,
    page,
    css`
      blockquote {
        margin: var(--gap-xs) 0;
        padding: 0.4rem 0.8rem;
        border-left: 0.25rem solid var(--control);
        background: var(--ground);
        white-space: pre-line;
        overflow-wrap: anywhere;
      }
    `,
  ];

  declare fault: (Omit<NewReport, 'text'> & { label: string; title: string }) | null;
  declare error: string;
  declare sending: boolean;

  constructor() {
    super();
    this.fault = null;
    this.error = '';
    this.sending = false;
  }

  private get modal(): Modal {
    return this.renderRoot.querySelector('bangban-modal') as Modal;
  }

  async show(card: Card, place: Region | null, { field, value, label }: { field: string; value?: string; label: string }) {
    const region = card.region?.code ?? place?.code;
    this.fault = { item: card.item, field, label, title: fullTitle(card), ...(region ? { region } : {}), ...(value ? { value: value.slice(0, VALUE) } : {}) };
    this.error = '';
    await this.updateComplete;
    await this.modal.show();
  }

  private async send(event: Event) {
    event.preventDefault();
    const box = this.renderRoot.querySelector('textarea') as HTMLTextAreaElement;
    const text = masked(box.value.trim());
    this.error = text ? '' : words.reportEmpty;
    if (this.error || !this.fault) return box.focus();
    const { label: _label, title: _title, ...fault } = this.fault;
    this.sending = true;
    try {
      const kept = await report({ ...fault, text });
      box.value = '';
      this.modal.close();
      this.dispatchEvent(new CustomEvent('reported', { detail: kept, bubbles: true, composed: true }));
    } catch (error) {
      this.error = trouble(error);
    } finally {
      this.sending = false;
    }
  }

  override render() {
    const { fault } = this;
    return html`<bangban-modal .heading=${words.reportTitle}>
      <form novalidate @submit=${(event: Event) => void this.send(event)}>
        <p>${fault?.title} · <b>${fault?.label}</b></p>
        <blockquote>${fault?.value ?? words.notStated}</blockquote>
        <label for="text">${words.reportText}</label>
        <textarea class="field" id="text" maxlength=${MOST} data-first aria-describedby="hint" aria-invalid=${this.error ? 'true' : 'false'}></textarea>
        <p class="hint" id="hint">${words.reportHint}</p>
        <div role="alert">${this.error ? html`<p class="wrong">${words.error}${this.error}</p>` : nothing}</div>
        <div class="row foot">
          <button class="button main" type="submit" ?disabled=${this.sending}>${words.reportSend}</button>
          <button class="button" type="button" @click=${() => this.modal.close()}>${words.cancel}</button>
        </div>
      </form>
    </bangban-modal>`;
  }
}

customElements.define('desk-report', ReportDialog);
