import { LitElement, css, html, nothing } from 'lit';
import { base, controls, notices } from '../sheet';
import { Alarm, allowPopups } from './alarm';
import { duration } from './age';
import * as api from './api';
import { CallFeed } from './call-feed';
import './cases-page';
import { Floor } from './floor';
import type { HotlinePage } from './hotline-page';
import './hotline-page';
import './late-page';
import { Line, type LineState } from './line';
import './manage';
import { keptPacks } from './pack-store';
import { pageAt, pagesOf, viewAt, type PageName } from './pages';
import './presence-choice';
import { rememberedSettings, rememberSettings, type Settings } from './settings';
import './settings-dialog';
import type { SettingsDialog } from './settings-dialog';
import { whyFromAddress, type SignedInEvent } from './sign-in';
import { page as pageStyle } from './style';
import { TOWNSHIP_VIEWS } from './township-page';
import { kindOf } from './trouble';
import './wall-page';
import type { Envelope, Me, Presence } from './wire';
import { words } from './wording';

/** The service calls every 10 s while somebody waits. */
const ALARM_OVER_MS = 25_000;

/** Pages that fill the window, and scroll inside. */
const FULL: readonly (PageName | null)[] = ['cases', 'hotline', 'township'];

/** The lists are read anew that often, and what is only looked at. */
const LISTS_EVERY_S = 60;
const PEEK_EVERY_S = 10;

