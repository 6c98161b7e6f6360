import { LitElement, html, nothing, type PropertyValues } from 'lit';
import '../compare-panel';
import { base, controls, notices } from '../sheet';
import type { Card, Region } from '../wire';
import './lookup-box';
import type { HitEvent, LookupBox } from './lookup-box';
import './notice-sheet';
import './pack-view';
import { dayOf, isOld } from './pack';
import { Packs } from './packs';
import './place-chip';
import type { PlaceChosenEvent } from './place-chip';
import { keepPlace, stickyPlace } from './places';
import './proxy-view';
import { Reading } from './reading';
import './report-dialog';
import type { ReportDialog } from './report-dialog';
import './reports-list';
import { fullTitle } from './spoken';
import './staff-guide';
import type { AnswerEvent, FaultEvent, StaffGuide } from './staff-guide';
import { page } from './style';
import { townshipStyle } from './township-style';
import './visit-view';
import type { VisitView } from './visit-view';
import { words } from './wording';

export const TOWNSHIP_VIEWS = ['guide', 'visit', 'reports', 'pack'] as const;
export type TownshipView = (typeof TOWNSHIP_VIEWS)[number];

/** What stands beside the guide. */
type Side = 'proxy' | 'sheet' | 'compare';

/** 基层台: guides as a whole, a family's visit, sheets to take along, and what is kept for days without a network. */
export class TownshipPage extends LitElement {
  static override properties = {
    view: {},
    reports: { type: Boolean },
    place: { state: true },
    side: { state: true },
    said: { state: true },
  };
  static override styles = [base, controls, notices, page, townshipStyle];

  declare view: TownshipView;
  /** Whether faults can be reported: not without a network, nor without an account. */
  declare reports: boolean;
  declare place: Region | null;
  declare side: Side | null;
  declare said: string;
  private readonly packs = new Packs(this, () => this.dispatchEvent(new Event('back', { bubbles: true, composed: true })));
  private readonly reading = new Reading(this, () => this.packs.of(this.place)?.pack ?? null);

  constructor() {
    super();
    this.view = 'guide';
    this.reports = false;
    this.place = stickyPlace();
    this.side = null;
    this.said = '';
  }

  override connectedCallback() {
    super.connectedCallback();
    window.addEventListener('keydown', this.pressed);
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    window.removeEventListener('keydown', this.pressed);
  }

  override willUpdate(changed: PropertyValues<this>) {
    if (changed.has('view')) this.said = '';
  }

  override updated(changed: PropertyValues<this>) {
    if (changed.has('view') && this.view === 'guide') void this.find<LookupBox>('desk-lookup')?.focusBox();
  }

  private find<T extends Element>(name: string): T {
    return this.renderRoot.querySelector(name) as T;
  }

  private get region(): string {
    return this.place?.code ?? '';
  }

