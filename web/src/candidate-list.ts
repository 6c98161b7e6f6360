import { LitElement, css, html, nothing } from 'lit';
import { base } from './sheet';
import { wording } from './wording';
import type { Candidate } from './wire';

/** A near item was chosen. */
export class PickEvent extends Event {
  constructor(readonly candidate: Candidate) {
    super('pick', { bubbles: true, composed: true });
  }
}

/** Items that come near, to choose from. */
export class CandidateList extends LitElement {
  static override properties = { candidates: { attribute: false } };
  static override styles = [
    base,
    css`
      ul {
        display: grid;
        gap: var(--gap-s);
      }
      button {
        display: flex;
        align-items: center;
        gap: 1rem;
        width: 100%;
        min-height: var(--target);
        padding: 0.8rem 1rem;
        border: 1px solid var(--control);
        border-radius: var(--radius-s);
        background: var(--paper);
        text-align: left;
        cursor: pointer;
      }
      button:hover {
        border-color: var(--accent);
        background: var(--accent-tint);
      }
      .text {
        flex: 1 1 0;
        min-width: 0;
        overflow-wrap: anywhere;
      }
      .name {
        display: block;
        font-weight: 600;
      }
      .item {
        color: var(--accent-strong);
      }
      .about {
        display: block;
        color: var(--ink-soft);
        font-size: var(--text-s);
      }
      .go {
        flex: none;
        color: var(--accent);
        font-size: 1.4em;
      }
    `,
  ];

  declare candidates: Candidate[];

  constructor() {
    super();
    this.candidates = [];
  }

  override render() {
    return html`<ul>
      ${this.candidates.map((candidate) => {
        const about = [candidate.item_type, candidate.department, candidate.matched].filter((text) => text);
        return html`<li>
          <button type="button" @click=${() => this.dispatchEvent(new PickEvent(candidate))}>
            <span class="text">
              <span class="name">
                ${candidate.name}${candidate.business_item ? html`<span class="item">：${candidate.business_item}</span>` : nothing}
              </span>
              ${about.length > 0 ? html`<span class="about">${about.join(' · ')}</span>` : nothing}
            </span>
            <span class="go" aria-hidden="true">›</span>
          </button>
        </li>`;
      })}
    </ul>`;
  }
}

customElements.define('bangban-candidates', CandidateList);

/** The sentence above a list of near items that are not the one shown. */
export function nearTitle(candidates: readonly Candidate[]): string {
  return candidates.length > 0 ? wording.near : wording.nearNone;
}
