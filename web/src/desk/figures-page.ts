import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { isAborted } from '../api';
import { fields } from '../form-style';
import { base, controls, notices } from '../sheet';
import { clock, duration } from './age';
import * as api from './api-figures';
import type { Figures } from './api-figures';
import { bars, endings, heatMap, hourBars, starBars, type Bar } from './figure-charts';
import './figure-box';
import { count, millis, percent } from './figure-format';
import { byHour, heat, ranked, share, stars, steps, total } from './figure-series';
import { SPANS, fault, lastDays, length, nameOf, today, type Span, type SpanName } from './figure-span';
import { figureTables } from './figure-style';
import { barsTable, endingsTable, heatTable, rated, starsTable } from './figure-tables';
import './guide-dialog';
import type { GuideDialog } from './guide-dialog';
import { hashOf, hashState } from './hash-state';
import { pagesOf, type PageName } from './pages';
import './question-groups';
import { rankMore, rankTable } from './rank-table';
import './region-filter';
import { page, tables } from './style';
import { trouble } from './trouble';
import type { Me } from './wire';
import { words as desk } from './wording';
import { figureWords as words } from './wording-figures';

/** 数据看板: what was asked, when and where, how it ended, and what is missing. */
export class FiguresPage extends LitElement {
  static override properties = {
    me: { attribute: false },
    span: { state: true },
    region: { state: true },
    figures: { state: true },
    at: { state: true },
    failure: { state: true },
    wrong: { state: true },
    busy: { state: true },
    chartless: { state: true },
    allItems: { state: true },
    allPlaces: { state: true },
  };
  static override styles = [
    base,
    controls,
    notices,
    fields,
    page,
    tables,
    figureTables,
    css`
      .filters {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        gap: var(--gap-s) var(--gap);
        padding: var(--gap-s) var(--gap);
        margin-bottom: var(--gap-s);
        border: 1px solid var(--rule);
        border-radius: var(--radius-s);
        background: var(--paper);
      }
      .dates {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.4rem;
      }
      .dates span {
        display: inline-flex;
        align-items: center;
        gap: 0.4rem;
      }
      .dates label {
        margin: 0;
        font-weight: 400;
      }
      .dates .field {
        width: 10rem;
      }
      /* Its button is a stop of its own, at which the field itself does not count as focused. */
      .dates .field:focus-within {
        outline: 3px solid var(--focus);
        outline-offset: 2px;
      }
      .period {
        margin-bottom: var(--gap-s);
      }
      .tiles {
        display: grid;
        grid-template-columns: repeat(6, minmax(0, 1fr));
        gap: var(--gap-s);
        margin-bottom: var(--gap-s);
      }
      .tiles > div {
        padding: var(--gap-s) var(--gap);
        border: 1px solid var(--rule);
        border-radius: var(--radius-s);
        background: var(--paper);
      }
      dt {
        color: var(--ink-soft);
      }
      .big {
        font-size: 1.9rem;
        font-weight: 600;
        font-variant-numeric: tabular-nums;
        line-height: 1.3;
      }
      .note {
        color: var(--ink-soft);
        font-size: var(--text-s);
        line-height: 1.5;
      }
      .grid {
        display: grid;
        grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
        gap: var(--gap-s);
      }
      .wide {
        grid-column: 1 / -1;
      }
      .waits {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr));
        gap: var(--gap-s);
      }
      .waits .big,
      .gaps .big {
        font-size: 1.5rem;
      }
      .gaps {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 8.5rem), 1fr));
        gap: var(--gap-s);
        margin-bottom: var(--gap-s);
      }
      .gaps > div {
        padding-left: var(--gap-s);
        border-left: 3px solid var(--rule);
      }
      .gaps > .due {
        border-left-color: var(--bad-ink);
      }
      .due .big {
        color: var(--bad-ink);
      }
      .busy {
        opacity: 0.6;
      }
      @media (max-width: 899px) {
        .grid {
          grid-template-columns: minmax(0, 1fr);
        }
        .filters,
        .tiles > div {
          padding: var(--gap-s);
        }
      }
      @media (max-width: 1199px) {
        .tiles {
          grid-template-columns: repeat(3, minmax(0, 1fr));
        }
      }
      @media (max-width: 599px) {
        .tiles {
          grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
        }
        .big {
          font-size: 1.6rem;
        }
      }
      @media print {
        .filters {
          display: none;
        }
        .grid {
          display: block;
        }
        desk-figure {
          margin-bottom: 6mm;
          break-inside: avoid;
        }
      }
    `,
  ];

