import { LitElement, css, html, nothing, type PropertyValues } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { Kept } from '../merge';
import { base, controls } from '../sheet';
import type { Card, Message, Reply } from '../wire';
import { clock } from './age';
import type { Opened, Saying } from './floor';
import { page } from './style';
import type { Note } from './wire';
import { words } from './wording';

/** A guide is to be read whole. */
export class GuideEvent extends Event {
  constructor(
    readonly code: string,
    readonly card: Card | null = null,
  ) {
    super('guide', { bubbles: true, composed: true });
  }
}

/** What failed is to be sent again. */
export class ResendEvent extends Event {
  constructor(readonly saying: Saying) {
    super('resend', { bubbles: true, composed: true });
  }
}

const NEAR_PX = 160;

/** The conversation as the agent reads it: who said what, and the notes among it that the citizen doesn't see. */
export class CaseLog extends LitElement {
  static override properties = { opened: { attribute: false }, typing: { type: Boolean }, below: { state: true } };
  static override styles = [
    base,
    controls,
    page,
    css`
      :host {
        position: relative;
        display: flex;
        flex-direction: column;
        min-height: 0;
      }
      .log {
        flex: 1 1 auto;
        min-height: 8rem;
        overflow-y: auto;
        padding: var(--gap-s);
      }
      .log:focus-visible {
        outline: 3px solid var(--focus);
        outline-offset: -3px;
      }
      li {
        width: fit-content;
        max-width: min(44rem, 92%);
        margin-bottom: var(--gap-s);
        padding: 0.4rem 0.8rem;
        border: 1px solid var(--rule);
        border-left-width: 4px;
        border-radius: var(--radius-s);
        background: var(--paper);
        line-height: 1.55;
        overflow-wrap: anywhere;
      }
      .words {
        white-space: pre-line;
      }
      .citizen {
        border-left-color: var(--accent);
      }
      .assistant {
        border-style: dashed;
      }
      .agent,
      .saying {
        margin-left: auto;
        border-color: var(--note-ink);
        background: var(--note-tint);
      }
      .note {
        margin-left: auto;
        border: 2px dashed var(--warn-rule);
        background: var(--warn-tint);
        color: var(--warn-ink);
      }
      .event {
        margin: 0 auto var(--gap-s);
        border: 0;
        background: none;
        color: var(--ink-soft);
        font-size: var(--text-s);
      }
      .failed {
        border-color: var(--bad-ink);
      }
      .who {
        color: var(--ink-soft);
        font-size: var(--text-s);
      }
      .note .who {
        color: inherit;
        font-weight: 700;
      }
      .why {
        color: var(--bad-ink);
        font-weight: 600;
      }
      .typing {
        padding: 0 var(--gap-s) 0.3rem;
        color: var(--ink-soft);
      }
      .below {
        position: absolute;
        bottom: 0.5rem;
        left: 50%;
        transform: translateX(-50%);
        border-color: var(--accent);
        background: var(--accent-tint);
        color: var(--accent-strong);
      }
    `,
  ];

  declare opened: Opened;
  declare typing: boolean;
  declare below: boolean;
  private shown = '';
  /** Whether the newest is to stay in view: until somebody scrolls further up. */
  private near = true;
  /** Where it stood when it was last scrolled. */
  private top = 0;
  /** What stands below may take room away. */
  private readonly sizes = new ResizeObserver(() => this.near && this.toEnd());

  constructor() {
    super();
    this.typing = false;
    this.below = false;
  }

  override connectedCallback() {
    super.connectedCallback();
    this.sizes.observe(this);
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.sizes.disconnect();
  }

  private get list(): HTMLElement | null {
    return this.renderRoot.querySelector('.log');
  }

  /** The newest is in view, unless somebody reads further up. */
  override updated(changed: PropertyValues<this>) {
    if (!changed.has('opened')) return;
    const { id } = this.opened.case.row;
    const other = id !== this.shown;
    this.shown = id;
    if (other || this.near) this.toEnd();
    else this.below = true;
  }

  private toEnd() {
    this.list?.scrollTo({ top: this.list.scrollHeight });
    this.near = true;
    this.below = false;
  }

