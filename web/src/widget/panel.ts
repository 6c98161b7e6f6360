import { html, nothing, svg, unsafeCSS } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import tokens from 'virtual:frame-tokens';
import { mark } from '../app-art';
import type { ApplyEvent } from '../events';
import { focused } from '../focus';
import { home } from '../home';
import * as memory from '../memory';
import { isTraditional, language, traditional } from '../script';
import { base, controls, notices } from '../sheet';
import { channel } from '../tabs';
import { talkStyle } from '../talk-style';
import { TalkView } from '../talk-view';
import { Tone } from '../tone';
import { wording, write } from '../wording';
import { bounded, KEY_STEP, LEAST, mustBeFull, stops } from './frame';
import type { Outside, Panel } from './panel-api';
import { panelStyle } from './panel-style';

/** From this width on a card has two columns; pixels. */
const WIDE = 1024;

/** Below this height the box would hide what is read: then all scrolls together; pixels. */
const LOW = 400;

/** Where the head and the box together would take more than this part of the height, the head goes with the text. */
const HEAD_MOST = 0.55;

/** What is heard when a message comes while nobody looks, in hertz. */
const DING = [988, 1319];

const DIVISION = /^\d{6}(\d{3}){0,2}$/;

/** The conversation in somebody else's page: over it in a frame, or inside it. */
class BangbanPanel extends TalkView implements Panel {
  static override properties = { ...TalkView.properties, shown: { state: true }, full: { state: true }, forced: { state: true }, muted: { state: true } };
  static override styles = [base, unsafeCSS(tokens), controls, notices, talkStyle, panelStyle];

  declare shown: boolean;
  /** Whether the visitor wants it over the whole window. */
  declare full: boolean;
  /** Whether there is no room for anything else. */
  declare forced: boolean;
  /** Whether the visitor wants to hear nothing. */
  declare muted: boolean;
  outside!: Outside;
  private width = LEAST.width;
  private high = LEAST.height;
  private item = '';
  private region = '';
  /** Done when the conversation goes on, or has begun, or can't. */
  private opening: Promise<void> = Promise.resolve();
  private readonly tone = new Tone();
  /** How many messages were unread last. */
  private counted = 0;
  private stage = '';
  private card = '';
  private readonly sized = new ResizeObserver(() => this.measure());
  private dockSeen: Element | null = null;

  constructor() {
    super();
    this.shown = false;
    const frame = memory.rememberedFrame();
    this.full = frame?.full ?? false;
    this.forced = false;
    this.muted = memory.rememberedQuiet();
    if (frame) [this.width, this.high] = [frame.width, frame.height];
  }

  /** Whether it stands in the page's own text. */
  private get inPage() {
    return this.outside.settings.mode === 'page';
  }

  private get frame(): HTMLElement {
    return this.renderRoot.querySelector('.frame') as HTMLElement;
  }

  /** Whether it covers the window. In elder mode nothing floats. */
  private get covers() {
    return !this.inPage && (this.full || this.forced || this.elder);
  }

  protected override get looked() {
    return this.shown && !document.hidden;
  }

  protected override get scroller(): Element {
    return (this.frame.hasAttribute('data-low') ? this.frame : this.renderRoot.querySelector('.scroll')) as Element;
  }

  protected override get ownScroller(): Element | null {
    return this.hasUpdated ? this.scroller : null;
  }

  protected override get display() {
    return this.frame;
  }

  protected override get height() {
    return this.frame.clientHeight;
  }

  protected override line() {
    return channel(`bangban.${this.outside.settings.site}`);
  }

  override connectedCallback() {
    home.windows = () => this.frame;
    this.region = this.outside.settings.region;
    this.shown = this.inPage;
    this.forced = mustBeFull(innerWidth, innerHeight);
    super.connectedCallback();
    window.visualViewport?.addEventListener('resize', this.fit);
    window.visualViewport?.addEventListener('scroll', this.fit);
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.sized.disconnect();
    window.visualViewport?.removeEventListener('resize', this.fit);
    window.visualViewport?.removeEventListener('scroll', this.fit);
  }

  override firstUpdated() {
    super.firstUpdated();
    memory.showDisplay(this.size, this.elder, this.frame);
    this.frame.style.setProperty('--medium', `${this.outside.medium}px`);
    this.sized.observe(this.frame);
    this.measure();
  }

  override updated() {
    const dock = this.renderRoot.querySelector('.dock');
    if (dock && dock !== this.dockSeen) {
      if (this.dockSeen) this.watchDock();
      this.dockSeen = dock;
    }
    this.lay();
    this.report();
  }

