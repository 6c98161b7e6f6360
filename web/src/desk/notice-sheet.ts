import { LitElement, css, html, nothing, type PropertyValues } from 'lit';
import { fields } from '../form-style';
import { base, controls, tags } from '../sheet';
import { stateTag } from '../state-tag';
import { sheetAddress, type SheetForm, type SheetName } from '../take-along';
import type { Card, Region } from '../wire';
import { wording } from '../wording';
import { paper } from './paper-style';
import { fullTitle } from './spoken';
import { page } from './style';
import { words } from './wording';
import { takeWords } from './wording-content';

/** 一次性告知单: what is there is ticked on the screen; on paper stand both, and what is missing. */
export class NoticeSheet extends LitElement {
  static override properties = {
    card: { attribute: false },
    place: { attribute: false },
    packDate: {},
    brought: { state: true },
  };
  static override styles = [
    base,
    controls,
    fields,
    tags,
    page,
    paper,
    css`
      .tick {
        display: flex;
        align-items: flex-start;
        min-height: 2rem;
        padding: 0.25rem 0;
      }
      .tick input {
        margin-top: 0.25em;
      }
      .missing {
        margin-top: var(--gap-xs);
        font-weight: 700;
      }
    `,
  ];

  declare card: Card;
  declare place: Region | null;
  /** Where it was read without a network: the day of the pack. */
  declare packDate: string;
  /** Materials that were brought, by their places in the list. */
  declare brought: ReadonlySet<number>;

  constructor() {
    super();
    this.place = null;
    this.packDate = '';
    this.brought = new Set();
  }

  override willUpdate(changed: PropertyValues<this>) {
    const before = changed.get('card');
    if (changed.has('card') && before && before.item !== this.card.item) this.brought = new Set();
  }

  private tick(at: number, on: boolean) {
    const brought = new Set(this.brought);
    if (on) brought.add(at);
    else brought.delete(at);
    this.brought = brought;
  }

  /** Those of some state that were not brought. */
  private absent(states: readonly string[]): string[] {
    return this.card.materials.list.filter(({ state }, at) => states.includes(state) && !this.brought.has(at)).map(({ name }) => name);
  }

  /** What must be brought, now or later. */
  private missing(): string[] {
    return this.absent(['needed', 'later']);
  }

  override render() {
    const { list } = this.card.materials;
    const missing = this.missing();
    const open = this.absent(['open']).length;
    const told = missing.length > 0 ? words.sheetMissing(missing.length) : open > 0 ? '' : words.sheetComplete;
    return html`<div class="screen-only">
        <fieldset>
          <legend class="label">${words.sheetBrought}</legend>
          ${list.map(
            ({ name, quantity, form, state }, at) => html`<label class="tick">
              <input type="checkbox" .checked=${this.brought.has(at)} @change=${(event: Event) => this.tick(at, (event.target as HTMLInputElement).checked)} />
              <span>${name} <span class="soft">${[quantity, form].filter((one) => one).join(' · ')}</span> ${stateTag(state)}</span>
            </label>`,
          )}
          ${list.length === 0 ? html`<p class="soft">${this.card.materials.stated ? words.noMaterials : words.notStated}</p>` : nothing}
        </fieldset>
        <p class="missing" role="status">${list.length === 0 ? '' : told}${open > 0 ? words.sheetOpen(open) : ''}</p>
        <div class="row foot">
          <button class="button main" type="button" @click=${() => print()}>${words.printSheet}</button>
          ${this.packDate ? nothing : this.saves(missing)}
        </div>
      </div>
      ${this.sheet(missing)}`;
  }

  /** The service makes these, with what is ticked now; without a network there are none. */
  private saves(missing: string[]) {
    const files: [SheetName, SheetForm, string][] = [
      ['notice', 'pdf', takeWords.noticePdf],
      ['notice', 'png', takeWords.noticePng],
      ['checklist', 'pdf', wording.savePdf],
      ['checklist', 'png', wording.savePng],
    ];
    return files.map(
      ([name, form, label]) => html`<a class="button" href=${sheetAddress(this.card, this.place, name, form, name === 'notice' ? missing : [])} download>${label}</a>`,
    );
  }

