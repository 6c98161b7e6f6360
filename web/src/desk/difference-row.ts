import { LitElement, css, html, nothing } from 'lit';
import { base, controls } from '../sheet';
import type { Region } from '../wire';
import type { Difference } from './api-figures';
import { count, roughly } from './figure-format';
import { page } from './style';
import { isApart, wordDiff, type Piece } from './word-diff';
import { figureWords as words } from './wording-figures';

/** How the service marks a value that it cut off. */
const CUT = '…';

/** The first places, and how many more; folded where it is more than one. */
export function places(list: readonly Region[], n: number) {
  const [first] = list;
  if (!first) return words.variantPlaces(count(n));
  if (n === 1) return first.name;
  const more = n - list.length;
  return html`<details>
    <summary>${words.variantPlaces(count(n))}</summary>
    ${list.map((place) => place.name).join('、')}${more > 0 ? words.placesMore(more) : nothing}
  </details>`;
}

/** How many people something touches, marked as what it is. */
export function people(n: number, said: (n: string) => string = words.people) {
  return html`${said(roughly(n))}<span class="estimate" title=${words.estimatedWhy}>${words.estimated}</span>`;
}

export const estimate = css`
  .estimate {
    margin-left: 0.4em;
    padding: 0 0.4em;
    border: 1px dashed currentColor;
    border-radius: 0.25rem;
    color: var(--ink-soft);
    font-size: var(--text-s);
    font-weight: 400;
    white-space: nowrap;
  }
  details {
    overflow-wrap: anywhere;
  }
  summary {
    display: inline-flex;
    align-items: center;
    min-height: var(--target);
    color: var(--accent);
    font-weight: 600;
    cursor: pointer;
  }
  summary::after {
    content: '▾';
    margin-left: 0.3em;
  }
  details[open] summary::after {
    content: '▴';
  }
`;

/** Signs and lines, not colours alone, say what a text has less or more than the standard. */
export const marks = css`
  ins,
  del {
    padding: 0 0.15em;
    border-radius: 0.2em;
  }
  ins {
    background: var(--warn-tint);
    color: var(--warn-ink);
    font-weight: 700;
    text-decoration: underline;
    text-decoration-thickness: 2px;
    text-underline-offset: 0.2em;
  }
  del {
    background: var(--bad-tint);
    color: var(--bad-ink);
    text-decoration: line-through;
  }
  /* A box of its own is not struck through with its text. */
  .sign {
    display: inline-block;
    font-weight: 700;
  }
  @media (forced-colors: active) {
    ins,
    del {
      border: 1px solid CanvasText;
    }
  }
  @media print {
    ins,
    del {
      color: #000;
      background: none;
      border: 1px solid #000;
    }
  }
`;

/** One field of one item that places word differently; says `compare` to see them side by side. */
export class DifferenceRow extends LitElement {
  static override properties = { row: { attribute: false } };
  static override styles = [
    base,
    controls,
    page,
    estimate,
    marks,
    css`
      article {
        padding: var(--gap-s) var(--gap);
        border: 1px solid var(--rule);
        border-radius: var(--radius-s);
        background: var(--paper);
      }
      header {
        display: flex;
        flex-wrap: wrap;
        align-items: start;
        gap: var(--gap-xs) var(--gap-s);
      }
      .head {
        flex: 1 1 12rem;
        min-width: 0;
      }
      h3 {
        font-size: 1.05rem;
        overflow-wrap: anywhere;
      }
      .label {
        display: inline-block;
        margin-right: 0.5em;
        padding: 0 0.6em;
        border-radius: 0.25rem;
        background: var(--accent-tint);
        color: var(--accent-strong);
        font-weight: 700;
      }
      .facts {
        display: flex;
        flex-wrap: wrap;
        gap: 0 1.2em;
        color: var(--ink-soft);
      }
      .facts .touched {
        color: var(--ink);
        font-weight: 600;
      }
      .value {
        display: grid;
        grid-template-columns: minmax(7rem, 11rem) minmax(0, 1fr);
        gap: 0 var(--gap);
        padding: 0.4rem 0;
        border-top: 1px solid var(--rule);
      }
      .value.standard {
        margin-top: var(--gap-s);
        border-top: 2px solid var(--accent);
      }
      .who {
        font-size: var(--text-s);
      }
      .who b {
        display: block;
        color: var(--accent-strong);
        font-size: 1rem;
      }
      .text {
        padding: 0.3rem 0;
        line-height: 1.8;
        overflow-wrap: anywhere;
        white-space: pre-line;
      }
      .apart {
        color: var(--warn-ink);
        font-size: var(--text-s);
        font-weight: 600;
      }
      @media (forced-colors: active) {
        .label {
          border: 1px solid CanvasText;
        }
      }
      @media (max-width: 599px) {
        article {
          padding: var(--gap-s);
        }
        .value {
          grid-template-columns: minmax(0, 1fr);
        }
        .text {
          padding-top: 0;
        }
      }
      @media print {
        article {
          break-inside: avoid;
        }
        button {
          display: none;
        }
      }
    `,
  ];

