import { LitElement, css, html, nothing } from 'lit';
import { isAborted } from '../api';
import '../modal';
import type { Modal } from '../modal';
import { base, controls, notices } from '../sheet';
import { preview, type ChangedQuestion, type Content, type Preview, type Settled, type Verdict } from './api-content';
import { asked, ending, grouped, noHours, spansTold, told, weekday, weekends } from './content';
import { page, tables } from './style';
import { trouble } from './trouble';
import { words as desk } from './wording';
import { contentWords as words } from './wording-content';

/** The service waits itself before it says that it isn't done. */
const AGAIN_AFTER_MS = 500;

/** Questions that the service lists at most. */
const LISTED = 200;

/** It was decided on while it was looked at. */
export class VerdictEvent extends Event {
  constructor(
    readonly content: Content,
    readonly verdict: Verdict,
  ) {
    super('verdict', { bubbles: true, composed: true });
  }
}

/** 这会改变什么: a change tried on the last questions, or on the hours of the days to come. */
export class ContentPreview extends LitElement {
  static override properties = {
    content: { state: true },
    may: { state: true },
    found: { state: true },
    done: { state: true },
    failure: { state: true },
  };
  static override styles = [
    base,
    controls,
    notices,
    page,
    tables,
    css`
      .what {
        margin-bottom: var(--gap-s);
        font-weight: 700;
        overflow-wrap: anywhere;
      }
      progress {
        width: min(20rem, 100%);
        accent-color: var(--accent);
      }
      .sum {
        margin-bottom: var(--gap-s);
      }
      .how {
        display: block;
        color: var(--ink-soft);
        font-size: var(--text-s);
      }
      .mark {
        display: inline-block;
        padding: 0 0.4em;
        border: 1px solid currentColor;
        border-radius: 0.25rem;
        color: var(--warn-ink);
        font-size: var(--text-s);
      }
      td.number {
        text-align: right;
        font-variant-numeric: tabular-nums;
      }
      .foot {
        margin-top: var(--gap);
      }
      @media (max-width: 799px) {
        td.number {
          text-align: left;
        }
      }
    `,
  ];

  declare content: Content | null;
  /** Whether whoever looks may publish and refuse it. */
  declare may: boolean;
  declare found: Preview | null;
  declare done: number;
  declare failure: string;
  private running: AbortController | undefined;

  constructor() {
    super();
    this.content = null;
    this.may = false;
    this.found = null;
    this.done = 0;
    this.failure = '';
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.running?.abort();
  }

  private get modal(): Modal {
    return this.renderRoot.querySelector('bangban-modal') as Modal;
  }

  async show(content: Content, may: boolean) {
    this.content = content;
    this.may = may;
    await this.updateComplete;
    await this.modal.show();
    await this.load(content.id);
  }

  /** Says why it could not be decided on. */
  complain(failure: string) {
    this.failure = failure;
  }

  close() {
    this.modal.close();
  }

  get open(): boolean {
    return this.hasUpdated && this.modal.open;
  }

