import { LitElement, css, html, nothing } from 'lit';
import { pageAddress, readAddress } from './address';
import { item, Refused } from './api';
import { openPress } from './bundle-view';
import type { PressEvent } from './events';
import * as memory from './memory';
import './question-box';
import type { AskEvent, QuestionBox } from './question-box';
import { chooseRegion } from './region-dialog';
import { base, controls, notices } from './sheet';
import { Talk, type Sending } from './talk';
import './talk-log';
import type { FailedEvent, TalkLog } from './talk-log';
import { traditional } from './script';
import { wording } from './wording';

/** "正在查询…" is shown from here on; faster answers don't flicker. */
const SLOW_AFTER_MS = 500;

/** Stands for no place in particular. */
const WHOLE_REGION = '150000';

/** The page: one conversation, and the box to go on with it. */
export class BangbanApp extends LitElement {
  static override properties = {
    failure: { state: true },
    slow: { state: true },
    size: { state: true },
    elder: { state: true },
  };
  static override styles = [
    base,
    controls,
    notices,
    css`
      :host {
        display: flex;
        flex-direction: column;
        min-height: 100vh;
      }
      .skip {
        position: absolute;
        left: -999rem;
      }
      .skip:focus {
        left: var(--edge);
        top: 0.25rem;
        z-index: 9;
        background: var(--paper);
      }
      .inner {
        width: 100%;
        max-width: calc(var(--page) + 2 * var(--edge));
        margin: 0 auto;
        padding-left: var(--edge);
        padding-right: var(--edge);
      }
      .bar {
        background: var(--paper);
        border-bottom: 1px solid var(--rule);
      }
      .bar .inner {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.25rem 0.75rem;
        padding-top: 0.5rem;
        padding-bottom: 0.5rem;
      }
      .brand {
        display: inline-flex;
        align-items: center;
        gap: 0.65rem;
        min-height: var(--target);
        margin-right: auto;
        color: var(--ink);
        text-decoration: none;
      }
      .brand svg {
        width: 2.25rem;
        height: 2.25rem;
      }
      h1 {
        font-family: var(--serif);
        font-size: 1.375rem;
        line-height: 1.2;
      }
      h1 small {
        display: block;
        font-family: var(--sans);
        font-size: var(--text-s);
        font-weight: 400;
        color: var(--ink-soft);
      }
      .tools {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.375rem;
      }
      .tools .button {
        padding: 0.2em 0.8em;
      }
      .tools [aria-pressed='true'] {
        border-color: var(--accent);
        background: var(--accent);
        color: var(--on-accent);
      }
      .hero {
        position: relative;
        background: linear-gradient(var(--sky-high), var(--sky-low));
      }
      .hero .inner {
        position: relative;
        z-index: 2;
        padding-top: clamp(1rem, 4vw, 3rem);
        padding-bottom: var(--hills-room);
      }
      .hero h2 {
        margin-bottom: 0;
        font-family: var(--serif);
        font-size: var(--text-hero);
        line-height: 1.3;
      }
      .hills {
        position: absolute;
        z-index: 1;
        bottom: 0;
        left: 0;
        width: 100%;
        height: clamp(3rem, 8vw, 7rem);
      }
      .hills .far {
        fill: var(--hill-far);
      }
      .hills .near {
        fill: var(--hill-near);
      }
      .hills .ground {
        fill: var(--ground);
      }
      main {
        flex: 1 0 auto;
        padding-bottom: var(--gap);
      }
      main > .inner {
        padding-top: var(--gap);
      }
      main:focus {
        outline: none;
      }
      h2 {
        margin-bottom: var(--gap-s);
        font-size: var(--text-l);
        line-height: 1.4;
      }
      .failure {
        margin-bottom: var(--gap);
      }
      .failure .button {
        color: var(--ink);
      }
      .promises {
        display: grid;
        gap: var(--gap);
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 16rem), 1fr));
        margin-top: var(--gap);
        padding-top: var(--gap);
        border-top: 1px solid var(--rule);
      }
      .promises dt {
        font-weight: 700;
      }
      .promises dd {
        color: var(--ink-soft);
      }
      .dock {
        background: var(--paper);
        border-top: 1px solid var(--rule);
      }
      .dock .inner {
        padding-top: 0.375rem;
        padding-bottom: 0.5rem;
      }
      .dock .status {
        color: var(--ink-soft);
      }
      .person {
        flex: none;
        padding: 0.2em 0.8em;
      }
      /* In a low window, as at 400 %, it would hide what is read. */
      @media (min-height: 32em) {
        .dock {
          position: sticky;
          z-index: 4;
          bottom: 0;
        }
      }
      footer {
        border-top: 1px solid var(--rule);
        color: var(--ink-soft);
        font-size: var(--text-s);
      }
      footer .inner {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0 1.5rem;
        padding-top: 0.5rem;
        padding-bottom: 0.5rem;
      }
      footer a {
        display: inline-flex;
        align-items: center;
        min-height: var(--target);
        min-width: var(--target);
      }
      @media print {
        .bar,
        .hero,
        .start,
        .dock,
        .failure,
        footer,
        .skip {
          display: none;
        }
        main,
        .inner {
          padding: 0;
          max-width: none;
        }
      }
    `,
  ];