  private sheet(missing: string[]) {
    const { card } = this;
    const value = (label: string) => card.head.find((line) => line.label === label)?.value ?? words.notStated;
    const places = card.channels.filter((line) => line.label === '办理地点' && line.value !== null);
    const hall = card.hall?.lines.filter((line) => line.value !== null) ?? [];
    const phone = card.channels.find((line) => line.label === '咨询电话')?.value ?? words.notStated;
    const limits = card.limits.filter((line) => line.value !== null);
    const open = this.absent(['open']);
    const answers = card.questions.flatMap(({ id: asked, question, options, chosen }) => {
      const labels = options.filter(({ id }) => chosen.includes(id)).map(({ label }) => label);
      // The 业务办理项 stands in the title already.
      return labels.length > 0 && asked !== 'item' ? [`${question.replace(/[？?：:]$/, '')}：${labels.join('、')}`] : [];
    });
    return html`<article class="paper print-only">
      <h1>${words.sheetTitle}</h1>
      <table class="facts">
        <tbody>
          <tr><th scope="row">${words.item}</th><td>${fullTitle(card)}</td><th scope="row">${wording.code}</th><td>${card.code ?? words.notStated}</td></tr>
          <tr><th scope="row">${words.organ}</th><td>${value('实施主体')}</td><th scope="row">${words.region}</th><td>${this.place?.name ?? words.wholeRegion}</td></tr>
          ${answers.length > 0 ? html`<tr><th scope="row">${words.situation}</th><td colspan="3">${answers.join('；')}</td></tr>` : nothing}
        </tbody>
      </table>
      <h2>${words.materials}</h2>
      ${card.materials.list.length > 0 ? this.table(card) : html`<p>${card.materials.stated ? words.noMaterials : words.notStated}</p>`}
      <h2>${words.stillMissing}</h2>
      ${card.materials.list.length === 0 ? html`<p>${words.notStated}</p>` : nothing}
      ${missing.length > 0 ? html`<p>${missing.map((name, at) => `${at + 1}. ${name}`).join('；')}</p>` : nothing}
      ${open.length > 0 ? html`<p>${words.sheetOpenList(open.join('、'))}</p>` : nothing}
      ${card.materials.list.length > 0 && missing.length + open.length === 0 ? html`<p>${words.sheetComplete}</p>` : nothing}
      <h2>${words.limits}</h2>
      <p>${limits.length > 0 ? limits.map(({ label, text }) => `${label}：${text}`).join('；') : words.notStated}</p>
      <h2>${words.whereTo}</h2>
      ${places.length > 0
        ? places.map(({ text }) => html`<p>${text}</p>`)
        : html`<p>${hall.length > 0 ? `${card.hall?.name}：${hall.map(({ label, text }) => `${label}：${text}`).join('；')}` : words.notStated}</p>`}
      <p>${words.consult}：${phone}</p>
      <div class="signs"><span>${words.signWindow}</span><span>${words.signVisitor}</span><span>${words.signDate(new Date().toLocaleDateString('zh-CN'))}</span></div>
      <p class="small">
        ${wording.guide(card.region?.name ?? words.wholeRegion, card.name)}；${card.version ? wording.version(card.version) : wording.versionUnknown}；${card.updated_at
          ? wording.updated(card.updated_at)
          : wording.updatedUnknown}；${card.data_source ? wording.dataSource(card.data_source) : ''}${this.packDate ? `；${words.fromPack(this.packDate)}` : ''}。${words.sheetFoot}
      </p>
    </article>`;
  }

  private table(card: Card) {
    const states: Record<string, string> = { waivable: words.waivable, later: words.later, open: words.openMaterial };
    return html`<table>
      <thead>
        <tr>${[words.number_, words.material, words.demand, words.brought_, words.lacks].map((name) => html`<th scope="col">${name}</th>`)}</tr>
      </thead>
      <tbody>
        ${card.materials.list.map((material, at) => {
          const has = this.brought.has(at);
          const facts = [material.quantity, material.form, states[material.state] ?? null, material.needed_when ?? null].filter((one) => one);
          return html`<tr>
            <td>${at + 1}</td>
            <td>${material.name}</td>
            <td>${facts.join('，') || words.notStated}</td>
            <td class="box">${has ? '☑' : '☐'}</td>
            <td class="box">${!has && (material.state === 'needed' || material.state === 'later') ? '☑' : '☐'}</td>
          </tr>`;
        })}
      </tbody>
    </table>`;
  }
}

customElements.define('desk-notice-sheet', NoticeSheet);
