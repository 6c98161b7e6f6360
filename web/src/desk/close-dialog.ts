import { LitElement, css, html, nothing } from 'lit';
import { fields } from '../form-style';
import '../modal';
import type { Modal } from '../modal';
import { base, controls } from '../sheet';
import type { Ending } from './api';
import './item-search';
import type { ItemSearch } from './item-search';
import { page } from './style';
import type { Case, CaseStage } from './wire';
import { words } from './wording';

/** Which outcomes a conversation can have where it stands. */
const OUTCOMES: Partial<Record<CaseStage, readonly string[]>> = {
  assigned: ['solved', 'unsolved', 'abuse'],
  callback: ['called_back', 'not_reached'],
};

interface Item {
  code: string;
  name: string;
  business_item: string;
}

/** 结束: how it ended, and which item was the right one. */
export class CloseDialog extends LitElement {
  static override properties = {
    case: { attribute: false },
    send: { attribute: false },
    outcome: { state: true },
    item: { state: true },
    other: { state: true },
    error: { state: true },
    busy: { state: true },
  };
  static override styles = [
    base,
    controls,
    fields,
    page,
    css`
      fieldset + fieldset {
        margin-top: var(--gap-s);
      }
      legend {
        font-weight: 600;
      }
      .tick {
        display: flex;
        margin: 0;
      }
    `,
  ];

  declare case: Case | null;
  /** Ends the conversation; tells why it was refused. */
  declare send: (ending: Ending) => Promise<string>;
  declare outcome: string;
  declare item: Item | null;
  declare other: Item | null;
  declare error: string;
  declare busy: boolean;

  constructor() {
    super();
    this.case = null;
    this.reset();
  }

  private reset() {
    this.outcome = '';
    this.item = null;
    this.other = null;
    this.error = '';
    this.busy = false;
  }

  private get modal(): Modal {
    return this.renderRoot.querySelector('bangban-modal') as Modal;
  }

  async show() {
    this.reset();
    await this.updateComplete;
    await this.modal.show();
  }

  private async another() {
    const found = await this.renderRoot.querySelector<ItemSearch>('desk-search')?.choose();
    if (!found) return;
    const { code, name, business_item } = found;
    this.other = { code, name: business_item ? `${name}：${business_item}` : name, business_item: business_item ?? '' };
    this.item = this.other;
  }

  private async submit(event: Event) {
    event.preventDefault();
    if (this.busy) return;
    this.error = this.outcome ? '' : words.outcomeNeeded;
    if (this.error) return this.renderRoot.querySelector('input')?.focus();
    const { item } = this;
    this.busy = true;
    this.error = await this.send({
      outcome: this.outcome,
      ...(item ? { item_code: item.code } : {}),
      ...(item?.business_item ? { business_item: item.business_item } : {}),
    });
    this.busy = false;
    if (!this.error) this.modal.close();
  }

  private get items(): Item[] {
    const brief = this.case?.brief;
    const known = [...(brief?.item ? [brief.item] : []), ...(brief?.candidates ?? [])].map(({ code, name }) => ({ code, name, business_item: '' }));
    const all = this.other ? [...known, this.other] : known;
    return all.filter((one, at) => all.findIndex((same) => same.code === one.code && same.business_item === one.business_item) === at);
  }

  override render() {
    const outcomes = this.case ? (OUTCOMES[this.case.row.stage] ?? []) : [];
    return html`<bangban-modal .heading=${words.endTitle}>
        <form novalidate @submit=${(event: Event) => void this.submit(event)}>
          <fieldset>
            <legend>${words.outcome}</legend>
            ${outcomes.map((outcome, at) => this.radio('outcome', words.outcomeOf[outcome] ?? outcome, this.outcome === outcome, () => (this.outcome = outcome), at === 0))}
          </fieldset>
          <fieldset>
            <legend>${words.rightItem}</legend>
            ${this.radio('item', words.noRightItem, this.item === null, () => (this.item = null))}
            ${this.items.map((one) =>
              this.radio('item', one.name, this.item?.code === one.code && this.item.business_item === one.business_item, () => (this.item = one)),
            )}
            <button class="button" type="button" @click=${() => void this.another()}>${words.otherItem}</button>
          </fieldset>
          <div role="alert">${this.error ? html`<p class="wrong">${words.error}${this.error}</p>` : nothing}</div>
          <div class="row foot">
            <button class="button main" type="submit" aria-disabled=${this.busy ? 'true' : nothing}>${words.end}</button>
            <button class="button" type="button" @click=${() => this.modal.close()}>${words.cancel}</button>
          </div>
        </form>
      </bangban-modal>
      <desk-search .region=${this.case?.row.region?.code ?? ''}></desk-search>`;
  }

  private radio(name: string, label: string, checked: boolean, choose: () => void, first = false) {
    return html`<label class="tick"><input type="radio" name=${name} .checked=${checked} ?data-first=${first} @change=${choose} />${label}</label>`;
  }
}

customElements.define('desk-close', CloseDialog);
