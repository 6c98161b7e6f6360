import { LitElement, css, html, nothing } from 'lit';
import { isAborted } from '../api';
import { fields } from '../form-style';
import { isComposing } from '../ime';
import { base, controls } from '../sheet';
import type { Region } from '../wire';
import type { CallFeed } from './call-feed';
import { lookup } from './lookup-api';
import type { Hit } from './lookup-wire';
import { HitEvent } from './lookup-box';
import { factsOf, fullTitle } from './spoken';
import { page } from './style';
import { Transcript, type Speaker } from './transcript';
import { words } from './wording';

/** Speech comes in pieces: the newest ones are looked up when it pauses that long. */
const LOOK_UP_AFTER_MS = 500;

/** Hits of the newest sentences. */
const MOST = 4;

/** 来电转写: what the caller says, and what it may be about; nothing here moves what is read elsewhere. */
export class TranscriptStrip extends LitElement {
  static override properties = {
    place: { attribute: false },
    hits: { state: true },
    waiting: { state: true },
    asked: { state: true },
    failed: { state: true },
  };
  static override styles = [
    base,
    controls,
    fields,
    page,
    css`
      :host {
        display: flex;
        flex-direction: column;
        gap: var(--gap-xs);
        min-height: 0;
      }
      h2 {
        font-size: 1rem;
      }
      .top {
        margin: 0;
      }
      .said {
        flex: 1 1 6rem;
        min-height: 6rem;
        overflow-y: auto;
        padding: 0.4rem 0.7rem;
        border: 1px solid var(--rule);
        border-radius: var(--radius-s);
        background: var(--ground);
        overflow-wrap: anywhere;
      }
      .said:focus-visible {
        outline: 3px solid var(--focus);
      }
      .said li {
        padding: 0.1rem 0;
      }
      .said li:last-child {
        font-weight: 600;
      }
      textarea.field {
        min-height: 3.5rem;
      }
      label {
        margin: 0;
        font-size: var(--text-s);
      }
      .hits {
        display: grid;
        /* Always the same height: nothing below moves when hits come. */
        height: 17.5rem;
        align-content: flex-start;
        gap: 0.25rem;
        overflow-y: auto;
      }
      .hit {
        display: block;
        width: 100%;
        min-height: 2.75rem;
        padding: 0.3rem 0.6rem;
        text-align: left;
      }
      .hit b {
        display: block;
      }
      .plain {
        min-height: 1.75rem;
        font-size: var(--text-s);
      }
    `,
  ];

  declare place: Region | null;
  declare hits: Hit[];
  /** Newer hits, held back while somebody points at the older ones. */
  declare waiting: Hit[] | null;
  declare asked: string;
  declare failed: boolean;
  private readonly transcript = new Transcript();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private running: AbortController | undefined;
  private held = false;
  /** The call that is followed, and how much of it came in. */
  private feed: CallFeed | null = null;
  private call = '';
  private followed = 0;

