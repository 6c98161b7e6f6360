import { LitElement, html, nothing } from 'lit';
import { item, Refused } from './api';
import { openPress } from './bundle-view';
import './end-dialog';
import type { EndDialog } from './end-dialog';
import type { ApplyEvent, PressEvent } from './events';
import './leave-dialog';
import type { LeaveDialog } from './leave-dialog';
import * as memory from './memory';
import { hours, type Contact } from './person-api';
import './question-box';
import type { AskEvent, QuestionBox } from './question-box';
import { stageLine } from './queue-line';
import './rate-box';
import type { NoteEvent } from './rate-box';
import { chooseRegion } from './region-dialog';
import type { Channel } from './tabs';
import { Talk, type Sending } from './talk';
import './talk-log';
import type { FailedEvent, TalkLog } from './talk-log';
import { wording } from './wording';
import type { Desk, Message, Rating } from './wire';

/** "正在查询…" is shown from here on; faster answers don't flicker. */
const SLOW_AFTER_MS = 500;

/** Whether people can be asked is looked up that often. */
const HOURS_EVERY_MS = 60_000;

/** What is to be said aloud once stands that long. */
const NOTE_MS = 5000;

/** Within this part of the window's height from the end, a new message comes into view by itself. */
const NEAR_END = 0.75;

/** The box may cover this part of the window; where it is higher, it stands at the end of the page. */
const DOCK_MOST = 0.5;

/** Stands for no place in particular. */
const WHOLE_REGION = '150000';

/** One conversation and the box to go on with it, on a page of its own or in a part of another's. */
export abstract class TalkView extends LitElement {
  static override properties = {
    failure: { state: true },
    slow: { state: true },
    size: { state: true },
    elder: { state: true },
    hours: { state: true },
    note: { state: true },
    below: { state: true },
  };

  declare failure: string;
  declare slow: boolean;
  declare size: number;
  declare elder: boolean;
  /** Whether people can be asked now; `null` while that isn't known. */
  declare hours: Desk | null;
  declare note: string;
  /** Whether something new stands below what is being read. */
  declare below: boolean;
  /** Messages that came while nobody looked. */
  protected unread = 0;
  private noteTimer: ReturnType<typeof setTimeout> | undefined;
  /** What comes into view must not lie under the box, which is higher with a person than without. */
  private readonly room = new ResizeObserver(() => this.fit());
  private hoursTimer: ReturnType<typeof setInterval> | undefined;
  protected readonly talk = new Talk(
    () => this.requestUpdate(),
    (messages) => void this.came(messages),
  );
  private readonly rate = (rating: Rating) => this.talk.rate(rating);

  constructor() {
    super();
    this.failure = '';
    this.slow = false;
    this.size = memory.rememberedSize();
    this.elder = memory.rememberedElder();
    this.hours = null;
    this.note = '';
    this.below = false;
  }

  /** Goes on with the conversation or begins one. */
  protected abstract open(): Promise<void>;
  /** The conversation has come to a new stand. */
  protected abstract settle(): void;
  /** The line to the other tabs. */
  protected abstract line(): Channel | null;
  /** What scrolls. */
  protected abstract get scroller(): Element;
  /** What is told its text size. */
  protected abstract get display(): HTMLElement;

  /** Whether somebody can look at it. */
  protected get looked(): boolean {
    return !document.hidden;
  }

  override connectedCallback() {
    super.connectedCallback();
    document.addEventListener('visibilitychange', this.seen);
    window.addEventListener('resize', this.fit);
    window.addEventListener('pagehide', this.gone);
    window.addEventListener('pageshow', this.back);
    this.hoursTimer = setInterval(() => void this.lookUpHours(), HOURS_EVERY_MS);
    this.join();
    void this.open().then(() => this.lookUpHours());
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.room.disconnect();
    document.removeEventListener('visibilitychange', this.seen);
    window.removeEventListener('resize', this.fit);
    window.removeEventListener('pagehide', this.gone);
    window.removeEventListener('pageshow', this.back);
    clearInterval(this.hoursTimer);
    this.talk.leaveTabs();
  }