  private async load(id: string) {
    this.running?.abort();
    const running = new AbortController();
    this.running = running;
    Object.assign(this, { found: null, done: 0, failure: '' });
    try {
      for (;;) {
        const answer = await preview(id, running.signal);
        if (running.signal.aborted) return;
        if ('questions' in answer) {
          this.found = answer;
          return;
        }
        this.done = answer.done;
        await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER_MS));
        if (running.signal.aborted) return;
      }
    } catch (error) {
      if (!isAborted(error)) this.failure = trouble(error);
    }
  }

  private decide(verdict: Verdict) {
    if (this.content) this.dispatchEvent(new VerdictEvent(this.content, verdict));
  }

  override render() {
    const { content, found, failure } = this;
    const trying = content !== null && found === null && !failure;
    return html`<bangban-modal wide .heading=${words.look} @closed=${() => this.running?.abort()}>
      ${content ? html`<p class="what">${words.kindOf[content.change.kind]}：${told(content)}</p>` : nothing}
      <div role="status">
        ${trying ? html`<p>${words.trying}</p>` : nothing} ${found ? html`<p class="sum">${this.summary(found)}</p>` : nothing}
      </div>
      ${trying
        ? html`<p><progress aria-label=${words.trying}></progress> <span aria-hidden="true">${this.done > 0 ? words.tried(this.done) : ''}</span></p>`
        : nothing}
      <div role="alert">${failure ? html`<p class="failure">${desk.error}${failure}</p>` : nothing}</div>
      ${found && found.changed.length > 0 ? this.questions(found.changed) : nothing} ${found && found.days.length > 0 ? this.days(found) : nothing}
      <div class="row foot">
        ${this.may
          ? html`<button class="button main" type="button" @click=${() => this.decide('publish')}>${words.publish}</button>
              <button class="button" type="button" @click=${() => this.decide('refuse')}>${words.refuse}</button>`
          : nothing}
        ${failure && !found && content ? html`<button class="button" type="button" @click=${() => void this.load(content.id)}>${words.again}</button>` : nothing}
        <button class="button" type="button" @click=${() => this.close()}>${desk.close}</button>
      </div>
    </bangban-modal>`;
  }

  private summary({ questions, changed, days }: Preview): string {
    const change = this.content?.change;
    if (change?.kind === 'hours') return days.length > 0 ? words.daysSummary(days.length) + weekends(change, days) : words.daysSame;
    if (change?.kind === 'day') return days.length > 0 ? words.daysSummary(days.length) : words.dayWithout;
    if (questions === 0) return words.noQuestions;
    return changed.length > 0 ? words.summary(questions, changed.length, asked(changed)) : words.same(questions);
  }

  private questions(changed: ChangedQuestion[]) {
    return html`<table>
        <thead>
          <tr>
            <th scope="col">${words.question}</th>
            <th scope="col">${words.before}</th>
            <th scope="col">${words.after}</th>
            <th scope="col">${words.times}</th>
          </tr>
        </thead>
        <tbody>
          ${changed.map(
            (one) => html`<tr>
              <th scope="row">${one.question}</th>
              <td data-name=${words.before}>${this.end(one.before)}</td>
              <td data-name=${words.after}>
                ${this.end(one.after)} <span class="mark">${one.before.code !== one.after.code ? words.otherItem : words.otherEnding}</span>
              </td>
              <td class="number" data-name=${words.times}>${one.count}</td>
            </tr>`,
          )}
        </tbody>
      </table>
      ${changed.length >= LISTED ? html`<p class="soft">${words.listed(LISTED)}</p>` : nothing}`;
  }

  private end(settled: Settled) {
    const { first, then } = ending(settled);
    return html`${first}<span class="how">${then}</span>`;
  }

  private days({ days }: Preview) {
    const none = this.content ? noHours(this.content.change) : words.rest;
    return html`<table>
      <thead>
        <tr>
          <th scope="col">${words.days}</th>
          <th scope="col">${words.before}</th>
          <th scope="col">${words.after}</th>
        </tr>
      </thead>
      <tbody>
        ${grouped(days).map(
          ({ days: list, before, after }) => html`<tr>
            <th scope="row">${this.dates(list)}</th>
            <td data-name=${words.before}>${spansTold(before, none)}</td>
            <td data-name=${words.after}>${spansTold(after, none)}</td>
          </tr>`,
        )}
      </tbody>
    </table>`;
  }

  private dates(list: string[]) {
    const named = (day: string) => `${day}（${weekday(day)}）`;
    const [first = '', last = ''] = [list[0], list[list.length - 1]];
    if (list.length < 4) return list.map(named).join('、');
    return html`${words.manyDays(first, last, list.length)}
      <details><summary>${words.allDays}</summary>${list.map(named).join('、')}</details>`;
  }
}

customElements.define('desk-content-preview', ContentPreview);
