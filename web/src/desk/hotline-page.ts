import { LitElement, html, nothing } from 'lit';
import { base, controls, notices } from '../sheet';
import type { Card, Region } from '../wire';
import type { CallFeed } from './call-feed';
import { copyText } from './clipboard';
import './full-text';
import type { GuideEvent } from './full-text';
import { hotlineStyle } from './hotline-style';
import { command, HOTLINE_KEYS, whereOf, type Command } from './keys';
import './keys-sheet';
import type { KeysSheet } from './keys-sheet';
import { guide, script, type Answers } from './lookup-api';
import './lookup-box';
import type { HitEvent, LookupBox } from './lookup-box';
import type { Script } from './lookup-wire';
import './notice-bar';
import './place-chip';
import { PlaceChosenEvent, type PlaceChip } from './place-chip';
import { keepPlace, stickyPlace } from './places';
import { Reading } from './reading';
import './report-dialog';
import type { ReportDialog } from './report-dialog';
import { citizenLink, fullTitle, messageText, scriptText } from './spoken';
import './staff-guide';
import type { AnswerEvent, FaultEvent, StaffGuide } from './staff-guide';
import { page } from './style';
import './transcript-strip';
import type { TranscriptStrip } from './transcript-strip';
import { trouble } from './trouble';
import type { Me } from './wire';
import { words } from './wording';
import './wrap-up';
import { GAPS, type WrapUpBar } from './wrap-up';

/** What is copied, or shown at a glance. */
interface Wanted {
  code: string;
  answers: Answers;
}

/** 热线台: one box, its hits, the guide beside them, what to say, and how the call ended. */
export class HotlinePage extends LitElement {
  static override properties = {
    me: { attribute: false },
    keys: { type: Boolean },
    calls: { attribute: false },
    place: { state: true },
    said: { state: true },
    heard: { state: true },
    failure: { state: true },
    glance: { state: true },
    spoken: { state: true },
    byHand: { state: true },
  };
  static override styles = [base, controls, notices, page, hotlineStyle];

  declare me: Me;
  declare keys: boolean;
  /** What the telephone system tells. */
  declare calls: CallFeed | null;
  /** Where the caller is, until somebody says otherwise. */
  declare place: Region | null;
  /** What was just done. */
  declare said: string;
  declare heard: string;
  declare failure: string;
  /** A hit looked at without opening it. */
  declare glance: Card | null;
  declare spoken: Script | null;
  /** What could not be copied. */
  declare byHand: string;
  private readonly reading = new Reading(this);
  private glancing: AbortController | undefined;

  constructor() {
    super();
    this.keys = true;
    this.calls = null;
    this.place = stickyPlace();
    this.said = '';
    this.heard = '';
    this.failure = '';
    this.glance = null;
    this.spoken = null;
    this.byHand = '';
  }

  override connectedCallback() {
    super.connectedCallback();
    window.addEventListener('keydown', this.pressed);
    void this.updateComplete.then(() => {
      this.listen();
      void this.box.focusBox();
    });
  }

  /** Something was said in the call. */
  listen() {
    if (this.calls) this.find<TranscriptStrip>('desk-transcript').follow(this.calls);
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    window.removeEventListener('keydown', this.pressed);
    this.glancing?.abort();
  }

  private find<T extends Element>(name: string): T {
    return this.renderRoot.querySelector(name) as T;
  }

  private get box(): LookupBox {
    return this.find<LookupBox>('desk-lookup');
  }

  private get region(): string {
    return this.place?.code ?? '';
  }

