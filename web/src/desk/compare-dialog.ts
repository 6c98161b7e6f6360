import { LitElement, html, nothing } from 'lit';
import { compare } from '../api';
import '../compare-table';
import '../modal';
import type { Modal } from '../modal';
import { base, controls, notices } from '../sheet';
import type { CompareResponse } from '../wire';
import { foot, page } from './style';
import { trouble } from './trouble';
import { words as desk } from './wording';
import { figureWords as words } from './wording-figures';

/** The guides of one item in some places, side by side. */
export class CompareDialog extends LitElement {
  static override properties = { result: { state: true }, failure: { state: true } };
  static override styles = [
    base,
    controls,
    notices,
    page,
    foot,
  ];

  declare result: CompareResponse | null;
  declare failure: string;

  constructor() {
    super();
    this.result = null;
    this.failure = '';
  }

  private get modal(): Modal {
    return this.renderRoot.querySelector('bangban-modal') as Modal;
  }

  async show(code: string, regions: readonly string[]) {
    this.result = null;
    this.failure = '';
    await this.updateComplete;
    await this.modal.show();
    try {
      this.result = await compare(code, regions);
    } catch (error) {
      this.failure = trouble(error);
    }
  }

  override render() {
    const { result, failure } = this;
    return html`<bangban-modal wide .heading=${result ? words.compareTitle(result.name) : failure ? words.sideBySide : desk.loading}>
      <div role="alert">${failure ? html`<p class="failure">${desk.error}${failure}</p>` : nothing}</div>
      ${result ? html`<bangban-compare-table .result=${result}></bangban-compare-table>` : nothing}
      <div class="row foot">
        <button class="button" type="button" @click=${() => this.modal.close()}>${desk.close}</button>
      </div>
    </bangban-modal>`;
  }
}

customElements.define('desk-compare', CompareDialog);