  /** Tells the page what has happened. */
  private report() {
    const { stage } = this.talk.stage;
    if (stage !== this.stage) {
      if (stage === 'queued') this.outside.tell('handoff');
      if (stage === 'closed') this.outside.tell('closed');
      this.stage = stage;
    }
    const cards = this.talk.entries.filter((entry) => entry.kept && entry.message.reply?.card);
    const last = cards[cards.length - 1];
    if (!last?.kept || last.key === this.card) return;
    this.card = last.key;
    const card = last.message.reply?.card;
    if (card) this.outside.tell('item:shown', { code: card.item, name: card.name, region: card.region?.code ?? '' });
  }

  /** The frame has so much room now. */
  private measure() {
    const { clientWidth: width, clientHeight: height } = this.frame;
    if (!width) return;
    this.frame.style.setProperty('--vw', `${width / 100}px`);
    this.frame.style.setProperty('--vh', `${height / 100}px`);
    this.frame.toggleAttribute('data-wide', width >= WIDE);
    this.fit();
  }

  protected override fitted(_dock: Element, height: number, low: boolean) {
    this.forced = mustBeFull(innerWidth, innerHeight);
    this.lay();
    const { frame } = this;
    const head = this.renderRoot.querySelector('header')?.clientHeight ?? 0;
    const lowest = low || frame.clientHeight < LOW;
    const tight = lowest || head + height > frame.clientHeight * HEAD_MOST;
    frame.toggleAttribute('data-low', tight);
    frame.toggleAttribute('data-lowest', lowest);
    frame.style.scrollPaddingBottom = tight && !lowest ? `${height}px` : '';
  }

  /** Puts the frame where it belongs; on a phone above the keyboard. */
  private lay() {
    const { style } = this.frame;
    // Whoever enlarges with two fingers looks at a part of the panel, which stays as it is.
    const seen = window.visualViewport && window.visualViewport.scale < 1.01 ? window.visualViewport : null;
    const set = (name: string, value: string) => (value ? style.setProperty(name, value) : style.removeProperty(name));
    const { width, height } = bounded(this.width, this.high, innerWidth, innerHeight);
    const floats = !this.inPage && !this.covers;
    set('width', floats ? `${width}px` : '');
    set('height', floats ? `${height}px` : this.covers && seen ? `${seen.height}px` : '');
    set('top', this.covers && seen ? `${seen.offsetTop}px` : '');
  }

  /** Goes on with the conversation, or begins one if it is looked at. */
  protected override open(): Promise<void> {
    this.opening = this.goOn();
    return this.opening;
  }

  private async goOn() {
    const region = this.region || (memory.rememberedRegion()?.code ?? '');
    const resumed = await this.talk.open(region, this.shown);
    if (this.talk.id || this.talk.failure) {
      this.outside.begun(this.talk.refused ? 'refused' : this.talk.id ? 'well' : 'unreachable');
    }
    if (resumed && !this.talk.fresh) await this.log?.showNewest(false, false);
    if (this.shown) await this.bringItem();
  }

  private async bringItem() {
    const { item } = this;
    if (!item || !this.talk.id) return;
    this.item = '';
    await this.openItem(item, '');
  }

  show() {
    if (this.shown) return void this.takeFocus();
    this.shown = true;
    this.unread = 0;
    this.stand();
    this.settle();
    this.outside.tell('open');
    this.talk.attend();
    void this.opening
      .then(() => (this.talk.id ? this.bringItem() : this.open()))
      .then(() => this.lookUpHours());
    void this.updateComplete.then(() => {
      this.measure();
      void this.log?.showNewest(false, false);
      return this.takeFocus();
    });
  }

  /** On a phone the keyboard would come up and hide what is to be read first. */
  private async takeFocus() {
    if (this.forced || matchMedia('(pointer: coarse)').matches) this.renderRoot.querySelector<HTMLElement>('h2')?.focus();
    else await this.box?.takeFocus();
  }

  hide() {
    if (!this.shown || this.inPage) return;
    const had = this.shadowRoot?.activeElement !== null;
    this.shown = false;
    this.stand();
    this.outside.tell('close');
    if (had) this.outside.giveBack();
  }

  private stand() {
    this.outside.stands(this.shown, this.covers);
  }

  ask(text: string) {
    this.show();
    void this.opening.then(() => this.say({ text }, text));
  }

  setRegion(code: string) {
    if (!DIVISION.test(code)) return;
    this.region = code;
    void this.opening.then(() => {
      if (this.talk.id && this.talk.region?.code !== code) void this.say({ press: `place:${code}` }, wording.changePlace);
    });
  }

  setItem(code: string) {
    this.item = code;
    if (this.shown) void this.opening.then(() => this.bringItem());
  }

  setLocale(locale: string) {
    this.speakIn(isTraditional(locale));
  }

  setElder(on: boolean) {
    this.showDisplay(this.size, on);
    this.stand();
  }

