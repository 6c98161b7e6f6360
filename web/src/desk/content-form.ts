import { LitElement, css, html, nothing } from 'lit';
import { item, Refused } from '../api';
import { fields } from '../form-style';
import '../modal';
import type { Modal } from '../modal';
import { base, controls } from '../sheet';
import { make, type Change, type Content, type Kind } from './api-content';
import { isWeekend, meansOf, spansTold, weekday } from './content';
import './item-search';
import type { ItemSearch } from './item-search';
import './span-list';
import type { SpanList } from './span-list';
import { page } from './style';
import { trouble } from './trouble';
import { words as desk } from './wording';
import { contentWords as words } from './wording-content';

/** Characters of a name or a word, and words that one stands for, at most. */
const LONGEST = 60;
const MOST_MEANS = 8;

/** A change was taken in, and waits. */
export class MadeEvent extends Event {
  constructor(readonly made: Content) {
    super('made', { bubbles: true, composed: true });
  }
}

/** What is wrong, and with which field of the change. */
interface Wrong {
  field: string;
  text: string;
}

interface Item {
  code: string;
  name: string;
  business_item: string;
  /** 业务办理项 to choose from. */
  cases: { id: string; label: string }[];
  /** They could not be read. */
  unknown: boolean;
}

/** The form of a change, of each of its kinds. */
export class ContentForm extends LitElement {
  static override properties = {
    kind: { state: true },
    item: { state: true },
    said: { state: true },
    means: { state: true },
    day: { state: true },
    wrong: { state: true },
    busy: { state: true },
  };
  static override styles = [
    base,
    controls,
    fields,
    page,
    css`
      .chosen {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.25rem 0.8rem;
      }
      .chosen b {
        overflow-wrap: anywhere;
      }
      .echo {
        margin-top: var(--gap-xs);
        overflow-wrap: anywhere;
      }
    `,
  ];

  declare kind: Kind;
  declare item: Item | null;
  declare said: string;
  declare means: string[];
  declare day: string;
  declare wrong: Wrong | null;
  declare busy: boolean;
  /** Hours that are in use, where that is known. */
  private current: readonly string[] = [];

  constructor() {
    super();
    this.kind = 'name';
    this.reset();
  }

  private reset() {
    Object.assign(this, { item: null, said: '', means: [], day: '', wrong: null, busy: false });
  }

  private find<T extends Element>(name: string): T {
    return this.renderRoot.querySelector(name) as T;
  }

  private get modal(): Modal {
    return this.find('bangban-modal');
  }

  /** Opens an empty form; `current` are the hours that are in use. */
  async show(kind: Kind, current: readonly string[] = []) {
    this.kind = kind;
    this.current = current;
    this.reset();
    await this.updateComplete;
    this.find<HTMLFormElement>('form').reset();
    if (kind === 'hours') this.find<SpanList>('desk-spans').start(this.current);
    await this.modal.show();
  }

  private async choose() {
    const found = await this.find<ItemSearch>('desk-search').choose();
    if (!found) return;
    const { code, name, business_item } = found;
    this.item = { code, name, business_item: business_item ?? '', cases: [], unknown: false };
    this.wrong = null;
    await this.readCases(code);
    await this.updateComplete;
    this.find<HTMLElement>('#name')?.focus();
  }

  private async readCases(code: string) {
    try {
      const { card } = await item(code);
      const cases = card.questions.find(({ id }) => id === 'item')?.options ?? [];
      if (this.item?.code !== code) return;
      const { business_item } = this.item;
      this.item = { ...this.item, cases, business_item: cases.some(({ id }) => id === business_item) ? business_item : '' };
    } catch {
      if (this.item?.code === code) this.item = { ...this.item, business_item: '', unknown: true };
    }
  }

  /** The change as it was filled in, or what is wrong. */
  private read(): Change | Wrong {
    const text = (name: string) => this.find<HTMLInputElement>(`#${name}`).value.trim();
    const { kind } = this;
    if (kind === 'name') {
      const name = text('name');
      if (!this.item) return { field: 'item', text: words.itemNeeded };
      if (!name) return { field: 'name', text: words.nameNeeded };
      const { code, business_item } = this.item;
      return { kind, item: code, ...(business_item ? { business_item } : {}), name };
    }
    if (kind === 'synonym') {
      const { said, means } = this;
      if (!said) return { field: 'said', text: words.saidNeeded };
      if (means.length === 0 || means.length > MOST_MEANS) return { field: 'means', text: words.meansNeeded };
      if (means.some((one) => one.length > LONGEST)) return { field: 'means', text: words.tooLong(LONGEST) };
      return means.includes(said) ? { field: 'means', text: words.meansSame } : { kind, said, means };
    }
    if (kind === 'hours') {
      const { value } = this.find<SpanList>('desk-spans');
      return 'fault' in value ? { field: 'spans', text: value.fault } : { kind, spans: value.spans };
    }
    const worked = new FormData(this.find<HTMLFormElement>('form')).get('worked');
    const note = text('note');
    if (!this.day) return { field: 'day', text: words.dayNeeded };
    if (this.day < today()) return { field: 'day', text: words.dayPast };
    if (worked === null) return { field: 'worked', text: words.dayWhatNeeded };
    return note ? { kind, day: this.day, worked: worked === 'yes', note } : { field: 'note', text: words.reasonNeeded };
  }

  private async submit(event: Event) {
    event.preventDefault();
    if (this.busy) return;
    const change = this.read();
    if ('field' in change) return this.complain(change);
    this.wrong = null;
    this.busy = true;
    try {
      const made = await make(change);
      this.modal.close();
      this.dispatchEvent(new MadeEvent(made));
    } catch (error) {
      await this.complain(refusal(error));
    } finally {
      this.busy = false;
    }
  }

