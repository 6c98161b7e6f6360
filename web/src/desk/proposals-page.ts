import { LitElement, html, nothing } from 'lit';
import { fields } from '../form-style';
import { base, controls, notices } from '../sheet';
import { clock } from './age';
import * as api from './api';
import { page, tables } from './style';
import { trouble } from './trouble';
import type { Proposal } from './wire';
import { words } from './wording';

/** 学习建议: what agents found to be the right item, for an editor to decide on. */
export class ProposalsPage extends LitElement {
  static override properties = {
    own: {},
    decides: { type: Boolean },
    shown: { state: true },
    proposals: { state: true },
    failure: { state: true },
    note: { state: true },
  };
  static override styles = [base, controls, notices, fields, page, tables];

  /** 工号 of whoever looks: nobody decides on his own. */
  declare own: string;
  declare decides: boolean;
  declare shown: string;
  declare proposals: Proposal[] | null;
  declare failure: string;
  declare note: string;

  constructor() {
    super();
    this.own = '';
    this.decides = false;
    this.shown = 'open';
    this.proposals = null;
    this.failure = '';
    this.note = '';
  }

  override connectedCallback() {
    super.connectedCallback();
    void this.read();
  }

  private async read() {
    try {
      this.proposals = await api.proposals(this.shown);
      this.failure = '';
    } catch (error) {
      this.failure = trouble(error);
    }
  }

  private show(state: string) {
    this.shown = state;
    void this.read();
  }

  private async decide(proposal: Proposal, how: 'accept' | 'refuse' | 'withdraw') {
    try {
      const { state, question } = await api.decide(proposal.id, how);
      this.note = `${words.proposalState[state] ?? state}：${question}`;
      await this.read();
      await this.updateComplete;
      this.renderRoot.querySelector<HTMLElement>('h2')?.focus();
    } catch (error) {
      this.failure = trouble(error);
    }
  }

  override render() {
    return html`<div class="top">
        <h2 tabindex="-1">${words.proposalsTitle}</h2>
        <div class="row" role="group" aria-label=${words.shownState}>
          ${Object.entries(words.proposalState).map(
            ([state, label]) => html`<button class="button" type="button" aria-pressed=${state === this.shown ? 'true' : 'false'} @click=${() => this.show(state)}>${label}</button>`,
          )}
        </div>
      </div>
      <p class="soft">${words.proposalsHint}</p>
      <p role="status">${this.note}</p>
      <div role="alert">${this.failure ? html`<p class="failure">${words.error}${this.failure}</p>` : nothing}</div>
      ${this.proposals === null ? nothing : this.proposals.length === 0 ? html`<p>${words.none}</p>` : this.table(this.proposals)}`;
  }

  private table(proposals: Proposal[]) {
    return html`<table>
      <thead>
        <tr>
          ${[words.asks, words.item, words.by, words.at, words.deal].map((name) => html`<th scope="col">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${proposals.map(
          (one) => html`<tr>
            <th scope="row">${one.question}</th>
            <td data-name=${words.item}>${one.item.name}${one.business_item ? `：${one.business_item}` : ''}</td>
            <td data-name=${words.by}>${one.by}</td>
            <td data-name=${words.at}>${clock(one.at)}</td>
            <td>${this.acts(one)}</td>
          </tr>`,
        )}
      </tbody>
    </table>`;
  }

  private acts(one: Proposal) {
    const act = (how: 'accept' | 'refuse' | 'withdraw', kind = '') => html`<button
      class="button ${kind}"
      type="button"
      aria-label=${words.actOf(words[how], one.question)}
      @click=${() => void this.decide(one, how)}
    >
      ${words[how]}
    </button>`;
    if (one.state === 'open') {
      const own = one.by === this.own;
      return html`${this.decides && !own ? html`${act('accept', 'main')} ${act('refuse')}` : nothing} ${own ? act('withdraw') : nothing}`;
    }
    return html`${one.decided_by ? html`<span class="soft">${words.decidedBy} ${one.decided_by}</span>` : nothing}
    ${one.state === 'accepted' && this.decides ? act('withdraw', 'grave') : nothing}`;
  }
}

customElements.define('desk-proposals', ProposalsPage);