  setUser(id: string, hmac: string) {
    home.user = { id, hmac };
  }

  reset() {
    void this.opening.then(() => {
      memory.rememberTalk(null);
      if (this.talk.id || this.shown) return this.talk.renew();
      return undefined;
    });
  }

  private speakIn(other: boolean) {
    if (other === traditional) return;
    write(other ? 'hant' : 'hans');
    memory.rememberScript(other ? 'hant' : 'hans');
    this.outside.speaks(other);
    this.requestUpdate();
    void this.talk.reread().then(() => this.lookUpHours());
  }

  /** Of all messages that come until somebody looks, one is heard. */
  protected override settle() {
    const first = this.unread > 0 && this.counted === 0;
    this.counted = this.unread;
    this.outside.unread(this.unread);
    if (first && !this.muted) this.tone.play(DING);
  }

  private readonly touched = () => {
    if (!this.muted) void this.tone.unlock();
  };

  /** Whoever turns the sound on hears which one it is. */
  private turnSound() {
    this.muted = !this.muted;
    memory.rememberQuiet(this.muted);
    if (!this.muted) void this.tone.unlock().then(() => this.tone.play(DING));
  }

  protected override apply(event: ApplyEvent) {
    this.outside.tell('apply:clicked', { code: event.code, channel: event.channel });
    super.apply(event);
  }

  private toggleFull() {
    this.full = !this.full;
    this.keep();
    this.stand();
  }

  private keep() {
    memory.rememberFrame({ width: this.width, height: this.high, full: this.full });
  }

