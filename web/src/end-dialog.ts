import { LitElement, html } from 'lit';
import './modal';
import type { Modal } from './modal';
import { base, controls } from './sheet';
import { wording } from './wording';

export type Ending = 'solved' | 'unsolved' | null;

/** Asks how a conversation ended: solved, not solved, or not yet. */
export class EndDialog extends LitElement {
  static override styles = [base, controls];

  private settle: ((ending: Ending) => void) | undefined;

  async ask(): Promise<Ending> {
    await this.updateComplete;
    const ending = new Promise<Ending>((resolve) => (this.settle = resolve));
    await this.modal.show();
    return ending;
  }

  private get modal(): Modal {
    return this.renderRoot.querySelector('bangban-modal') as Modal;
  }

  private finish(ending: Ending) {
    this.settle?.(ending);
    this.settle = undefined;
    this.modal.close();
  }

  override render() {
    return html`<bangban-modal .heading=${wording.endTitle} @closed=${() => this.settle?.(null)}>
      <div class="row">
        <button class="button main" type="button" data-first @click=${() => this.finish('solved')}>${wording.endSolved}</button>
        <button class="button" type="button" @click=${() => this.finish('unsolved')}>${wording.endUnsolved}</button>
        <button class="button" type="button" @click=${() => this.finish(null)}>${wording.endStay}</button>
      </div>
    </bangban-modal>`;
  }
}

customElements.define('bangban-end', EndDialog);