  private readonly pressed = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing) return;
    const where = whereOf(event, this.keys);
    // Escape comes back to the box from everywhere but a window, which it closes.
    if (event.key === 'Escape' && !where.modal) {
      event.preventDefault();
      return void this.box.focusBox();
    }
    const wanted = command(event, where, HOTLINE_KEYS);
    // A guide is scrolled with the keys that move through the list elsewhere.
    const scrolls = event.composedPath().some((one) => one instanceof Element && one.matches('.guide, .said'));
    if (!wanted || (scrolls && ['next', 'previous', 'preview'].includes(wanted))) return;
    event.preventDefault();
    void this.run(wanted);
  };

  private async run(wanted: Command) {
    const wrap = this.find<WrapUpBar>('desk-wrap-up');
    const gap = /^gap(\d)$/.exec(wanted);
    const missed = gap && GAPS[Number(gap[1]) - 1];
    if (missed) wrap.miss(missed);
    else if (wanted === 'next' || wanted === 'previous') this.box.step(wanted === 'next' ? 1 : -1);
    else if (wanted === 'open') this.box.act('open-hit');
    else if (wanted === 'preview') this.box.act('preview-hit');
    else if (wanted === 'search') await this.box.focusBox();
    else if (wanted === 'guide') await this.find<StaffGuide>('desk-staff-guide')?.takeFocus();
    else if (wanted === 'script') await this.copyScript();
    else if (wanted === 'message') await this.copyMessage();
    else if (wanted === 'place') await this.find<PlaceChip>('desk-place').edit();
    else if (wanted === 'transcript') await this.find<TranscriptStrip>('desk-transcript').takeFocus();
    else if (wanted === 'solved' || wanted === 'unsolved') wrap.settle(wanted === 'solved');
    else if (wanted === 'wrapUp') await wrap.keep();
    else if (wanted === 'sheet') await this.find<KeysSheet>('desk-keys').show();
  }

  private readonly open = async ({ hit }: HitEvent) => {
    this.spoken = null;
    this.glance = null;
    const answers: Answers = hit.business_item ? { item: [hit.business_item] } : {};
    if (!(await this.reading.open(hit.code, this.region, answers))) return;
    await this.updateComplete;
    this.find('.guide').scrollTop = 0;
    // On one column the guide stands below all hits.
    if (matchMedia('(max-width: 799px)').matches) await this.find<StaffGuide>('desk-staff-guide').takeFocus();
  };

  /** A guide found by its text: the caller's place becomes the guide's, and that is said. */
  private readonly openThere = async ({ code, region }: GuideEvent) => {
    if (region && region.code !== this.place?.code) {
      this.reading.close();
      this.moved(new PlaceChosenEvent(region));
      this.tell(words.movedTo(region.name));
    }
    this.spoken = null;
    this.glance = null;
    if (!(await this.reading.open(code, this.region, {}))) return;
    await this.updateComplete;
    await this.find<StaffGuide>('desk-staff-guide').takeFocus();
  };

  private readonly preview = async ({ hit }: HitEvent) => {
    const same = this.glance?.item === hit.code && (this.glance.business_item ?? '') === (hit.business_item ?? '');
    this.glancing?.abort();
    if (same) {
      this.glance = null;
      return;
    }
    const running = new AbortController();
    this.glancing = running;
    try {
      const { card } = await guide(hit.code, this.region, hit.business_item ? { item: [hit.business_item] } : {}, running.signal);
      if (!running.signal.aborted) this.glance = card;
    } catch (error) {
      if (!running.signal.aborted) this.failure = trouble(error);
    }
  };

  private moved({ place }: PlaceChosenEvent) {
    this.place = place;
    this.spoken = null;
    this.glance = null;
    keepPlace(place);
    void this.reading.move(this.region);
  }

  /** What c and s act on: the row under the keys while the list has focus, else what is open. */
  private wanted(): Wanted | null {
    const { card, answers } = this.reading;
    const { hit } = this.box;
    const listed = this.box.matches(':focus-within') ? hit : null;
    if (card && (!listed || listed.code === card.item)) return { code: card.item, answers };
    const one = listed ?? hit;
    return one ? { code: one.code, answers: one.business_item ? { item: [one.business_item] } : {} } : null;
  }

  private async copyScript() {
    const wanted = this.wanted();
    if (!wanted) return this.tell(words.nothingToCopy);
    try {
      const told = await script(wanted.code, this.region, wanted.answers);
      if (wanted.code === this.reading.card?.item) this.spoken = told;
      await this.copy(scriptText(told), words.copiedScript(told.name));
    } catch (error) {
      this.failure = trouble(error);
    }
  }

  private async copyMessage() {
    const wanted = this.wanted();
    if (!wanted) return this.tell(words.nothingToCopy);
    try {
      const open = this.reading.card;
      const card = open?.item === wanted.code ? open : (await guide(wanted.code, this.region, wanted.answers, new AbortController().signal)).card;
      const link = citizenLink(location.origin, card, this.region);
      await this.copy(messageText(card, this.place?.name ?? '', link), words.copiedMessage(fullTitle(card)));
    } catch (error) {
      this.failure = trouble(error);
    }
  }

  private async copy(text: string, done: string) {
    this.failure = '';
    const copied = await copyText(text);
    this.byHand = copied ? '' : text;
    this.tell(copied ? done : words.copyByHand);
  }

  /** The same words twice are told twice. */
  private tell(text: string) {
    this.said = this.said === text ? `${text}\u200b` : text;
  }

  private wrapped() {
    this.tell(words.wrapKept);
    this.find<TranscriptStrip>('desk-transcript').clear();
    this.reading.close();
    this.spoken = null;
    this.glance = null;
    this.byHand = '';
    this.box.clear();
    void this.box.focusBox();
  }

  override render() {
    const { card, failure, busy } = this.reading;
    const may = (permission: string) => this.me.permissions.includes(permission);
    const trouble = this.failure || failure;
    return html`<div class="desk" @open-hit=${this.open} @open-guide=${this.openThere} @preview-hit=${this.preview} @place=${this.moved}>
        <div class="notices"><desk-notices .place=${this.place} ?writes=${may('notices.write')}></desk-notices></div>
        <div class="left">
          <section class="find" aria-label=${words.searchTitle}>
            <div class="where">
              <desk-place .place=${this.place} .label=${words.callerPlace}></desk-place>
              <button class="plain" type="button" @click=${() => void this.find<KeysSheet>('desk-keys').show()}>${words.keysTitle} <kbd aria-hidden="true">?</kbd></button>
            </div>
            <desk-lookup .place=${this.place} .opened=${card?.item ?? ''}></desk-lookup>
            ${this.glimpse()}
            <desk-full-text .place=${this.place}></desk-full-text>
          </section>
          <section class="call" aria-label=${words.transcript}>
            <desk-transcript .place=${this.place} @heard=${(event: CustomEvent<string>) => (this.heard = event.detail)}></desk-transcript>
          </section>
        </div>
        <section class="guide" tabindex="0" aria-label=${words.guideSide} aria-busy=${busy ? 'true' : 'false'}>
          <div role="alert">${trouble ? html`<p class="failure">${words.error}${trouble}</p>` : nothing}</div>
          ${card ? this.guide(card) : html`<p class="nothing">${busy ? words.loading : words.pickGuide}</p>`}
        </section>
        <div class="end">
          <p class="said-line" role="status">${this.said}</p>
          <desk-wrap-up
            .item=${card && { code: card.item, name: fullTitle(card) }}
            .place=${this.place}
            .heard=${this.heard}
            @wrapped=${() => this.wrapped()}
          ></desk-wrap-up>
        </div>
      </div>
      <desk-report @reported=${() => this.tell(words.reported)}></desk-report>
      <desk-keys hotline></desk-keys>`;
  }

  private guide(card: Card) {
    return html`<div class="row acts">
        <button class="button main" type="button" @click=${() => void this.copyScript()}>${words.copyScript} <kbd aria-hidden="true">c</kbd></button>
        <button class="button" type="button" @click=${() => void this.copyMessage()}>${words.copyMessage} <kbd aria-hidden="true">s</kbd></button>
      </div>
      ${this.byHand
        ? html`<label class="soft" for="hand">${words.copyByHand}</label><textarea id="hand" class="hand" readonly .value=${this.byHand} @focus=${(event: Event) => (event.target as HTMLTextAreaElement).select()}></textarea>`
        : nothing}
      ${this.spoken
        ? html`<section class="script" aria-label=${words.scriptTitle}>
            <div class="top">
              <h3>${words.scriptTitle}</h3>
              <button class="plain" type="button" @click=${() => (this.spoken = null)}>${words.foldScript}</button>
            </div>
            ${this.spoken.notices.map((notice) => html`<p class="soft">${notice}</p>`)}
            <ol>${this.spoken.lines.map(({ text }) => html`<li>${text}</li>`)}</ol>
          </section>`
        : nothing}
      <desk-staff-guide
        .card=${card}
        .place=${this.place}
        ?reports=${this.me.permissions.includes('lookup')}
        @answer=${({ question, options }: AnswerEvent) => {
          this.spoken = null;
          void this.reading.answer(question, options, this.region);
        }}
        @fault=${({ fault }: FaultEvent) => void this.find<ReportDialog>('desk-report').show(card, this.place, fault)}
      ></desk-staff-guide>`;
  }

  /** A hit at a glance, below the list: what is being read stays. */
  private glimpse() {
    const card = this.glance;
    if (!card) return nothing;
    const windows = card.channels.filter(({ label, value }) => label === '办理地点' && value !== null);
    const list = card.materials.list.map(({ name }) => name).join('、');
    return html`<section class="glance" aria-label=${words.preview_}>
      <h3>${words.preview_}：${fullTitle(card)}</h3>
      <p role="status"><b>${words.materials}</b>：${list || (card.materials.stated ? words.noMaterials : words.notStated)}</p>
      <p><b>${words.whereTo}</b>：${windows.length > 0 ? windows.map(({ text }) => text).join('；') : words.notStated}</p>
    </section>`;
  }
}

customElements.define('desk-hotline', HotlinePage);
