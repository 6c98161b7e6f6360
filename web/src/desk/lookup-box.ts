import { LitElement, css, html, nothing, type PropertyValues } from 'lit';
import { isAborted } from '../api';
import { fields } from '../form-style';
import { isComposing } from '../ime';
import { base, controls, notices } from '../sheet';
import type { Region } from '../wire';
import { wording } from '../wording';
import { lookup } from './lookup-api';
import type { Hit, LookupResponse, Option, Pack } from './lookup-wire';
import { lookedUp, masked } from './mask';
import { lookupPack } from './pack';
import { PlaceChosenEvent } from './place-chip';
import { factsOf, fullTitle, levelOf } from './spoken';
import { page } from './style';
import { trouble } from './trouble';
import { words } from './wording';

/** Results follow the typing; only what was typed last counts. */
const SEARCH_AFTER_MS = 120;

/** A row was chosen: to be read as a whole, or at a glance. */
export class HitEvent extends Event {
  constructor(
    type: 'open-hit' | 'preview-hit',
    readonly hit: Pick<Hit, 'code' | 'name' | 'business_item'>,
  ) {
    super(type, { bubbles: true, composed: true });
  }
}

/** The one big box with its hits, which come while typing; and what to ask next. */
export class LookupBox extends LitElement {
  static override properties = {
    place: { attribute: false },
    pack: { attribute: false },
    label: {},
    hint: {},
    opened: {},
    answer: { state: true },
    asked: { state: true },
    active: { state: true },
    option: { state: true },
    failure: { state: true },
    busy: { state: true },
  };
  static override styles = [
    base,
    controls,
    notices,
    fields,
    page,
    css`
      :host {
        display: flex;
        flex-direction: column;
      }
      label,
      .big,
      .under,
      .ask {
        flex: none;
      }
      label {
        margin-top: 0;
      }
      .big {
        min-height: 3.25rem;
        padding: 0.4rem 1rem;
        border: 2px solid var(--accent);
        border-radius: var(--radius);
        font-size: 1.25rem;
      }
      .under {
        display: flex;
        flex-wrap: wrap;
        gap: 0 1em;
        justify-content: space-between;
        min-height: 1.6rem;
        color: var(--ink-soft);
        font-size: var(--text-s);
      }
      .ask {
        margin: var(--gap-xs) 0;
        padding: 0.6rem 0.9rem;
        border-left: 0.3rem solid var(--accent);
        border-radius: 0.25rem;
        background: var(--accent-tint);
      }
      .ask p {
        margin-bottom: var(--gap-xs);
        color: var(--accent-strong);
        font-size: 1.0625rem;
        font-weight: 700;
      }
      .ask .only {
        margin: var(--gap-xs) 0 0;
        font-size: 1rem;
        font-weight: 400;
      }
      .ask .chip {
        min-height: 2.25rem;
        padding: 0.1em 0.9em;
      }
      .hits {
        flex: 0 1 auto;
        min-height: 6rem;
        overflow-y: auto;
      }
      .hits:focus-visible {
        outline: 3px solid var(--focus);
        outline-offset: -3px;
      }
      .hits li {
        padding: 0.5rem 0.8rem;
        border: 2px solid transparent;
        border-bottom-color: var(--rule);
        background: var(--paper);
        cursor: pointer;
      }
      .hits li:hover {
        background: var(--accent-tint);
      }
      .hits li[aria-selected='true'] {
        border-color: var(--accent);
        border-radius: var(--radius-s);
        background: var(--accent-tint);
      }
      .name {
        font-weight: 700;
        overflow-wrap: anywhere;
      }
      .first {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 0 0.6em;
      }
      .mark {
        padding: 0 0.45em;
        border: 1px solid currentColor;
        border-radius: 0.25rem;
        color: var(--accent-strong);
        font-size: var(--text-s);
        font-weight: 400;
        white-space: nowrap;
      }
      .mark.old {
        color: var(--warn-ink);
        background: var(--warn-tint);
      }
      .facts {
        font-variant-numeric: tabular-nums;
        overflow-wrap: anywhere;
      }
      .where {
        color: var(--ink-soft);
        font-size: var(--text-s);
        overflow-wrap: anywhere;
      }
    `,
  ];

  declare place: Region | null;
  /** Looked through in place of the service. */
  declare pack: Pack | null;
  declare label: string;
  declare hint: string;
  /** Code of what is being read. */
  declare opened: string;
  declare answer: LookupResponse | null;
  declare asked: string;
  declare active: number;
  /** The caller's answer that leaves only some of the hits. */
  declare option: Option | null;
  declare failure: string;
  declare busy: boolean;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private running: AbortController | undefined;
  /** Enter came before the hits did. */
  private opensFirst = false;

