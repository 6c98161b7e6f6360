import { LitElement, css, html, nothing, type PropertyValues } from 'lit';
import { fields } from '../form-style';
import '../modal';
import type { Modal } from '../modal';
import { base, controls } from '../sheet';
import type { Region } from '../wire';
import { clock } from './age';
import { notices, pin, withdraw } from './lookup-api';
import type { Notice } from './lookup-wire';
import { page } from './style';
import { trouble } from './trouble';
import { words } from './wording';

/** Notices are asked for that often; they run out in between without being asked for. */
const READ_EVERY_MS = 60_000;
const LOOK_EVERY_MS = 5_000;

/** The ends that can be chosen at one touch, in hours from now. */
const SPANS = [4, 24, 24 * 7];

/** Pinned notices with the time they end; whoever may can pin and withdraw them. */
export class NoticeBar extends LitElement {
  static override properties = {
    place: { attribute: false },
    writes: { type: Boolean },
    list: { state: true },
    failure: { state: true },
    error: { state: true },
    now: { state: true },
  };
  static override styles = [
    base,
    controls,
    fields,
    page,
    css`
      section {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0 0.5rem;
      }
      ul {
        display: grid;
        flex: 1 1 18rem;
        gap: 0.25rem;
      }
      li {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 0 0.8em;
        padding: 0.3rem 0.9rem;
        border-left: 0.3rem solid var(--warn-rule);
        border-radius: 0.25rem;
        background: var(--warn-tint);
        color: var(--warn-ink);
      }
      .text {
        flex: 1 1 16rem;
        min-width: 0;
        font-weight: 600;
        overflow-wrap: anywhere;
      }
      .when {
        font-size: var(--text-s);
      }
      li .plain,
      .new {
        min-height: 1.75rem;
        font-size: var(--text-s);
      }
      li .plain {
        color: inherit;
      }
      .foot-line {
        display: flex;
        flex-wrap: wrap;
        gap: 0 1em;
        align-items: center;
      }
    `,
  ];

  declare place: Region | null;
  declare writes: boolean;
  declare list: Notice[];
  declare failure: string;
  declare error: string;
  declare now: number;
  private reader: ReturnType<typeof setInterval> | undefined;
  private looker: ReturnType<typeof setInterval> | undefined;

  constructor() {
    super();
    this.place = null;
    this.writes = false;
    this.list = [];
    this.failure = '';
    this.error = '';
    this.now = Date.now();
  }

  override connectedCallback() {
    super.connectedCallback();
    this.reader = setInterval(() => !document.hidden && void this.read(), READ_EVERY_MS);
    this.looker = setInterval(() => this.list.length > 0 && (this.now = Date.now()), LOOK_EVERY_MS);
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.reader);
    clearInterval(this.looker);
  }

  override willUpdate(changed: PropertyValues<this>) {
    if (changed.has('place')) void this.read();
  }

  private get modal(): Modal {
    return this.renderRoot.querySelector('bangban-modal') as Modal;
  }

  private async read() {
    try {
      const list = await notices(this.place?.code ?? '');
      this.now = Date.now();
      this.list = list;
      this.failure = '';
    } catch (error) {
      this.failure = trouble(error);
    }
  }

  private async open() {
    this.error = '';
    await this.modal.show();
    this.ends(SPANS[1] ?? 24);
  }

  private get end(): HTMLInputElement {
    return this.renderRoot.querySelector('#until') as HTMLInputElement;
  }

  private ends(hours: number) {
    const when = new Date(Date.now() + hours * 3_600_000);
    this.end.value = new Date(when.getTime() - when.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
  }

  private async send(event: Event) {
    event.preventDefault();
    const box = this.renderRoot.querySelector('textarea') as HTMLTextAreaElement;
    const everywhere = (this.renderRoot.querySelector('#everywhere') as HTMLInputElement).checked;
    const text = box.value.trim();
    const until = new Date(this.end.value);
    if (!text) {
      this.error = words.noticeEmpty;
      return box.focus();
    }
    if (Number.isNaN(until.getTime()) || until.getTime() <= Date.now()) {
      this.error = words.noticeEnd;
      return this.end.focus();
    }
    try {
      await pin({ text, until: until.toISOString(), ...(!everywhere && this.place ? { region: this.place.code } : {}) });
      box.value = '';
      this.modal.close();
      await this.read();
    } catch (error) {
      this.error = trouble(error);
    }
  }

  private async drop(notice: Notice) {
    if (!confirm(words.noticeSure(notice.text))) return;
    try {
      await withdraw(notice.id);
      await this.read();
      await this.updateComplete;
      this.renderRoot.querySelector<HTMLElement>('.new')?.focus();
    } catch (error) {
      this.failure = trouble(error);
    }
  }

  override render() {
    const standing = this.list.filter(({ until }) => Date.parse(until) > this.now);
    return html`<section aria-label=${words.notices}>
        <ul>
          ${standing.map(
            (one) => html`<li>
              <span class="text">${one.text}</span>
              <span class="when">${one.region?.name ?? words.wholeRegion} · ${words.noticeUntil(clock(one.until))}</span>
              ${this.writes
                ? html`<button class="plain" type="button" aria-label=${words.actOf(words.withdraw, one.text)} @click=${() => void this.drop(one)}>${words.withdraw}</button>`
                : nothing}
            </li>`,
          )}
        </ul>
        <div class="foot-line">
          ${this.writes ? html`<button class="plain new" type="button" @click=${() => void this.open()}>＋ ${words.noticeNew}</button>` : nothing}
          <span role="alert" class="soft">${this.failure ? words.noticesFailed : ''}</span>
        </div>
      </section>
      ${this.writes ? this.form() : nothing}`;
  }

  private form() {
    return html`<bangban-modal .heading=${words.noticeNew}>
      <form novalidate @submit=${(event: Event) => void this.send(event)}>
        <label for="text">${words.noticeText}</label>
        <textarea class="field" id="text" maxlength="300" data-first></textarea>
        <label for="until">${words.noticeEnds}</label>
        <input class="field" id="until" type="datetime-local" />
        <div class="row" role="group" aria-label=${words.noticeEnds}>
          ${SPANS.map((hours) => html`<button class="chip" type="button" @click=${() => this.ends(hours)}>${words.span(hours)}</button>`)}
        </div>
        <fieldset>
          <legend class="label">${words.noticeWhere}</legend>
          <label class="tick"><input type="radio" name="where" id="here" ?checked=${this.place !== null} ?disabled=${this.place === null} />${this.place?.name ?? words.noPlaceChosen}</label>
          <label class="tick"><input type="radio" name="where" id="everywhere" ?checked=${this.place === null} />${words.wholeRegion}</label>
        </fieldset>
        <div role="alert">${this.error ? html`<p class="wrong">${words.error}${this.error}</p>` : nothing}</div>
        <div class="row foot">
          <button class="button main" type="submit">${words.noticePin}</button>
          <button class="button" type="button" @click=${() => this.modal.close()}>${words.cancel}</button>
        </div>
      </form>
    </bangban-modal>`;
  }
}

customElements.define('desk-notices', NoticeBar);
