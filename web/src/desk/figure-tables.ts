import { html } from 'lit';
import type { Bar, Rated } from './figure-charts';
import { count, percent } from './figure-format';
import { ENDINGS, byHour, stars, type Heat, type Steps } from './figure-series';
import { figureWords as words } from './wording-figures';

/** The same as each chart, as a table. */

export function endingsTable({ by, steps }: Steps, caption: string) {
  const sum = (ending: (typeof ENDINGS)[number] | 'turns') => steps.reduce((so, step) => so + step[ending], 0);
  const cell = (name: string, n: number) => html`<td class="number" data-name=${name}>${count(n)}</td>`;
  return html`<table slot="table" class="plain-table">
    <caption class="unseen">${caption}</caption>
    <thead>
      <tr>
        <th scope="col">${words.dayColumn[by]}</th>
        ${ENDINGS.map((ending) => html`<th scope="col" class="number">${words.endingOf[ending]}</th>`)}
        <th scope="col" class="number">${words.all}</th>
      </tr>
    </thead>
    <tbody>
      ${steps.map(
        (step) => html`<tr>
          <th scope="row">${step.day}</th>
          ${ENDINGS.map((ending) => cell(words.endingOf[ending], step[ending]))} ${cell(words.all, step.turns)}
        </tr>`,
      )}
    </tbody>
    <tfoot>
      <tr>
        <th scope="row">${words.all}</th>
        ${ENDINGS.map((ending) => cell(words.endingOf[ending], sum(ending)))} ${cell(words.all, sum('turns'))}
      </tr>
    </tfoot>
  </table>`;
}

export function heatTable(heat: Heat, caption: string) {
  const whole = byHour(heat);
  const several = heat.weekdays.length > 1;
  return html`<table slot="table" class="hours">
    <caption class="unseen">${caption}</caption>
    <thead>
      <tr>
        <th scope="col">${words.hourColumn}</th>
        ${heat.weekdays.map((day) => html`<th scope="col" class="number"><span aria-hidden="true">${words.weekdaysShort[day]}</span><span class="unseen">${words.weekdays[day]}</span></th>`)}
        ${several ? html`<th scope="col" class="number">${words.all}</th>` : ''}
      </tr>
    </thead>
    <tbody>
      ${whole.map(
        (sum, hour) => html`<tr>
          <th scope="row">${words.hour(hour)}</th>
          ${heat.rows.map((row) => html`<td class="number">${count(row[hour])}</td>`)} ${several ? html`<td class="number">${count(sum)}</td>` : ''}
        </tr>`,
      )}
    </tbody>
  </table>`;
}

export function barsTable(head: string, list: readonly Bar[], of: number, caption: string) {
  return html`<table slot="table" class="hours">
    <caption class="unseen">${caption}</caption>
    <thead>
      <tr><th scope="col">${head}</th><th scope="col" class="number">${words.times}</th><th scope="col" class="number">${words.share}</th></tr>
    </thead>
    <tbody>
      ${list.map(
        (one) => html`<tr>
          <th scope="row">${one.name}</th>
          <td class="number">${count(one.count)}</td>
          <td class="number">${percent(one.count, of)}</td>
        </tr>`,
      )}
    </tbody>
  </table>`;
}

export function starsTable(list: readonly Rated[], caption: string) {
  return html`<table slot="table" class="plain-table">
    <caption class="unseen">${caption}</caption>
    <thead>
      <tr>
        <th scope="col">${words.about}</th>
        ${words.starOf.map((name) => html`<th scope="col" class="number">${name}</th>`)}
        <th scope="col" class="number">${words.all}</th>
        <th scope="col" class="number">${words.satisfied}</th>
      </tr>
    </thead>
    <tbody>
      ${list.map(
        ({ name, stars: { counts, total, satisfied } }) => html`<tr>
          <th scope="row">${name}</th>
          ${counts.map((n, at) => html`<td class="number" data-name=${words.starOf[at]}>${count(n)}</td>`)}
          <td class="number" data-name=${words.all}>${count(total)}</td>
          <td class="number" data-name=${words.satisfied}>${percent(satisfied, total)}</td>
        </tr>`,
      )}
    </tbody>
  </table>`;
}

/** What was rated at all, answers first. */
export function rated(ratings: Parameters<typeof stars>[0]): Rated[] {
  return Object.entries(words.aboutOf)
    .map(([about, name]) => ({ name, stars: stars(ratings, about) }))
    .filter((one) => one.stars.total > 0);
}
