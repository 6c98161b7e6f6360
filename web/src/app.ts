import { LitElement, html, nothing } from 'lit';
import { pageAddress, readAddress } from './address';
import { item, Refused } from './api';
import { mark, welcome } from './app-art';
import { appStyle } from './app-style';
import { openPress } from './bundle-view';
import './end-dialog';
import type { EndDialog } from './end-dialog';
import type { ApplyEvent, PressEvent } from './events';
import { webLink } from './link';
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
import { base, controls, notices } from './sheet';
import { Talk, type Sending } from './talk';
import './talk-log';
import type { FailedEvent, TalkLog } from './talk-log';
import { traditional } from './script';
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

/** The page: one conversation, and the box to go on with it. */
export class BangbanApp extends LitElement {
  static override properties = {
    failure: { state: true },
    slow: { state: true },
    size: { state: true },
    elder: { state: true },
    hours: { state: true },
    note: { state: true },
    below: { state: true },
  };
  static override styles = [base, controls, notices, appStyle];

  declare failure: string;
  declare slow: boolean;
  declare size: number;
  declare elder: boolean;
  /** Whether people can be asked now; `null` while that isn't known. */
  declare hours: Desk | null;
  declare note: string;
  /** Whether something new stands below what is being read. */
  declare below: boolean;
  private unread = 0;
  private noteTimer: ReturnType<typeof setTimeout> | undefined;
  /** What comes into view must not lie under the box, which is higher with a person than without. */
  private readonly room = new ResizeObserver(() => this.fit());
  private hoursTimer: ReturnType<typeof setInterval> | undefined;
  private readonly talk = new Talk(
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

  override connectedCallback() {
    super.connectedCallback();
    document.addEventListener('visibilitychange', this.seen);
    window.addEventListener('resize', this.fit);
    document.addEventListener('scroll', this.scrolled, { passive: true });
    this.hoursTimer = setInterval(() => void this.lookUpHours(), HOURS_EVERY_MS);
    void this.open().then(() => this.lookUpHours());
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.room.disconnect();
    document.removeEventListener('visibilitychange', this.seen);
    window.removeEventListener('resize', this.fit);
    document.removeEventListener('scroll', this.scrolled);
    clearInterval(this.hoursTimer);
  }

  private readonly fit = () => {
    const dock = this.renderRoot.querySelector('.dock');
    if (!dock) return;
    const high = dock.clientHeight;
    this.toggleAttribute('low', high > innerHeight * DOCK_MOST);
    const over = getComputedStyle(dock).position === 'sticky';
    document.documentElement.style.scrollPaddingBottom = `${(over ? high : 0) + 16}px`;
  };

  override firstUpdated() {
    const dock = this.renderRoot.querySelector('.dock');
    if (dock) this.room.observe(dock);
  }

  /** Without an answer nothing is said about hours. */
  private async lookUpHours() {
    if (document.hidden || this.talk.stage.stage !== 'bot') return;
    this.hours = await hours(this.talk.region?.code ?? '').catch(() => null);
  }

  private readonly seen = () => {
    if (document.hidden) return;
    this.unread = 0;
    this.settle();
    void this.lookUpHours();
  };

  /** Messages came by themselves: whoever reads on above is not moved, and nobody's focus is taken. */
  private async came(messages: readonly Message[]) {
    if (document.hidden) {
      this.unread += messages.length;
      this.settle();
    }
    const near = nearEnd();
    await this.updateComplete;
    if (near) await this.log?.showLast(false, smooth());
    else this.below = true;
  }

  private readonly scrolled = () => {
    if (this.below && nearEnd()) this.below = false;
  };

  private async showBelow() {
    this.below = false;
    await this.log?.showLast(true, smooth());
  }

  private tell(note: string) {
    clearTimeout(this.noteTimer);
    this.note = note;
    this.noteTimer = setTimeout(() => (this.note = ''), NOTE_MS);
  }

  /** Goes on with the conversation or begins one, and brings in what the address asks for. */
  private async open() {
    const address = readAddress(location.search);
    const region = address.region || (memory.rememberedRegion()?.code ?? '');
    const resumed = await this.talk.open(region);
    this.settle();
    // A link that names a place means it, whatever was talked about before.
    if (resumed && address.region && this.talk.region?.code !== address.region) {
      await this.talk.say({ press: `place:${address.region}` }, wording.changePlace);
    }
    if (address.code) await this.openItem(address.code, address.business_item);
    else if (address.q) await this.say({ text: address.q }, address.q);
    else if (resumed && !this.talk.fresh) await this.log?.showNewest(false, false);
    this.settle();
  }

  private async openItem(code: string, business_item: string) {
    try {
      const found = await item(code);
      await this.say({ press: openPress(code, business_item || null) }, found.item.name);
    } catch (error) {
      this.failure = error instanceof Refused && error.problem.status === 404 ? wording.noSuchItem : wording.unreachable;
    }
  }

  /** The address and the tab say what the conversation is about; a reload must not ask the question of a link again. */
  private settle() {
    history.replaceState(null, '', pageAddress(this.place?.code ?? ''));
    const cards = this.talk.entries.flatMap((entry) => (entry.kept && entry.message.reply?.card ? [entry.message.reply.card] : []));
    const card = cards[cards.length - 1];
    const title = card ? wording.pageTitle(card.name) : wording.homeTitle;
    document.title = this.unread > 0 ? wording.unread(this.unread, title) : title;
  }

  private get place() {
    const { region } = this.talk;
    return region?.code === WHOLE_REGION ? null : region;
  }

  private get log(): TalkLog | null {
    return this.renderRoot.querySelector<TalkLog>('bangban-log');
  }

  private get box(): QuestionBox | null {
    return this.renderRoot.querySelector<QuestionBox>('bangban-question');
  }

  private say(body: { text: string } | { press: string }, label: string) {
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

  private async end() {
    const ending = await this.renderRoot.querySelector<EndDialog>('bangban-end')?.ask();
    if (!ending) return;
    this.failure = await this.talk.end(ending);
    if (this.failure) return;
    this.tell(wording.ended);
    await this.updateComplete;
    await this.log?.showLast(true, smooth());
  }

  private leave() {
    return this.renderRoot.querySelector<LeaveDialog>('bangban-leave')?.show();
  }

  /** Goes on to the application in a window of its own, with what was settled here. */
  private async apply(event: ApplyEvent) {
    // An older card may be of another place than the conversation is now: its link goes without what was settled.
    if (!this.talk.id || event.place !== (this.talk.region?.code ?? '')) return;
    event.preventDefault();
    // Only in the moment of the click may a window be opened.
    const page = window.open('', '_blank');
    if (page) page.opener = null;
    try {
      const url = webLink(await this.talk.apply(event.code, event.channel, event.url))?.href ?? event.url;
      if (page) page.location.href = url;
      else location.assign(url);
    } catch (error) {
      page?.close();
      this.failure = error instanceof Error ? error.message : wording.unreachable;
      this.tell(this.failure);
    }
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
  private focusIsFree(): boolean {
    if (document.querySelector('dialog[open]')) return false;
    const active = this.shadowRoot?.activeElement;
    if (!active || active === this.box) return true;
    return active === this.log && !this.log?.shadowRoot?.activeElement;
  }

  private ask({ q, code }: AskEvent) {
    return code ? this.say({ press: openPress(code, null) }, q) : this.say({ text: q }, q);
  }

  private async drop(sending: Sending) {
    this.talk.drop(sending);
    await this.box?.takeFocus();
  }

  private async changePlace() {
    const chosen = await chooseRegion(this.place?.code ?? '');
    if (chosen === undefined) return;
    memory.rememberRegion(chosen);
    const { code, name } = chosen ?? { code: WHOLE_REGION, name: wording.wholeRegion };
    await this.say({ press: `place:${code}` }, name);
  }

  /** Every text of the page is read anew; the conversation stays. */
  private otherScript() {
    memory.rememberScript(traditional ? 'hans' : 'hant');
    location.reload();
  }

  private display(size: number, elder: boolean) {
    this.size = Math.min(memory.SIZES.most, Math.max(memory.SIZES.least, size));
    this.elder = elder;
    memory.rememberDisplay(this.size, elder);
    memory.showDisplay(this.size, elder);
  }

  override render() {
    const { talk } = this;
    const failure = this.failure || talk.failure;
    return html`<a class="button skip" href="#main" @click=${this.skip}>${wording.toContent}</a>
      ${this.bar()}
      <main
        id="main"
        tabindex="-1"
        @press=${(event: PressEvent) => void this.say({ press: event.press }, event.label)}
        @place=${() => void this.changePlace()}
        @resend=${(event: FailedEvent) => void this.answered(() => this.talk.resend(event.sending))}
        @drop=${(event: FailedEvent) => void this.drop(event.sending)}
        @note=${(event: NoteEvent) => this.tell(event.text)}
        @apply=${(event: ApplyEvent) => void this.apply(event)}
      >
        ${talk.fresh ? welcome : nothing}
        <div class="inner">
          <div role="alert">${failure ? this.failed(failure) : nothing}</div>
          <bangban-log
            .entries=${talk.entries}
            .last=${talk.last}
            .conversation=${talk.id}
            .rate=${this.rate}
            ?busy=${talk.busy}
          ></bangban-log>
          ${talk.fresh ? this.start() : this.afterTalk()}
        </div>
      </main>
      ${this.dock()} ${this.foot()}
      <bangban-leave .send=${(text: string, contact: Contact) => talk.leave(text, contact)}></bangban-leave>
      <bangban-end></bangban-end>`;
  }

  private skip(event: Event) {
    event.preventDefault();
    this.renderRoot.querySelector<HTMLElement>('#main')?.focus();
  }

  private bar() {
    const place = this.place?.name ?? wording.wholeRegion;
    return html`<header class="bar">
      <div class="inner">
        <a class="brand" href="/">
          ${mark}
          <h1>${wording.title}<small>${wording.subtitle}</small></h1>
          <span class="unseen">${wording.home}</span>
        </a>
        <div class="tools" role="group" aria-label=${wording.sizeGroup}>
          <button class="button" type="button" aria-label=${wording.regionButton(place)} @click=${() => void this.changePlace()}>
            ${place}<span aria-hidden="true">▾</span>
          </button>
          ${this.talk.fresh
            ? nothing
            : html`<button class="button" type="button" @click=${() => void this.say({ press: 'restart' }, wording.restart)}>
                ${wording.restart}
              </button>`}
          <button class="button" type="button" aria-label=${wording.smallerAria} @click=${() => this.display(this.size - 1, this.elder)}>
            ${wording.smaller}
          </button>
          <button class="button" type="button" aria-label=${wording.largerAria} @click=${() => this.display(this.size + 1, this.elder)}>
            ${wording.larger}
          </button>
          <button class="button" type="button" aria-pressed=${this.elder ? 'true' : 'false'} @click=${() => this.display(this.size, !this.elder)}>
            ${wording.elder}
          </button>
          <button class="button" type="button" aria-label=${wording.otherScriptAria} lang=${traditional ? 'zh-Hans' : 'zh-Hant'} @click=${() => this.otherScript()}>
            ${wording.otherScript}
          </button>
        </div>
      </div>
    </header>`;
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
  private dock() {
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
        <bangban-question ?busy=${talk.busy} ?person=${talk.withPerson} @ask=${(event: AskEvent) => void this.ask(event)}>
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

  private foot() {
    return html`<footer>
      <div class="inner">
        <span>${wording.machine}</span>
        <a href="/docs">${wording.docs}</a>
      </div>
    </footer>`;
  }
}

function nearEnd(): boolean {
  const { scrollHeight, clientHeight, scrollTop } = document.documentElement;
  return scrollHeight - clientHeight - scrollTop < clientHeight * NEAR_END;
}

function smooth(): boolean {
  return !matchMedia('(prefers-reduced-motion: reduce)').matches;
}

customElements.define('bangban-app', BangbanApp);