/** The desk: who is signed in, the line to the service, and one of its pages. */
export class DeskApp extends LitElement {
  static override properties = {
    me: { state: true },
    why: { state: true },
    line: { state: true },
    presence: { state: true },
    notice: { state: true },
    settings: { state: true },
    waiting: { state: true },
    longest: { state: true },
    hash: { state: true },
    now: { state: true },
    offline: { state: true },
  };
  static override styles = [
    base,
    controls,
    notices,
    pageStyle,
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
        left: var(--gap-s);
        top: 0.25rem;
        z-index: 9;
      }
      header {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.25rem var(--gap-s);
        padding: 0.375rem var(--gap-s);
        border-bottom: 1px solid var(--rule);
        background: var(--paper);
      }
      h1 {
        font-family: var(--serif);
        font-size: 1.2rem;
        line-height: 1.2;
      }
      nav {
        display: flex;
        flex-wrap: wrap;
        gap: 0.25rem;
        margin-right: auto;
      }
      nav a {
        display: inline-flex;
        align-items: center;
        min-height: var(--target);
        padding: 0 0.7em;
        border-bottom: 3px solid transparent;
        color: var(--ink);
        text-decoration: none;
      }
      nav a:hover {
        background: var(--accent-tint);
      }
      nav a[aria-current='page'] {
        border-bottom-color: var(--accent);
        color: var(--accent-strong);
        font-weight: 700;
      }
      .waiting {
        padding: 0.2em 0.8em;
        border: 2px solid var(--bad-ink);
        border-radius: var(--radius-s);
        background: var(--bad-tint);
        color: var(--bad-ink);
        font-weight: 700;
      }
      .mute {
        color: var(--bad-ink);
        font-size: var(--text-s);
      }
      .banner {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--gap-s);
        padding: 0.6rem var(--gap);
        background: var(--bad-ink);
        color: var(--paper);
        font-weight: 700;
      }
      main {
        flex: 1 1 auto;
        min-height: 0;
      }
      main:focus {
        outline: none;
      }
      .plain-page {
        max-width: 76rem;
        margin: 0 auto;
        padding: var(--gap) var(--gap-s);
      }
      /* In a low window, as at 400 %, the page scrolls as a whole. */
      @media (min-height: 36em) {
        :host([full]) {
          height: 100vh;
        }
      }
      @media (max-width: 799px) {
        header {
          gap: 0.25rem;
          padding: 0.25rem;
        }
        header .soft {
          display: none;
        }
        header .button {
          padding: 0.1em 0.5em;
        }
      }
      @media print {
        :host,
        :host([full]) {
          display: block;
          height: auto;
          min-height: 0;
        }
        header,
        .skip,
        .banner {
          display: none;
        }
      }
      @media (forced-colors: active) {
        .banner {
          border: 4px solid CanvasText;
        }
        nav a {
          border-bottom-color: Canvas;
        }
        nav a[aria-current='page'] {
          border-bottom-color: Highlight;
        }
      }
    `,
  ];

  declare me: Me | null | undefined;
  /** Why somebody must sign in. */
  declare why: string;
  declare line: LineState;
  declare presence: Presence;
  declare notice: string;
  declare settings: Settings;
  declare waiting: number;
  declare longest: number;
  declare hash: string;
  declare now: number;
  /** Nobody can sign in, but there are guides kept for that. */
  declare offline: boolean;
  private floor: Floor | null = null;
  private wire: Line | null = null;
  private calls = new CallFeed();
  private readonly alarm = new Alarm();
  private alarmAt = 0;
  private ticks = 0;
  private ticker: ReturnType<typeof setInterval> | undefined;

  constructor() {
    super();
    this.me = undefined;
    this.why = '';
    this.line = { state: 'starting' };
    this.presence = { state: 'offline' };
    this.notice = '';
    this.settings = rememberedSettings();
    this.waiting = 0;
    this.longest = 0;
    this.hash = location.hash;
    this.now = Date.now();
    this.offline = false;
  }

  override connectedCallback() {
    super.connectedCallback();
    window.addEventListener('hashchange', this.moved);
    window.addEventListener('online', this.hurry);
    window.addEventListener('beforeunload', this.leaving);
    for (const kind of ['pointerdown', 'keydown']) window.addEventListener(kind, this.touched);
    document.addEventListener('visibilitychange', this.seen);
    this.ticker = setInterval(() => this.tick(), 1000);
    void this.begin();
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    window.removeEventListener('hashchange', this.moved);
    window.removeEventListener('online', this.hurry);
    window.removeEventListener('beforeunload', this.leaving);
    for (const kind of ['pointerdown', 'keydown']) window.removeEventListener(kind, this.touched);
    document.removeEventListener('visibilitychange', this.seen);
    clearInterval(this.ticker);
    this.leave('');
  }

  private readonly moved = () => (this.hash = location.hash);
  private readonly hurry = () => this.wire?.hurry();
  private readonly leaving = (event: Event) => this.floor?.atWork && event.preventDefault();
  private readonly touched = () => {
    this.alarm.unlock();
    if (this.waiting > 0) this.requestUpdate();
  };
  private readonly seen = () => !document.hidden && this.floor?.seen();

  /** Times are told anew each second, but only where somebody waits or the line is broken. */
  private tick() {
    this.ticks++;
    // Nobody is called any more, since somebody is away or all have been taken.
    if (this.waiting > 0 && Date.now() - this.alarmAt > ALARM_OVER_MS) this.ring(0, 0);
    // Who may see a case no longer isn't told so by an event.
    if (this.floor && this.line.state === 'open' && !document.hidden) {
      if (this.ticks % LISTS_EVERY_S === 0) void this.floor.load(true);
      else if (this.ticks % PEEK_EVERY_S === 0) void this.floor.peek();
    }
    if (this.line.state === 'lost' || this.waiting > 0 || (this.floor?.list('waiting').length ?? 0) > 0) this.now = Date.now();
  }

  private async begin() {
    const why = whyFromAddress();
    try {
      this.enter(await api.me());
      this.offline = false;
    } catch (error) {
      const refused = kindOf(error) !== '';
      this.offline = !refused && (await keptPacks()).length > 0;
      this.me = null;
      this.why = refused ? why : words.unreachable;
    }
  }

  private enter(me: Me) {
    this.me = me;
    this.why = '';
    this.floor = new Floor(me.account, () => this.changed());
    if (!pagesOf(me).includes('cases')) return;
    this.wire = new Line({
      ticket: api.socketTicket,
      told: (event) => this.told(event),
      line: (state) => this.stand(state),
    });
  }

  /** Back to the form. */
  private leave(why: string) {
    this.wire?.stop();
    this.wire = null;
    this.floor = null;
    this.calls = new CallFeed();
    this.alarm.rest();
    this.waiting = 0;
    this.me = null;
    this.why = why;
  }

  private async signOut() {
    await api.signOut().catch(() => {});
    this.leave('');
  }

  private changed() {
    const { floor } = this;
    if (!floor) return;
    const unread = floor.unreadAll;
    this.alarm.name(unread > 0 ? `(${unread}) ${words.title}` : words.title);
    // Whoever waits no longer makes no sound.
    if (floor.loaded && floor.list('waiting').length === 0 && this.waiting > 0) this.ring(0, 0);
    this.requestUpdate();
    this.renderRoot.querySelector<LitElement>('desk-cases')?.requestUpdate();
  }

  private told(event: Envelope) {
    const { floor } = this;
    if (!floor) return;
    if (event.type === 'ready') {
      if (event.data.presence) {
        const presence = api.presenceOf(event.data.presence, this.presence.reason ?? '');
        if (this.presence.state !== 'offline' && presence.state === 'offline') this.notice = words.wentOffline;
        this.presence = presence;
      }
      void floor.load();
    } else if (event.type === 'alarm') {
      this.ring(Number(event.data.waiting) || 0, Number(event.data.longest_wait_seconds) || 0);
    } else if (event.type === 'call.said') {
      if (this.calls.take(event.data)) this.renderRoot.querySelector<HotlinePage>('desk-hotline')?.listen();
    } else if (event.type === 'presence.changed') {
      this.renderRoot.querySelector<LitElement & { told?: (data: object) => void }>('desk-wall')?.told?.(event.data);
    } else {
      const before = floor.unreadAll;
      floor.told(event);
      if (floor.unreadAll > before) this.alarm.tick(this.settings);
    }
  }

  private ring(waiting: number, longest: number) {
    this.waiting = waiting;
    this.longest = longest;
    this.alarmAt = Date.now();
    this.alarm.ring(waiting, this.settings);
  }

  private stand(state: LineState) {
    if (state.state === 'lost' && this.line.state === 'open') this.alarm.warn(this.settings);
    this.line = state;
    if (state.state === 'out') this.leave(words.sessionOver);
  }

  /** Takes the line back from another window. */
  private here() {
    this.wire?.stop();
    if (this.me) this.enter(this.me);
  }

  private set(settings: Settings) {
    this.settings = settings;
    rememberSettings(settings);
    if (!settings.flash) this.alarm.rest();
  }

  override render() {
    if (this.me === undefined) return html`<p class="plain-page" role="status">${words.loading}</p>`;
    if (this.me === null && this.offline) return this.withoutNetwork();
    if (this.me === null) {
      return html`<main class="plain-page">
        <desk-sign-in .why=${this.why} @signed-in=${(event: SignedInEvent) => this.enter(event.me)}></desk-sign-in>
      </main>`;
    }
    const pages = pagesOf(this.me);
    const page = pageAt(this.hash, pages);
    this.toggleAttribute('full', FULL.includes(page));
    return html`<a class="button skip" href="#main" @click=${this.skip}>${words.skip}</a>
      ${this.header(this.me, pages, page)} ${this.banner()}
      <main tabindex="-1" @settings=${() => this.openSettings()}>${this.page(page, this.me)}</main>
      <desk-settings
        .settings=${this.settings}
        .writes=${this.me.permissions.includes('canned.write')}
        @set=${(event: CustomEvent<Settings>) => this.set(event.detail)}
        @password=${() => this.leave(words.passwordChanged)}
      ></desk-settings>`;
  }

  /** What can be done before anybody has signed in: reading the guides that were kept. */
  private withoutNetwork() {
    this.toggleAttribute('full', true);
    return html`<header><h1>${words.title}</h1></header>
      <main tabindex="-1">
        <desk-township .view=${viewAt(this.hash, TOWNSHIP_VIEWS)} @back=${() => void this.begin()}></desk-township>
      </main>`;
  }

  private skip(event: Event) {
    event.preventDefault();
    this.renderRoot.querySelector<HTMLElement>('main')?.focus();
  }

  private openSettings() {
    void this.renderRoot.querySelector<SettingsDialog>('desk-settings')?.show();
  }

  private header({ account }: Me, pages: PageName[], current: PageName | null) {
    const longest = duration(this.longest);
    return html`<header>
      <h1>${words.title}</h1>
      <nav aria-label=${words.menu}>
        ${pages.map(
          (page) => html`<a href="#${page}" aria-current=${page === current ? 'page' : nothing}>${words.pages[page]}</a>`,
        )}
      </nav>
      <div role="status">
        ${this.waiting > 0 ? html`<span class="waiting">${words.alarmLine(this.waiting, longest)}</span>` : nothing}
        ${this.waiting > 0 && this.settings.sound && this.alarm.blocked ? html`<span class="mute">${words.soundBlocked}</span>` : nothing}
      </div>
      ${pages.includes('cases')
        ? html`<desk-presence
            .presence=${this.presence}
            ?disabled=${this.line.state !== 'open'}
            @presence=${(event: CustomEvent<Presence>) => {
              this.presence = event.detail;
              this.notice = '';
              // Browsers ask only in the moment of a click.
              if (this.settings.popup && this.presence.state === 'online') void allowPopups();
            }}
          ></desk-presence>`
        : nothing}
      <button class="button" type="button" @click=${() => this.openSettings()}>${words.settings}</button>
      <span class="soft">${account.name} · ${words.with(account.number)}</span>
      <button class="button" type="button" @click=${() => void this.signOut()}>${words.signOut}</button>
    </header>`;
  }

  /** Loud, since nothing comes in. */
  private banner() {
    const { line } = this;
    const lost = line.state === 'lost';
    const seconds = lost ? Math.max(0, Math.floor((this.now - line.since) / 1000)) : 0;
    const said = lost ? words.lineLost : line.state === 'replaced' ? words.lineReplaced : this.notice;
    return html`<div role="alert">
      ${said
        ? html`<div class="banner">
            <span>${said}</span>
            ${lost ? html`<span aria-hidden="true">${words.lineLostFor(seconds)}</span>` : nothing}
            ${lost ? html`<button class="button" type="button" @click=${() => this.wire?.hurry()}>${words.lineHurry}</button>` : nothing}
            ${line.state === 'replaced' ? html`<button class="button" type="button" @click=${() => this.here()}>${words.lineHere}</button>` : nothing}
          </div>`
        : nothing}
    </div>`;
  }

  private page(page: PageName | null, me: Me) {
    if (page === null) return html`<p class="plain-page">${words.noPages}</p>`;
    if (page === 'cases') {
      return html`<desk-cases .floor=${this.floor} .me=${me} .keys=${this.settings.keys} .now=${this.now}></desk-cases>`;
    }
    if (page === 'hotline') return html`<desk-hotline .me=${me} .keys=${this.settings.keys} .calls=${this.calls}></desk-hotline>`;
    if (page === 'township') {
      return html`<desk-township .view=${viewAt(this.hash, TOWNSHIP_VIEWS)} ?reports=${me.permissions.includes('lookup')}></desk-township>`;
    }
    if (page === 'wall') return html`<desk-wall class="plain-page"></desk-wall>`;
    if (page === 'figures' || page === 'differences') return html`<desk-late class="plain-page" .page=${page} .me=${me}></desk-late>`;
    return html`<desk-manage class="plain-page" .page=${page} .me=${me}></desk-manage>`;
  }
}

customElements.define('bangban-desk', DeskApp);
