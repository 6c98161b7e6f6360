import { LitElement, css, html, nothing } from 'lit';
import { fields } from './form-style';
import { reasons } from './person-api';
import { base, controls } from './sheet';
import { wording } from './wording';
import type { Rating, Reason } from './wire';

/** The lowest two levels are asked for their reasons. */
const BAD = 2;

/** What one tap means: 满意 and 不满意; the exact level can be chosen then. */
const USEFUL = 4;
const USELESS = 2;

/** Something is to be said aloud once. */
export class NoteEvent extends Event {
  constructor(readonly text: string) {
    super('note', { bubbles: true, composed: true });
  }
}

/** 好差评: five levels, and reasons for the lowest two; can be changed until the conversation ends. */
export class RateBox extends LitElement {
  static override properties = {
    about: {},
    seq: { type: Number },
    send: { attribute: false },
    last: { type: Boolean },
    done: { state: true },
    stars: { state: true },
    chosen: { state: true },
    known: { state: true },
    told: { state: true },
    failed: { state: true },
  };
  static override styles = [
    base,
    controls,
    fields,
    css`
      .rate {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--gap-xs) 0.625rem;
        margin-top: var(--gap-xs);
      }
      h2 {
        font-size: var(--text-l);
      }
      .service {
        padding: var(--gap-s) var(--edge);
        border: 1px solid var(--rule);
        border-top: 0.35rem solid var(--accent);
        border-radius: var(--radius);
        background: var(--paper);
      }
      .what,
      .told {
        color: var(--ink-soft);
        font-size: var(--text-s);
      }
      .button {
        padding: 0.2em 0.9em;
      }
      [aria-pressed='true'] {
        border-color: var(--accent);
        background: var(--accent);
        color: var(--on-accent);
      }
      [aria-pressed='true']:hover {
        background: var(--accent-strong);
        color: var(--on-accent);
      }
      @media (forced-colors: active) {
        [aria-pressed='true'] {
          forced-color-adjust: none;
          background: Highlight;
          color: HighlightText;
        }
      }
      .more {
        margin-top: var(--gap-xs);
      }
      textarea.field {
        min-height: 4rem;
        max-width: var(--reading);
      }
    `,
  ];

  declare about: Rating['about'];
  declare seq: number;
  /** Sends a rating; tells why it was refused. */
  declare send: (rating: Rating) => Promise<string>;
  /** Whether this is the last word: the conversation is over, and what was rated stays. */
  declare last: boolean;
  declare done: boolean;
  declare stars: number;
  declare chosen: readonly string[];
  declare known: readonly Reason[];
  declare told: string;
  declare failed: boolean;

  constructor() {
    super();
    this.about = 'answer';
    this.seq = 0;
    this.last = false;
    this.done = false;
    this.stars = 0;
    this.chosen = [];
    this.known = [];
    this.told = '';
    this.failed = false;
  }

  private async choose(stars: number) {
    this.stars = stars;
    if (stars > BAD) this.chosen = [];
    else if (this.known.length === 0) {
      // Without the list a rating still counts.
      this.known = await reasons().then((all) => all[this.about], () => []);
    }
    // One tap counts. Only a bad service is asked for its reasons first: it may be the last word.
    if (this.about === 'answer' || stars > BAD) await this.submit();
  }

  private async submit() {
    const text = this.renderRoot.querySelector('textarea')?.value.trim() ?? '';
    const failure = await this.send({
      about: this.about,
      ...(this.about === 'answer' ? { seq: this.seq } : {}),
      stars: this.stars,
      reasons: [...this.chosen],
      ...(text && this.stars <= BAD ? { text } : {}),
    });
    this.failed = failure !== '';
    this.done = !failure && this.last;
    const label = wording.stars[this.stars - 1] ?? '';
    this.told = failure || (this.last ? wording.rateDone(label) : wording.rateThanks(label));
    this.dispatchEvent(new NoteEvent(this.told));
    if (!this.done) return;
    // The button that was pressed is gone.
    await this.updateComplete;
    this.renderRoot.querySelector('h2')?.focus();
  }

  private tick(id: string) {
    this.chosen = this.chosen.includes(id) ? this.chosen.filter((one) => one !== id) : [...this.chosen, id];
  }

  override render() {
    const service = this.about === 'service';
    return html`<section class="screen-only ${service ? 'service' : ''}" aria-label=${service ? wording.rateService : wording.rateAnswer}>
      ${service ? html`<h2 tabindex="-1">${wording.rateService}</h2>` : this.oneTap()}
      ${(service || this.stars > 0) && !this.done ? this.levels() : nothing}
      ${this.stars > 0 && this.stars <= BAD && !this.done ? this.why() : nothing}
      ${this.told ? html`<p class=${this.failed ? 'wrong' : 'told'}>${this.told}</p>` : nothing}
    </section>`;
  }

  private oneTap() {
    const tap = (stars: number, label: string, on: boolean) => html`<button
      class="button"
      type="button"
      aria-pressed=${on ? 'true' : 'false'}
      @click=${() => void this.choose(stars)}
    >
      ${label}
    </button>`;
    return html`<div class="rate">
      <span class="what">${wording.rateAnswer}</span>
      ${tap(USEFUL, wording.useful, this.stars > BAD)} ${tap(USELESS, wording.useless, this.stars > 0 && this.stars <= BAD)}
    </div>`;
  }

  private levels() {
    const levels = wording.stars.map((label, at) => ({ label, stars: at + 1 })).reverse();
    return html`<div class="rate">
      ${levels.map(
        ({ label, stars }) => html`<button
          class="button"
          type="button"
          aria-pressed=${stars === this.stars ? 'true' : 'false'}
          @click=${() => void this.choose(stars)}
        >
          ${label}
        </button>`,
      )}
    </div>`;
  }

  private why() {
    return html`<div class="more">
      ${this.known.length > 0
        ? html`<p class="label" id="why">${wording.rateReasons}</p>
            <div class="row" role="group" aria-labelledby="why">
              ${this.known.map(
                ({ id, label }) => html`<button
                  class="chip"
                  type="button"
                  aria-pressed=${this.chosen.includes(id) ? 'true' : 'false'}
                  @click=${() => this.tick(id)}
                >
                  ${label}
                </button>`,
              )}
            </div>`
        : nothing}
      <label for="text">${wording.rateText}</label>
      <textarea class="field" id="text" maxlength="500"></textarea>
      <div class="row more">
        <button class="button main" type="button" @click=${() => void this.submit()}>${wording.rateSend}</button>
      </div>
    </div>`;
  }
}

customElements.define('bangban-rate', RateBox);
