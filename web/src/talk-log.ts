import { LitElement, css, html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import './answer-card';
import './rate-box';
import './read-aloud';
import './reply-view';
import { base, controls } from './sheet';
import './spoken-text';
import type { Entry, Kept, Sending } from './talk';
import { wording } from './wording';
import type { Message, Rating, Reply } from './wire';

/** A message that did not get through is to be sent again, or taken away. */
export class FailedEvent extends Event {
  constructor(
    type: 'resend' | 'drop',
    readonly sending: Sending,
  ) {
    super(type, { bubbles: true, composed: true });
  }
}

/** The conversation as a list, the oldest message first. */
export class TalkLog extends LitElement {
  static override properties = {
    entries: { attribute: false },
    last: { attribute: false },
    busy: { type: Boolean },
    conversation: {},
    rate: { attribute: false },
    scroller: { attribute: false },
  };
  static override styles = [
    base,
    controls,
    css`
      ol > li {
        margin-bottom: var(--gap);
        scroll-margin-top: var(--gap-s);
      }
      /* Not a control: reading goes on from here. */
      li:focus {
        outline: none;
      }
      .citizen {
        display: flex;
        flex-direction: column;
        align-items: flex-end;
      }
      .bubble {
        max-width: min(var(--reading), 88%);
        padding: 0.6rem 1rem;
        border-radius: var(--radius) 0 var(--radius) var(--radius);
        background: var(--accent);
        color: var(--on-accent);
        white-space: pre-line;
        overflow-wrap: anywhere;
      }
      .sending .bubble {
        opacity: 0.75;
      }
      .failed .bubble {
        border: 2px solid var(--bad-ink);
        background: var(--paper);
        color: var(--ink);
      }
      time,
      .state {
        color: var(--ink-soft);
        font-size: var(--text-s);
      }
      time {
        display: block;
      }
      .why {
        margin-top: var(--gap-xs);
        color: var(--bad-ink);
        font-weight: 600;
      }
      .reason {
        text-align: right;
      }
      .failed .row {
        justify-content: flex-end;
        margin-top: var(--gap-xs);
      }
      .agent .bubble {
        width: fit-content;
        border: 1px solid var(--note-ink);
        border-radius: 0 var(--radius) var(--radius) var(--radius);
        background: var(--note-tint);
        color: var(--ink);
      }
      .agent .name {
        color: var(--note-ink);
        font-size: var(--text-s);
        font-weight: 700;
      }
      .agent bangban-card {
        margin-top: var(--gap-xs);
      }
      .event {
        color: var(--ink-soft);
        text-align: center;
      }
      @media print {
        time,
        .papers > li:not(.paper) {
          display: none;
        }
        ol > li {
          margin: 0;
        }
      }
    `,
  ];

  declare entries: readonly Entry[];
  /** The message whose buttons can be pressed. */
  declare last: Message | null;
  declare busy: boolean;
  /** The conversation that goes on; answers of those before it can't be rated any more. */
  declare conversation: string;
  /** What scrolls, where that is not the page: a page of somebody else must not move. */
  declare scroller: Element | null;
  /** Rates something; tells why it was refused. */
  declare rate: (rating: Rating) => Promise<string>;

  constructor() {
    super();
    this.entries = [];
    this.last = null;
    this.busy = false;
    this.conversation = '';
    this.scroller = null;
  }

  /** Shows the newest turn from its question on, and gives the answer the focus if that is wished. */
  async showNewest(takeFocus: boolean, smooth: boolean) {
    await this.updateComplete;
    const lines = [...this.renderRoot.querySelectorAll<HTMLElement>('ol > li')];
    const answer = lines[lines.length - 1];
    const before = lines[lines.length - 2];
    const asked = before?.classList.contains('citizen') ? before : answer;
    this.bring(asked, 'start', smooth);
    if (takeFocus) answer?.focus({ preventScroll: true });
  }

  /** Brings the newest message into view, and gives it the focus if that is wished. */
  async showLast(takeFocus: boolean, smooth: boolean) {
    await this.updateComplete;
    const lines = this.renderRoot.querySelectorAll<HTMLElement>('ol > li');
    const last = lines[lines.length - 1];
    // What is higher than the window is read from its beginning.
    const high = (last?.offsetHeight ?? 0) > (this.scroller?.clientHeight ?? innerHeight) / 2;
    this.bring(last, high ? 'start' : 'nearest', smooth);
    if (takeFocus) last?.focus({ preventScroll: true });
  }

  private bring(line: HTMLElement | undefined, block: 'start' | 'nearest', smooth: boolean) {
    const behavior = smooth ? 'smooth' : 'auto';
    const { scroller } = this;
    if (!scroller) return line?.scrollIntoView({ block, behavior });
    if (!line) return;
    const box = line.getBoundingClientRect();
    const seen = scroller.getBoundingClientRect();
    const gap = parseFloat(getComputedStyle(line).scrollMarginTop) || 0;
    const up = box.top - gap - seen.top;
    const under = parseFloat(getComputedStyle(scroller).scrollPaddingBottom) || 0;
    const down = box.bottom + gap + under - seen.top - scroller.clientHeight;
    const by = block === 'start' || up < 0 ? up : Math.max(0, down);
    scroller.scrollBy({ top: by, behavior });
  }

  private async print({ reply, card }: Message) {
    const cards = card ? [card] : reply ? [...(reply.card ? [reply.card] : []), ...reply.cards] : [];
    const { printSheets } = await import('./paper');
    await printSheets(cards.map((one) => ({ card: one, place: card ? one.region : (reply?.region ?? null) })), this.renderRoot);
  }

  override render() {
    const cards = this.entries.filter((entry) => entry.kept && (entry.message.card || hasCard(entry.message.reply)));
    // The page itself, when it is printed, shows the newest card.
    const paper = cards[cards.length - 1]?.key;
    // No list may be a log itself: its items would be none any more.
    return html`<div role="log" aria-label=${wording.log}>
      <ol class=${paper ? 'papers' : ''}>
        ${repeat(
          this.entries,
          (entry) => entry.key,
          (entry) => (entry.kept ? this.kept(entry, entry.key === paper) : this.sending(entry)),
        )}
      </ol>
    </div>`;
  }

  private kept({ key, message }: Kept, paper: boolean) {
    if (message.kind === 'assistant' && message.reply) {
      return html`<li class="assistant ${paper ? 'paper' : ''}" tabindex="-1" @print=${() => void this.print(message)}>
        <span class="unseen">${wording.assistant}：</span>
        <bangban-reply .reply=${message.reply} ?live=${message === this.last} ?busy=${this.busy}></bangban-reply>
        ${time(message.at)}
        <bangban-aloud .reply=${message.reply}></bangban-aloud>
        ${message.reply.status === 'answered' && key.startsWith(`${this.conversation} `)
          ? html`<bangban-rate .seq=${message.seq} .send=${this.rate}></bangban-rate>`
          : nothing}
      </li>`;
    }
    if (message.kind === 'agent') {
      return html`<li class="agent ${paper ? 'paper' : ''}" tabindex="-1" @print=${() => void this.print(message)}>
        <p class="name">${message.agent ? wording.agent(message.agent.number) : wording.agentSays}<span class="unseen">：</span></p>
        ${message.text ? html`<p class="bubble screen-only">${message.text}</p>` : nothing}
        ${message.card ? html`<bangban-card .card=${message.card} .place=${message.card.region}></bangban-card>` : nothing}
        ${time(message.at)}
      </li>`;
    }
    if (message.kind === 'citizen') {
      return html`<li class="citizen" tabindex="-1">
        <span class="unseen">${wording.citizen}：</span>
        <p class="bubble">${message.text}</p>
        ${time(message.at)}
      </li>`;
    }
    const told = message.text || (message.event === 'conversation.closed' ? wording.closed : '');
    return told ? html`<li class="event" tabindex="-1">${told} ${time(message.at)}</li>` : nothing;
  }

  private sending(sending: Sending) {
    const wish = (type: 'resend' | 'drop') => () => this.dispatchEvent(new FailedEvent(type, sending));
    const early = sending.retryAt > Date.now();
    return html`<li class="citizen ${sending.failed ? 'failed' : 'sending'}" tabindex="-1">
      <span class="unseen">${wording.citizen}：</span>
      <p class="bubble">${sending.label}</p>
      ${time(sending.at)}
      ${sending.failed
        ? html`<p class="why"><span aria-hidden="true">⚠ </span>${wording.notSent}</p>
            <bangban-spoken class="reason" .sentences=${[sending.failed]}></bangban-spoken>
            <div class="row">
              <button class="button" type="button" ?disabled=${early || this.busy} @click=${wish('resend')}>${wording.resend}</button>
              <button class="button" type="button" @click=${wish('drop')}>${wording.drop}</button>
            </div>`
        : html`<span class="state">${wording.sending}</span>`}
    </li>`;
  }
}

function hasCard(reply: Reply | null): boolean {
  return reply !== null && (reply.card !== null || reply.cards.length > 0);
}

function time(at: string) {
  const when = new Date(at);
  const today = when.toDateString() === new Date().toDateString();
  const day = today ? {} : ({ month: 'numeric', day: 'numeric' } as const);
  return html`<time datetime=${at}>${when.toLocaleString('zh-CN', { ...day, hour: '2-digit', minute: '2-digit', hour12: false })}</time>`;
}

customElements.define('bangban-log', TalkLog);
