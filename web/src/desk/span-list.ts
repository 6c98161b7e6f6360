import { LitElement, css, html, nothing, svg } from 'lit';
import { fields } from '../form-style';
import { base, controls } from '../sheet';
import { minutes, spansOf, spansTold, stretchOf, type Stretch } from './content';
import { page } from './style';
import { contentWords as words } from './wording-content';

/** Stretches of a day at most. */
const MOST = 6;

/** Monday first. */
const WEEK = [1, 2, 3, 4, 5, 6, 0];

/** Hours of working days: stretches to fill in, and what a week of them looks like. */
export class SpanList extends LitElement {
  static override properties = {
    list: { state: true },
    anytime: { state: true },
    wrong: { type: Boolean },
  };
  static override styles = [
    base,
    controls,
    fields,
    page,
    css`
      .span {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.25rem 0.6rem;
        margin-bottom: var(--gap-xs);
      }
      .one {
        display: inline-flex;
        align-items: center;
        gap: 0.6rem;
      }
      .span .field {
        width: 8.5em;
      }
      .span label {
        margin: 0;
        font-weight: 400;
      }
      table {
        width: 100%;
        margin-top: var(--gap-s);
        border-collapse: collapse;
      }
      caption {
        padding-bottom: 0.25rem;
        text-align: left;
        font-weight: 600;
      }
      th,
      td {
        padding: 0.2rem 0.5rem 0.2rem 0;
        border-top: 1px solid var(--rule);
        text-align: left;
        font-weight: 400;
        white-space: nowrap;
      }
      td:last-child {
        width: 45%;
        padding-right: 0;
      }
      .told {
        white-space: normal;
      }
      svg {
        display: block;
        width: 100%;
        height: 0.75rem;
        background: var(--ground);
      }
      rect {
        fill: var(--accent);
      }
      @media (max-width: 30em) {
        td:last-child {
          display: none;
        }
      }
      @media (forced-colors: active) {
        rect {
          fill: CanvasText;
        }
      }
    `,
  ];

  declare list: Stretch[];
  declare anytime: boolean;
  /** Whether something is wrong with them; whoever shows them says what. */
  declare wrong: boolean;

  constructor() {
    super();
    this.list = [{ from: '', to: '' }];
    this.anytime = false;
    this.wrong = false;
  }

  /** Begins with spans that are known. */
  start(spans: readonly string[]) {
    this.list = spans.length > 0 ? spans.map(stretchOf) : [{ from: '', to: '' }];
    this.anytime = false;
  }

  /** What was filled in, or what is wrong with it. */
  get value(): { spans: string[] } | { fault: string } {
    return this.anytime ? { spans: [] } : spansOf(this.list);
  }

  override focus() {
    this.renderRoot.querySelector<HTMLElement>('input')?.focus();
  }

  private set(at: number, part: Partial<Stretch>) {
    this.list = this.list.map((one, index) => (index === at ? { ...one, ...part } : one));
  }

  private async add() {
    this.list = [...this.list, { from: '', to: '' }];
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>(`#from-${this.list.length - 1}`)?.focus();
  }

  private async drop(at: number) {
    this.list = this.list.filter((_, index) => index !== at);
    await this.updateComplete;
    // The button is gone: focus goes to the stretch that stands there now.
    this.renderRoot.querySelector<HTMLElement>(`#from-${Math.min(at, this.list.length - 1)}`)?.focus();
  }

  override render() {
    const { value } = this;
    return html`<fieldset>
        <legend class="label">${words.hoursLegend}</legend>
        ${this.anytime ? nothing : this.list.map((one, at) => this.span(one, at))}
        ${this.anytime || this.list.length >= MOST ? nothing : html`<button class="button" type="button" @click=${() => void this.add()}>＋ ${words.spanAdd}</button>`}
        <div>
          <label class="tick"><input type="checkbox" .checked=${this.anytime} @change=${(event: Event) => (this.anytime = (event.target as HTMLInputElement).checked)} />${words.anytime}</label>
        </div>
      </fieldset>
      ${'spans' in value ? this.week(value.spans) : nothing}
      <p class="hint">${words.weekHint}</p>`;
  }

  private span({ from, to }: Stretch, at: number) {
    const field = (part: keyof Stretch, value: string) => html`<span class="one"
      ><label for="${part}-${at}">${words[part]}</label
      ><input
        class="field"
        id="${part}-${at}"
        type="time"
        aria-invalid=${this.wrong ? 'true' : nothing}
        .value=${value}
        @input=${(event: Event) => this.set(at, { [part]: (event.target as HTMLInputElement).value })}
    /></span>`;
    return html`<div class="span" role="group" aria-label=${words.spanOf(at + 1)}>
      ${field('from', from)} ${field('to', to)}
      ${this.list.length > 1
        ? html`<button class="plain" type="button" aria-label=${words.spanDropOf(at + 1)} @click=${() => void this.drop(at)}>${words.spanDrop}</button>`
        : nothing}
    </div>`;
  }

  private week(spans: string[]) {
    return html`<table>
      <caption>${words.weekPreview}</caption>
      <tbody>
        ${WEEK.map((day) => {
          // Without hours there are no days off either.
          const weekend = day % 6 === 0 && spans.length > 0;
          return html`<tr>
            <th scope="row">${words.weekdays[day]}</th>
            <td class="told">${weekend ? words.rest : spansTold(spans, words.anytime)}</td>
            <td aria-hidden="true">${weekend ? nothing : bar(spans)}</td>
          </tr>`;
        })}
      </tbody>
    </table>`;
  }
}

/** A day from midnight to midnight, with its stretches. */
function bar(spans: readonly string[]) {
  const stretches = spans.length > 0 ? spans.map(stretchOf) : [{ from: '00:00', to: '24:00' }];
  return html`<svg viewBox="0 0 1440 10" preserveAspectRatio="none">
    ${stretches.map(({ from, to }) => svg`<rect x=${minutes(from)} y="0" width=${minutes(to) - minutes(from)} height="10" />`)}
  </svg>`;
}

customElements.define('desk-spans', SpanList);