  declare me: Me;
  declare span: Span;
  /** Code of the place; empty for the whole region. */
  declare region: string;
  declare figures: Figures | null;
  declare at: string;
  declare failure: string;
  declare wrong: string;
  declare busy: boolean;
  /** The part that draws did not come; the tables are there without it. */
  declare chartless: boolean;
  declare allItems: boolean;
  declare allPlaces: boolean;
  private running: AbortController | undefined;

  constructor() {
    super();
    this.span = lastDays(SPANS.week, today());
    this.region = '';
    this.figures = null;
    this.at = '';
    this.failure = '';
    this.wrong = '';
    this.busy = false;
    this.chartless = false;
    this.allItems = false;
    this.allPlaces = false;
  }

  override connectedCallback() {
    super.connectedCallback();
    window.addEventListener('hashchange', this.moved);
    // Numbers need not wait for what draws them: that is by far the heaviest part.
    import('./chart-view').catch(() => (this.chartless = true));
    this.moved();
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    window.removeEventListener('hashchange', this.moved);
    this.running?.abort();
  }

  private readonly moved = () => {
    if (!location.hash.startsWith('#figures') && location.hash !== '') return;
    const state = hashState(location.hash);
    const asked = { from: state.get('from') ?? '', to: state.get('to') ?? '' };
    this.span = fault(asked) ? lastDays(SPANS.week, today()) : asked;
    this.region = state.get('region') ?? '';
    this.wrong = '';
    void this.read();
  };

  private go(span: Span, region: string) {
    const hash = hashOf('figures', { ...span, region });
    if (hash === location.hash) void this.read();
    else location.hash = hash;
  }

  private async read() {
    this.running?.abort();
    const running = new AbortController();
    this.running = running;
    this.busy = true;
    try {
      this.figures = await api.figures(this.span, this.region, running.signal);
      this.at = new Date().toISOString();
      this.failure = '';
    } catch (error) {
      if (isAborted(error)) return;
      this.failure = trouble(error);
    }
    this.busy = false;
  }

  private typed(event: Event) {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const span = { from: String(form.get('from') ?? ''), to: String(form.get('to') ?? '') };
    const found = fault(span);
    this.wrong = found ? words.faultOf[found] : '';
    if (!found) this.go(span, this.region);
  }

  private openGuide(code: string) {
    const dialog = this.renderRoot.querySelector<GuideDialog>('desk-guide');
    if (!dialog) return;
    dialog.region = this.region ? { code: this.region, name: '' } : null;
    void dialog.show(code);
  }

  override render() {
    const { figures } = this;
    return html`<div class="top">
        <h2 tabindex="-1">${words.title}</h2>
        ${this.at ? html`<span class="soft">${words.updated(clock(this.at))}</span>` : nothing}
        <button class="button screen-only" type="button" @click=${() => void this.read()}>${words.refresh}</button>
      </div>
      ${this.filters()}
      <div role="alert">${this.failure ? html`<p class="failure">${desk.error}${this.failure}</p>` : nothing}</div>
      ${this.chartless ? html`<p class="notice">${words.chartless}</p>` : nothing}
      <p class="period soft" role="status">
        ${this.busy ? desk.loading : figures ? `${words.period(figures.from, figures.to, length(figures))}。${figures.turns === 0 ? words.nothing : words.noPersonal}` : ''}
      </p>
      ${figures ? html`<div class=${this.busy ? 'busy' : ''}>${this.all(figures)}</div>` : nothing}
      <desk-guide></desk-guide>`;
  }

  private filters() {
    const now = today();
    const named = nameOf(this.span, now);
    return html`<div class="filters">
      <div class="row" role="group" aria-label=${words.span}>
        ${(Object.keys(SPANS) as SpanName[]).map(
          (name) => html`<button class="button" type="button" aria-pressed=${name === named ? 'true' : 'false'} @click=${() => this.go(lastDays(SPANS[name], now), this.region)}>
            ${words.spanOf[name]}
          </button>`,
        )}
      </div>
      <form class="dates" novalidate @submit=${(event: Event) => this.typed(event)}>
        <span><label for="from">${words.from}</label>
        <input class="field" id="from" name="from" type="date" max=${now} .value=${this.span.from} aria-invalid=${this.wrong ? 'true' : 'false'} aria-describedby="wrong" /></span>
        <span><label for="to">${words.to}</label>
        <input class="field" id="to" name="to" type="date" max=${now} .value=${this.span.to} aria-invalid=${this.wrong ? 'true' : 'false'} aria-describedby="wrong" /></span>
        <button class="button" type="submit">${words.apply}</button>
        <div id="wrong" role="alert">${this.wrong ? html`<p class="wrong">${desk.error}${this.wrong}</p>` : nothing}</div>
      </form>
      <desk-region-filter .code=${this.region} @place=${(event: CustomEvent<string>) => this.go(this.span, event.detail)}></desk-region-filter>
    </div>`;
  }

