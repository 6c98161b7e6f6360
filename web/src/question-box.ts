import { LitElement, css, html, nothing } from 'lit';
import { suggest } from './api';
import { isComposing } from './ime';
import { base, controls } from './sheet';
import { wording } from './wording';
import type { Suggestion } from './wire';

/** Longest question that the service takes. */
const MOST = 500;

/** From here on the counter shows. */
const COUNT_FROM = MOST * 0.8;

const SUGGEST_AFTER_MS = 200;

/** A question was sent. */
export class AskEvent extends Event {
  constructor(readonly q: string) {
    super('ask', { bubbles: true, composed: true });
  }
}

/** The one box: a question, with names offered while typing. */
export class QuestionBox extends LitElement {
  static override properties = {
    value: {},
    error: {},
    compact: { type: Boolean, reflect: true },
    suggestions: { state: true },
    active: { state: true },
  };
  static override styles = [
    base,
    controls,
    css`
      label {
        display: block;
        font-family: var(--serif);
        font-size: var(--text-hero);
        font-weight: 700;
        line-height: 1.3;
      }
      :host([compact]) label {
        font-family: inherit;
        font-size: 1rem;
      }
      .hint {
        color: var(--ink-soft);
      }
      .line {
        display: flex;
        flex-wrap: wrap;
        gap: 0.625rem;
        margin-top: var(--gap-xs);
      }
      .field {
        position: relative;
        flex: 999 1 16rem;
        min-width: 0;
      }
      input {
        width: 100%;
        min-height: 3.5rem;
        padding: 0.5rem 1.1rem;
        border: 2px solid var(--accent);
        border-radius: var(--radius);
        background: var(--paper);
        font-size: 1.125rem;
      }
      input[aria-invalid='true'] {
        border-color: var(--bad-ink);
      }
      /* Beside the box it keeps its size; on a line of its own it fills the line. */
      .send {
        flex: 1 1 auto;
        min-height: 3.5rem;
        min-width: 7rem;
        border-radius: var(--radius);
        font-size: 1.125rem;
      }
      .list {
        position: absolute;
        z-index: 5;
        top: 100%;
        left: 0;
        right: 0;
        margin-top: 0.35rem;
        padding: 0.35rem;
        border: 1px solid var(--control);
        border-radius: var(--radius);
        background: var(--paper);
        box-shadow: 0 12px 32px rgba(8, 30, 24, 0.18);
      }
      .list li {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0 0.75rem;
        min-height: var(--target);
        padding: 0.3rem 0.75rem;
        border: 2px solid transparent;
        border-radius: var(--radius-s);
        cursor: pointer;
        overflow-wrap: anywhere;
      }
      .list li[aria-selected='true'] {
        border-color: var(--accent);
        background: var(--accent-tint);
      }
      .list small {
        color: var(--ink-soft);
        font-size: var(--text-s);
      }
      .below {
        display: flex;
        flex-wrap: wrap;
        gap: 0 1rem;
        justify-content: space-between;
      }
      .error {
        color: var(--bad-ink);
        font-weight: 600;
        overflow-wrap: anywhere;
      }
      .counter {
        margin-left: auto;
        color: var(--ink-soft);
        font-size: var(--text-s);
        font-variant-numeric: tabular-nums;
      }
    `,
  ];

  declare value: string;
  declare error: string;
  declare compact: boolean;
  declare suggestions: Suggestion[];
  declare active: number;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private running: AbortController | undefined;

  constructor() {
    super();
    this.value = '';
    this.error = '';
    this.compact = false;
    this.suggestions = [];
    this.active = -1;
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.quiet();
  }

  /** Moves focus into the box. */
  async takeFocus() {
    await this.updateComplete;
    this.input.focus();
  }

  private get input(): HTMLInputElement {
    return this.renderRoot.querySelector('input') as HTMLInputElement;
  }

  /** Takes suggestions away and lets none come late. */
  private quiet() {
    clearTimeout(this.timer);
    this.running?.abort();
    this.suggestions = [];
    this.active = -1;
  }

  private typed(event: Event) {
    this.value = this.input.value;
    this.error = '';
    // Letters on their way to becoming characters are no words yet.
    if ((event as InputEvent).isComposing) return;
    this.suggestSoon();
  }

