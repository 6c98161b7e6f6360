import { LitElement, css, html } from 'lit';
import '../modal';
import type { Modal } from '../modal';
import { base, controls } from '../sheet';
import { HOTLINE_KEYS, KEYS } from './keys';
import { page, tables } from './style';
import { words } from './wording';

/** All keys, opened with "?". */
export class KeysSheet extends LitElement {
  static override properties = { hotline: { type: Boolean } };
  static override styles = [
    base,
    controls,
    page,
    tables,
    css`
      th,
      td {
        padding: 0.2rem 0.6rem;
      }
    `,
  ];

  /** Whether the hotline's keys are shown. */
  declare hotline: boolean;

  constructor() {
    super();
    this.hotline = false;
  }

  private get modal(): Modal {
    return this.renderRoot.querySelector('bangban-modal') as Modal;
  }

  async show() {
    await this.updateComplete;
    await this.modal.show();
  }

  private caseRows(): [string, string][] {
    return [
      ...KEYS.map(([key, command]): [string, string] => [key, words.keyOf[command] ?? command]),
      ['1–9', words.keyTake],
      ['Ctrl+Enter', words.keySend],
      ['/', words.keyCanned],
      ['Esc', words.keyEscape],
    ];
  }

  private hotlineRows(): [string, string][] {
    return [
      ...HOTLINE_KEYS.map(([key, command]): [string, string] => [words.keyNames[key] ?? key, words.hotlineKeyOf[command] ?? command]),
      ['Esc', words.hotlineKeyEscape],
    ];
  }

  override render() {
    const rows = this.hotline ? this.hotlineRows() : this.caseRows();
    return html`<bangban-modal .heading=${words.keysTitle}>
      <p class="soft">${words.keysHint}</p>
      <table>
        <thead>
          <tr><th scope="col">${words.key}</th><th scope="col">${words.does}</th></tr>
        </thead>
        <tbody>
          ${rows.map(([key, does]) => html`<tr><th scope="row"><kbd>${key}</kbd></th><td>${does}</td></tr>`)}
        </tbody>
      </table>
      <p><button class="button" type="button" data-first @click=${() => this.modal.close()}>${words.close}</button></p>
    </bangban-modal>`;
  }
}

customElements.define('desk-keys', KeysSheet);
