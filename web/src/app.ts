import { html, nothing } from 'lit';
import { pageAddress, readAddress } from './address';
import { mark, welcome } from './app-art';
import { appStyle } from './app-style';
import * as memory from './memory';
import { traditional } from './script';
import { base, controls, notices } from './sheet';
import { channel } from './tabs';
import { talkStyle } from './talk-style';
import { TalkView } from './talk-view';
import { wording } from './wording';

/** The page: one conversation, and the box to go on with it. */
export class BangbanApp extends TalkView {
  static override styles = [base, controls, notices, talkStyle, appStyle];

  override connectedCallback() {
    super.connectedCallback();
    document.addEventListener('scroll', this.scrolled, { passive: true });
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    document.removeEventListener('scroll', this.scrolled);
  }

  protected override get scroller() {
    return document.documentElement;
  }

  protected override get display() {
    return document.documentElement;
  }

  protected override line() {
    return channel('bangban');
  }

  protected override fitted(dock: Element, height: number, low: boolean) {
    this.toggleAttribute('low', low);
    const over = getComputedStyle(dock).position === 'sticky';
    document.documentElement.style.scrollPaddingBottom = `${(over ? height : 0) + 16}px`;
  }

  /** Goes on with the conversation or begins one, and brings in what the address asks for. */
  protected override async open() {
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

  /** The address and the tab say what the conversation is about; a reload must not ask the question of a link again. */
  protected override settle() {
    history.replaceState(null, '', pageAddress(this.place?.code ?? ''));
    const cards = this.talk.entries.flatMap((entry) => (entry.kept && entry.message.reply?.card ? [entry.message.reply.card] : []));
    const card = cards[cards.length - 1];
    const title = card ? wording.pageTitle(card.name) : wording.homeTitle;
    document.title = this.unread > 0 ? wording.unread(this.unread, title) : title;
  }

  /** Every text of the page is read anew; the conversation stays. */
  private otherScript() {
    memory.rememberScript(traditional ? 'hans' : 'hant');
    location.reload();
  }

  override render() {
    const { talk } = this;
    return html`<a class="button skip" href="#main" @click=${this.skip}>${wording.toContent}</a>
      ${this.bar()}
      <main tabindex="-1">${talk.fresh ? welcome() : nothing} ${this.conversation()}</main>
      ${this.dock()} ${this.foot()} ${this.windows()}`;
  }

  private skip(event: Event) {
    event.preventDefault();
    this.renderRoot.querySelector<HTMLElement>('main')?.focus();
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
          <button class="button" type="button" aria-label=${wording.smallerAria} @click=${() => this.showDisplay(this.size - 1, this.elder)}>
            ${wording.smaller}
          </button>
          <button class="button" type="button" aria-label=${wording.largerAria} @click=${() => this.showDisplay(this.size + 1, this.elder)}>
            ${wording.larger}
          </button>
          <button class="button" type="button" aria-pressed=${this.elder ? 'true' : 'false'} @click=${() => this.showDisplay(this.size, !this.elder)}>
            ${wording.elder}
          </button>
          <button class="button" type="button" aria-label=${wording.otherScriptAria} lang=${traditional ? 'zh-Hans' : 'zh-Hant'} @click=${() => this.otherScript()}>
            ${wording.otherScript}
          </button>
        </div>
      </div>
    </header>`;
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

customElements.define('bangban-app', BangbanApp);