  override render() {
    const lines = woven(this.opened.entries, this.opened.case.notes);
    return html`<div class="log" role="log" aria-label=${words.log} tabindex="0" @scroll=${this.scrolled}>
        <ol>
          ${repeat(
            lines,
            (line) => line.key,
            (line) => ('note' in line ? this.note(line.note) : line.kept ? this.message(line.message) : this.saying(line)),
          )}
        </ol>
      </div>
      ${this.typing ? html`<p class="typing">${words.citizenTyping}</p>` : nothing}
      ${this.below ? html`<button class="button below" type="button" @click=${() => this.toEnd()}>${words.newBelow}</button>` : nothing}`;
  }

  private readonly scrolled = () => {
    const top = this.list?.scrollTop ?? 0;
    // Only upwards is away from it: while it is followed downwards, more may have come.
    const near = this.within(NEAR_PX);
    if (near || top < this.top) this.near = near;
    this.top = top;
    if (this.below && this.within(8)) this.below = false;
  };

  /** Whether no more than that is hidden below. */
  private within(px: number): boolean {
    const { list } = this;
    return !list || list.scrollHeight - list.clientHeight - list.scrollTop < px;
  }

  private message(message: Message) {
    if (message.kind === 'event') {
      return message.text ? html`<li class="event">${message.text} ${clock(message.at)}</li>` : nothing;
    }
    const who = `${words.said[message.kind] ?? message.kind}${message.agent ? ` ${message.agent.number}` : ''}`;
    return html`<li class=${message.kind}>
      <p class="who">${who} · <time datetime=${message.at}>${clock(message.at)}</time></p>
      ${message.text ? html`<p class="words">${message.text}</p>` : nothing}
      ${message.reply ? this.reply(message.reply) : nothing} ${message.card ? this.card(message.card) : nothing}
    </li>`;
  }

  /** In short what the program answered: its sentences, its question, and its cards by name. */
  private reply(reply: Reply) {
    const cards = [...(reply.card ? [reply.card] : []), ...(reply.cards ?? [])];
    return html`${(reply.say ?? []).map((sentence) => html`<p class="words">${sentence}</p>`)}
      ${reply.ask ? html`<p>${reply.ask.text} ${reply.ask.options.map(({ label }) => label).join(' / ')}</p>` : nothing}
      ${cards.map((card) => this.card(card))}`;
  }

  private card(card: Card) {
    const name = card.business_item ? `${card.name}：${card.business_item}` : card.name;
    return html`<p>
      <button class="plain" type="button" @click=${() => this.dispatchEvent(new GuideEvent(card.item, card))}>${words.sentCard(name)}</button>
      <span class="soft">${card.region?.name ?? ''}</span>
    </p>`;
  }

  private note({ text, by, at }: Note) {
    return html`<li class="note">
      <p class="who">${words.noteLabel} · ${words.with(by.number)} · ${clock(at)}</p>
      <p class="words">${text}</p>
    </li>`;
  }

  private saying(saying: Saying) {
    return html`<li class="saying ${saying.failed ? 'failed' : ''}">
      ${saying.words.text ? html`<p class="words">${saying.words.text}</p>` : nothing}
      ${saying.card ? html`<p>${words.sentCard(saying.card)}</p>` : nothing}
      ${saying.failed
        ? html`<p class="why"><span aria-hidden="true">⚠ </span>${words.notSent}${saying.failed}</p>
            <button class="button" type="button" @click=${() => this.dispatchEvent(new ResendEvent(saying))}>${words.resend}</button>`
        : html`<p class="who">${words.sending}</p>`}
    </li>`;
  }
}

type Line = Kept | Saying | { key: string; note: Note };

/** Messages in their own order, each note where it was written. */
function woven(entries: Opened['entries'], notes: readonly Note[]): Line[] {
  const lines: Line[] = [...entries];
  for (const note of notes) {
    const later = lines.findIndex((line) => !('note' in line) && (!line.kept || line.message.at > note.at));
    lines.splice(later < 0 ? lines.length : later, 0, { key: `note ${note.id}`, note });
  }
  return lines;
}

customElements.define('desk-log', CaseLog);
