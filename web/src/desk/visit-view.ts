import { LitElement, css, html, nothing } from 'lit';
import { Unreachable } from '../api';
import { fields } from '../form-style';
import { base, controls, notices, tags } from '../sheet';
import type { Card, Region } from '../wire';
import { guide, visit, type Answers } from './lookup-api';
import './lookup-box';
import type { HitEvent, LookupBox } from './lookup-box';
import type { Hit, NeedState, Pack, VisitResponse } from './lookup-wire';
import { dayOf } from './pack';
import { paper } from './paper-style';
import { fullTitle } from './spoken';
import { asked } from './staff-guide';
import { page, tables } from './style';
import { trouble } from './trouble';
import { merged, neededBy, ordered } from './visit';
import { words } from './wording';

/** One person's one item, with its guide for the questions that it asks. */
export interface Errand {
  key: number;
  who: string;
  card: Card;
  answers: Answers;
}

const MARKS: Record<NeedState, string> = { needed: '●', later: '◐', open: '？', waivable: '○' };

/** 一家人一次办: persons and their items, and one list of what to bring. */
export class VisitView extends LitElement {
  static override properties = {
    place: { attribute: false },
    pack: { attribute: false },
    errands: { attribute: false },
    who: { state: true },
    result: { state: true },
    failure: { state: true },
    said: { state: true },
    kept: { state: true },
  };
  static override styles = [
    base,
    controls,
    notices,
    fields,
    tags,
    page,
    tables,
    paper,
    css`
      :host {
        --target: 2.25rem;
      }
      .who {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        gap: 0.3rem 0.6rem;
        margin-bottom: var(--gap-s);
      }
      .who .name {
        flex: 0 1 12rem;
      }
      .who label {
        margin-top: 0;
      }
      .errands > li {
        padding: 0.5rem 0.8rem;
        border: 1px solid var(--rule);
        border-radius: var(--radius-s);
        background: var(--paper);
      }
      .errands > li + li {
        margin-top: 0.3rem;
      }
      .errands .head {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0 0.8em;
      }
      .errands .head button {
        margin-left: auto;
      }
      .asked {
        display: flex;
        flex-wrap: wrap;
        gap: 0.3rem 1rem;
      }
      .asked label {
        margin: 0;
        font-size: var(--text-s);
        font-weight: 400;
      }
      .screen-only h2,
      .screen-only h3 {
        margin: var(--gap-s) 0 var(--gap-xs);
      }
      .screen-only h2:focus {
        outline: none;
      }
      .state {
        white-space: nowrap;
      }
    `,
  ];

  declare place: Region | null;
  declare pack: Pack | null;
  declare errands: Errand[];
  declare who: string;
  declare result: VisitResponse | null;
  declare failure: string;
  declare said: string;
  /** Whether the list was made here, without the service. */
  declare kept: boolean;
  private round = 0;
  private next = 1;

  constructor() {
    super();
    this.place = null;
    this.pack = null;
    this.errands = [];
    this.who = '';
    this.result = null;
    this.failure = '';
    this.said = '';
    this.kept = false;
  }

  /** Adds an item for whoever is named, or for the person that was named last. */
  async add(hit: Pick<Hit, 'code' | 'name' | 'business_item'>, answers: Answers = hit.business_item ? { item: [hit.business_item] } : {}) {
    const who = this.who.trim() || words.someone;
    const card = await this.read(hit.code, answers);
    if (!card) return;
    this.errands = [...this.errands, { key: this.next++, who, card, answers }];
    this.said = words.errandAdded(who, fullTitle(card));
    await this.merge();
  }

  private async read(code: string, answers: Answers): Promise<Card | null> {
    try {
      return (await guide(code, this.place?.code ?? '', answers, new AbortController().signal)).card;
    } catch (error) {
      const found = error instanceof Unreachable ? this.pack?.items.find(({ item }) => item.code === code) : undefined;
      if (!found) this.failure = trouble(error);
      return found?.card ?? null;
    }
  }

