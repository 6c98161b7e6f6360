import { LitElement, css, html, nothing, svg } from 'lit';
import { base, controls, notices } from '../sheet';
import { clock, duration } from './age';
import * as api from './api';
import { page, tables } from './style';
import { trouble } from './trouble';
import type { Wall } from './wire';
import { words } from './wording';

const EVERY_MS = 10_000;

/** 看板: who waits, who sits, how fast and how well it goes today. */
export class WallPage extends LitElement {
  static override properties = { wall: { state: true }, failure: { state: true }, at: { state: true } };
  static override styles = [
    base,
    controls,
    notices,
    page,
    tables,
    css`
      .figures {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 14rem), 1fr));
        gap: var(--gap-s);
        margin-bottom: var(--gap);
      }
      .figures > div {
        padding: var(--gap-s);
        border: 1px solid var(--rule);
        border-radius: var(--radius-s);
        background: var(--paper);
      }
      dt {
        color: var(--ink-soft);
      }
      dd {
        font-size: 1.15rem;
        font-weight: 600;
      }
      .big {
        font-size: 2rem;
        line-height: 1.3;
      }
      .bad {
        color: var(--bad-ink);
      }
      .two {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr));
        gap: var(--gap);
        align-items: start;
      }
      svg {
        display: block;
        width: 100%;
        min-width: 6rem;
        height: 1.4rem;
      }
      .asked {
        fill: var(--control);
      }
      .claimed {
        fill: var(--accent);
      }
      @media (forced-colors: active) {
        .asked {
          fill: GrayText;
        }
        .claimed {
          fill: Highlight;
        }
      }
    `,
  ];

  declare wall: Wall | null;
  declare failure: string;
  declare at: string;
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor() {
    super();
    this.wall = null;
    this.failure = '';
    this.at = '';
  }

  override connectedCallback() {
    super.connectedCallback();
    this.timer = setInterval(() => !document.hidden && void this.read(), EVERY_MS);
    void this.read();
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.timer);
  }

  /** A seat has changed: what is shown of it need not wait for the next reading. */
  told(seat: Partial<Wall['seats'][number]>) {
    if (!this.wall) return;
    const seats = this.wall.seats.map((one) => (one.number === seat.number ? { ...one, ...seat } : one));
    this.wall = { ...this.wall, seats };
  }

  private async read() {
    try {
      this.wall = await api.wall();
      this.at = new Date().toISOString();
      this.failure = '';
    } catch (error) {
      this.failure = trouble(error);
    }
  }

  override render() {
    return html`<div class="top">
        <h2>${words.wallTitle}</h2>
        ${this.at ? html`<span class="soft">${words.updated(clock(this.at))}</span>` : nothing}
      </div>
      <div role="alert">${this.failure ? html`<p class="failure">${words.error}${this.failure}</p>` : nothing}</div>
      ${this.wall ? this.figures(this.wall) : html`<p>${words.loading}</p>`}`;
  }

  private figures({ waiting, longest_wait_seconds: longest, seats, today, by_hour }: Wall) {
    const count = (state: string) => seats.filter((seat) => seat.state === state).length;
    const figure = (label: string, value: unknown, kind = '') => html`<div><dt>${label}</dt><dd class=${kind}>${value}</dd></div>`;
    const { first_reply_seconds: first, ratings } = today;
    return html`<dl class="figures">
        ${figure(words.waiting, words.people(waiting), `big ${waiting > 0 ? 'bad' : ''}`)}
        ${figure(words.longest, waiting > 0 && longest !== null ? duration(longest) : '—', `big ${(longest ?? 0) >= 60 && waiting > 0 ? 'bad' : ''}`)}
        ${figure(words.seats, words.seatsLine(count('online'), count('busy'), count('offline')))}
        ${figure(words.firstReply, first ? words.firstReplyLine(duration(first.median), duration(first.p90)) : words.notEnough)}
        ${figure(words.handled, `${today.asked} / ${today.claimed} / ${today.closed}`)}
        ${figure(words.outcomes, words.outcomesLine(today.solved, today.unsolved))}
        ${figure(words.callbacks, words.callbacksLine(today.messages_left ?? 0, today.called_back ?? 0))}
        ${figure(words.givenBack, words.people(today.given_back ?? 0))}
        ${ratings === undefined
          ? nothing
          : figure(words.satisfaction, ratings ? words.satisfactionLine(ratings.average.toFixed(1), ratings.count) : words.notEnough)}
        ${today.abandoned === undefined ? nothing : figure(words.abandoned, words.people(today.abandoned))}
      </dl>
      <div class="two">${this.seats(seats)} ${this.hours(by_hour)}</div>`;
  }

  private seats(seats: Wall['seats']) {
    return html`<table>
      <caption>${words.seats}</caption>
      <thead>
        <tr><th scope="col">${words.seat}</th><th scope="col">${words.state}</th><th scope="col">${words.load}</th></tr>
      </thead>
      <tbody>
        ${seats.map(
          ({ number, state, load, cap }) => html`<tr>
            <th scope="row">${number}</th>
            <td data-name=${words.state}>${words.presenceOf[state]}</td>
            <td data-name=${words.load}>${load} / ${cap}</td>
          </tr>`,
        )}
      </tbody>
    </table>`;
  }

  private hours(hours: Wall['by_hour']) {
    const most = Math.max(1, ...hours.map(({ asked }) => asked));
    return html`<table>
      <caption>${words.byHour}</caption>
      <thead>
        <tr>
          <th scope="col">${words.hour}</th><th scope="col">${words.askedColumn}</th><th scope="col">${words.claimedColumn}</th><th scope="col">${words.bar}</th>
        </tr>
      </thead>
      <tbody>
        ${hours.map(
          ({ hour, asked, claimed }) => html`<tr>
            <th scope="row">${words.hourOf(hour)}</th>
            <td data-name=${words.askedColumn}>${asked}</td>
            <td data-name=${words.claimedColumn}>${claimed}</td>
            <td>
              <svg viewBox="0 0 100 14" preserveAspectRatio="none" aria-hidden="true">
                ${svg`<rect class="asked" y="0" height="6" width=${(asked / most) * 100}></rect>
                <rect class="claimed" y="8" height="6" width=${(claimed / most) * 100}></rect>`}
              </svg>
            </td>
          </tr>`,
        )}
      </tbody>
    </table>`;
  }
}

customElements.define('desk-wall', WallPage);