  private async complain(wrong: Wrong) {
    this.wrong = wrong;
    await this.updateComplete;
    this.find<HTMLElement>(`[data-field="${wrong.field}"]`)?.focus();
  }

  override render() {
    const { kind, wrong, busy } = this;
    const part = { name: () => this.nameFields(), synonym: () => this.wordFields(), hours: () => this.hourFields(), day: () => this.dayFields() }[kind];
    return html`<bangban-modal .heading=${words.writeKind(words.kindOf[kind])}>
        <form novalidate @submit=${(event: Event) => void this.submit(event)} @input=${() => (this.wrong = null)}>
          <p class="soft">${words.kindDoes[kind]}</p>
          ${part()}
          <div role="alert" id="wrong">${wrong ? html`<p class="wrong">${desk.error}${wrong.text}</p>` : nothing}</div>
          <div class="row foot">
            <button class="button main" type="submit" aria-disabled=${busy ? 'true' : nothing}>${busy ? words.sending : words.submit}</button>
            <button class="button" type="button" @click=${() => this.modal.close()}>${desk.cancel}</button>
          </div>
        </form>
      </bangban-modal>
      <desk-search></desk-search>`;
  }

  /** Marks a field that something is wrong with. */
  private bad(field: string) {
    return this.wrong?.field === field ? 'true' : nothing;
  }

  private input(field: string, label: string, hint: string, typed: (value: string) => void = () => {}, first = false) {
    return html`<label for=${field}>${label}</label>
      <input
        class="field"
        id=${field}
        name=${field}
        data-field=${field}
        ?data-first=${first}
        type="text"
        autocomplete="off"
        maxlength=${field === 'means' ? 500 : LONGEST}
        aria-describedby="${field}-hint wrong"
        aria-invalid=${this.bad(field)}
        @input=${(event: Event) => typed((event.target as HTMLInputElement).value.trim())}
      />
      <p class="hint" id="${field}-hint">${hint}</p>`;
  }

  private nameFields() {
    const chosen = this.item;
    return html`<span class="label" id="item-label">${words.item}</span>
      <div class="chosen">
        ${chosen ? html`<b>${chosen.name}</b>` : nothing}
        <button class="button" type="button" data-field="item" data-first aria-describedby="item-label wrong" @click=${() => void this.choose()}>
          ${chosen ? words.itemOther : words.itemChoose}
        </button>
      </div>
      ${chosen && chosen.cases.length > 0
        ? html`<label for="case">${words.businessItem}</label>
            <select
              class="field"
              id="case"
              data-field="business_item"
              aria-invalid=${this.bad('business_item')}
              .value=${chosen.business_item}
              @change=${(event: Event) => (this.item = { ...chosen, business_item: (event.target as HTMLSelectElement).value })}
            >
              <option value="" ?selected=${chosen.business_item === ''}>${words.anyCase}</option>
              ${chosen.cases.map(({ id, label }) => html`<option value=${id} ?selected=${chosen.business_item === id}>${label}</option>`)}
            </select>`
        : nothing}
      ${chosen?.unknown ? html`<p class="hint">${words.caseUnknown}</p>` : nothing} ${this.input('name', words.nameLabel, words.nameHint)}`;
  }

  private wordFields() {
    return html`${this.input('said', words.said, words.saidHint, (value) => (this.said = value), true)}
      ${this.input('means', words.means, words.meansHint, (value) => (this.means = meansOf(value)))}
      ${this.said && this.means.length > 0 ? html`<p class="echo">${words.meansEcho(this.said, this.means.join('、'))}</p>` : nothing}`;
  }

  private hourFields() {
    return html`${this.current.length > 0 ? html`<p>${words.before}：${spansTold(this.current, words.anytime)}</p>` : nothing}
      <desk-spans data-field="spans" data-first ?wrong=${this.wrong?.field === 'spans'}></desk-spans>`;
  }

  private dayFields() {
    const { day } = this;
    const choice = (value: string, label: string, first: boolean) =>
      html`<label class="tick"><input type="radio" name="worked" value=${value} data-field=${first ? 'worked' : nothing} />${label}</label>`;
    return html`<label for="day">${words.day}</label>
      <input
        class="field"
        id="day"
        data-field="day"
        data-first
        type="date"
        min=${today()}
        aria-describedby="day-is wrong"
        aria-invalid=${this.bad('day')}
        @input=${(event: Event) => (this.day = (event.target as HTMLInputElement).value)}
      />
      <p class="hint" id="day-is">${day ? words.dayIs(weekday(day), isWeekend(day)) : ''}</p>
      <fieldset>
        <legend class="label">${words.dayWhat}</legend>
        ${choice('no', words.off, true)} ${choice('yes', words.worked, false)}
      </fieldset>
      ${this.input('note', words.reason, words.reasonHint)}`;
  }
}

/** What the service has against it, at its field where it names one. */
function refusal(error: unknown): Wrong {
  if (error instanceof Refused) {
    const [field = '', texts = []] = Object.entries(error.problem.errors ?? {})[0] ?? [];
    if (texts[0]) return { field, text: texts[0] };
  }
  return { field: '', text: trouble(error) };
}

/** Today as the service's days are. */
function today(): string {
  return new Date().toLocaleDateString('en-CA', { timeZone: 'Asia/Shanghai' });
}

customElements.define('desk-content-form', ContentForm);
