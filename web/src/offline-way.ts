import { LitElement, css, html, nothing } from 'lit';
import { Refused } from './api';
import { ways, type Counter, type Ways } from './apply';
import './guide-lines';
import { phones } from './link';
import { base, controls, notices } from './sheet';
import { wording } from './wording';
import type { Card, Region } from './wire';

/** 现场办理: why it can't be applied for online, where it can't, and the places to go to with whether they are open. */
export class OfflineWay extends LitElement {
  static override properties = {
    card: { attribute: false },
    place: { attribute: false },
    why: {},
    linked: { type: Boolean },
    ways: { state: true },
    failure: { state: true },
  };
  static override styles = [
    base,
    controls,
    notices,
    css`
      h3 {
        margin-bottom: var(--gap-s);
        font-size: var(--text-l);
        line-height: 1.4;
      }
      h4 {
        margin: 0;
        font-size: 1rem;
        overflow-wrap: anywhere;
      }
      .notice + *,
      .facts {
        margin-top: var(--gap-s);
      }
      .facts {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr));
        align-items: start;
        gap: var(--gap-s) var(--gap-l);
      }
      .places {
        display: grid;
        gap: var(--gap-s);
      }
      .place {
        padding: var(--gap-s) var(--inset);
        border: 1px solid var(--rule);
        border-radius: var(--radius);
      }
      .state {
        margin: var(--gap-xs) 0;
        font-weight: 700;
      }
      .state::before {
        content: '○ ';
      }
      .state.open {
        color: var(--accent-strong);
      }
      .state.open::before {
        content: '● ';
      }
      h4 + .hint {
        margin-bottom: var(--gap-xs);
      }
      .hint {
        color: var(--ink-soft);
        font-size: var(--text-s);
      }
    `,
  ];

  declare card: Card;
  declare place: Region | null;
  /** Why the link that was tried leads nowhere; empty where none was. */
  declare why: string;
  /** Whether the card has a link that works. */
  declare linked: boolean;
  /** `null` where the service can't say; `undefined` while it is asked. */
  declare ways: Ways | null | undefined;
  declare failure: string;

  constructor() {
    super();
    this.place = null;
    this.why = '';
    this.linked = false;
    this.ways = undefined;
    this.failure = '';
  }

  override firstUpdated() {
    void this.load();
  }

  async takeFocus() {
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('h3')?.focus();
  }

  private async load() {
    this.failure = '';
    try {
      this.ways = await ways(this.card, this.place, 'pc');
    } catch (error) {
      this.failure = error instanceof Refused ? error.problem.detail : wording.unreachable;
    }
  }

  override render() {
    const { ways: found, failure } = this;
    return html`<section aria-labelledby="title">
      <h3 id="title" tabindex="-1">${wording.offline}</h3>
      ${this.why ? html`<p class="notice" role="alert"><b>${wording.attention}</b><span>${this.why}</span></p>` : nothing}
      <div role="status">${found === undefined && !failure ? wording.searching : ''}</div>
      <div role="alert">
        ${failure
          ? html`<p class="failure">${wording.error}${failure}</p>
              <p><button class="button" type="button" @click=${() => void this.load()}>${wording.retry}</button></p>`
          : nothing}
      </div>
      ${found === null ? html`<p>${wording.offlineAbove}</p>` : nothing} ${found ? this.facts(found) : nothing}
    </section>`;
  }

  private facts({ reason_text, other_channels, offline }: Ways) {
    const { places, notice, appointment, consult } = offline;
    const others = other_channels.map((one) => wording.channelOf[one] ?? one);
    return html`${!this.linked && !this.why && reason_text ? html`<p class="notice"><b>${wording.attention}</b><span>${reason_text}。</span></p>` : nothing}
      ${!this.linked && others.length > 0 ? html`<p>${wording.otherChannels(others.join('、'))}</p>` : nothing}
      ${notice ? html`<p class="hint">${notice}</p>` : nothing}
      <div class="facts">
        ${places.length > 0 ? html`<ul class="places">${places.map((one) => this.counter(one))}</ul>` : this.none()}
        <bangban-lines .lines=${[appointment, consult]} .label=${wording.offline} dialable></bangban-lines>
      </div>`;
  }

  private none() {
    return html`<p>${phones(wording.offlineNone).map(({ text, phone }) => (phone ? html`<a href="tel:${phone}">${text}</a>` : text))}</p>`;
  }

  private counter({ name, lines, open_now, text }: Counter) {
    return html`<li class="place">
      <h4>${name}</h4>
      ${text ? html`<p class="state ${open_now ? 'open' : ''}">${text}</p>` : html`<p class="hint">${wording.hoursUnclear}</p>`}
      <bangban-lines .lines=${lines} .label=${name} dialable></bangban-lines>
    </li>`;
  }
}

customElements.define('bangban-offline', OfflineWay);
