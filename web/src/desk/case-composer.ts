import { LitElement, css, html, nothing } from 'lit';
import { fields } from '../form-style';
import { isComposing } from '../ime';
import { base, controls } from '../sheet';
import { filled, gaps, matching, type Facts } from './canned';
import type { Attached } from './floor';
import { page } from './style';
import type { Canned } from './wire';
import { words } from './wording';

/** Longest message to a citizen, and longest note. */
const MOST = { reply: 3000, note: 1000 };

/** That somebody types is told at most so often. */
const TYPING_MS = 3000;

/** Something was written for the citizen, or among ourselves. */
export class WrittenEvent extends Event {
  constructor(
    readonly mode: 'reply' | 'note',
    readonly text: string,
  ) {
    super('written', { bubbles: true, composed: true });
  }
}

/** Where an agent writes: to the citizen or, on another ground and under another label, a note. */
export class CaseComposer extends LitElement {
  static override properties = {
    draft: {},
    mode: {},
    attached: { attribute: false },
    canned: { attribute: false },
    facts: { attribute: false },
    replies: { type: Boolean },
    error: { state: true },
    active: { state: true },
    closed: { state: true },
  };
  static override styles = [
    base,
    controls,
    fields,
    page,
    css`
      .box {
        position: relative;
        padding: 0.5rem var(--gap-s);
        border-top: 3px solid var(--accent);
        background: var(--paper);
      }
      .box.note {
        border-top: 3px dashed var(--warn-rule);
        background: var(--warn-tint);
        color: var(--warn-ink);
      }
      label {
        display: inline;
        margin: 0;
      }
      .note .hint {
        color: inherit;
      }
      textarea.field {
        min-height: 5rem;
        max-height: 40vh;
        margin-top: 0.3rem;
      }
      .note textarea {
        border-style: dashed;
        border-color: var(--warn-ink);
      }
      .acts {
        display: flex;
        flex-wrap: wrap;
        gap: var(--gap-xs);
        margin-top: 0.3rem;
      }
      .acts .main {
        margin-left: auto;
      }
      .attached {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0 var(--gap-s);
        font-weight: 600;
      }
      .canned {
        position: absolute;
        z-index: 5;
        right: var(--gap-s);
        bottom: 100%;
        left: var(--gap-s);
        max-height: 40vh;
        overflow: auto;
        border: 1px solid var(--control);
        border-radius: var(--radius-s);
        background: var(--paper);
        color: var(--ink);
        box-shadow: 0 12px 32px rgba(8, 30, 24, 0.18);
      }
      .canned li {
        min-height: var(--target);
        padding: 0.35rem 0.8rem;
        border: 2px solid transparent;
        cursor: pointer;
        overflow-wrap: anywhere;
      }
      .canned [aria-selected='true'] {
        border-color: var(--accent);
        background: var(--accent-tint);
      }
    `,
  ];

  declare draft: string;
  declare mode: 'reply' | 'note';
  declare attached: Attached | null;
  declare canned: Canned[];
  declare facts: Facts;
  /** Whether the citizen can be answered; notes can always be written. */
  declare replies: boolean;
  declare error: string;
  declare active: number;
  declare closed: boolean;
  private typedAt = 0;

  constructor() {
    super();
    this.draft = '';
    this.mode = 'reply';
    this.attached = null;
    this.canned = [];
    this.facts = {};
    this.replies = false;
    this.error = '';
    this.active = 0;
    this.closed = false;
  }

  async takeFocus() {
    await this.updateComplete;
    this.area.focus();
  }

  private get area(): HTMLTextAreaElement {
    return this.renderRoot.querySelector('textarea') as HTMLTextAreaElement;
  }

  /** Canned replies that "/" and what follows mean. */
  private get offered(): Canned[] {
    if (this.mode !== 'reply' || this.closed || !/^\/[^\n]*$/.test(this.draft)) return [];
    return matching(this.canned, this.draft.slice(1));
  }

  private change(draft: string) {
    this.draft = draft;
    this.error = '';
    this.active = 0;
    this.dispatchEvent(new CustomEvent<string>('draft', { detail: draft }));
  }

  private typed() {
    if (!this.area.value.startsWith('/')) this.closed = false;
    this.change(this.area.value);
    const now = Date.now();
    if (this.mode !== 'reply' || this.draft.startsWith('/') || now - this.typedAt < TYPING_MS) return;
    this.typedAt = now;
    this.dispatchEvent(new Event('typing'));
  }