  private all(figures: Figures) {
    // Charts are drawn anew only where the figures are new.
    const once = (part: () => TemplateResult) => guard([figures], part);
    return html`${this.tiles(figures)}
      <div class="grid">
        ${figures.turns > 0
          ? html`${figures.days.length > 1 ? once(() => this.days(figures)) : nothing} ${this.items(figures)} ${this.places(figures)} ${once(() => this.hours(figures))}
            ${once(() => this.shares(figures))} ${once(() => this.ratings(figures))}`
          : nothing}
        ${once(() => this.people(figures))} ${this.gaps(figures)}
        <desk-questions
          class="wide"
          .span=${this.span}
          .region=${this.region}
          .proposes=${this.me.permissions.includes('proposals.make')}
          @guide=${(event: CustomEvent<string>) => this.openGuide(event.detail)}
        ></desk-questions>
      </div>`;
  }

  private tiles(figures: Figures) {
    const { turns, conversations, ms } = figures;
    const answered = share(figures, 'answered');
    const handed = total(figures.handovers);
    const all = stars(figures.ratings);
    const tile = (label: string, value: string, note: string) => html`<div>
      <dt>${label}</dt>
      <dd class="big">${value}</dd>
      <dd class="note">${note}</dd>
    </div>`;
    return html`<dl class="tiles" aria-label=${words.tiles}>
      ${tile(words.conversations, count(conversations), conversations > 0 ? words.conversationsNote((turns / conversations).toFixed(1)) : '')}
      ${tile(words.turns, count(turns), length(figures) > 1 && turns >= length(figures) ? words.turnsNote(count(turns / length(figures))) : '')}
      ${tile(words.atOnce, percent(answered, turns), turns > 0 ? words.ofTurns(count(answered), count(turns)) : '')}
      ${tile(words.handedOver, count(handed), conversations > 0 ? words.ofConversations(percent(handed, conversations)) : '')}
      ${tile(words.satisfied, percent(all.satisfied, all.total), all.average === null ? words.notRated : words.satisfiedNote(count(all.total), all.average.toFixed(1)))}
      ${tile(words.slowest, millis(ms.p99), ms.p50 === null ? '' : words.slowestNote(millis(ms.p50), millis(ms.p90)))}
    </dl>`;
  }

  private days({ days }: Figures) {
    const all = steps(days);
    const heading = words.days[all.by];
    const most = all.steps.reduce((best, step) => (step.turns > best.turns ? step : best));
    return html`<desk-figure class="wide" .heading=${heading} .unit=${words.daysUnit[all.by]} .csv=${api.csvUrl('days', this.span, this.region)}>
      <desk-chart slot="chart" .draw=${endings(all.steps)} .summary=${`${heading}。${words.daysSummary(all.steps.length, most.day, count(most.turns))}`}></desk-chart>
      ${endingsTable(all, heading)}
    </desk-figure>`;
  }

  private hours({ hours }: Figures) {
    const one = length(this.span) === 1;
    const all = heat(hours, this.span);
    const heading = words.heat;
    const { busiest } = all;
    const said = !busiest
      ? words.empty
      : one
        ? words.hoursSummary(busiest.hour, count(busiest.count))
        : words.heatSummary(words.weekdays[busiest.weekday] ?? '', busiest.hour, count(busiest.count));
    return html`<desk-figure class="wide" .heading=${heading} .unit=${one ? words.hoursUnit : words.heatUnit} .csv=${api.csvUrl('hours', this.span, this.region)}>
      <desk-chart slot="chart" .draw=${one ? hourBars(byHour(all)) : heatMap(all)} .summary=${`${heading}。${said}`}></desk-chart>
      ${heatTable(all, heading)}
    </desk-figure>`;
  }

  private items({ items }: Figures) {
    const clicked = items.some((one) => one.clicks !== null);
    const rows = items.map((one) => ({
      name: one.name,
      count: one.count,
      label: words.openItem(one.name),
      press: () => this.openGuide(one.code),
      more: [percent(one.answered, one.count), ...(clicked ? [count(one.clicks)] : [])],
    }));
    const heads = [words.item, words.times, words.answeredShare, ...(clicked ? [words.clicks] : [])];
    return html`<desk-figure single .heading=${words.items} .unit=${words.itemsUnit} .csv=${api.csvUrl('items', this.span, this.region)}>
      ${rows.length > 0 ? rankTable(words.items, heads, rows, this.allItems) : html`<p>${words.empty}</p>`}
      ${rankMore(rows.length, this.allItems, () => (this.allItems = !this.allItems))}
    </desk-figure>`;
  }

