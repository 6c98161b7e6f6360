import { LitElement, css, html, nothing } from 'lit';
import { base, controls } from '../sheet';
import * as api from './api';
import { page } from './style';
import { trouble } from './trouble';
import type { Presence, PresenceState } from './wire';
import { words } from './wording';

const STATES: readonly PresenceState[] = ['online', 'busy', 'offline'];

/** 在线 / 忙碌 / 离线, as the service knows it. */
export class PresenceChoice extends LitElement {
  static override properties = { presence: { attribute: false }, disabled: { type: Boolean }, error: { state: true } };
  static override styles = [
    base,
    controls,
    page,
    css`
      .group {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.25rem;
      }
      .dot {
        width: 0.7em;
        height: 0.7em;
        border: 2px solid currentColor;
        border-radius: 50%;
      }
      .on .dot {
        background: currentColor;
      }
      select {
        min-height: var(--target);
        border: 1px solid var(--control);
        border-radius: var(--radius-s);
        background: var(--paper);
      }
      @media (max-width: 799px) {
        .button {
          padding: 0.1em 0.5em;
        }
      }
      .wrong {
        color: var(--bad-ink);
      }
    `,
  ];

  declare presence: Presence;
  declare disabled: boolean;
  declare error: string;

  constructor() {
    super();
    this.presence = { state: 'offline' };
    this.disabled = false;
    this.error = '';
  }

  private async choose(state: PresenceState, reason = '') {
    if (this.disabled) return;
    this.error = '';
    try {
      const detail = await api.presence(state, reason);
      this.dispatchEvent(new CustomEvent<Presence>('presence', { detail }));
    } catch (error) {
      this.error = trouble(error);
    }
  }

  override render() {
    const { state, reason } = this.presence;
    return html`<div class="group" role="group" aria-label=${words.presence}>
      ${STATES.map(
        (one) => html`<button
          class="button ${one === state ? 'on' : ''}"
          type="button"
          aria-pressed=${one === state ? 'true' : 'false'}
          aria-disabled=${this.disabled ? 'true' : nothing}
          @click=${() => void this.choose(one, one === 'busy' ? (words.busyWhys[0] ?? '') : '')}
        >
          <span class="dot" aria-hidden="true"></span>${words.presenceOf[one]}
        </button>`,
      )}
      ${state === 'busy'
        ? html`<select aria-label=${words.busyWhy} @change=${(event: Event) => void this.choose('busy', (event.target as HTMLSelectElement).value)}>
            ${words.busyWhys.map((why) => html`<option ?selected=${why === reason}>${why}</option>`)}
          </select>`
        : nothing}
      <span class="wrong" role="alert">${this.error}</span>
    </div>`;
  }
}

customElements.define('desk-presence', PresenceChoice);