  constructor() {
    super();
    this.place = null;
    this.pack = null;
    this.label = words.lookupLabel;
    this.hint = words.lookupHint;
    this.opened = '';
    this.answer = null;
    this.asked = '';
    this.active = 0;
    this.option = null;
    this.failure = '';
    this.busy = false;
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.timer);
    this.running?.abort();
  }

  override willUpdate(changed: PropertyValues<this>) {
    const elsewhere = changed.has('place') && changed.get('place')?.code !== this.place?.code;
    if (this.hasUpdated && this.asked && (elsewhere || changed.has('pack'))) void this.search(this.asked);
  }

  private get box(): HTMLInputElement {
    return this.renderRoot.querySelector('input') as HTMLInputElement;
  }

  /** The hits, or those that the caller's answer leaves. */
  private get rows(): Hit[] {
    const rows = this.answer?.rows ?? [];
    const { option } = this;
    return option ? rows.filter(({ code }) => option.codes.includes(code)) : rows;
  }

  /** The row that keys act on. */
  get hit(): Hit | null {
    return this.rows[this.active] ?? null;
  }

  /** What was last looked up. */
  get question(): string {
    return this.asked;
  }

  async focusBox() {
    await this.updateComplete;
    this.box.focus();
    this.box.select();
  }

  clear() {
    this.box.value = '';
    void this.search('');
  }

  /** Looks words up as if they had been typed. */
  async ask(q: string) {
    await this.updateComplete;
    this.box.value = q;
    await this.search(q);
  }

  step(by: number) {
    const n = this.rows.length;
    if (n === 0) return;
    this.active = Math.max(0, Math.min(n - 1, this.active + by));
    void this.updateComplete.then(() => this.renderRoot.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' }));
  }

  act(type: 'open-hit' | 'preview-hit') {
    const { hit } = this;
    if (!hit) return;
    if (type === 'open-hit') this.renderRoot.querySelector<HTMLElement>('.hits')?.focus({ preventScroll: true });
    this.dispatchEvent(new HitEvent(type, hit));
  }

  private readonly typed = (event: Event) => {
    if ((event as InputEvent).isComposing) return;
    clearTimeout(this.timer);
    this.opensFirst = false;
    this.timer = setTimeout(() => void this.search(this.box.value), SEARCH_AFTER_MS);
  };

  private async search(text: string) {
    clearTimeout(this.timer);
    this.running?.abort();
    const q = lookedUp(text);
    if (!q) {
      Object.assign(this, { answer: null, asked: '', failure: '', active: 0, option: null, busy: false });
      return;
    }
    const running = new AbortController();
    this.running = running;
    this.busy = true;
    try {
      const answer = this.pack ? lookupPack(this.pack, q) : await lookup(q, this.place?.code ?? '', running.signal);
      if (running.signal.aborted) return;
      Object.assign(this, { answer, asked: q, active: 0, option: null, failure: '' });
      if (this.opensFirst) await this.updateComplete.then(() => this.act('open-hit'));
    } catch (error) {
      if (isAborted(error) || running.signal.aborted) return;
      this.failure = trouble(error);
      this.dispatchEvent(new CustomEvent('unanswered', { detail: error, bubbles: true, composed: true }));
    } finally {
      if (this.running === running) {
        this.busy = false;
        this.opensFirst = false;
      }
    }
  }

  private readonly pressed = (event: KeyboardEvent) => {
    if (isComposing(event)) return;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      this.step(event.key === 'ArrowDown' ? 1 : -1);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      const waiting = masked(this.box.value).trim() !== this.asked || this.busy;
      if (!waiting) return this.act('open-hit');
      this.opensFirst = true;
      void this.search(this.box.value);
    }
  };

  /** The list's own keys, which are no single letters and stay where those are switched off. */
  private readonly listPressed = (event: KeyboardEvent) => {
    const { key } = event;
    if (key === 'ArrowDown' || key === 'ArrowUp') this.step(key === 'ArrowDown' ? 1 : -1);
    else if (key === 'Enter') this.act('open-hit');
    else if (key === ' ') this.act('preview-hit');
    else return;
    event.preventDefault();
  };

  /** One item is opened; several are what is left of the hits, or, where none of them was shown, looked up anew. */
  private answered(option: Option) {
    const { label, code, business_item, codes } = option;
    this.active = 0;
    if (code) {
      const at = this.rows.findIndex((hit) => hit.code === code && (!business_item || hit.business_item === business_item));
      if (at >= 0) this.active = at;
      this.dispatchEvent(new HitEvent('open-hit', { code, name: label, business_item }));
    } else if (this.answer?.rows.some((hit) => codes.includes(hit.code))) this.option = option;
    else void this.ask(`${this.asked} ${label}`);
  }

  override render() {
    const { answer, rows } = this;
    const open = rows.length > 0;
    return html`<label for="q">${this.label}</label>
      <input
        class="field big"
        id="q"
        type="search"
        role="combobox"
        autocomplete="off"
        enterkeyhint="search"
        maxlength="200"
        aria-autocomplete="list"
        aria-controls="hits"
        aria-expanded=${open ? 'true' : 'false'}
        aria-activedescendant=${open ? `hit-${this.active}` : nothing}
        aria-describedby="under"
        @input=${this.typed}
        @compositionend=${this.typed}
        @keydown=${this.pressed}
      />
      <div class="under" id="under">
        <span>${this.hint}</span>
        <span role="status">${this.status(answer)}</span>
      </div>
      <div role="alert">${this.failure ? html`<p class="failure">${words.error}${this.failure}</p>` : nothing}</div>
      ${this.places(answer)} ${this.followUp(answer)}
      <ul
        class="hits"
        id="hits"
        role="listbox"
        tabindex=${open ? '0' : nothing}
        aria-label=${words.hits}
        aria-busy=${this.busy ? 'true' : 'false'}
        aria-activedescendant=${open ? `hit-${this.active}` : nothing}
        ?hidden=${!open}
        @keydown=${this.listPressed}
      >
        ${rows.map((hit, at) => this.row(hit, at, at === 0 && !!answer?.sure))}
      </ul>`;
  }

  private status(answer: LookupResponse | null) {
    if (!answer || !this.asked) return '';
    if (answer.rows.length === 0) return words.searchEmpty;
    const heard = answer.heard ? words.heard(answer.heard) : '';
    return `${words.hitCount(answer.rows.length)}${heard}${answer.keywords_only && !this.pack ? words.keywordsOnly : ''}`;
  }

  /** The words may name a place of which there are several. */
  private places(answer: LookupResponse | null) {
    const choices = answer?.region_choices ?? [];
    if (choices.length === 0) return nothing;
    return html`<div class="ask" role="group" aria-label=${words.whichPlace}>
      <p>${words.askPrefix}${words.whichPlace}</p>
      <div class="row">
        ${choices.map((one) => html`<button class="chip" type="button" @click=${() => this.dispatchEvent(new PlaceChosenEvent(one))}>${one.name}</button>`)}
      </div>
    </div>`;
  }

  private followUp(answer: LookupResponse | null) {
    const ask = answer?.ask;
    if (!ask) return nothing;
    return html`<div class="ask" role="group" aria-label=${words.askNext}>
      <p>${words.askPrefix}${ask.text}</p>
      <div class="row">${ask.options.map((one) => html`<button class="chip" type="button" aria-pressed=${one === this.option ? 'true' : nothing} @click=${() => this.answered(one)}>${one.label}</button>`)}</div>
      ${this.option ? html`<p class="only" role="status">${words.onlyOption(this.option.label)} <button class="plain" type="button" @click=${() => (this.option = null)}>${words.allHits}</button></p>` : nothing}
    </div>`;
  }

  private row(hit: Hit, at: number, sure: boolean) {
    const where = [hit.region?.name ?? words.noRegion, hit.region ? levelOf(hit.region.code) : '', wording.fit[hit.fit ?? ''] ?? '', hit.organ ?? ''];
    return html`<li
      id="hit-${at}"
      role="option"
      aria-selected=${at === this.active ? 'true' : 'false'}
      @click=${() => {
        this.active = at;
        this.act('open-hit');
      }}
    >
      <div class="first">
        <span class="name">${fullTitle(hit)}</span>
        ${sure ? html`<span class="mark">${words.mostLikely}</span>` : nothing}
        ${hit.code === this.opened ? html`<span class="mark">${words.reading}</span>` : nothing}
        ${hit.stale ? html`<span class="mark old">${words.staleMark}</span>` : nothing}
      </div>
      <div class="facts">${factsOf(hit)}</div>
      <div class="where">${where.filter((part) => part).join(' · ')}</div>
    </li>`;
  }
}

customElements.define('desk-lookup', LookupBox);