  private readonly pressed = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing || this.view !== 'guide') return;
    if (event.composedPath().some((one) => one instanceof HTMLDialogElement && one.open)) return;
    event.preventDefault();
    void this.find<LookupBox>('desk-lookup').focusBox();
  };

  private readonly open = async ({ hit }: HitEvent) => {
    if (this.view !== 'guide') location.hash = '#township/guide';
    this.side = null;
    if (!(await this.reading.open(hit.code, this.region, hit.business_item ? { item: [hit.business_item] } : {}))) return;
    if (this.reading.kept) this.packs.lost();
    await this.updateComplete;
    this.find('.guide').scrollTop = 0;
    if (matchMedia('(max-width: 999px)').matches) await this.find<StaffGuide>('desk-staff-guide').takeFocus();
  };

  private moved({ place }: PlaceChosenEvent) {
    this.place = place;
    keepPlace(place);
    void this.reading.move(this.region);
  }

  private async turn(side: Side) {
    this.side = this.side === side ? null : side;
    await this.updateComplete;
    if (this.side) this.find<HTMLElement>('#side')?.focus();
  }

  private async toVisit(card: Card) {
    const { answers } = this.reading;
    location.hash = '#township/visit';
    await this.updateComplete;
    await this.find<VisitView>('desk-visit').add({ code: card.item, name: card.name, business_item: card.business_item }, answers);
  }

  override render() {
    const { view, packs } = this;
    const pack = packs.offline ? (packs.of(this.place)?.pack ?? null) : null;
    return html`<div class="head screen-only" @place=${this.moved}>
        <nav aria-label=${words.townshipViews}>
          ${TOWNSHIP_VIEWS.filter((one) => one !== 'reports' || this.reports).map(
            (one) => html`<a class="button" href="#township/${one}" aria-current=${one === view ? 'page' : nothing}>${words.townshipView[one]}</a>`,
          )}
        </nav>
        <desk-place .place=${this.place} .label=${words.visitorPlace}></desk-place>
      </div>
      ${this.strip(pack !== null)}
      <p class="said screen-only" role="status">${this.said}</p>
      <div class="body" @open-hit=${this.open} @place=${this.moved} @unanswered=${(event: CustomEvent) => packs.heard(event.detail)}>
        ${view === 'guide' ? this.guidePart(pack !== null) : nothing}
        <desk-visit ?hidden=${view !== 'visit'} .place=${this.place} .pack=${pack}></desk-visit>
        ${view === 'reports' && this.reports ? html`<desk-reports mine></desk-reports>` : nothing}
        ${view === 'pack' ? html`<desk-pack .packs=${packs} .place=${this.place}></desk-pack>` : nothing}
      </div>
      <desk-report @reported=${() => (this.said = words.reported)}></desk-report>`;
  }

  /** Says without a doubt that what is read may not be what the service has. */
  private strip(has: boolean) {
    const { packs } = this;
    const one = packs.of(this.place);
    if (packs.offline) {
      const date = one ? dayOf(one.pack.made_at) : '';
      const old = one && isOld(one.pack, Date.now());
      return html`<div class="offline" role="status">
        <b>⚠ ${words.offline}</b>
        <span>${has && one ? words.offlineWith(one.pack.region.name, date) : words.offlineWithout}</span>
        ${old ? html`<b>${words.oldMark}</b>` : nothing}
        <button class="button" type="button" @click=${() => void packs.look()}>${words.offlineRetry}</button>
      </div>`;
    }
    const changed = packs.kept.filter(({ old }) => old.length > 0);
    if (changed.length === 0 || this.view === 'pack') return nothing;
    const n = changed.reduce((sum, { old }) => sum + old.length, 0);
    return html`<div class="changed screen-only" role="status"><b>${words.oldMark}</b> ${words.packChanged(n)} <a href="#township/pack">${words.packLook}</a></div>`;
  }

  private guidePart(offline: boolean) {
    const { card, failure, busy } = this.reading;
    const pack = offline ? (this.packs.of(this.place)?.pack ?? null) : null;
    return html`<div class="two">
      <section class="find screen-only" aria-label=${words.searchTitle}>
        <desk-lookup .place=${this.place} .pack=${pack} .opened=${card?.item ?? ''} .label=${words.townshipLabel} .hint=${words.townshipHint}></desk-lookup>
      </section>
      <section class="guide" tabindex="0" aria-label=${words.guideSide} aria-busy=${busy ? 'true' : 'false'}>
        <div role="alert">${failure ? html`<p class="failure">${words.error}${failure}</p>` : nothing}</div>
        ${card ? this.guide(card) : html`<p class="nothing screen-only">${busy ? words.loading : words.pickGuide}</p>`}
      </section>
    </div>`;
  }

  private guide(card: Card) {
    const turn = (side: Side, label: string, off = false) => html`<button
      class="button"
      type="button"
      aria-expanded=${this.side === side ? 'true' : 'false'}
      ?disabled=${off}
      @click=${() => void this.turn(side)}
    >
      ${label}
    </button>`;
    const old = this.packs.kept.some(({ old }) => old.some(({ code }) => code === card.item));
    const { offline } = this.packs;
    return html`<div class="row acts screen-only">
        ${turn('sheet', words.sheetTitle)} ${turn('proxy', words.proxyTitle)} ${turn('compare', words.compareTitle, offline)}
        <button class="button" type="button" @click=${() => void this.toVisit(card)}>${words.toVisit}</button>
      </div>
      ${this.reading.kept || old
        ? html`<p class="notice screen-only"><b>${this.reading.kept ? words.offline : words.oldMark}</b><span>${this.reading.kept ? words.guideFromPack(this.packDate()) : words.guideChanged}</span></p>`
        : nothing}
      ${this.beside(card)}
      <desk-staff-guide
        class="screen-only"
        detailed
        .card=${card}
        .place=${this.place}
        ?reports=${this.reports && !offline}
        ?offline=${this.reading.kept}
        @answer=${({ question, options }: AnswerEvent) => void this.reading.answer(question, options, this.region)}
        @fault=${({ fault }: FaultEvent) => void this.find<ReportDialog>('desk-report').show(card, this.place, fault)}
      ></desk-staff-guide>`;
  }

  private packDate(): string {
    const one = this.packs.of(this.place);
    return one ? dayOf(one.pack.made_at) : '';
  }

  /** The sheet is always there, so that it comes out however the page is printed. */
  private beside(card: Card) {
    const { side } = this;
    const titles = { proxy: words.proxyTitle, sheet: words.sheetTitle, compare: words.compareTitle };
    const start = [this.place, card.region].filter((one, at, all): one is Region => one !== null && all.findIndex((other) => other?.code === one.code) === at);
    return html`<div class=${side ? 'side' : ''} aria-label=${side ? titles[side] : nothing} role=${side ? 'region' : nothing}>
      ${side ? html`<h2 id="side" class="screen-only" tabindex="-1">${titles[side]}：${fullTitle(card)}</h2>` : nothing}
      ${side === 'proxy' ? html`<desk-proxy class="screen-only" .card=${card}></desk-proxy>` : nothing}
      ${side === 'compare' ? html`<bangban-compare marks class="screen-only" .code=${card.item} .start=${start} .places=${this.reading.places}></bangban-compare>` : nothing}
      <desk-notice-sheet class=${side === 'sheet' ? '' : 'print-only'} .card=${card} .place=${this.place} .packDate=${this.reading.kept ? this.packDate() : ''}></desk-notice-sheet>
    </div>`;
  }
}

customElements.define('desk-township', TownshipPage);
