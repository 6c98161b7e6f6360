import { html, nothing, svg, type TemplateResult } from 'lit';
import { count } from './figure-format';
import { figureWords as words } from './wording-figures';

/** Rows that are shown before somebody wants all of them. */
export const FEW = 10;

/** One row of a ranking. */
export interface Ranked {
  name: string;
  count: number;
  /** What pressing it does, for those who can't see that. */
  label: string;
  press: () => void;
  /** Further columns. */
  more: string[];
}

/** A ranking: a table whose names can be pressed, with a bar under each. */
export function rankTable(caption: string, heads: readonly string[], rows: readonly Ranked[], all: boolean): TemplateResult {
  const most = Math.max(1, ...rows.map((row) => row.count));
  return html`<table class="ranked">
    <caption class="unseen">${caption}</caption>
    <thead>
      <tr>${heads.map((head, at) => html`<th scope="col" class=${at > 0 ? 'number' : ''}>${head}</th>`)}</tr>
    </thead>
    <tbody>
      ${rows.slice(0, all ? undefined : FEW).map(
        (row) => html`<tr>
          <th scope="row">
            <button class="name" type="button" aria-label=${row.label} @click=${row.press}>
              ${row.name}
              <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
                ${svg`<rect width=${Math.max(0.5, (row.count / most) * 100)} height="6"></rect>`}
              </svg>
            </button>
          </th>
          <td class="number">${count(row.count)}</td>
          ${row.more.map((value) => html`<td class="number">${value}</td>`)}
        </tr>`,
      )}
    </tbody>
  </table>`;
}

/** The button that shows all rows of a ranking, or few again. */
export function rankMore(rows: number, all: boolean, turn: () => void) {
  if (rows <= FEW) return nothing;
  return html`<button class="plain screen-only" type="button" aria-expanded=${all ? 'true' : 'false'} @click=${turn}>
    ${all ? words.showFew(FEW) : words.showAll(rows)}
  </button>`;
}
