import { LitElement, css, html, nothing } from 'lit';
import { PressEvent } from './events';
import { base, controls } from './sheet';
import { wording } from './wording';
import type { Ask, Button } from './wire';

const OPTION = 'option:';

/** The one question asked back, with its options as chips; without `live` only what was asked. */
export class AskPanel extends LitElement {
  static override properties = {
    ask: { attribute: false },
    live: { type: Boolean },
    busy: { type: Boolean },
    chosen: { state: true },
    error: { state: true },
  };
  static override styles = [
    base,
    controls,
    css`
      legend,
      .asked {
        font-weight: 700;
        overflow-wrap: anywhere;
      }
      fieldset {
        min-width: 0;
        padding: var(--gap-s) var(--edge) var(--gap);
        border: 2px solid var(--accent);
        border-radius: var(--radius);
        background: var(--paper);
      }
      legend {
        float: left;
        width: 100%;
        padding-bottom: var(--gap-s);
        font-size: var(--text-l);
        line-height: 1.4;
      }
      legend small {
        color: var(--ink-soft);
        font-size: var(--text-s);
        font-weight: 400;
      }
      .row {
        clear: both;
      }
      .row + .row {
        margin-top: var(--gap-s);
      }
      .chip {
        border-color: var(--accent);
        color: var(--accent-strong);
        font-weight: 600;
      }
      label input {
        flex: none;
        width: 1.3em;
        height: 1.3em;
        margin: 0;
        accent-color: var(--accent);
      }
      .error {
        margin-top: var(--gap-xs);
        color: var(--bad-ink);
        font-weight: 600;
      }
    `,
  ];

  declare ask: Ask;
  declare live: boolean;
  declare busy: boolean;
  declare chosen: readonly string[];
  declare error: boolean;

  constructor() {
    super();
    this.live = false;
    this.busy = false;
    this.chosen = [];
    this.error = false;
  }

  private press(press: string, label: string) {
    if (!this.busy) this.dispatchEvent(new PressEvent(press, label));
  }

  private tick(id: string, on: boolean) {
    this.error = false;
    const others = this.chosen.filter((one) => one !== id);
    this.chosen = on ? [...others, id] : others;
  }

  /** Several options go out together, in the order they stand in. */
  private confirm(options: readonly Button[]) {
    const taken = options.filter(({ id }) => this.chosen.includes(id));
    this.error = taken.length === 0;
    if (this.error) return;
    const ids = taken.map(({ id }) => id.slice(OPTION.length)).join('|');
    this.press(OPTION + ids, taken.map(({ label }) => label).join('、'));
  }

  override render() {
    const { ask } = this;
    if (!this.live) return html`<p class="asked">${ask.text}</p>`;
    return html`<fieldset>
      <legend>${ask.text}${ask.multi ? html` <small>（${wording.multi}）</small>` : nothing}</legend>
      ${ask.multi ? this.several(ask) : html`<div class="row">${ask.options.map((option) => this.chip(option))}</div>`}
    </fieldset>`;
  }

  private several(ask: Ask) {
    const options = ask.options.filter(({ id }) => id.startsWith(OPTION));
    const others = ask.options.filter(({ id }) => !id.startsWith(OPTION));
    return html`<div class="row">
        ${options.map(
          ({ id, label }) => html`<label class="chip">
            <input
              type="checkbox"
              .checked=${this.chosen.includes(id)}
              @change=${(event: Event) => this.tick(id, (event.target as HTMLInputElement).checked)}
            /><span>${label}</span>
          </label>`,
        )}
      </div>
      <div role="alert">${this.error ? html`<p class="error">${wording.error}${wording.chooseOne}</p>` : nothing}</div>
      <div class="row">
        <button class="button main" type="button" aria-disabled=${this.busy ? 'true' : nothing} @click=${() => this.confirm(options)}>
          ${wording.confirm}
        </button>
        ${others.map((option) => this.chip(option))}
      </div>`;
  }

  private chip({ id, label }: Button) {
    // Not `disabled`: that would take the focus away from the button just pressed.
    return html`<button class="chip" type="button" aria-disabled=${this.busy ? 'true' : nothing} @click=${() => this.press(id, label)}>
      ${label}
    </button>`;
  }
}

customElements.define('bangban-ask', AskPanel);