  private key(event: KeyboardEvent) {
    this.touched();
    const path = event.composedPath();
    if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing || this.inPage) return;
    // A window over the panel closes first.
    if (path.some((one) => one instanceof HTMLDialogElement)) return;
    event.preventDefault();
    event.stopPropagation();
    this.hide();
  }

  /** Keys pressed here are not the page's, which may have shortcuts of its own. */
  private quiet(event: Event) {
    event.stopPropagation();
  }

  /** The way round: past the last stop comes the first. */
  private turn(last: boolean) {
    const all = stops(this.frame).filter((one) => !one.classList.contains('edge'));
    (last ? all[all.length - 1] : all[0])?.focus();
  }

  private grip(event: PointerEvent) {
    const handle = event.currentTarget as HTMLElement;
    handle.setPointerCapture(event.pointerId);
    const from = { x: event.clientX, y: event.clientY, width: this.frame.offsetWidth, height: this.frame.offsetHeight };
    const side = this.outside.settings.side === 'left' ? -1 : 1;
    const move = (to: PointerEvent) => this.resize(from.width + side * (from.x - to.clientX), from.height + from.y - to.clientY);
    const drop = () => {
      handle.removeEventListener('pointermove', move);
      handle.removeEventListener('lostpointercapture', drop);
      this.keep();
    };
    handle.addEventListener('pointermove', move);
    handle.addEventListener('lostpointercapture', drop);
  }

  private gripKey(event: KeyboardEvent) {
    const step = KEY_STEP[event.key];
    if (!step) return;
    event.preventDefault();
    const side = this.outside.settings.side === 'left' ? -1 : 1;
    this.resize(this.frame.offsetWidth + side * step[0], this.frame.offsetHeight + step[1]);
    this.keep();
  }

  private resize(width: number, height: number) {
    const size = bounded(width, height, innerWidth, innerHeight);
    [this.width, this.high] = [size.width, size.height];
    this.lay();
  }

  override render() {
    const { inPage, covers } = this;
    return html`<div
      class="frame ${inPage ? 'in-page' : covers ? 'covers' : `floats ${this.outside.settings.side}`}"
      role=${inPage ? 'region' : 'dialog'}
      aria-modal=${covers ? 'true' : nothing}
      aria-label=${wording.panel}
      lang=${language}
      ?hidden=${!this.shown}
      @scroll=${this.scrolled}
      @click=${this.touched}
      @keydown=${this.key}
      @keyup=${this.quiet}
      @keypress=${this.quiet}
    >
      ${covers ? this.edge(true) : nothing}
      ${keyed(
        language,
        html`${this.head()}
          <div class="scroll" @scroll=${this.scrolled}>
            ${this.conversation()}
            <p class="machine">${wording.machine}</p>
          </div>
          ${this.dock(true)} ${this.windows()}`,
      )}
      ${inPage || covers ? nothing : this.gripButton()} ${covers ? this.edge(false) : nothing}
    </div>`;
  }

  private edge(last: boolean) {
    return html`<div class="edge" tabindex="0" aria-hidden="true" @focus=${() => this.turn(last)}></div>`;
  }

  private gripButton() {
    return html`<button
      class="grip"
      type="button"
      aria-label=${wording.grip}
      @pointerdown=${this.grip}
      @keydown=${this.gripKey}
    >
      ${svg`<svg viewBox="0 0 16 16" aria-hidden="true"><path d="M2 14 14 2M2 8l6-6" /></svg>`}
    </button>`;
  }

  private head() {
    const place = this.place?.name ?? wording.wholeRegion;
    const { inPage } = this;
    return html`<header>
      <div class="title">
        ${mark}
        <div class="names">
          <h2 tabindex="-1">${wording.title}</h2>
          <p class="state"><span class="lamp ${this.state}" aria-hidden="true"></span>${wording.status[this.state]}</p>
        </div>
        ${this.talk.fresh
          ? nothing
          : html`<button class="icon end" type="button" aria-label=${wording.endTalk} @click=${() => void this.end()}>${wording.endShort}</button>`}
        ${inPage || this.forced || this.elder
          ? nothing
          : this.icon(
              this.full ? wording.notFull : wording.full,
              this.full ? 'M4 10h6V4M20 10h-6V4M4 14h6v6M20 14h-6v6' : 'M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5',
              () => this.toggleFull(),
              'full',
              this.full,
            )}
        ${inPage ? nothing : this.icon(wording.minimise, 'M5 12h14', () => this.hide(), 'minimise')}
      </div>
      <div class="tools" role="group" aria-label=${wording.panelTools}>
        <button class="button place" type="button" aria-label=${wording.regionButton(place)} @click=${() => void this.changePlace()}>
          <span>${place}</span><span aria-hidden="true">▾</span>
        </button>
        <button class="button" type="button" aria-label=${wording.smallerAria} @click=${() => this.showDisplay(this.size - 1, this.elder)}>
          ${wording.smaller}
        </button>
        <button class="button" type="button" aria-label=${wording.largerAria} @click=${() => this.showDisplay(this.size + 1, this.elder)}>
          ${wording.larger}
        </button>
        <button
          class="button"
          type="button"
          aria-label=${wording.elder}
          aria-pressed=${this.elder ? 'true' : 'false'}
          @click=${() => this.setElder(!this.elder)}
        >
          ${wording.elderShort}
        </button>
        <button
          class="button"
          type="button"
          aria-label=${wording.otherScriptAria}
          lang=${traditional ? 'zh-Hans' : 'zh-Hant'}
          @click=${() => this.speakIn(!traditional)}
        >
          ${wording.otherScript.slice(0, 1)}
        </button>
        <button
          class="button sound"
          type="button"
          aria-label=${wording.sound}
          title=${wording.sound}
          aria-pressed=${this.muted ? 'false' : 'true'}
          @click=${() => this.turnSound()}
        >
          ${svg`<svg viewBox="0 0 24 24" aria-hidden="true"><path d=${this.muted ? 'M4 9v6h4l5 4V5L8 9zM17 9l5 6M22 9l-5 6' : 'M4 9v6h4l5 4V5L8 9zM17 8q3 4 0 8'} /></svg>`}
        </button>
      </div>
    </header>`;
  }

  /** Who is there. */
  private get state(): 'person' | 'bot' | 'down' | 'lost' {
    const { talk } = this;
    if (!talk.hears) return 'lost';
    if (talk.failure && talk.entries.length === 0) return 'down';
    if (talk.stage.stage === 'assigned') return 'person';
    return this.hours?.state === 'open' || this.hours?.state === 'busy' ? 'person' : 'bot';
  }

  private icon(label: string, path: string, run: () => void, name: string, pressed?: boolean) {
    return html`<button
      class="icon ${name}"
      type="button"
      aria-label=${label}
      title=${label}
      aria-pressed=${pressed === undefined ? nothing : pressed ? 'true' : 'false'}
      @click=${run}
    >
      ${svg`<svg viewBox="0 0 24 24" aria-hidden="true"><path d=${path} /></svg>`}
    </button>`;
  }

  protected override focusIsFree(): boolean {
    // Whoever has gone back to the page is not called from there.
    return this.shown && focused() !== null && this.shadowRoot?.activeElement !== null ? super.focusIsFree() : false;
  }
}

/** Makes the panel in the tree that keeps the page's styles out. */
export function makePanel(outside: Outside): Panel {
  const { settings } = outside;
  home.url = settings.url;
  home.site = settings.site;
  memory.keepFor(settings.site, settings.inThisTab);
  const script = memory.rememberedScript() ?? settings.script;
  if (script === 'hans' || script === 'hant') write(script);
  outside.speaks(traditional);
  if (!customElements.get('bangban-panel')) customElements.define('bangban-panel', BangbanPanel);
  const panel = document.createElement('bangban-panel') as BangbanPanel;
  panel.id = 'bangban-panel';
  panel.outside = outside;
  outside.root.append(panel);
  return panel;
}
