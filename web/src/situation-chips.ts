import { LitElement, css, html } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { base, controls } from './sheet';
import { wording } from './wording';
import type { Question } from './wire';

/** A question was answered anew; an empty choice takes the answer back. */
export class AnswerEvent extends Event {
  constructor(
    readonly question: string,
    readonly chosen: readonly string[],
  ) {
    super('answer', { bubbles: true, composed: true });
  }
}

/** 情形: questions with their options as chips. */
export class SituationChips extends LitElement {
  static override properties = { questions: { attribute: false } };
  static override styles = [
    base,
    controls,
    css`
      fieldset {
        min-width: 0;
        margin-top: var(--gap-s);
      }
      legend {
        padding-bottom: var(--gap-xs);
        font-weight: 600;
      }
      legend small {
        font-size: var(--text-s);
        font-weight: 400;
        color: var(--ink-soft);
      }
      label {
        position: relative;
      }
      input {
        position: absolute;
        top: 0;
        left: 0;
        width: 100%;
        height: 100%;
        margin: 0;
        opacity: 0;
        cursor: pointer;
      }
      .mark {
        flex: none;
        width: 1.05em;
        height: 1.05em;
        border: 2px solid var(--control);
        border-radius: 50%;
        background: var(--paper);
      }
      .many .mark {
        border-radius: 0.2em;
      }
      input:checked ~ .mark {
        border-color: var(--accent);
        background: var(--accent);
        box-shadow: inset 0 0 0 0.16em var(--paper);
      }
      .chip.chosen {
        border-color: var(--accent);
        background: var(--accent-tint);
        color: var(--accent-strong);
        font-weight: 600;
        box-shadow: inset 0 0 0 1px var(--accent);
      }
      input:focus-visible ~ .ring {
        position: absolute;
        top: -4px;
        right: -4px;
        bottom: -4px;
        left: -4px;
        border-radius: 1.7em;
        outline: 3px solid var(--focus);
      }
      @media (forced-colors: active) {
        input:checked ~ .mark {
          background: Highlight;
          forced-color-adjust: none;
        }
      }
    `,
  ];

  declare questions: Question[];

  constructor() {
    super();
    this.questions = [];
  }

  override render() {
    return repeat(
      this.questions,
      (question) => question.id,
      (question) => html`<fieldset class=${question.multi ? 'many' : ''}>
        <legend>${question.question}${question.multi ? html` <small>（${wording.multi}）</small>` : ''}</legend>
        <div class="row">
          ${question.options.map((option) => this.chip(question, option.label, question.chosen.includes(option.id), option.id))}
          ${this.chip(question, wording.unsure, question.chosen.length === 0, null)}
        </div>
      </fieldset>`,
    );
  }

  private chip(question: Question, label: string, chosen: boolean, option: string | null) {
    return html`<label class="chip ${chosen ? 'chosen' : ''}">
      <input
        type=${question.multi ? 'checkbox' : 'radio'}
        name=${question.id}
        .checked=${chosen}
        @change=${(event: Event) => this.choose(question, option, event.target as HTMLInputElement)}
      />
      <span class="mark" aria-hidden="true"></span>
      <span>${label}</span>
      <span class="ring" aria-hidden="true"></span>
    </label>`;
  }

  private choose(question: Question, option: string | null, input: HTMLInputElement) {
    let chosen: string[] = [];
    if (option === null) {
      // Not knowing is what remains when nothing is chosen; it can't be unticked by itself.
      input.checked = true;
    } else if (question.multi) {
      const others = question.chosen.filter((id) => id !== option);
      chosen = input.checked ? [...others, option] : others;
    } else {
      chosen = [option];
    }
    this.dispatchEvent(new AnswerEvent(question.id, chosen));
  }
}

customElements.define('bangban-situations', SituationChips);