  private take(one: Canned): Promise<void> {
    return this.put(filled(one.text, this.facts));
  }

  /** Writes a text that is to be sent or changed. */
  async put(draft: string) {
    this.change(draft);
    await this.updateComplete;
    this.area.focus();
    // What is still to be filled in is selected, so that typing replaces it.
    const gap = /\{\{[^{}]*\}\}/.exec(this.draft);
    if (gap) this.area.setSelectionRange(gap.index, gap.index + gap[0].length);
  }

  private pressed(event: KeyboardEvent) {
    if (isComposing(event)) return;
    const { offered } = this;
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.send();
    } else if (offered.length > 0 && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      event.preventDefault();
      this.active = (this.active + (event.key === 'ArrowDown' ? 1 : offered.length - 1)) % offered.length;
      void this.updateComplete.then(() => this.renderRoot.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' }));
    } else if (offered.length > 0 && event.key === 'Enter') {
      event.preventDefault();
      const one = offered[this.active];
      if (one) void this.take(one);
    } else if (event.key === 'Escape') {
      event.preventDefault();
      if (offered.length > 0) this.closed = true;
      else this.dispatchEvent(new Event('leave'));
    }
  }

  private send() {
    const text = this.draft.trim();
    const note = this.mode === 'note';
    const over = [...text].length - MOST[this.mode];
    const open = note ? [] : gaps(text);
    if (!text && (note || !this.attached)) this.error = note ? words.emptyNote : words.empty;
    else if (over > 0) this.error = words.tooLong(over);
    else if (open.length > 0) this.error = words.gaps(open.join('、'));
    else this.error = '';
    this.area.focus();
    if (this.error) return;
    this.typedAt = 0;
    this.dispatchEvent(new WrittenEvent(this.mode, text));
  }

  private act(name: string) {
    return () => this.dispatchEvent(new CustomEvent<string>('act', { detail: name }));
  }

  override render() {
    const note = this.mode === 'note';
    const { offered } = this;
    const active = Math.min(this.active, offered.length - 1);
    return html`<div class="box ${note ? 'note' : ''}">
      ${offered.length > 0 ? this.list(offered, active) : nothing}
      <label for="text">${note ? words.noteLabel : words.reply}</label>
      <span class="hint" id="hint">${note ? words.noteHint : words.replyHint}</span>
      ${!note && this.attached
        ? html`<div class="attached">
            ${words.attached(this.attached.name)}
            <button class="plain" type="button" @click=${this.act('detach')}>${words.detach}</button>
          </div>`
        : nothing}
      <textarea
        class="field"
        id="text"
        aria-describedby="hint error"
        aria-invalid=${this.error ? 'true' : 'false'}
        aria-controls=${offered.length > 0 ? 'canned' : nothing}
        aria-activedescendant=${active >= 0 ? `canned-${active}` : nothing}
        .value=${this.draft}
        @input=${this.typed}
        @keydown=${this.pressed}
      ></textarea>
      <div role="alert" id="error">
        ${this.error ? html`<p class="wrong"><span class="unseen">${words.error}</span>${this.error}</p>` : nothing}
      </div>
      <div class="acts">
        ${this.replies
          ? html`<button class="button" type="button" @click=${this.act(note ? 'reply' : 'note')}>${note ? words.toReply : words.toNote}</button>`
          : nothing}
        ${note ? nothing : html`<button class="button" type="button" @click=${this.act('insert')}>${words.insert}</button>`}
        <button class="button main" type="button" @click=${() => this.send()}>${note ? words.saveNote : words.send}</button>
      </div>
    </div>`;
  }

  private list(offered: Canned[], active: number) {
    return html`<ul class="canned" id="canned" role="listbox" aria-label=${words.cannedList}>
      ${offered.map(
        (one, at) => html`<li
          id="canned-${at}"
          role="option"
          aria-selected=${at === active ? 'true' : 'false'}
          @mousedown=${(event: Event) => event.preventDefault()}
          @click=${() => void this.take(one)}
        >
          <b>${one.title}</b> ${filled(one.text, this.facts)}
        </li>`,
      )}
    </ul>`;
  }
}

customElements.define('desk-composer', CaseComposer);
