import { LitElement, html, nothing } from 'lit';
import '../answer-card';
import { compare, item } from '../api';
import '../compare-table';
import '../modal';
import type { Modal } from '../modal';
import { base, controls, notices } from '../sheet';
import type { Card, CompareResponse, Region } from '../wire';
import { foot, page } from './style';
import { trouble } from './trouble';
import { words } from './wording';

/** Most places that are compared by themselves; others can be added on the card. */
const PLACES = 4;

/** A guide as a whole, or how it differs from place to place. */
export class GuideDialog extends LitElement {
  static override properties = {
    card: { state: true },
    compared: { state: true },
    failure: { state: true },
    inserts: { type: Boolean },
    region: { attribute: false },
  };
  static override styles = [
    base,
    controls,
    notices,
    page,
    foot,
  ];

  declare card: Card | null;
  declare compared: CompareResponse | null;
  declare failure: string;
  /** Whether it can be put into a reply. */
  declare inserts: boolean;
  /** Where the citizen is. */
  declare region: Region | null;

  constructor() {
    super();
    this.inserts = false;
    this.region = null;
    this.clear();
  }

  private clear() {
    this.card = null;
    this.compared = null;
    this.failure = '';
  }

  private get modal(): Modal {
    return this.renderRoot.querySelector('bangban-modal') as Modal;
  }

  /** Shows a card that is at hand already, or reads the item's guide of the citizen's place. */
  async show(code: string, card: Card | null = null, business_item = '') {
    this.clear();
    this.card = card;
    await this.updateComplete;
    await this.modal.show();
    if (card) return;
    try {
      this.card = (await item(code, this.region?.code ?? '', business_item)).card;
    } catch (error) {
      this.failure = trouble(error);
    }
  }

  /** Compares the guide of the citizen's place, and of those around it. */
  async differences(code: string) {
    this.clear();
    await this.updateComplete;
    await this.modal.show();
    try {
      const { item: found } = await item(code, this.region?.code ?? '');
      const codes = [this.region?.code, ...found.places.map((place) => place.code)].filter((one): one is string => !!one);
      const places = [...new Set(codes)].slice(0, PLACES);
      if (found.places.length < 2) this.failure = words.oneGuide;
      else this.compared = await compare(code, places);
    } catch (error) {
      this.failure = trouble(error);
    }
  }

  private insert({ item: code, name, business_item }: Card) {
    this.modal.close();
    const detail = { code, name: business_item ? `${name}：${business_item}` : name, business_item: business_item ?? '' };
    this.dispatchEvent(new CustomEvent('insert', { detail, bubbles: true, composed: true }));
  }

  override render() {
    const { card, compared, failure } = this;
    const heading = card ? words.sentCard(card.name) : compared ? words.differencesOf(compared.name) : words.loading;
    return html`<bangban-modal wide .heading=${failure && !card ? words.context : heading}>
      <div role="alert">${failure ? html`<p class="failure">${failure}</p>` : nothing}</div>
      ${card ? html`<bangban-card .card=${card} .place=${this.region}></bangban-card>` : nothing}
      ${compared ? html`<bangban-compare-table .result=${compared}></bangban-compare-table>` : nothing}
      <div class="row foot">
        ${card && this.inserts
          ? html`<button class="button main" type="button" @click=${() => this.insert(card)}>${words.insertThis}</button>`
          : nothing}
        <button class="button" type="button" @click=${() => this.modal.close()}>${words.close}</button>
      </div>
    </bangban-modal>`;
  }
}

customElements.define('desk-guide', GuideDialog);