  private join() {
    this.talk.share(this.line());
    if (!document.hidden) this.talk.attend();
  }

  private readonly gone = () => this.talk.leaveTabs();

  /** The browser may bring a page back as it was left. */
  private readonly back = (event: PageTransitionEvent) => {
    if (!event.persisted) return;
    this.join();
    void this.open();
  };

  protected readonly fit = () => {
    const dock = this.renderRoot.querySelector('.dock');
    if (!dock) return;
    this.fitted(dock, dock.clientHeight, dock.clientHeight > this.height * DOCK_MOST);
  };

  /** The box is so high now, and too high to stand over the text if it is `low`. */
  protected abstract fitted(dock: Element, height: number, low: boolean): void;

  /** Height of what can be seen at once. */
  protected get height(): number {
    return this.scroller.clientHeight;
  }

  override firstUpdated() {
    this.watchDock();
  }

  /** The box is to be measured from now on. */
  protected watchDock() {
    const dock = this.renderRoot.querySelector('.dock');
    this.room.disconnect();
    if (dock) this.room.observe(dock);
  }

  /** Without an answer nothing is said about hours. */
  protected async lookUpHours() {
    if (!this.looked || this.talk.stage.stage !== 'bot') return;
    this.hours = await hours(this.talk.region?.code ?? '').catch(() => null);
  }

  protected readonly seen = () => {
    if (!document.hidden) this.talk.attend();
    if (!this.looked) return;
    this.unread = 0;
    this.settle();
    void this.lookUpHours();
  };

  /** Messages came by themselves: whoever reads on above is not moved, and nobody's focus is taken. */
  private async came(messages: readonly Message[]) {
    // Of several tabs only the one that was looked at last counts.
    if (!this.looked && this.talk.listens) {
      this.unread += messages.length;
      this.settle();
    }
    const near = this.nearEnd;
    await this.updateComplete;
    if (near) await this.log?.showLast(false, smooth());
    else this.below = true;
  }

  protected readonly scrolled = () => {
    if (this.below && this.nearEnd) this.below = false;
  };

  private get nearEnd(): boolean {
    const { scrollHeight, clientHeight, scrollTop } = this.scroller;
    return scrollHeight - clientHeight - scrollTop < clientHeight * NEAR_END;
  }

  private async showBelow() {
    this.below = false;
    await this.log?.showLast(true, smooth());
  }

  protected tell(note: string) {
    clearTimeout(this.noteTimer);
    this.note = note;
    this.noteTimer = setTimeout(() => (this.note = ''), NOTE_MS);
  }

  protected async openItem(code: string, business_item: string) {
    try {
      const found = await item(code);
      await this.say({ press: openPress(code, business_item || null) }, found.item.name);
    } catch (error) {
      this.failure = error instanceof Refused && error.problem.status === 404 ? wording.noSuchItem : wording.unreachable;
    }
  }

  /** The place that the conversation is about; `null` for the whole region. */
  protected get place() {
    const { region } = this.talk;
    return region?.code === WHOLE_REGION ? null : region;
  }

  protected get log(): TalkLog | null {
    return this.renderRoot.querySelector<TalkLog>('bangban-log');
  }

  protected get box(): QuestionBox | null {
    return this.renderRoot.querySelector<QuestionBox>('bangban-question');
  }

  protected say(body: { text: string } | { press: string }, label: string) {
    return this.answered(() => this.talk.say(body, label));
  }

  /** Waits for an answer and shows it. */
  private async answered(send: () => Promise<boolean>) {
    if (this.talk.busy) return;
    this.failure = '';
    this.below = false;
    const person = this.talk.withPerson;
    const timer = setTimeout(() => (this.slow = !person), SLOW_AFTER_MS);
    const sent = send();
    await this.updateComplete;
    await (person ? this.log?.showLast(false, smooth()) : this.log?.showNewest(false, false));
    const ok = await sent;
    clearTimeout(timer);
    this.slow = false;
    await this.updateComplete;
    if (!ok) return;
    // Until everything inside the list is drawn, a button that goes still has the focus.
    await new Promise((resolve) => setTimeout(resolve));
    // Whoever writes to a person goes on writing.
    if (person && this.talk.withPerson) await this.log?.showLast(false, smooth());
    else await this.log?.showNewest(this.focusIsFree(), smooth());
    this.settle();
  }