  declare failure: string;
  declare slow: boolean;
  declare size: number;
  declare elder: boolean;
  private readonly talk = new Talk(() => this.requestUpdate());

  constructor() {
    super();
    this.failure = '';
    this.slow = false;
    this.size = memory.rememberedSize();
    this.elder = memory.rememberedElder();
  }

  override connectedCallback() {
    super.connectedCallback();
    void this.open();
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
    document.title = card ? wording.pageTitle(card.name) : wording.homeTitle;
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
    const timer = setTimeout(() => (this.slow = true), SLOW_AFTER_MS);
    const sent = send();
    await this.updateComplete;
    await this.log?.showNewest(false, false);
    const ok = await sent;
    clearTimeout(timer);
    this.slow = false;
    await this.updateComplete;
    if (!ok) return;
    // Until everything inside the list is drawn, a button that goes still has the focus.
    await new Promise((resolve) => setTimeout(resolve));
    await this.log?.showNewest(this.focusIsFree(), smooth());
    this.settle();
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
      >
        ${talk.fresh ? welcome : nothing}
        <div class="inner">
          <div role="alert">${failure ? this.failed(failure) : nothing}</div>
          <bangban-log .entries=${talk.entries} .last=${talk.last} ?busy=${talk.busy}></bangban-log>
          ${talk.fresh ? this.start() : nothing}
        </div>
      </main>
      ${this.dock()} ${this.foot()}`;
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
      <dl class="promises">
        ${wording.promise.map(([title, text]) => html`<div><dt>${title}</dt><dd>${text}</dd></div>`)}
      </dl>
    </div>`;
  }

  /** The box, and beside it at any time the way to a person. */
  private dock() {
    return html`<div class="dock">
      <div class="inner">
        <p class="status" role="status">${this.slow ? wording.searching : ''}</p>
        <bangban-question ?busy=${this.talk.busy} @ask=${(event: AskEvent) => void this.ask(event)}>
          <button class="button person" type="button" @click=${() => void this.say({ press: 'human' }, wording.person)}>
            ${wording.person}
          </button>
        </bangban-question>
      </div>
    </div>`;
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

function smooth(): boolean {
  return !matchMedia('(prefers-reduced-motion: reduce)').matches;
}

const hills = html`<svg class="hills" viewBox="0 0 1200 120" preserveAspectRatio="none" aria-hidden="true">
  <path class="far" d="M0 78C160 20 300 22 470 62s330 48 470 4 200-34 260-22v76H0z" />
  <path class="near" d="M0 96c180-44 330-30 520-4s360 20 680-34v62H0z" />
  <path class="ground" d="M0 112c240-22 420-16 620-6s380 8 580-12v26H0z" />
</svg>`;

const welcome = html`<div class="hero">
  <div class="inner">
    <h2>${wording.welcome}</h2>
  </div>
  ${hills}
</div>`;

const mark = html`<svg viewBox="0 0 64 64" aria-hidden="true">
  <rect width="64" height="64" rx="14" fill="#0b5f57" />
  <circle cx="45" cy="19" r="7" fill="#f4d58a" />
  <path d="M0 46c12-10 22-10 33-3s20 5 31-4v11a14 14 0 0 1-14 14H14A14 14 0 0 1 0 50z" fill="#8fcbb0" />
  <path d="M0 53c14-6 24-4 34 0s20 2 30-3a14 14 0 0 1-14 14H14A14 14 0 0 1 0 53z" fill="#e9f5ee" />
</svg>`;

customElements.define('bangban-app', BangbanApp);
