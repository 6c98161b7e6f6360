import { LitElement, css, html } from 'lit';
import { focused } from './focus';
import { base } from './sheet';

/** A window over the page, with a heading. Focus goes into it and comes back; Escape closes it. */
export class Modal extends LitElement {
  static override properties = { heading: {}, wide: { type: Boolean } };
  static override styles = [
    base,
    css`
      dialog {
        width: 34rem;
        max-width: calc(100vw - 1.5rem);
        max-height: calc(100vh - 1.5rem);
        overflow: auto;
        padding: var(--gap);
        border: 1px solid var(--control);
        border-radius: var(--radius);
        background: var(--paper);
        color: var(--ink);
        box-shadow: var(--shadow);
      }
      :host([wide]) dialog {
        width: 60rem;
      }
      dialog::backdrop {
        background: rgba(8, 24, 20, 0.55);
      }
      h2 {
        margin-bottom: var(--gap-s);
        font-size: var(--text-l);
        line-height: 1.4;
      }
    `,
  ];

  declare heading: string;
  declare wide: boolean;
  private opener: HTMLElement | null = null;

  constructor() {
    super();
    this.heading = '';
    this.wide = false;
  }

  private get dialog(): HTMLDialogElement {
    return this.renderRoot.querySelector('dialog') as HTMLDialogElement;
  }

  get open(): boolean {
    return this.hasUpdated && this.dialog.open;
  }

  async show() {
    await this.updateComplete;
    if (this.dialog.open) return;
    this.opener = focused();
    this.dialog.showModal();
    const wanted = this.querySelector<HTMLElement>('[data-first]');
    (wanted ?? this.renderRoot.querySelector<HTMLElement>('h2'))?.focus();
  }

  close() {
    if (!this.open) return;
    this.dialog.close();
    this.giveBack();
  }

  /** Focus goes back at once, so that whoever closes the window can send it elsewhere then. */
  private giveBack() {
    // What opened it may be gone by now; whoever shows it then says where focus goes.
    if (this.opener?.isConnected) this.opener.focus();
    this.opener = null;
  }

  private closed() {
    this.giveBack();
    this.dispatchEvent(new Event('closed'));
  }

  override render() {
    return html`<dialog aria-labelledby="heading" @close=${this.closed}>
      <h2 id="heading" tabindex="-1">${this.heading}</h2>
      <slot></slot>
    </dialog>`;
  }
}

customElements.define('bangban-modal', Modal);
