import { LitElement, css, html, nothing } from 'lit';
import { fields } from '../form-style';
import { base, controls } from '../sheet';
import type { Region } from '../wire';
import { wrapUp } from './lookup-api';
import type { Gap } from './lookup-wire';
import { masked } from './mask';
import { page } from './style';
import { trouble } from './trouble';
import { words } from './wording';

export const GAPS: readonly Gap[] = ['not_found', 'wrong', 'contradiction'];

/** 收尾: what the call was about, whether it is solved, what was missing; three presses and it is kept. */
export class WrapUpBar extends LitElement {
  static override properties = {
    item: { attribute: false },
    place: { attribute: false },
    heard: {},
    solved: { state: true },
    gap: { state: true },
    without: { state: true },
    note: { state: true },
    error: { state: true },
    sending: { state: true },
  };
  static override styles = [
    base,
    controls,
    fields,
    page,
    css`
      form {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.35rem 0.9rem;
      }
      .group {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.3rem;
      }
      .button {
        min-height: 2.25rem;
        padding: 0.1em 0.8em;
      }
      .item {
        flex: 1 1 12rem;
        min-width: 0;
        overflow-wrap: anywhere;
      }
      kbd {
        color: var(--ink-soft);
        font-family: var(--mono);
        font-size: var(--text-s);
      }
      [aria-pressed='true'] kbd,
      .main kbd {
        color: inherit;
      }
      /* Above the buttons, which stay where the pointer is. */
      .words {
        flex: 1 1 100%;
        order: -1;
      }
      @media (max-width: 799px) {
        kbd {
          display: none;
        }
      }
      .words .field {
        min-height: 2.25rem;
      }
      .words label {
        margin: 0;
        font-weight: 400;
        font-size: var(--text-s);
      }
    `,
  ];

  /** What is open. */
  declare item: { code: string; name: string } | null;
  declare place: Region | null;
  /** What the caller said last, masked. */
  declare heard: string;
  declare solved: boolean | null;
  declare gap: Gap | null;
  /** The open item isn't what the call was about. */
  declare without: boolean;
  declare note: string | null;
  declare error: string;
  declare sending: boolean;

  constructor() {
    super();
    this.item = null;
    this.place = null;
    this.heard = '';
    this.error = '';
    this.sending = false;
    this.reset();
  }

  private reset() {
    this.solved = null;
    this.gap = null;
    this.without = false;
    this.note = null;
  }

  settle(solved: boolean) {
    this.solved = solved;
    this.error = '';
  }

  /** Chooses a gap, or takes it back; with a gap and nothing said, the call counts as not solved. */
  miss(gap: Gap) {
    this.gap = this.gap === gap ? null : gap;
    if (this.gap) this.solved ??= false;
  }

  async keep() {
    if (this.sending) return;
    if (this.solved === null) {
      this.error = words.wrapSolvedNeeded;
      this.renderRoot.querySelector<HTMLElement>('#solved')?.focus();
      return;
    }
    const item = this.without ? null : this.item;
    const told = masked((this.note ?? this.heard).trim()).slice(0, 500);
    this.sending = true;
    try {
      await wrapUp({
        solved: this.solved,
        ...(item ? { item: item.code } : {}),
        ...(this.place ? { region: this.place.code } : {}),
        ...(this.gap ? { gap: this.gap, ...(told ? { words: told } : {}) } : {}),
      });
      this.reset();
      this.error = '';
      this.dispatchEvent(new Event('wrapped', { bubbles: true, composed: true }));
    } catch (error) {
      this.error = trouble(error);
    } finally {
      this.sending = false;
    }
  }

  override render() {
    const { item, solved } = this;
    const press = (label: string, key: string, on: boolean, run: () => void, id = '') => html`<button
      class="button"
      type="button"
      id=${id || nothing}
      aria-pressed=${on ? 'true' : 'false'}
      @click=${run}
    >
      ${label} <kbd aria-hidden="true">${key}</kbd>
    </button>`;
    return html`<form
      aria-label=${words.wrapUp}
      @submit=${(event: Event) => {
        event.preventDefault();
        void this.keep();
      }}
    >
      <span class="item">
        <b>${words.wrapUp}</b> ${item && !this.without ? item.name : words.wrapNoItem}
        ${item ? html`<button class="plain soft" type="button" @click=${() => (this.without = !this.without)}>${this.without ? words.wrapWith(item.name) : words.wrapWithout}</button>` : nothing}
      </span>
      <div class="group" role="group" aria-label=${words.wrapSolved}>
        ${press(words.outcomeOf.solved ?? '', 'y', solved === true, () => this.settle(true), 'solved')}
        ${press(words.outcomeOf.unsolved ?? '', 'n', solved === false, () => this.settle(false))}
      </div>
      <div class="group" role="group" aria-label=${words.wrapGap}>
        ${GAPS.map((gap, at) => press(words.gapOf[gap], String(at + 1), this.gap === gap, () => this.miss(gap)))}
      </div>
      <button class="button main" type="submit" ?disabled=${this.sending}>${words.wrapKeep} <kbd aria-hidden="true">w</kbd></button>
      ${this.gap
        ? html`<div class="words">
            <label for="words">${words.wrapWords}</label>
            <input class="field" id="words" type="text" maxlength="500" .value=${this.note ?? this.heard} @input=${(event: Event) => (this.note = (event.target as HTMLInputElement).value)} />
          </div>`
        : nothing}
      <div role="alert" class="words">${this.error ? html`<p class="wrong">${words.error}${this.error}</p>` : nothing}</div>
    </form>`;
  }
}

customElements.define('desk-wrap-up', WrapUpBar);