  private async waitNoLonger() {
    this.failure = await this.talk.waitNoLonger();
    await this.box?.takeFocus();
  }

  /** Asks how it ended, and ends the conversation; tells whether it has ended. */
  protected async end(): Promise<boolean> {
    const ending = await this.renderRoot.querySelector<EndDialog>('bangban-end')?.ask();
    if (!ending) return false;
    this.failure = await this.talk.end(ending);
    if (this.failure) return false;
    this.tell(wording.ended);
    await this.updateComplete;
    await this.log?.showLast(true, smooth());
    this.settle();
    return true;
  }

  private leave() {
    return this.renderRoot.querySelector<LeaveDialog>('bangban-leave')?.show();
  }

  /** Whoever goes on to the application takes along what was settled here. */
  protected apply(event: ApplyEvent) {
    event.from = this.talk.own;
    event.preventDefault();
  }

  /** Saves the conversation as a file. */
  private async download(format: 'txt' | 'html') {
    const file = await this.talk.transcript(format);
    if (!file) {
      this.failure = wording.downloadFailed;
      return;
    }
    const link = document.createElement('a');
    link.href = URL.createObjectURL(file);
    link.download = `${wording.downloadName}.${format}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }

  /** Focus goes to an answer only from the box, or where the button that had it went with its question. */
  protected focusIsFree(): boolean {
    const active = this.shadowRoot?.activeElement;
    if (!active || active === this.box) return true;
    return active === this.log && !this.log?.shadowRoot?.activeElement;
  }

  private asked({ q, code }: AskEvent) {
    return code ? this.say({ press: openPress(code, null) }, q) : this.say({ text: q }, q);
  }

  private async drop(sending: Sending) {
    this.talk.drop(sending);
    await this.box?.takeFocus();
  }

  protected async changePlace() {
    const chosen = await chooseRegion(this.place?.code ?? '');
    if (chosen === undefined) return;
    memory.rememberRegion(chosen);
    const { code, name } = chosen ?? { code: WHOLE_REGION, name: wording.wholeRegion };
    await this.say({ press: `place:${code}` }, name);
  }

  protected showDisplay(size: number, elder: boolean) {
    this.size = Math.min(memory.SIZES.most, Math.max(memory.SIZES.least, size));
    this.elder = elder;
    memory.rememberDisplay(this.size, elder);
    memory.showDisplay(this.size, elder, this.display);
  }

  /** What was said, and under it what can be done with it. */
  protected conversation() {
    const { talk } = this;
    const failure = this.failure || talk.failure;
    return html`<div
      class="inner"
      @press=${(event: PressEvent) => void this.say({ press: event.press }, event.label)}
      @place=${() => void this.changePlace()}
      @resend=${(event: FailedEvent) => void this.answered(() => this.talk.resend(event.sending))}
      @drop=${(event: FailedEvent) => void this.drop(event.sending)}
      @note=${(event: NoteEvent) => this.tell(event.text)}
      @apply=${(event: ApplyEvent) => this.apply(event)}
    >
      <div role="alert">${failure ? this.failed(failure) : nothing}</div>
      <bangban-log
        .entries=${talk.entries}
        .last=${talk.last}
        .conversation=${talk.id}
        .rate=${this.rate}
        .scroller=${this.ownScroller}
        ?busy=${talk.busy}
      ></bangban-log>
      ${talk.fresh ? (talk.entries.length > 0 || failure ? this.start() : nothing) : this.afterTalk()}
    </div>`;
  }

  /** What scrolls, where that is not the page. */
  protected get ownScroller(): Element | null {
    return null;
  }

  private failed(failure: string) {
    const { talk } = this;
    return html`<div class="failure">
      <p>${failure}</p>
      <div class="row">
        ${talk.entries.length === 0
          ? html`<button class="button" type="button" @click=${() => void this.open()}>${wording.retry}</button>`
          : nothing}
        <a class="button" href="tel:12345">${wording.phone}</a>
      </div>
    </div>`;
  }

  private start() {
    return html`<div class="start">
      <section aria-labelledby="examples">
        <h2 id="examples">${wording.examplesTitle}</h2>
        <div class="row">
          ${wording.examples.map(
            (example) => html`<button class="chip" type="button" @click=${() => void this.say({ text: example }, example)}>${example}</button>`,
          )}
        </div>
      </section>
      ${this.hours ? html`<p class="hours">${wording.hoursLine(this.hours.text)}</p>` : nothing}
      <dl class="promises">
        ${wording.promise.map(([title, text]) => html`<div><dt>${title}</dt><dd>${text}</dd></div>`)}
      </dl>
    </div>`;
  }

  /** What can be done with what was said: rate the person who helped, take the conversation along. */
  private afterTalk() {
    const { talk } = this;
    const over = talk.stage.stage === 'bot' || talk.stage.stage === 'closed';
    return html`<div class="after">
      ${talk.served && over ? html`<bangban-rate about="service" ?last=${talk.stage.stage === 'closed'} .send=${this.rate}></bangban-rate>` : nothing}
      <div class="row screen-only" role="group" aria-label=${wording.download}>
        <span class="what">${wording.download}</span>
        <button class="plain" type="button" @click=${() => void this.download('txt')}>${wording.downloadText}</button>
        <button class="plain" type="button" @click=${() => void this.download('html')}>${wording.downloadPage}</button>
      </div>
    </div>`;
  }

  /** The box, and beside it at any time the way to a person and back. */
  protected dock(compact = false) {
    const { talk } = this;
    const line = this.note || (this.slow ? wording.searching : stageLine(talk.stage));
    return html`<div class="dock">
      <div class="inner">
        ${this.below
          ? html`<button class="button below" type="button" @click=${() => void this.showBelow()}>${wording.newMessages}</button>`
          : nothing}
        <p class="status" role="status">${line}</p>
        ${talk.typing ? html`<p class="status">${wording.typing}</p>` : nothing}
        <div role="alert">${talk.hears ? nothing : html`<p class="lost">${wording.lineLost}</p>`}</div>
        <bangban-question
          ?compact=${compact}
          ?busy=${talk.busy}
          ?person=${talk.withPerson}
          @ask=${(event: AskEvent) => void this.asked(event)}
        >
          <div class="person">${this.person()}</div>
        </bangban-question>
      </div>
    </div>`;
  }

  private person() {
    const { stage } = this.talk.stage;
    const button = (label: string, run: () => unknown) =>
      html`<button class="button" type="button" @click=${run}>${label}</button>`;
    if (stage === 'assigned') return button(wording.endService, () => void this.end());
    if (stage === 'queued') {
      return html`${button(wording.waitNoLonger, () => void this.waitNoLonger())} ${button(wording.leave, () => void this.leave())}`;
    }
    const desk = this.talk.desk ?? this.hours;
    const ask = button(wording.person, () => void this.say({ press: 'human' }, wording.person));
    // Whoever can't be helped now can at least leave word.
    const unmanned = stage === 'bot' && (this.talk.desk !== null || (desk !== null && desk.state !== 'open'));
    return html`${ask} ${unmanned ? button(wording.leave, () => void this.leave()) : nothing}`;
  }

  /** Windows over the conversation. */
  protected windows() {
    return html`<bangban-leave .send=${(text: string, contact: Contact) => this.talk.leave(text, contact)}></bangban-leave>
      <bangban-end></bangban-end>`;
  }
}

export function smooth(): boolean {
  return !matchMedia('(prefers-reduced-motion: reduce)').matches;
}