  /** Makes the list anew; an answer to an older state of it is let go. */
  private async merge() {
    const round = ++this.round;
    this.failure = '';
    if (this.errands.length === 0) {
      this.result = null;
      return;
    }
    try {
      const result = await visit(this.place?.code ?? '', this.errands.map(({ who, card, answers }) => ({ who, item: card.item, answers })));
      if (round === this.round) Object.assign(this, { result, kept: false });
    } catch (error) {
      if (round !== this.round) return;
      if (error instanceof Unreachable && this.pack) Object.assign(this, { result: merged(this.errands), kept: true });
      else this.failure = trouble(error);
    }
  }

  private async answer(errand: Errand, question: string, option: string) {
    const answers = { ...errand.answers, [question]: option ? [option] : [] };
    const card = await this.read(errand.card.item, answers);
    if (!card) return;
    this.errands = this.errands.map((one) => (one.key === errand.key ? { ...one, card, answers } : one));
    await this.merge();
  }

  private async drop(errand: Errand) {
    this.errands = this.errands.filter(({ key }) => key !== errand.key);
    this.said = words.errandDropped(errand.who, fullTitle(errand.card));
    await this.merge();
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('#errands')?.focus();
  }

  private async found({ hit }: HitEvent) {
    await this.add(hit);
    const box = this.renderRoot.querySelector('desk-lookup') as LookupBox;
    box.clear();
    await box.focusBox();
  }

  override render() {
    return html`<div class="screen-only">
        <p class="soft">${words.visitHint}</p>
        <div class="who" role="group" aria-label=${words.forWhom}>
          <div class="name">
            <label for="who">${words.forWhom}</label>
            <input class="field" id="who" type="text" maxlength="20" autocomplete="off" .value=${this.who} @input=${(event: Event) => (this.who = (event.target as HTMLInputElement).value)} />
          </div>
          ${words.relatives.map((one) => html`<button class="chip" type="button" aria-pressed=${this.who === one ? 'true' : 'false'} @click=${() => (this.who = one)}>${one}</button>`)}
        </div>
        <desk-lookup
          .place=${this.place}
          .pack=${this.pack}
          .label=${words.visitItem}
          .hint=${words.visitItemHint}
          @open-hit=${(event: HitEvent) => {
            event.stopPropagation();
            void this.found(event);
          }}
        ></desk-lookup>
        <p class="soft" role="status">${this.said}</p>
        <div role="alert">${this.failure ? html`<p class="failure">${words.error}${this.failure}</p>` : nothing}</div>
        ${this.errands.length > 0 ? this.list() : nothing}
      </div>
      ${this.result ? html`${this.together(this.result)} ${this.sheet(this.result)}` : nothing}`;
  }

  private list() {
    return html`<h2 id="errands" tabindex="-1">${words.errands(this.errands.length)}</h2>
      <ul class="errands">
        ${this.errands.map(
          (errand) => html`<li>
            <div class="head">
              <b>${errand.who}</b><span>${fullTitle(errand.card)}</span>
              <button class="plain" type="button" aria-label=${words.dropErrand(errand.who, fullTitle(errand.card))} @click=${() => void this.drop(errand)}>${words.drop}</button>
            </div>
            ${this.questions(errand)}
          </li>`,
        )}
      </ul>`;
  }

  private questions(errand: Errand) {
    const { questions } = errand.card;
    if (questions.length === 0 || this.kept) return nothing;
    return html`<div class="asked">
      ${questions.map(
        (question) => html`<label>
          ${asked(question)}
          <select class="field" @change=${(event: Event) => void this.answer(errand, question.id, (event.target as HTMLSelectElement).value)}>
            <option value="">${words.notAsked}</option>
            ${question.options.map((option) => html`<option value=${option.id} ?selected=${question.chosen.includes(option.id)}>${option.label}</option>`)}
          </select>
        </label>`,
      )}
    </div>`;
  }

