import { LitElement, css, html, nothing } from 'lit';
import { isAborted } from '../api';
import { fields } from '../form-style';
import { isComposing } from '../ime';
import '../modal';
import type { Modal } from '../modal';
import { base, controls } from '../sheet';
import * as api from './api';
import { page } from './style';
import { trouble } from './trouble';
import type { Found } from './wire';
import { words } from './wording';

const SEARCH_AFTER_MS = 200;

/** Looks for an item by what is to be done; resolves with the one that was chosen. */
export class ItemSearch extends LitElement {
  static override properties = {
    region: {},
    found: { state: true },
    active: { state: true },
    failure: { state: true },
    asked: { state: true },
  };
  static override styles = [
    base,
    controls,
    fields,
    page,
    css`
      ul {
        margin-top: var(--gap-xs);
      }
      li {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0 var(--gap-s);
        min-height: var(--target);
        padding: 0.3rem 0.7rem;
        border: 2px solid transparent;
        border-radius: var(--radius-s);
        cursor: pointer;
      }
      li[aria-selected='true'] {
        border-color: var(--accent);
        background: var(--accent-tint);
      }
    `,
  ];

  declare region: string;
  declare found: Found[];
  declare active: number;
  declare failure: string;
  declare asked: string;
  private settle: ((found: Found | null) => void) | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private running: AbortController | undefined;

  constructor() {
    super();
    this.region = '';
    this.found = [];
    this.active = 0;
    this.failure = '';
    this.asked = '';
  }

  private get modal(): Modal {
    return this.renderRoot.querySelector('bangban-modal') as Modal;
  }

  async choose(): Promise<Found | null> {
    await this.updateComplete;
    const chosen = new Promise<Found | null>((resolve) => (this.settle = resolve));
    await this.modal.show();
    this.renderRoot.querySelector('input')?.select();
    return chosen;
  }

  private finish(found: Found | null) {
    const { settle } = this;
    this.settle = undefined;
    this.modal.close();
    settle?.(found);
  }

  private typed(event: InputEvent) {
    if (event.isComposing) return;
    const q = (event.target as HTMLInputElement).value.trim();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.search(q), SEARCH_AFTER_MS);
  }

  private async search(q: string) {
    this.running?.abort();
    if (!q) {
      this.found = [];
      this.asked = '';
      return;
    }
    const running = new AbortController();
    this.running = running;
    try {
      this.found = await api.search(q, this.region, running.signal);
      this.active = 0;
      this.asked = q;
      this.failure = '';
    } catch (error) {
      if (!isAborted(error)) this.failure = trouble(error);
    }
  }

  private pressed(event: KeyboardEvent) {
    if (isComposing(event)) return;
    const n = this.found.length;
    if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && n > 0) {
      event.preventDefault();
      this.active = (this.active + (event.key === 'ArrowDown' ? 1 : n - 1)) % n;
    } else if (event.key === 'Enter') {
      event.preventDefault();
      const one = this.found[this.active];
      if (one) this.finish(one);
    }
  }

  override render() {
    const open = this.found.length > 0;
    return html`<bangban-modal .heading=${words.searchTitle} @closed=${() => this.settle?.(null)}>
      <label for="q">${words.searchLabel}</label>
      <input
        class="field"
        id="q"
        data-first
        type="text"
        role="combobox"
        autocomplete="off"
        aria-autocomplete="list"
        aria-controls="list"
        aria-expanded=${open ? 'true' : 'false'}
        aria-activedescendant=${open ? `found-${this.active}` : nothing}
        aria-describedby="hint"
        @input=${this.typed}
        @compositionend=${this.typed}
        @keydown=${this.pressed}
      />
      <p class="hint" id="hint">${words.searchHint}</p>
      <div role="alert">${this.failure ? html`<p class="wrong">${words.error}${this.failure}</p>` : nothing}</div>
      <div role="status">${this.asked && !open ? words.searchEmpty : ''}</div>
      <ul id="list" role="listbox" aria-label=${words.searchTitle} ?hidden=${!open}>
        ${this.found.map(
          (one, at) => html`<li id="found-${at}" role="option" aria-selected=${at === this.active ? 'true' : 'false'} @click=${() => this.finish(one)}>
            <span>${one.business_item ? `${one.name}：${one.business_item}` : one.name}</span>
            <span class="soft">${one.department ?? ''} ${words.confidence(one.confidence)}</span>
          </li>`,
        )}
      </ul>
      <div class="row foot">
        <button class="button" type="button" @click=${() => this.finish(null)}>${words.cancel}</button>
      </div>
    </bangban-modal>`;
  }
}

customElements.define('desk-search', ItemSearch);
