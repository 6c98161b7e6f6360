import { LitElement, css, html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { base, controls } from '../sheet';
import { clock, waitAge } from './age';
import { LISTS, type Floor } from './floor';
import { page } from './style';
import type { ListName, Row } from './wire';
import { words } from './wording';

/** A conversation is to be looked at. */
export class OpenEvent extends Event {
  constructor(readonly id: string) {
    super('open', { bubbles: true, composed: true });
  }
}

/** The four lists with their counts, and the rows of one. */
export class CaseList extends LitElement {
  static override properties = {
    floor: { attribute: false },
    list: {},
    selected: {},
    now: { type: Number },
  };
  static override styles = [
    base,
    controls,
    page,
    css`
      .lists {
        display: grid;
        grid-template-columns: repeat(4, 1fr);
        gap: 0.25rem;
        padding: var(--gap-xs);
        border-bottom: 1px solid var(--rule);
      }
      .lists .button {
        flex-direction: column;
        gap: 0;
        padding: 0.2em;
      }
      .count {
        font-weight: 700;
        font-variant-numeric: tabular-nums;
      }
      .some {
        color: var(--bad-ink);
      }
      [aria-pressed='true'] .some {
        color: inherit;
      }
      .row-button {
        display: grid;
        gap: 0.1rem;
        width: 100%;
        padding: 0.5rem 0.7rem;
        border: 0;
        border-bottom: 1px solid var(--rule);
        border-left: 4px solid transparent;
        background: none;
        text-align: left;
        line-height: 1.45;
        overflow-wrap: anywhere;
        cursor: pointer;
      }
      .row-button:hover {
        background: var(--accent-tint);
      }
      .row-button:focus-visible {
        outline-offset: -3px;
      }
      .row-button[aria-current='true'] {
        border-left-color: var(--accent);
        background: var(--accent-tint);
      }
      .line {
        display: flex;
        flex-wrap: wrap;
        justify-content: space-between;
        gap: 0 0.6em;
      }
      .alias {
        font-weight: 700;
      }
      .last {
        display: -webkit-box;
        overflow: hidden;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 2;
      }
      .tag {
        padding: 0 0.45em;
        border: 1px solid currentColor;
        border-radius: 0.25rem;
        font-size: var(--text-s);
      }
      .fresh {
        color: var(--accent-strong);
      }
      .late {
        background: var(--warn-tint);
        color: var(--warn-ink);
        font-weight: 700;
      }
      .overdue,
      .unread {
        background: var(--bad-tint);
        color: var(--bad-ink);
        font-weight: 700;
      }
      .empty {
        padding: var(--gap);
        color: var(--ink-soft);
      }
      .older {
        margin: var(--gap-s);
      }
    `,
  ];

  declare floor: Floor;
  declare list: ListName;
  declare selected: string;
  declare now: number;

  constructor() {
    super();
    this.list = 'waiting';
    this.selected = '';
    this.now = Date.now();
  }

  /** Moves focus to the row that is open, or to the first. */
  async focusRow(id: string) {
    await this.updateComplete;
    const rows = [...this.renderRoot.querySelectorAll<HTMLElement>('.row-button')];
    (rows.find((row) => row.dataset.id === id) ?? rows[0])?.focus();
  }

  /** The row that has focus. */
  get focusedRow(): string {
    return (this.shadowRoot?.activeElement as HTMLElement | null)?.dataset.id ?? '';
  }

  private choose(list: ListName) {
    this.dispatchEvent(new CustomEvent<ListName>('list', { detail: list }));
  }

  override render() {
    const rows = this.floor.list(this.list);
    return html`<div class="lists" role="group" aria-label=${words.lists}>
        ${LISTS.map((list) => this.tab(list))}
      </div>
      ${rows.length > 0
        ? html`<ul aria-label=${words.listOf[this.list]}>
            ${repeat(
              rows,
              (row) => row.id,
              (row) => html`<li>${this.row(row)}</li>`,
            )}
          </ul>`
        : html`<p class="empty">${this.floor.loaded ? words.emptyOf[this.list] : words.loading}</p>`}
      ${this.list === 'history' && this.floor.before
        ? html`<button class="button older" type="button" @click=${() => void this.floor.older()}>${words.older}</button>`
        : nothing}`;
  }

  private tab(list: ListName) {
    const n = this.floor.list(list).length;
    const counted = list !== 'history';
    const alive = n > 0 && (list === 'waiting' || (list === 'mine' && this.floor.unreadAll > 0));
    return html`<button
      class="button"
      type="button"
      aria-pressed=${list === this.list ? 'true' : 'false'}
      aria-label=${counted ? words.countOf(words.listOf[list], n) : words.listOf[list]}
      @click=${() => this.choose(list)}
    >
      <span>${words.listOf[list]}</span>
      ${counted ? html`<span class="count ${alive ? 'some' : ''}">${n}</span>` : nothing}
    </button>`;
  }

  private row(row: Row) {
    const unread = this.floor.unreadOf(row.id);
    return html`<button
      class="row-button"
      type="button"
      data-id=${row.id}
      aria-current=${row.id === this.selected ? 'true' : nothing}
      @click=${() => this.dispatchEvent(new OpenEvent(row.id))}
    >
      <span class="line">
        <span class="alias">${row.alias}</span>
        ${this.state(row)}
      </span>
      <span class="line">
        <span>${row.item?.name ?? words.noItem}</span>
        ${unread > 0 ? html`<span class="tag unread">${words.unread(unread)}</span>` : nothing}
      </span>
      <span class="soft">${[row.region?.name ?? words.noRegion, row.why_text, row.group_name, ...row.skills].filter((part) => part).join(' · ')}</span>
      ${row.last?.text ? html`<span class="soft last">${words.said[row.last.kind] ?? ''}：${row.last.text}</span>` : nothing}
    </button>`;
  }

  private state(row: Row) {
    if (row.stage === 'queued' && row.waiting_since) {
      const age = waitAge(row.waiting_since, this.now);
      return html`<span class="tag ${age.level}">${age.text}</span>`;
    }
    if (row.stage === 'callback' && row.ticket) return html`<span class="tag">${words.ticket(row.ticket)}</span>`;
    if (row.stage === 'closed' || row.stage === 'bot') {
      const outcome = row.outcome ?? row.closed ?? '';
      return html`<span class="tag">${words.outcomeOf[outcome] ?? words.stageOf[row.stage]}</span>`;
    }
    return row.last ? html`<span class="soft">${clock(row.last.at)}</span>` : nothing;
  }
}

customElements.define('desk-list', CaseList);
