import { LitElement, css, html, nothing } from 'lit';
import { isAborted } from '../api';
import { base, controls, notices } from '../sheet';
import * as api from './api-figures';
import type { QuestionGroup, QuestionKind } from './api-figures';
import './figure-box';
import { count } from './figure-format';
import type { Span } from './figure-span';
import './item-search';
import type { ItemSearch } from './item-search';
import { page } from './style';
import { trouble } from './trouble';
import { words as desk } from './wording';
import { figureWords as words } from './wording-figures';

const KINDS: readonly QuestionKind[] = ['unanswered', 'unsure'];

/** Groups that are shown before somebody wants more. */
const FEW = 10;

/** 没答好的问题, grouped by meaning; says `guide` with the code of an item that somebody wants to read. */
export class QuestionGroups extends LitElement {
  static override properties = {
    span: { attribute: false },
    region: {},
    proposes: { type: Boolean },
    kind: { state: true },
    groups: { state: true },
    failure: { state: true },
    note: { state: true },
    shown: { state: true },
    proposed: { state: true },
  };
  static override styles = [
    base,
    controls,
    notices,
    page,
    css`
      .kinds {
        margin-bottom: var(--gap-s);
      }
      ol > li {
        padding: var(--gap-s) 0;
        border-top: 1px solid var(--rule);
      }
      .asked {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 0 var(--gap-s);
      }
      .asked h4 {
        font-size: 1.05rem;
        line-height: 1.6;
        overflow-wrap: anywhere;
      }
      .times {
        padding: 0 0.6em;
        border: 1px solid currentColor;
        border-radius: 1em;
        color: var(--note-ink);
        background: var(--note-tint);
        font-size: var(--text-s);
        font-weight: 600;
        white-space: nowrap;
      }
      .two {
        display: grid;
        grid-template-columns: minmax(0, 2fr) minmax(0, 3fr);
        gap: 0 var(--gap);
      }
      summary {
        min-height: var(--target);
        padding: 0.5rem 0;
        color: var(--accent);
        cursor: pointer;
      }
      details li {
        padding: 0.15rem 0 0.15rem 1em;
        border-left: 3px solid var(--rule);
        overflow-wrap: anywhere;
      }
      .near {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: 0 var(--gap-s);
        min-height: var(--target);
      }
      .near + .near {
        border-top: 1px dotted var(--rule);
      }
      .near .plain {
        flex: 1 1 12rem;
        padding: 0.2rem 0;
        text-align: left;
      }
      .note {
        color: var(--accent-strong);
        font-weight: 600;
      }
      @media (max-width: 799px) {
        .two {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  declare span: Span;
  declare region: string;
  /** Whether whoever looks may propose what a question means. */
  declare proposes: boolean;
  declare kind: QuestionKind;
  declare groups: QuestionGroup[] | null;
  declare failure: string;
  declare note: string;
  declare shown: number;
  /** Question and item of what was proposed from here. */
  declare proposed: ReadonlySet<string>;
  private running: AbortController | undefined;

  constructor() {
    super();
    this.region = '';
    this.proposes = false;
    this.kind = 'unanswered';
    this.groups = null;
    this.failure = '';
    this.note = '';
    this.shown = FEW;
    this.proposed = new Set();
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.running?.abort();
  }

  override willUpdate(changed: Map<string, unknown>) {
    if (changed.has('span') || changed.has('region') || changed.has('kind')) void this.read();
  }

  private async read() {
    this.running?.abort();
    const running = new AbortController();
    this.running = running;
    this.groups = null;
    this.shown = FEW;
    this.note = '';
    this.failure = '';
    try {
      this.groups = await api.questions(this.kind, this.span, this.region, running.signal);
    } catch (error) {
      if (!isAborted(error)) this.failure = trouble(error);
    }
  }

  private async propose(question: string, code: string, name: string) {
    try {
      await api.propose(question, code);
      this.proposed = new Set([...this.proposed, `${question}\n${code}`]);
      this.note = words.proposed(question, name);
      this.failure = '';
    } catch (error) {
      this.failure = trouble(error);
    }
  }

  private async other(question: string) {
    const found = await this.renderRoot.querySelector<ItemSearch>('desk-search')?.choose();
    if (found) await this.propose(question, found.code, found.name);
  }

  override render() {
    const { groups, kind } = this;
    return html`<desk-figure single .heading=${words.questions} .unit=${words.questionsHint} .csv=${api.csvUrl('questions', this.span, this.region, kind)}>
      <div class="row kinds screen-only" role="group" aria-label=${words.questionKind}>
        ${KINDS.map((one) => html`<button class="button" type="button" aria-pressed=${one === kind ? 'true' : 'false'} @click=${() => (this.kind = one)}>${words.kindOf[one]}</button>`)}
      </div>
      <p class="soft">${words.kindNote[kind]}</p>
      <div role="alert">${this.failure ? html`<p class="failure">${desk.error}${this.failure}</p>` : nothing}</div>
      <p class="note" role="status">${groups === null && !this.failure ? words.asking : this.note}</p>
      ${groups === null ? nothing : groups.length === 0 ? html`<p>${words.noQuestions[kind]}</p>` : html`<ol>${groups.slice(0, this.shown).map((group) => this.group(group))}</ol>`}
      ${groups && groups.length > this.shown
        ? html`<button class="plain screen-only" type="button" @click=${() => (this.shown = groups.length)}>${words.showAll(groups.length)}</button>`
        : nothing}
      <desk-search .region=${this.region}></desk-search>
    </desk-figure>`;
  }

  private group({ text, count: n, examples, items }: QuestionGroup) {
    const others = examples.filter((example) => example !== text);
    return html`<li>
      <div class="asked"><h4>${text}</h4><span class="times">${words.asked_(count(n))}</span></div>
      <div class="two">
        <div>
          ${others.length > 0
            ? html`<details>
                <summary>${words.otherWords(others.length)}</summary>
                <ul>${others.map((example) => html`<li>${example}</li>`)}</ul>
              </details>`
            : nothing}
        </div>
        <div>
          <p class="soft">${items.length > 0 ? words.nearest : words.noNearest}</p>
          ${items.map((item) => this.near(text, item))}
          ${this.proposes ? html`<button class="plain" type="button" aria-label=${words.otherOf(text)} @click=${() => void this.other(text)}>${words.other}</button>` : nothing}
        </div>
      </div>
    </li>`;
  }

  private near(question: string, { code, name, confidence }: QuestionGroup['items'][number]) {
    const done = this.proposed.has(`${question}\n${code}`);
    return html`<div class="near">
      <button class="plain" type="button" aria-label=${words.openItem(name)} @click=${() => this.dispatchEvent(new CustomEvent('guide', { detail: code }))}>${name}</button>
      <span class="soft">${words.confidence(confidence)}</span>
      ${this.proposes
        ? html`<button class="button" type="button" aria-label=${done ? nothing : words.meansOf(question, name)} aria-disabled=${done ? 'true' : nothing} @click=${() => !done && void this.propose(question, code, name)}>
            ${done ? `✓ ${words.proposedHere}` : words.means}
          </button>`
        : nothing}
    </div>`;
  }
}

customElements.define('desk-questions', QuestionGroups);