  declare row: Difference;

  override render() {
    const { row } = this;
    const title = words.rowTitle(row.name, row.label);
    const cut = [row.standard, ...row.variants.map(({ value }) => value)].some((value) => value.endsWith(CUT));
    return html`<article aria-labelledby="title">
      <header>
        <div class="head">
          <h3 id="title"><span class="label">${row.label}</span>${row.name}</h3>
          <p class="facts">
            <span class="touched">${people(row.people)}</span>
            <span>${words.guides(count(row.guides))}</span>
            <span>${words.deviating(count(row.deviating))}</span>
            ${row.silent > 0 ? html`<span>${words.silent(count(row.silent))}</span>` : nothing}
          </p>
        </div>
        ${row.compare.length > 1
          ? html`<button
              class="button"
              type="button"
              aria-label=${words.sideBySideOf(title)}
              @click=${() => this.dispatchEvent(new CustomEvent('compare', { detail: row, bubbles: true, composed: true }))}
            >
              ${words.sideBySide}
            </button>`
          : nothing}
      </header>
      <div class="value standard">
        <div class="who"><b>${words.standard}</b>${row.standard_of ? words.standardOf(row.standard_of.name) : words.standardMost}</div>
        <p class="text">${row.standard}</p>
      </div>
      ${row.variants.map((variant) => this.variant(variant))} ${cut ? html`<p class="soft">${words.cut}</p>` : nothing}
    </article>`;
  }

  private variant({ value, count: n, places: where }: Difference['variants'][number]) {
    const pieces = wordDiff(this.row.standard, value);
    const apart = isApart(pieces);
    return html`<div class="value">
      <div class="who">${places(where, n)}</div>
      <div>
        ${apart
          ? html`<p class="text"><span class="apart">≠ ${words.apart}</span><br />${value}</p>`
          : html`<p class="text">${pieces.map(piece)}</p>`}
      </div>
    </div>`;
  }
}

/** Breaks of lines are not marked: they stand before what is. */
function piece({ kind, text }: Piece) {
  if (kind === 'same') return text;
  const words = text.trimStart();
  const space = text.slice(0, text.length - words.length);
  if (!words) return kind === 'more' ? space : nothing;
  return html`${space}${kind === 'less' ? less(words) : more(words)}`;
}

/** Heard as well as seen: few readers tell that something is a deletion. */
export const less = (text: string) => html`<del><span class="sign" aria-hidden="true">${words.lessSign}</span><span class="unseen">${words.less}：</span>${text}</del>`;
export const more = (text: string) => html`<ins><span class="sign" aria-hidden="true">${words.moreSign}</span><span class="unseen">${words.more}：</span>${text}</ins>`;

customElements.define('desk-difference', DifferenceRow);