  private places({ places, turns }: Figures) {
    const rows = places.map(({ region, count: n }) => ({
      name: region.name,
      count: n,
      label: words.onlyPlace(region.name),
      press: () => this.go(this.span, region.code),
      more: [percent(n, turns)],
    }));
    return html`<desk-figure single .heading=${words.places} .unit=${words.placesUnit} .csv=${api.csvUrl('places', this.span, this.region)}>
      ${rows.length > 0 ? rankTable(words.places, [words.place, words.times, words.share], rows, this.allPlaces) : html`<p>${words.empty}</p>`}
      ${rankMore(rows.length, this.allPlaces, () => (this.allPlaces = !this.allPlaces))}
    </desk-figure>`;
  }

  private shares({ shares, routes }: Figures) {
    const ended = ranked(shares).map((one) => ({ name: words.statusOf[one.status] ?? one.status, count: one.count }));
    const came = ranked(routes).map((one) => ({ name: words.routeOf[one.route] ?? one.route, count: one.count }));
    return html`${this.barFigure(words.shares, words.sharesUnit, words.status, ended)} ${this.barFigure(words.routes, words.routesUnit, words.route, came)}`;
  }

  private barFigure(heading: string, unit: string, head: string, list: Bar[]) {
    const of = total(list);
    const [first] = list;
    if (!first) return html`<desk-figure single .heading=${heading} .unit=${unit}><p>${words.empty}</p></desk-figure>`;
    return html`<desk-figure .heading=${heading} .unit=${unit}>
      <desk-chart slot="chart" .draw=${bars(list, of)} .summary=${`${heading}。${words.barsSummary(first.name, count(first.count), percent(first.count, of))}`}></desk-chart>
      ${barsTable(head, list, of, heading)}
    </desk-figure>`;
  }

  private ratings({ ratings }: Figures) {
    const list = rated(ratings);
    if (list.length === 0) return html`<desk-figure class="wide" single .heading=${words.ratings}><p>${words.notRated}</p></desk-figure>`;
    const said = list.map(({ name, stars: of }) => words.ratingsLine(name, count(of.total), percent(of.satisfied, of.total))).join('，');
    return html`<desk-figure class="wide" .heading=${words.ratings} .unit=${words.ratingsUnit}>
      <desk-chart slot="chart" .draw=${starBars(list)} .summary=${`${words.ratings}。${words.ratingsSummary(said)}`}></desk-chart>
      ${starsTable(list, words.ratings)}
    </desk-figure>`;
  }

  /** How long people were waited for, and how that ended. */
  private people({ waits, handovers }: Figures) {
    const part = (label: string, value: string, note = '') => html`<div>
      <dt>${label}</dt>
      <dd class="big">${value}</dd>
      <dd class="note">${note}</dd>
    </div>`;
    const wait = (seconds: number | null) => (seconds === null ? '—' : duration(seconds));
    const outcomes = ranked(handovers).map(({ outcome, count: n }) => ({ name: outcome === null ? words.goingOn : (desk.outcomeOf[outcome] ?? outcome), count: n }));
    return html`<desk-figure single .heading=${words.waits} .unit=${words.waitsUnit}>
        <dl class="waits">
          ${part(words.asked, count(waits.asked))} ${part(words.claimed, count(waits.claimed), waits.asked > 0 ? percent(waits.claimed, waits.asked) : '')}
          ${part(words.half, wait(waits.p50_seconds))} ${part(words.nine, wait(waits.p90_seconds))}
        </dl>
      </desk-figure>
      ${this.barFigure(words.outcomes, words.outcomesUnit, words.outcome, outcomes)}`;
  }

  private gaps(figures: Figures) {
    const may = pagesOf(this.me);
    const part = (label: string, n: number, note: string, due = false) => html`<div class=${due && n > 0 ? 'due' : ''}>
      <dt>${label}</dt>
      <dd class="big">${count(n)}</dd>
      <dd class="note">${note}</dd>
    </div>`;
    const link = (to: PageName, label: string) => (may.includes(to) ? html`<a class="button" href="#${to}">${label}</a>` : nothing);
    return html`<desk-figure class="wide" single .heading=${words.gaps} .unit=${words.gapsHint}>
      <dl class="gaps">
        ${Object.entries(words.gapOf).map(([gap, label]) => part(label, figures.gaps.find((one) => one.gap === gap)?.count ?? 0, words.gapNote))}
        ${part(words.openReports, figures.open_reports, words.now)} ${part(words.openWork, figures.open_work_items, words.now)}
        ${part(words.lateWork, figures.late_work_items, words.now, true)}
      </dl>
      <div class="row screen-only">${link('faults', words.toFaults)} ${link('work', words.toWork)} ${link('differences', words.toDifferences)}</div>
    </desk-figure>`;
  }
}

customElements.define('desk-figures', FiguresPage);