  private suggestSoon() {
    const text = this.value.trim();
    if ([...text].length < 2) {
      this.quiet();
      return;
    }
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.suggestNow(text), SUGGEST_AFTER_MS);
  }

  private async suggestNow(text: string) {
    this.running?.abort();
    const running = new AbortController();
    this.running = running;
    try {
      const suggestions = await suggest(text.slice(0, MOST), running.signal);
      if (running.signal.aborted || this.shadowRoot?.activeElement !== this.input) return;
      this.suggestions = suggestions;
      this.active = -1;
    } catch {
      // Suggestions are a convenience: without them the question is simply typed out.
      if (!running.signal.aborted) this.suggestions = [];
    }
  }

  private pressed(event: KeyboardEvent) {
    if (isComposing(event)) return;
    const count = this.suggestions.length;
    if (event.key === 'Enter') {
      event.preventDefault();
      const chosen = this.suggestions[this.active];
      if (chosen) this.value = chosen.text;
      this.send();
    } else if (event.key === 'Escape' && count > 0) {
      event.preventDefault();
      this.quiet();
    } else if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && count > 0) {
      event.preventDefault();
      // One place more than there are suggestions: the typed text itself.
      const step = event.key === 'ArrowDown' ? 1 : -1;
      this.active = ((this.active + 1 + step + count + 1) % (count + 1)) - 1;
    }
  }

  private send() {
    this.quiet();
    const q = this.value.trim();
    const over = [...q].length - MOST;
    if (!q) this.error = wording.empty;
    else if (over > 0) this.error = wording.tooLong(over);
    else this.dispatchEvent(new AskEvent(q));
    if (this.error) this.input.focus();
  }

  override render() {
    const used = [...this.value].length;
    const open = this.suggestions.length > 0;
    const described = ['hint', this.error ? 'error' : '', used >= COUNT_FROM ? 'counter' : ''].filter((id) => id);
    return html`<form role="search" novalidate @submit=${(event: Event) => {
      event.preventDefault();
      this.send();
    }}>
      <label for="q">${wording.ask}</label>
      <p class="hint" id="hint">${wording.askHint}</p>
      <div class="line">
        <div class="field">
          <input
            id="q"
            type="text"
            role="combobox"
            autocomplete="off"
            enterkeyhint="search"
            aria-autocomplete="list"
            aria-controls="list"
            aria-expanded=${open ? 'true' : 'false'}
            aria-activedescendant=${this.active >= 0 ? `option-${this.active}` : nothing}
            aria-describedby=${described.join(' ')}
            aria-invalid=${this.error ? 'true' : 'false'}
            .value=${this.value}
            @input=${this.typed}
            @compositionend=${this.typed}
            @keydown=${this.pressed}
            @blur=${this.quiet}
          />
          <ul class="list" id="list" role="listbox" aria-label=${wording.suggestions} ?hidden=${!open}>
            ${this.suggestions.map(
              (suggestion, at) => html`<li
                id="option-${at}"
                role="option"
                aria-selected=${at === this.active ? 'true' : 'false'}
                @mousedown=${(event: Event) => event.preventDefault()}
                @click=${() => {
                  this.value = suggestion.text;
                  this.send();
                }}
              >
                <span>${suggestion.text}</span>
                ${suggestion.name !== suggestion.text ? html`<small>${suggestion.name}</small>` : nothing}
              </li>`,
            )}
          </ul>
        </div>
        <button class="button main send" type="submit">${wording.send}</button>
      </div>
      <div class="below">
        <div role="alert">
          ${this.error ? html`<p class="error" id="error"><span class="unseen">${wording.error}</span>${this.error}</p>` : nothing}
        </div>
        ${used >= COUNT_FROM ? html`<p class="counter" id="counter">${wording.counter(used, MOST)}</p>` : nothing}
        <span class="unseen" role="status">${this.left(used)}</span>
      </div>
    </form>`;
  }

  /** Spoken in steps of twenty, so that it does not speak at every key. */
  private left(used: number): string {
    if (used < COUNT_FROM) return '';
    return wording.counterLeft(Math.max(0, Math.floor((MOST - used) / 20) * 20));
  }
}

customElements.define('bangban-question', QuestionBox);
