import { LitElement, css, html, nothing } from 'lit';
import './answer-card';
import './ask-panel';
import './bundle-view';
import './compare-table';
import { PressEvent } from './events';
import './fold-box';
import './guide-lines';
import './shared-materials';
import { base, controls, notices } from './sheet';
import './spoken-text';
import { wording } from './wording';
import type { Card, Reply } from './wire';

/** One reply of the service: sentences first, then the question, then what was looked up. */
export class ReplyView extends LitElement {
  static override properties = {
    reply: { attribute: false },
    live: { type: Boolean },
    busy: { type: Boolean },
  };
  static override styles = [
    base,
    controls,
    notices,
    css`
      :host > * + * {
        margin-top: var(--gap-s);
      }
      .say {
        width: fit-content;
        max-width: var(--reading);
        padding: 0.6rem 1rem;
        border: 1px solid var(--rule);
        border-radius: 0 var(--radius) var(--radius) var(--radius);
        background: var(--paper);
      }
      .sides {
        padding: var(--gap-s) var(--edge);
        border: 1px solid var(--rule);
        border-radius: var(--radius);
        background: var(--paper);
      }
      h2 {
        margin-bottom: var(--gap-xs);
        font-size: var(--text-l);
        line-height: 1.4;
      }
      .sides section + section {
        margin-top: var(--gap-s);
        padding-top: var(--gap-s);
        border-top: 1px solid var(--rule);
      }
      .offers .button {
        border-color: var(--rule);
        color: var(--ink-soft);
      }
      .table {
        padding: 0 var(--edge) var(--gap);
        border: 1px solid var(--rule);
        border-radius: var(--radius);
        background: var(--paper);
      }
    `,
  ];

  declare reply: Reply;
  declare live: boolean;
  declare busy: boolean;

  constructor() {
    super();
    this.live = false;
    this.busy = false;
  }

  override render() {
    const { reply } = this;
    // Whoever asks back is heard before the long card begins; the card stands below with what is known so far.
    return html`${this.said(reply)} ${this.sides(reply)}
      ${reply.ask
        ? html`<bangban-ask class="screen-only" .ask=${reply.ask} ?live=${this.live} ?busy=${this.busy}></bangban-ask>`
        : nothing}
      ${this.offers(reply)} ${reply.card ? this.card(reply.card, !this.live) : nothing}
      ${reply.cards.map((card) => this.card(card, true))}
      ${reply.bundle ? html`<bangban-bundle .bundle=${reply.bundle}></bangban-bundle>` : this.materials(reply)}
      ${reply.compared
        ? html`<div class="table"><bangban-compare-table .result=${reply.compared}></bangban-compare-table></div>`
        : nothing}`;
  }

  private said(reply: Reply) {
    const sentences = [
      ...(reply.heard ? [wording.heard(reply.heard)] : []),
      ...reply.say,
      ...(reply.keywords_only ? [wording.keywordsOnly] : []),
    ];
    return sentences.length > 0
      ? html`<bangban-spoken class="say screen-only" .sentences=${sentences} ?urgent=${reply.route === 'emergency'}></bangban-spoken>`
      : nothing;
  }

  private sides(reply: Reply) {
    const told = reply.sides.filter(({ lines }) => lines.length > 0);
    return told.length > 0
      ? html`<div class="sides screen-only">
          ${told.map(
            ({ label, lines }) => html`<section>
              <h2>${label}</h2>
              <bangban-lines .lines=${lines} .label=${label} dialable></bangban-lines>
            </section>`,
          )}
        </div>`
      : nothing;
  }

  /** Other ways on, of the last message only; a person can be asked for at any time beside the box. */
  private offers(reply: Reply) {
    const offers = this.live ? reply.offers.filter(({ id }) => id !== 'human') : [];
    return offers.length > 0
      ? html`<div class="row offers screen-only" role="group" aria-label=${wording.offers}>
          ${offers.map(
            ({ id, label }) => html`<button
              class="button"
              type="button"
              aria-disabled=${this.busy ? 'true' : nothing}
              @click=${() => !this.busy && this.dispatchEvent(new PressEvent(id, label))}
            >
              ${label}
            </button>`,
          )}
        </div>`
      : nothing;
  }

  private card(card: Card, foldable: boolean) {
    const label = wording.guideCard(card.business_item ? `${card.name}：${card.business_item}` : card.name);
    return html`<bangban-fold ?foldable=${foldable} .label=${label}>
      <bangban-card .card=${card} .place=${this.reply.region} ?live=${this.live && !foldable} ?busy=${this.busy}></bangban-card>
    </bangban-fold>`;
  }

  private materials(reply: Reply) {
    return reply.materials.length > 0
      ? html`<section>
          <h2>${wording.sharedMaterials(reply.materials.length)}</h2>
          <bangban-shared-materials .materials=${reply.materials}></bangban-shared-materials>
        </section>`
      : nothing;
  }
}

customElements.define('bangban-reply', ReplyView);
