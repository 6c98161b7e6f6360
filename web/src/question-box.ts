import { LitElement, css, html, nothing, svg, type PropertyValues } from 'lit';
import { suggest } from './api';
import { isComposing } from './ime';
import { base, controls } from './sheet';
import { canListen, listen } from './voice';
import { wording } from './wording';
import type { Suggestion } from './wire';

/** Longest question that the service takes, and from where on the counter shows. */
const QUESTION = { most: 500, countFrom: 400 };

/** The same for what a person reads. */
const LETTER = { most: 3000, countFrom: 2750 };

const SUGGEST_AFTER_MS = 200;

/** A question was sent; with a code, the item of that name is meant. */
export class AskEvent extends Event {
  constructor(
    readonly q: string,
    readonly code = '',
  ) {
    super('ask', { bubbles: true, composed: true });
  }
}

/** The one box: words for the conversation, with names offered while typing. */
export class QuestionBox extends LitElement {
  static override properties = {
    busy: { type: Boolean },
    person: { type: Boolean },
    compact: { type: Boolean },
    hearing: { state: true },
    value: { state: true },
    error: { state: true },
    suggestions: { state: true },
    active: { state: true },
  };
  static override styles = [
    base,
    controls,
    css`
      .top {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: 0.25rem 0.625rem;
        line-height: 1.4;
      }
      .top > div {
        flex: 1 1 7em;
      }
      label {
        margin-right: 0.5em;
        font-weight: 700;
      }
      .hint {
        color: var(--ink-soft);
        font-size: var(--text-s);
      }
      @media (max-width: 40em) {
        .keys {
          display: none;
        }
      }
      .line {
        display: flex;
        flex-wrap: wrap;
        gap: 0.625rem;
        margin-top: var(--gap-xs);
      }
      .field {
        position: relative;
        flex: 999 1 6rem;
        min-width: 0;
      }
      input,
      textarea {
        display: block;
        width: 100%;
        min-height: 3.25rem;
        padding: 0.5rem 1rem;
        border: 2px solid var(--accent);
        border-radius: var(--radius);
        background: var(--paper);
        font-size: 1.125rem;
      }
      textarea {
        height: 4.75rem;
        max-height: calc(var(--half) * 0.8);
        color: inherit;
        font-family: inherit;
        line-height: 1.5;
        resize: vertical;
      }
      textarea:focus-visible {
        outline: 3px solid var(--focus);
        outline-offset: 2px;
      }
      input[aria-invalid='true'],
      textarea[aria-invalid='true'] {
        border-color: var(--bad-ink);
      }
      .compact + .line {
        margin-top: 0.25rem;
      }
      .compact + .line textarea {
        height: 3.25rem;
      }
      ::placeholder {
        color: var(--ink-soft);
        opacity: 1;
      }
      .voice {
        position: absolute;
        right: 0.25rem;
        top: 0.25rem;
        padding: 0.3em;
        border-color: transparent;
        background: none;
        color: var(--ink-soft);
      }
      .with-voice input,
      .with-voice textarea {
        padding-right: calc(var(--target) + 0.5rem);
      }
      .voice svg {
        width: 1.4rem;
        height: 1.4rem;
        fill: none;
        stroke: currentColor;
        stroke-width: 2;
        stroke-linecap: round;
        stroke-linejoin: round;
      }
      .voice[aria-pressed='true'] {
        border-color: var(--bad-ink);
        color: var(--bad-ink);
      }
      /* Beside the box it keeps its size; on a line of its own it fills the line. */
      .send {
        flex: 1 1 auto;
        min-height: 3.25rem;
        min-width: 4rem;
        border-radius: var(--radius);
        font-size: 1.125rem;
      }
      /* The box stands at the bottom of the window: names open upwards. */
      .list {
        position: absolute;
        z-index: 5;
        bottom: 100%;
        left: 0;
        right: 0;
        max-height: var(--half);
        margin-bottom: 0.35rem;
        overflow: auto;
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

  /** An answer is awaited: another question can be written, but not sent yet. */
  declare busy: boolean;
  /** What is written goes to a person: longer, in lines, and without names offered. */
  declare person: boolean;
  /** Whether there is little room: then the box names itself, and its buttons stand in its line. */
  declare compact: boolean;
  /** Whether the browser listens. */
  declare hearing: boolean;
  declare value: string;
  declare error: string;
  declare suggestions: Suggestion[];
  declare active: number;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private running: AbortController | undefined;
  private hush: (() => void) | null = null;

  constructor() {
    super();
    this.busy = false;
    this.person = false;
    this.compact = false;
    this.hearing = false;
    this.value = '';
    this.error = '';
    this.suggestions = [];
    this.active = -1;
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.quiet();
    this.hush?.();
  }

  /** Moves focus into the box. */
  async takeFocus() {
    await this.updateComplete;
    this.input.focus();
  }

  private get input(): HTMLInputElement | HTMLTextAreaElement {
    return this.renderRoot.querySelector('#q') as HTMLInputElement | HTMLTextAreaElement;
  }

  private get label() {
    return this.person ? wording.askPerson : wording.ask;
  }

  private get bounds() {
    return this.person ? LETTER : QUESTION;
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
    if (this.person || [...text].length < 2) {
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
      const suggestions = await suggest(text.slice(0, QUESTION.most), running.signal);
      if (running.signal.aborted || this.shadowRoot?.activeElement !== this.input) return;
      this.suggestions = suggestions;
      this.active = -1;
    } catch {
      // Suggestions are a convenience: without them the question is simply typed out.
      if (!running.signal.aborted) this.suggestions = [];
    }
  }

  /** Takes down what is said; it is sent only when the visitor has looked at it. */
  private speak() {
    if (this.hearing) return this.hush?.();
    const before = this.value;
    this.hush = listen({
      heard: (text) => (this.value = before + text),
      ended: (failed) => {
        this.hearing = false;
        this.hush = null;
        this.error = failed ? wording.notHeard : '';
        this.input.focus();
      },
    });
    this.hearing = this.hush !== null;
    this.error = this.hearing ? '' : wording.notHeard;
  }

  private pressed(event: KeyboardEvent) {
    if (isComposing(event)) return;
    const count = this.suggestions.length;
    if (event.key === 'Enter') {
      if (this.person && event.shiftKey) return;
      event.preventDefault();
      this.send(this.suggestions[this.active]);
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

  private send(chosen?: Suggestion) {
    const q = (chosen?.text ?? this.value).trim();
    const over = [...q].length - this.bounds.most;
    if (this.busy) this.error = wording.oneByOne;
    else if (!q) this.error = this.person ? wording.emptyPerson : wording.empty;
    else if (over > 0) this.error = wording.tooLong(over);
    else this.error = '';
    this.quiet();
    this.input.focus();
    if (this.error) return;
    this.value = '';
    this.dispatchEvent(new AskEvent(q, chosen?.code));
  }

  override willUpdate(changed: PropertyValues<this>) {
    if (changed.get('person') !== undefined) {
      this.quiet();
      // The box changes its kind under the hands of whoever is writing.
      if (this.shadowRoot?.activeElement?.id === 'q') void this.takeFocus();
    }
    if (changed.has('busy') && !this.busy && this.error === wording.oneByOne) this.error = '';
  }

  override render() {
    const used = [...this.value].length;
    const { most, countFrom } = this.bounds;
    const open = this.suggestions.length > 0;
    const described = ['hint', this.error ? 'error' : '', used >= countFrom ? 'counter' : ''].filter((id) => id).join(' ');
    return html`<form novalidate @submit=${(event: Event) => {
      event.preventDefault();
      this.send();
    }}>
      <div class="top ${this.compact ? 'compact' : ''}">
        <div>
          <label for="q" class=${this.compact ? 'unseen' : ''}>${this.label}</label>
          <span class="hint" id="hint">${this.person
              ? html`${wording.askPersonHint}<span class="keys">${wording.askPersonKeys}</span>`
              : wording.askHint}</span>
        </div>
        <slot></slot>
      </div>
      <div class="line">
        <div class="field ${canListen() ? 'with-voice' : ''}">
          ${this.person ? this.letter(described) : this.question(described, open)} ${canListen() ? this.voice() : nothing}
          <ul class="list" id="list" role="listbox" aria-label=${wording.suggestions} ?hidden=${!open}>
            ${this.suggestions.map(
              (suggestion, at) => html`<li
                id="option-${at}"
                role="option"
                aria-selected=${at === this.active ? 'true' : 'false'}
                @mousedown=${(event: Event) => event.preventDefault()}
                @click=${() => this.send(suggestion)}
              >
                <span>${suggestion.text}</span>
                ${suggestion.name !== suggestion.text ? html`<small>${suggestion.name}</small>` : nothing}
              </li>`,
            )}
          </ul>
        </div>
        <button class="button main send" type="submit" aria-disabled=${this.busy ? 'true' : nothing}>${wording.send}</button>
      </div>
      <div class="below">
        <div role="alert">
          ${this.error ? html`<p class="error" id="error"><span class="unseen">${wording.error}</span>${this.error}</p>` : nothing}
        </div>
        ${used >= countFrom ? html`<p class="counter" id="counter">${wording.counter(used, most)}</p>` : nothing}
        <span class="unseen" role="status">${this.left(used)}</span>
      </div>
    </form>`;
  }

  private voice() {
    return html`<button
      class="button voice"
      type="button"
      aria-label=${this.hearing ? wording.listening : wording.speak}
      aria-pressed=${this.hearing ? 'true' : 'false'}
      title=${this.hearing ? wording.listening : wording.speak}
      @click=${this.speak}
    >
      ${svg`<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 3a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3zM5.5 11a6.5 6.5 0 0 0 13 0M12 17.5V21" /></svg>`}
    </button>`;
  }

  private question(described: string, open: boolean) {
    return html`<input
      id="q"
      type="text"
      role="combobox"
      autocomplete="off"
      enterkeyhint="send"
      aria-autocomplete="list"
      aria-controls="list"
      aria-expanded=${open ? 'true' : 'false'}
      aria-activedescendant=${this.active >= 0 ? `option-${this.active}` : nothing}
      placeholder=${this.compact ? this.label : nothing}
      aria-describedby=${described}
      aria-invalid=${this.error ? 'true' : 'false'}
      .value=${this.value}
      @input=${this.typed}
      @compositionend=${this.typed}
      @keydown=${this.pressed}
      @blur=${this.quiet}
    />`;
  }

  private letter(described: string) {
    return html`<textarea
      id="q"
      autocomplete="off"
      enterkeyhint="send"
      placeholder=${this.compact ? this.label : nothing}
      aria-describedby=${described}
      aria-invalid=${this.error ? 'true' : 'false'}
      .value=${this.value}
      @input=${this.typed}
      @keydown=${this.pressed}
    ></textarea>`;
  }

  /** Spoken in steps of twenty, so that it does not speak at every key. */
  private left(used: number): string {
    const { most, countFrom } = this.bounds;
    if (used < countFrom) return '';
    return wording.counterLeft(Math.max(0, Math.floor((most - used) / 20) * 20));
  }
}

customElements.define('bangban-question', QuestionBox);