  private together({ items, materials, places }: VisitResponse) {
    const list = ordered(materials);
    return html`<section class="screen-only" aria-labelledby="together">
      <h2 id="together">${words.together(list.length)}</h2>
      ${this.kept ? html`<p class="notice"><b>${words.offline}</b><span>${words.mergedHere}</span></p>` : nothing}
      <table>
        <thead>
          <tr>${[words.material, words.demand, words.state, words.neededBy].map((name) => html`<th scope="col">${name}</th>`)}</tr>
        </thead>
        <tbody>
          ${list.map(
            (one) => html`<tr>
              <th scope="row">${one.name}</th>
              <td data-name=${words.demand}>${[one.copies, one.form].filter((part) => part).join('，') || words.notStated}</td>
              <td data-name=${words.state} class="state"><span aria-hidden="true">${MARKS[one.state]}</span> ${words.needOf[one.state]}</td>
              <td data-name=${words.neededBy}>${neededBy(one).map(({ who, names }) => html`<div><b>${who}</b>：${names.join('、')}</div>`)}</td>
            </tr>`,
          )}
        </tbody>
      </table>
      <h3>${words.items_}</h3>
      <table>
        <thead>
          <tr>${[words.forWhom, words.item, words.onlineShort, words.agentShort].map((name) => html`<th scope="col">${name}</th>`)}</tr>
        </thead>
        <tbody>
          ${items.map(
            (one) => html`<tr>
              <th scope="row">${one.who}</th>
              <td data-name=${words.item}>${fullTitle({ name: one.name, business_item: one.business_item ?? null })}${one.region ? html` <span class="soft">${one.region.name}</span>` : nothing}</td>
              <td data-name=${words.onlineShort}>${this.told(one.online)}</td>
              <td data-name=${words.agentShort}>${this.told(one.agent)}</td>
            </tr>`,
          )}
        </tbody>
      </table>
      ${places.length > 0
        ? html`<h3>${words.whereTo}</h3>
            <ul>${places.map((one) => html`<li>${one.for.join('、')}：${this.window(one)}</li>`)}</ul>`
        : nothing}
      <div class="row foot">
        <button class="button main" type="button" @click=${() => print()}>${words.printMerged}</button>
      </div>
    </section>`;
  }

  private told(yes: boolean | null) {
    return yes === null ? words.notStated : yes ? words.yes : words.no;
  }

  private window({ name, address, window, hours, phone }: VisitResponse['places'][number]): string {
    const parts = [address && `${words.address}${address}`, window && `${words.window}${window}`, hours && `${words.hours}${hours}`, phone && `${words.phone}${phone}`];
    return [name, ...parts.filter((part) => part)].join('；');
  }

  private sheet({ items, materials, places }: VisitResponse) {
    const guides = this.errands.map(({ card }) => `《${card.name}》${card.version ?? ''}${card.updated_at ? ` ${card.updated_at}` : ''}`);
    return html`<article class="paper print-only">
      <h1>${words.mergedTitle}</h1>
      <p>${words.region}：${this.place?.name ?? words.wholeRegion}</p>
      <p>${items.map(({ who, name, business_item }) => `${who}：${fullTitle({ name, business_item: business_item ?? null })}`).join('；')}</p>
      <h2>${words.materials}</h2>
      <table>
        <thead>
          <tr>${[words.ticked, words.material, words.demand, words.state, words.neededBy].map((name) => html`<th scope="col">${name}</th>`)}</tr>
        </thead>
        <tbody>
          ${ordered(materials).map(
            (one) => html`<tr>
              <td class="box">☐</td>
              <td>${one.name}</td>
              <td>${[one.copies, one.form].filter((part) => part).join('，') || words.notStated}</td>
              <td>${words.needOf[one.state]}</td>
              <td>${neededBy(one).map(({ who, names }) => `${who}（${names.join('、')}）`).join('；')}</td>
            </tr>`,
          )}
        </tbody>
      </table>
      <h2>${words.whereTo}</h2>
      ${places.length > 0 ? places.map((one) => html`<p>${one.for.join('、')}：${this.window(one)}</p>`) : html`<p>${words.notStated}</p>`}
      <p class="small">${words.basedOn}${[...new Set(guides)].join('、')}${this.kept && this.pack ? `；${words.fromPack(dayOf(this.pack.made_at))}` : ''}。${words.printedOn(new Date().toLocaleDateString('zh-CN'))} ${words.sheetFoot}</p>
    </article>`;
  }
}

customElements.define('desk-visit', VisitView);
