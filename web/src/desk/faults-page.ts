import { LitElement, html, nothing } from 'lit';
import { base, controls, notices } from '../sheet';
import { clock } from './age';
import { wrapUps } from './lookup-api';
import type { Gap, WrapUp } from './lookup-wire';
import { allPlaces } from './places';
import './reports-list';
import { page, tables } from './style';
import { trouble } from './trouble';
import { words } from './wording';
import { GAPS } from './wrap-up';

/** 报错和缺口: what staff found wrong in guides, and what calls found missing. */
export class FaultsPage extends LitElement {
  static override properties = {
    gap: { state: true },
    list: { state: true },
    pageAt: { state: true },
    more: { state: true },
    names: { state: true },
    failure: { state: true },
  };
  static override styles = [base, controls, notices, page, tables];

  declare gap: Gap;
  declare list: WrapUp[] | null;
  declare pageAt: number;
  declare more: boolean;
  /** Names of divisions by their codes. */
  declare names: ReadonlyMap<string, string>;
  declare failure: string;

  constructor() {
    super();
    this.gap = 'not_found';
    this.list = null;
    this.pageAt = 1;
    this.more = false;
    this.names = new Map();
    this.failure = '';
  }

  override connectedCallback() {
    super.connectedCallback();
    void this.read(1);
    // Without the names the codes stand there.
    void allPlaces().then((all) => (this.names = new Map(all.map(({ code, name }) => [code, name]))), () => {});
  }

  private async read(at: number) {
    try {
      const { wrapups, page: read, more } = await wrapUps(this.gap, at);
      Object.assign(this, { list: at > 1 ? [...(this.list ?? []), ...wrapups] : wrapups, pageAt: read, more, failure: '' });
    } catch (error) {
      this.failure = trouble(error);
    }
  }

  private show(gap: Gap) {
    this.gap = gap;
    void this.read(1);
  }

  override render() {
    return html`<desk-reports></desk-reports>
      <hr />
      <div class="top">
        <h2>${words.gapsTitle}</h2>
        <div class="row" role="group" aria-label=${words.wrapGap}>
          ${GAPS.map((gap) => html`<button class="button" type="button" aria-pressed=${gap === this.gap ? 'true' : 'false'} @click=${() => this.show(gap)}>${words.gapOf[gap]}</button>`)}
        </div>
      </div>
      <div role="alert">${this.failure ? html`<p class="failure">${words.error}${this.failure}</p>` : nothing}</div>
      ${this.list === null ? nothing : this.list.length === 0 ? html`<p>${words.none}</p>` : this.table(this.list)}
      ${this.more ? html`<p><button class="button" type="button" @click=${() => void this.read(this.pageAt + 1)}>${words.more}</button></p>` : nothing}`;
  }

  private table(list: WrapUp[]) {
    return html`<table>
      <thead>
        <tr>${[words.at, words.item, words.region, words.wrapGap, words.wrapSolved, words.saidText, words.by].map((name) => html`<th scope="col">${name}</th>`)}</tr>
      </thead>
      <tbody>
        ${list.map(
          (one) => html`<tr>
            <th scope="row">${clock(one.at)}</th>
            <td data-name=${words.item}>${one.item?.name ?? words.noItem}</td>
            <td data-name=${words.region}>${one.region ? (this.names.get(one.region) ?? one.region) : words.noRegion}</td>
            <td data-name=${words.wrapGap}>${one.gap ? words.gapOf[one.gap] : words.noGap}</td>
            <td data-name=${words.wrapSolved}>${one.solved ? words.outcomeOf.solved : words.outcomeOf.unsolved}</td>
            <td data-name=${words.saidText}>${one.words ?? ''}</td>
            <td data-name=${words.by}>${one.by}</td>
          </tr>`,
        )}
      </tbody>
    </table>`;
  }
}

customElements.define('desk-faults', FaultsPage);
