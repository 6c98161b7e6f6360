import { LitElement, css, html, nothing } from 'lit';
import { ALL, NOWHERE, cardPlace, readAddress, writeAddress, type Address } from './address';
import './answer-card';
import type { AnswerCard, CardEvent } from './answer-card';
import { answered, answersOf, ITEM } from './answers';
import { isAborted, item, match, materials, Refused } from './api';
import type { PickEvent } from './candidate-list';
import { divisionByCode } from './division';
import * as memory from './memory';
import './question-box';
import type { AskEvent, QuestionBox } from './question-box';
import { chooseRegion } from './region-dialog';
import { base, controls, notices } from './sheet';
import type { AnswerEvent } from './situation-chips';
import { wording } from './wording';
import type { Candidate, Card, MatchResponse, Region } from './wire';

/** "正在查询…" is shown from here on; faster answers don't flicker. */
const SLOW_AFTER_MS = 500;

/** A card with what stands around it. */
interface Shown {
  card: Card;
  lead: string;
  /** The place asked for. */
  asked: Region | null;
  /** Near items; `null` while nobody has looked for them. */
  candidates: Candidate[] | null;
  /** Places with a guide of their own; `null` while nobody has looked for them. */
  places: Region[] | null;
}

/** The page: a question goes in, one card or a choice comes out. */
export class BangbanApp extends LitElement {
  static override properties = {
    address: { state: true },
    region: { state: true },
    shown: { state: true },
    reply: { state: true },
    failure: { state: true },
    fieldError: { state: true },
    slow: { state: true },
    near: { state: true },
    comparing: { state: true },
    rephrase: { state: true },
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
        padding-top: clamp(1.5rem, 6vw, 4.5rem);
        padding-bottom: var(--hills-room);
      }
      .hero.compact .inner {
        padding-top: var(--gap);
        padding-bottom: var(--gap);
      }
      .hero bangban-question {
        max-width: 52rem;
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
        padding-top: var(--gap);
        padding-bottom: var(--gap-l);
      }
      main:focus {
        outline: none;
      }
      .status {
        color: var(--ink-soft);
      }
      .status:not(:empty) {
        margin-bottom: var(--gap-s);
      }
      .block {
        margin-bottom: var(--gap);
      }
      h2 {
        margin-bottom: var(--gap-s);
        font-size: var(--text-l);
        line-height: 1.4;
      }
      .panel {
        max-width: 52rem;
        padding: var(--gap) var(--edge);
        border: 1px solid var(--rule);
        border-radius: var(--radius);
        background: var(--paper);
        box-shadow: var(--shadow);
      }
      .panel .row,
      .failure .row {
        margin-top: var(--gap-s);
      }
      .panel .block {
        margin: var(--gap) 0 0;
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
        margin-top: var(--gap-l);
        padding-top: var(--gap);
        border-top: 1px solid var(--rule);
      }
      .promises dt {
        font-weight: 700;
      }
      .promises dd {
        color: var(--ink-soft);
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
        footer,
        .status,
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

  declare address: Address;
  declare region: Region | null;
  declare shown: Shown | null;
  declare reply: MatchResponse | null;
  declare failure: string;
  declare fieldError: string;
  declare slow: boolean;
  declare near: Candidate[] | null;
  declare comparing: boolean;
  declare rephrase: boolean;
  declare size: number;
  declare elder: boolean;
  private running: AbortController | undefined;
  private readonly names = new Map<string, Region>();
  private readonly onPop = () => {
    this.address = readAddress(location.search);
    void this.load(false);
  };

  constructor() {
    super();
    this.address = NOWHERE;
    this.region = null;
    this.shown = null;
    this.reply = null;
    this.failure = '';
    this.fieldError = '';
    this.slow = false;
    this.near = null;
    this.comparing = false;
    this.rephrase = false;
    this.size = memory.rememberedSize();
    this.elder = memory.rememberedElder();
  }

  override connectedCallback() {
    super.connectedCallback();
    addEventListener('popstate', this.onPop);
    this.address = readAddress(location.search);
    const home = memory.rememberedRegion();
    if (!this.address.region && home) {
      this.learn(home);
      this.address = { ...this.address, region: home.code };
      history.replaceState(null, '', writeAddress(this.address));
    }
    void this.load(false);
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    removeEventListener('popstate', this.onPop);
    this.running?.abort();
  }

  private learn(region: Region | null) {
    if (region) this.names.set(region.code, region);
  }

  /** A division with its name; the code stands in where the name can't be had. */
  private async named(code: string): Promise<Region | null> {
    if (!code || code === ALL) return null;
    const known = this.names.get(code);
    if (known) return known;
    const found = await divisionByCode(code).catch(() => null);
    this.learn(found);
    return found ?? { code, name: code };
  }

  /** Goes to an address and shows what it says. */
  private go(address: Address, kind: 'push' | 'replace') {
    this.address = address;
    if (kind === 'push') history.pushState(null, '', writeAddress(address));
    else history.replaceState(null, '', writeAddress(address));
    return this.load(true);
  }

  /** Runs one request; an earlier one is called off. Resolves to nothing where it was called off or failed. */
  private async request<T>(run: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
    this.running?.abort();
    const running = new AbortController();
    this.running = running;
    this.failure = '';
    this.fieldError = '';
    const timer = setTimeout(() => (this.slow = true), SLOW_AFTER_MS);
    try {
      return await run(running.signal);
    } catch (error) {
      if (!isAborted(error) && !running.signal.aborted) this.fail(error);
      return undefined;
    } finally {
      clearTimeout(timer);
      if (this.running === running) this.slow = false;
    }
  }

  private fail(error: unknown) {
    if (!(error instanceof Refused)) {
      this.failure = wording.unreachable;
      return;
    }
    const { status, type, detail } = error.problem;
    if (type === '/problems/no-such-item') this.failure = wording.noSuchItem;
    else if (type === '/problems/no-such-region') this.failure = wording.noSuchRegion;
    else if (status === 422 || status === 429) this.fieldError = error.about('q');
    else this.failure = status >= 500 && status !== 503 ? wording.broken : detail;
  }

  private async load(moveFocus: boolean) {
    const { address } = this;
    this.near = null;
    this.comparing = false;
    this.rephrase = false;
    void this.nameRegion(address.region);
    if (address.code) await this.loadItem(address, moveFocus);
    else if (address.q) await this.loadMatch(address, moveFocus);
    else this.clear();
    this.nameTab();
  }

  private async nameRegion(code: string) {
    const region = await this.named(code);
    if (this.address.region === code) this.region = region;
  }

  private clear() {
    this.running?.abort();
    this.shown = null;
    this.reply = null;
    this.failure = '';
    this.fieldError = '';
  }

  private nameTab() {
    const what = this.shown?.card.name ?? this.address.q;
    document.title = what ? wording.pageTitle(what) : wording.homeTitle;
  }

  private async loadMatch(address: Address, moveFocus: boolean) {
    const reply = await this.request((signal) => match(address.q, address.region, address.answers, signal));
    if (!reply) return this.afterFailure();
    this.learn(reply.region);
    reply.region_choices.forEach((region) => this.learn(region));
    this.reply = reply;
    this.shown = reply.card && {
      card: reply.card,
      lead: reply.lead,
      asked: reply.region,
      candidates: reply.candidates,
      places: null,
    };
    if (moveFocus) await this.focusAnswer();
  }

  private async loadItem(address: Address, moveFocus: boolean) {
    const place = cardPlace(address);
    const found = await this.request((signal) => item(address.code, place, address.answers, signal));
    if (!found) return this.afterFailure();
    this.learn(found.card.region);
    const asked = await this.named(place);
    // The near items of the question stay at hand while its cards are looked through.
    const candidates = this.shown?.candidates ?? this.reply?.candidates ?? null;
    this.reply = null;
    this.shown = { card: found.card, lead: '', asked, candidates, places: found.item.places };
    if (moveFocus) await this.focusAnswer();
  }

  /** A failed request leaves no answer to another question behind. */
  private afterFailure() {
    if (!this.failure && !this.fieldError) return;
    this.shown = null;
    this.reply = null;
    if (this.fieldError) void this.box?.takeFocus();
  }

  private get box(): QuestionBox | null {
    return this.renderRoot.querySelector<QuestionBox>('bangban-question');
  }

  private get cardElement(): AnswerCard | null {
    return this.renderRoot.querySelector<AnswerCard>('bangban-card');
  }

  /** Focus goes to the answer only from the form, or where what had it is gone. */
  private async focusAnswer() {
    await this.updateComplete;
    const from = this.shadowRoot?.activeElement;
    const free = !from || from === this.box || from === this.cardElement;
    if (!free || document.querySelector('dialog[open]')) return;
    if (this.cardElement) await this.cardElement.takeFocus();
    else this.renderRoot.querySelector<HTMLElement>('#answer')?.focus();
  }

  private ask(q: string) {
    return this.go({ ...NOWHERE, q, region: this.address.region }, 'push');
  }

  private pick(candidate: Candidate) {
    const answers = candidate.business_item ? { [ITEM]: [candidate.business_item] } : {};
    const place = this.pinnedPlace(this.shown?.asked ?? this.reply?.region ?? null);
    return this.go({ ...this.address, code: candidate.code, place, answers }, 'push');
  }

  /** How an address names the place of a card. */
  private pinnedPlace(asked: Region | null): string {
    if (asked?.code === this.address.region) return '';
    if (asked) return asked.code;
    return this.address.region ? ALL : '';
  }

  /** The address that names the card shown by itself, whatever question led to it. */
  private pinned(shown: Shown): Address {
    if (this.address.code) return this.address;
    const answers = answersOf(shown.card, this.address.answers);
    return { ...this.address, code: shown.card.item, place: this.pinnedPlace(shown.asked), answers };
  }

  private async answer(id: string, chosen: readonly string[]) {
    const { shown } = this;
    if (!shown) return;
    const before = this.pinned(shown);
    const address = { ...before, answers: answered(before.answers, id, chosen) };
    this.address = address;
    history.replaceState(null, '', writeAddress(address));
    const questions = shown.card.questions.map((question) =>
      question.id === id ? { ...question, chosen: [...chosen] } : question,
    );
    this.shown = { ...shown, card: { ...shown.card, questions } };
    const place = cardPlace(address);
    const found = await this.request(async (signal) => {
      const whole = item(address.code, place, address.answers, signal);
      const list = materials(address.code, place, address.answers, signal).then((fresh) => {
        if (signal.aborted || !this.shown) return;
        const card = { ...this.shown.card, questions: fresh.questions, materials: fresh.materials };
        this.shown = { ...this.shown, card };
      });
      const [reply] = await Promise.all([whole, list]);
      return reply;
    });
    if (found && this.shown) this.shown = { ...this.shown, card: found.card, places: found.item.places };
  }

  private async wish(wish: CardEvent['wish']) {
    const { shown } = this;
    if (!shown) return;
    if (wish === 'place') await this.changePlace(shown);
    else if (wish === 'near') await this.showNear(shown);
    else await this.openCompare(shown);
  }

  private async changePlace(shown: Shown) {
    const chosen = await chooseRegion(shown.asked?.code ?? '');
    if (chosen === undefined) return;
    this.learn(chosen);
    await this.go({ ...this.pinned(shown), place: this.pinnedPlace(chosen) }, 'push');
  }

  private async showNear(shown: Shown) {
    if (this.near) {
      this.near = null;
      return;
    }
    let { candidates } = shown;
    if (!candidates && this.address.q) {
      const { q, region } = this.address;
      const reply = await this.request((signal) => match(q, region, {}, signal));
      if (!reply || !this.shown) return;
      candidates = reply.card ? [candidateOf(reply.card), ...reply.candidates] : reply.candidates;
      this.shown = { ...this.shown, candidates };
    }
    this.near = (candidates ?? []).filter((candidate) => candidate.code !== shown.card.item);
    await this.updateComplete;
    await this.cardElement?.focusNear();
  }

  private async openCompare(shown: Shown) {
    this.comparing = !this.comparing;
    if (!this.comparing) return;
    if (!shown.places) {
      const found = await this.request((signal) => item(shown.card.item, '', {}, signal));
      if (found && this.shown) this.shown = { ...this.shown, places: found.item.places };
    }
    await this.updateComplete;
    await this.cardElement?.focusCompare();
  }

  private async changeRegion() {
    const chosen = await chooseRegion(this.address.region);
    if (chosen === undefined) return;
    memory.rememberRegion(chosen);
    this.learn(chosen);
    await this.go({ ...this.address, region: chosen?.code ?? '', place: '' }, 'push');
  }

  private display(size: number, elder: boolean) {
    this.size = Math.min(memory.SIZES.most, Math.max(memory.SIZES.least, size));
    this.elder = elder;
    memory.rememberDisplay(this.size, elder);
    memory.showDisplay(this.size, elder);
  }

  private async noneOfThese() {
    this.rephrase = true;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('#rephrase')?.focus();
  }

  override render() {
    const empty = !this.address.q && !this.address.code;
    return html`<a class="button skip" href="#main" @click=${this.skip}>${wording.toContent}</a>
      ${this.bar()}
      <div class="hero ${empty ? '' : 'compact'}">
        <div class="inner">
          <bangban-question
            .value=${this.address.q}
            .error=${this.fieldError}
            ?compact=${!empty}
            @ask=${(event: AskEvent) => void this.ask(event.q)}
          ></bangban-question>
        </div>
        ${empty ? hills : nothing}
      </div>
      <main
        class="inner"
        id="main"
        tabindex="-1"
        @answer=${(event: AnswerEvent) => void this.answer(event.question, event.chosen)}
        @pick=${(event: PickEvent) => void this.pick(event.candidate)}
        @wish=${(event: CardEvent) => void this.wish(event.wish)}
      >
        <p class="status" role="status">${this.slow ? wording.searching : ''}</p>
        <div role="alert">${this.failure ? this.failed() : nothing}</div>
        ${this.reply ? this.around(this.reply) : nothing} ${this.answerOrStart(empty)}
      </main>
      ${this.foot()}`;
  }

  private skip(event: Event) {
    event.preventDefault();
    this.renderRoot.querySelector<HTMLElement>('#main')?.focus();
  }

  private bar() {
    const region = this.region?.name ?? wording.wholeRegion;
    return html`<header class="bar">
      <div class="inner">
        <a class="brand" href="/">
          ${mark}
          <h1>${wording.title}<small>${wording.subtitle}</small></h1>
          <span class="unseen">${wording.home}</span>
        </a>
        <div class="tools" role="group" aria-label=${wording.sizeGroup}>
          <button class="button" type="button" aria-label=${wording.regionButton(region)} @click=${() => void this.changeRegion()}>
            ${region}<span aria-hidden="true">▾</span>
          </button>
          <button class="button" type="button" aria-label=${wording.smallerAria} @click=${() => this.display(this.size - 1, this.elder)}>
            ${wording.smaller}
          </button>
          <button class="button" type="button" aria-label=${wording.largerAria} @click=${() => this.display(this.size + 1, this.elder)}>
            ${wording.larger}
          </button>
          <button class="button" type="button" aria-pressed=${this.elder ? 'true' : 'false'} @click=${() => this.display(this.size, !this.elder)}>
            ${wording.elder}
          </button>
          <a class="button" href="tel:12345" aria-label=${wording.callAria}>${wording.call}</a>
        </div>
      </div>
    </header>`;
  }

  private failed() {
    return html`<div class="failure">
      <p>${this.failure}</p>
      <div class="row">
        <button class="button" type="button" @click=${() => void this.load(true)}>${wording.retry}</button>
        <a class="button" href="tel:12345">${wording.human}</a>
      </div>
    </div>`;
  }

  /** What stands above the answer: what must be known, and the places that a name may mean. */
  private around(reply: MatchResponse) {
    const choices = reply.region_choices;
    // The choice of places says it itself.
    const said = reply.notices.filter((notice) => choices.length === 0 || notice !== wording.whichPlace);
    return html`${said.length > 0
      ? html`<div class="block">
          ${said.map((notice) => html`<p class="notice"><b>${wording.attention}</b><span>${notice}</span></p>`)}
        </div>`
      : nothing}
    ${choices.length > 0
      ? html`<section class="block" aria-labelledby="which">
          <h2 id="which">${wording.whichPlace}</h2>
          <div class="row">
            ${choices.map(
              (region) => html`<button
                class="chip"
                type="button"
                @click=${() => void this.go({ ...NOWHERE, q: this.address.q, region: region.code }, 'push')}
              >
                ${region.name}
              </button>`,
            )}
          </div>
        </section>`
      : nothing}`;
  }

  private answerOrStart(empty: boolean) {
    const { shown, reply } = this;
    if (shown) {
      return html`<bangban-card
        .card=${shown.card}
        .lead=${shown.lead}
        .place=${shown.asked}
        .near=${this.near}
        .places=${shown.places ?? []}
        ?comparing=${this.comparing}
      ></bangban-card>`;
    }
    if (reply) return this.choice(reply);
    return empty || this.fieldError ? this.start() : nothing;
  }

  /** A reply without a card: options, or a way on. */
  private choice(reply: MatchResponse) {
    const listed = reply.candidates.length > 0;
    return html`<section class="panel" aria-labelledby="answer">
        <h2 id="answer" tabindex="-1">${reply.lead}</h2>
        ${listed ? html`<bangban-candidates .candidates=${reply.candidates}></bangban-candidates>` : nothing}
        <div class="row">
          ${listed
            ? html`<button class="button" type="button" @click=${() => void this.noneOfThese()}>${wording.neither}</button>`
            : nothing}
          ${reply.status === 'unavailable'
            ? html`<button class="button" type="button" @click=${() => void this.load(true)}>${wording.retry}</button>`
            : nothing}
          <a class="button" href="tel:12345">${wording.human}</a>
        </div>
        ${this.rephrase
          ? html`<div class="block">
              <h2 id="rephrase" tabindex="-1">${wording.neitherTitle}</h2>
              <p>${wording.neitherHint}</p>
            </div>`
          : nothing}
      </section>
      ${listed ? nothing : html`<div class="promises">${this.examples()}</div>`}`;
  }

  private start() {
    return html`${this.examples()}
      <dl class="promises">
        ${wording.promise.map(([title, text]) => html`<div><dt>${title}</dt><dd>${text}</dd></div>`)}
      </dl>`;
  }

  private examples() {
    return html`<section aria-labelledby="examples">
      <h2 id="examples">${wording.examplesTitle}</h2>
      <div class="row">
        ${wording.examples.map(
          (example) => html`<button class="chip" type="button" @click=${() => void this.ask(example)}>${example}</button>`,
        )}
      </div>
    </section>`;
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

/** A card as a list of near items shows it. */
function candidateOf(card: Card): Candidate {
  return {
    code: card.item,
    name: card.name,
    business_item: card.business_item,
    item_type: null,
    department: null,
    matched: null,
    confidence: 1,
  };
}

const hills = html`<svg class="hills" viewBox="0 0 1200 120" preserveAspectRatio="none" aria-hidden="true">
  <path class="far" d="M0 78C160 20 300 22 470 62s330 48 470 4 200-34 260-22v76H0z" />
  <path class="near" d="M0 96c180-44 330-30 520-4s360 20 680-34v62H0z" />
  <path class="ground" d="M0 112c240-22 420-16 620-6s380 8 580-12v26H0z" />
</svg>`;

const mark = html`<svg viewBox="0 0 64 64" aria-hidden="true">
  <rect width="64" height="64" rx="14" fill="#0b5f57" />
  <circle cx="45" cy="19" r="7" fill="#f4d58a" />
  <path d="M0 46c12-10 22-10 33-3s20 5 31-4v11a14 14 0 0 1-14 14H14A14 14 0 0 1 0 50z" fill="#8fcbb0" />
  <path d="M0 53c14-6 24-4 34 0s20 2 30-3a14 14 0 0 1-14 14H14A14 14 0 0 1 0 53z" fill="#e9f5ee" />
</svg>`;

customElements.define('bangban-app', BangbanApp);