  constructor() {
    super();
    this.place = null;
    this.hits = [];
    this.waiting = null;
    this.asked = '';
    this.failed = false;
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.timer);
    this.running?.abort();
  }

  /** Takes in what the telephone system has told meanwhile; with another call it begins anew. */
  follow(feed: CallFeed) {
    if (this.call && feed.call !== this.call) this.clear();
    this.feed = feed;
    this.call = feed.call;
    for (const { text, speaker } of feed.since(this.followed)) this.hear([text], speaker);
    this.followed = feed.count;
  }

  /** Takes in what was heard: complete sentences in their order. */
  hear(texts: readonly string[], speaker: Speaker = 'caller') {
    if (this.transcript.hear(texts, Date.now(), speaker) === 0) return;
    this.requestUpdate();
    this.dispatchEvent(new CustomEvent('heard', { detail: this.transcript.newest }));
    void this.updateComplete.then(() => {
      const said = this.renderRoot.querySelector('.said');
      if (said) said.scrollTop = said.scrollHeight;
    });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.search(), LOOK_UP_AFTER_MS);
  }

  /** The call is over. */
  clear() {
    clearTimeout(this.timer);
    this.running?.abort();
    this.transcript.clear();
    if (this.feed?.call === this.call) this.feed.clear();
    Object.assign(this, { hits: [], waiting: null, asked: '', failed: false });
    this.box.value = '';
    this.dispatchEvent(new CustomEvent('heard', { detail: '' }));
  }

  async takeFocus() {
    await this.updateComplete;
    this.box.focus();
  }

  private get box(): HTMLTextAreaElement {
    return this.renderRoot.querySelector('textarea') as HTMLTextAreaElement;
  }

  private async search() {
    const q = this.transcript.question();
    if (!q || q === this.asked) return;
    this.running?.abort();
    const running = new AbortController();
    this.running = running;
    try {
      const { rows } = await lookup(q, this.place?.code ?? '', running.signal);
      if (running.signal.aborted) return;
      this.asked = q;
      this.failed = false;
      this.take(rows.slice(0, MOST));
    } catch (error) {
      if (!isAborted(error)) this.failed = true;
    }
  }

  /** A row that somebody is about to press stays where it is. */
  private take(rows: Hit[]) {
    if (this.held && this.hits.length > 0) this.waiting = rows;
    else this.hits = rows;
  }

  private hold(on: boolean) {
    this.held = on;
    if (on || !this.waiting) return;
    this.hits = this.waiting;
    this.waiting = null;
  }

  private commit() {
    const { value } = this.box;
    this.box.value = '';
    this.hear([value]);
  }

  private readonly pressed = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || isComposing(event)) return;
    event.preventDefault();
    this.commit();
  };

  private readonly pasted = (event: ClipboardEvent) => {
    const text = event.clipboardData?.getData('text/plain') ?? '';
    // What is put into a half-written sentence is part of it.
    if (!text.trim() || this.box.value.trim()) return;
    event.preventDefault();
    this.hear([text]);
  };

  override render() {
    const { all } = this.transcript;
    return html`<div class="top">
        <h2>${words.transcript}</h2>
        ${all.length > 0 ? html`<button class="plain" type="button" @click=${() => this.clear()}>${words.transcriptClear}</button>` : nothing}
      </div>
      <div class="said" tabindex="0" role="region" aria-label=${words.transcriptSaid}>
        ${all.length === 0 ? html`<p class="soft">${words.transcriptEmpty}</p>` : html`<ol>
              ${all.map(({ text, speaker }) => html`<li>${speaker === 'agent' ? html`<span class="soft">${words.transcriptAgent}</span>` : nothing}${text}</li>`)}
            </ol>`}
      </div>
      <label for="words">${words.transcriptBox}</label>
      <textarea class="field" id="words" rows="2" aria-describedby="hint" @keydown=${this.pressed} @paste=${this.pasted}></textarea>
      <p class="hint" id="hint">${words.transcriptHint}</p>
      <h2 id="auto">${words.autoHits}</h2>
      <div
        class="hits"
        role="group"
        aria-labelledby="auto"
        @pointerenter=${() => this.hold(true)}
        @pointerleave=${() => this.hold(false)}
        @focusin=${() => this.hold(true)}
        @focusout=${() => this.hold(false)}
      >
        ${this.hits.map(
          (hit) => html`<button class="button hit" type="button" @click=${() => this.dispatchEvent(new HitEvent('open-hit', hit))}>
            <b>${fullTitle(hit)}</b><span class="soft">${factsOf(hit)}</span>
          </button>`,
        )}
        ${this.hits.length === 0 ? html`<p class="soft">${this.asked ? words.searchEmpty : words.autoEmpty}</p>` : nothing}
      </div>
      <p class="soft" role="status">${this.waiting ? words.autoWaiting : this.failed ? words.autoFailed : this.asked && this.hits.length > 0 ? words.autoFound(this.hits.length) : ''}</p>`;
  }
}

customElements.define('desk-transcript', TranscriptStrip);
