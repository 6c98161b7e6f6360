import { LitElement, html, nothing, type PropertyValues } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import { item } from './api';
import { NotOnline, onward, type Channel } from './apply';
import { cardStyle } from './card-style';
import { sharedCitation } from './citation';
import './compare-panel';
import type { ComparePanel } from './compare-panel';
import { ApplyEvent, PlaceEvent, PressEvent, PrintEvent } from './events';
import './guide-lines';
import { home } from './home';
import { webLink } from './link';
import './material-list';
import './mongolian-name';
import './offline-way';
import type { OfflineWay } from './offline-way';
import { base, controls, notices } from './sheet';
import './source-button';
import { sheetAddress, type SheetForm } from './take-along';
import { wording } from './wording';
import type { Card, Hall, Line, Region } from './wire';

/** The answer: fields of one guide in their fixed order, each with its source. */
export class AnswerCard extends LitElement {
  static override properties = {
    card: { attribute: false },
    place: { attribute: false },
    live: { type: Boolean },
    busy: { type: Boolean },
    places: { state: true },
    comparing: { state: true },
    copied: { state: true },
    barred: { state: true },
    onSite: { state: true },
  };
  static override styles = [base, controls, notices, cardStyle];

  declare card: Card;
  declare place: Region | null;
  /** Whether it is what the conversation is about: only then its place and answers can be changed. */
  declare live: boolean;
  declare busy: boolean;
  declare places: Region[] | null;
  declare comparing: boolean;
  declare copied: string;
  /** Why it can't be applied for online, where the service has said so. */
  declare barred: string;
  /** Whether the way to a counter is shown. */
  declare onSite: boolean;

  constructor() {
    super();
    this.place = null;
    this.live = false;
    this.busy = false;
    this.places = null;
    this.comparing = false;
    this.copied = '';
    this.barred = '';
    this.onSite = false;
  }

  override willUpdate(changed: PropertyValues<this>) {
    if (changed.has('card')) this.barred = '';
  }

  private async compare() {
    this.comparing = !this.comparing;
    if (!this.comparing) return;
    // Without the list of places, others can still be chosen by hand.
    this.places ??= await item(this.card.item).then((found) => found.item.places, () => []);
    await this.updateComplete;
    await this.renderRoot.querySelector<ComparePanel>('bangban-compare')?.takeFocus();
  }

  private edit(id: string) {
    if (!this.busy) this.dispatchEvent(new PressEvent(`edit:${id}`, wording.editAnswer));
  }

  private async copyCode(code: string) {
    try {
      await navigator.clipboard.writeText(code);
      this.copied = wording.copied;
    } catch {
      // Without a secure connection there is no clipboard: select the code, so that one key copies it.
      const shown = this.renderRoot.querySelector('.number');
      if (shown) getSelection()?.selectAllChildren(shown);
      this.copied = wording.copyFailed;
    }
  }

  override render() {
    const { card } = this;
    return html`<article aria-labelledby="name">
      <p class="print-only">${wording.printTitle}</p>
      ${this.head(card)}
      <div class="grid">
        <div class="bring">
          ${this.answers(card)}
          <section aria-labelledby="materials">
            <h3 id="materials">${wording.materials}</h3>
            <bangban-materials .materials=${card.materials} .questions=${card.questions}></bangban-materials>
          </section>
        </div>
        <div class="when">
          ${this.section('limits', wording.limits, card.limits)}
          <section aria-labelledby="where">
            <h3 id="where">${wording.where}</h3>
            ${this.onlineLinks(card)}
            <bangban-lines .lines=${card.channels} .label=${wording.where} dialable></bangban-lines>
            ${card.hall ? this.hall(card.hall) : nothing}
          </section>
        </div>
        <div class="how">
          ${this.section('conditions', wording.conditions, card.conditions)}
          ${this.section('flow', wording.flow, card.flow, card.flow.length > 1)}
          ${this.section('results', wording.results, card.results)}
          <section aria-label=${wording.basis}>
            <details class="fold screen-only">
              <summary>${wording.basis} <small>${wording.countOf(card.basis.filter((line) => line.value !== null).length)}</small></summary>
              <div class="folded"><bangban-lines .lines=${card.basis} .label=${wording.basis}></bangban-lines></div>
            </details>
            ${this.faq(card)}
          </section>
        </div>
      </div>
      ${this.provenance(card)} ${this.actions(card)}
      ${this.onSite
        ? html`<div class="extra screen-only">
            ${keyed(card, html`<bangban-offline .card=${card} .place=${this.place} .why=${this.barred} ?linked=${this.links(card).length > 0}></bangban-offline>`)}
          </div>`
        : nothing}
      ${this.comparing && this.places
        ? html`<div class="extra screen-only">
            <bangban-compare .code=${card.item} .start=${this.compareStart()} .places=${this.places ?? []}></bangban-compare>
          </div>`
        : nothing}
      <p class="print-only">${wording.printFoot(new Date().toLocaleDateString('zh-CN'))}</p>
    </article>`;
  }

  private head(card: Card) {
    return html`<header class="head">
      <div class="told">${this.told(card)}</div>
      ${card.name_mn ? this.mongolian(card.name_mn) : nothing}
    </header>`;
  }

  private told(card: Card) {
    const shared = sharedCitation(card.head);
    const scope = card.head.filter((line) => isScope(line));
    const kinds = card.head.filter((line) => !isScope(line));
    const place = this.place?.name ?? wording.wholeRegion;
    return html`<h2 id="name" tabindex="-1">
        ${card.name}${card.business_item ? html`<span class="item">：${card.business_item}</span>` : nothing}
      </h2>
      <dl class="meta">
        ${kinds.map((line) => this.pair(line, !shared))}
        <div class="code">
          <dt>${wording.code}</dt>
          <dd class="number">${card.code ?? wording.notStated}</dd>
          ${card.code
            ? html`<dd>
                <button class="plain screen-only" type="button" aria-label=${wording.copyCode} @click=${() => void this.copyCode(card.code ?? '')}>
                  ${wording.copy}
                </button>
                <span class="screen-only">${this.copied}</span>
              </dd>`
            : nothing}
        </div>
      </dl>
      <div class="scope">
        ${this.live
          ? html`<button
              class="chip screen-only"
              type="button"
              aria-disabled=${this.busy ? 'true' : nothing}
              @click=${() => this.dispatchEvent(new PlaceEvent())}
            >
              <span>${place}</span><u>${wording.changePlace}</u>
            </button>`
          : nothing}
        <span class=${this.live ? 'print-only' : ''}>${wording.place}：${place}</span>
        ${card.region && card.region.code !== this.place?.code
          ? html`<span class="from">${wording.guideOf(card.region.name)}</span>`
          : nothing}
      </div>
      <div class="scope-lines">
        <dl class="meta">
          ${scope.map((line) => this.pair(line, !shared))}
        </dl>
        ${shared ? html`<bangban-source .citation=${shared} .label=${card.name}></bangban-source>` : nothing}
      </div>
      ${card.notices.length > 0
        ? html`<div class="notices">
            ${card.notices.map((notice) => html`<p class="notice"><b>${wording.attention}</b><span>${notice}</span></p>`)}
          </div>`
        : nothing}`;
  }

  /** The name as it stands on signs: beside the other one, from top to bottom. */
  private mongolian(line: Line) {
    return html`<dl class="mongolian" data-cite=${line.citation.id}>
      <dt class="unseen">${line.label}</dt>
      <dd><bangban-mongolian .text=${line.text}></bangban-mongolian></dd>
      <dd class="cite"><bangban-source .citation=${line.citation} .label=${line.label}></bangban-source></dd>
    </dl>`;
  }

  private pair(line: Line, cited: boolean) {
    return html`<div data-cite=${line.citation.id}>
      <dt>${line.label}</dt>
      <dd>${line.text}</dd>
      ${cited && line.value !== null
        ? html`<dd class="cite"><bangban-source .citation=${line.citation} .label=${line.label}></bangban-source></dd>`
        : nothing}
    </div>`;
  }

  private section(id: string, title: string, lines: Line[], numbered = false) {
    return html`<section aria-labelledby=${id}>
      <h3 id=${id}>${title}</h3>
      <bangban-lines .lines=${lines} .label=${title} ?numbered=${numbered}></bangban-lines>
    </section>`;
  }

  /** Where to apply: a guide that has not been looked after for long sends nobody there, nor does a link that leads nowhere. */
  private links(card: Card): { url: URL; channel: Channel }[] {
    if (card.stale || this.barred) return [];
    const known = [
      { url: webLink(card.online_url), channel: 'pc' as const },
      { url: webLink(card.mobile_url), channel: 'app' as const },
    ];
    return known.flatMap(({ url, channel }) => (url ? [{ url, channel }] : []));
  }

  private onlineLinks(card: Card) {
    const links = this.links(card);
    return links.length > 0 ? html`<div class="row links">${links.map((one) => this.link(one, true))}</div>` : nothing;
  }

  private link({ url, channel }: { url: URL; channel: Channel }, printed = false) {
    const [text, aria] = channel === 'pc' ? [wording.online, wording.onlineAria(url.host)] : [wording.mobile, wording.mobileAria(url.host)];
    return html`<a
      class="button ${channel === 'pc' ? 'main' : ''}"
      href=${url.href}
      target="_blank"
      rel="noopener noreferrer"
      aria-label=${aria}
      @click=${(event: Event) => void this.apply(event, channel, url)}
      >${text}${printed ? html`<span class="print-only">：${url.href}</span>` : nothing}</a
    >`;
  }

  /** Opens the application in a window of its own, with what was settled here. */
  private async apply(click: Event, channel: Channel, url: URL) {
    const event = new ApplyEvent(this.card.item, channel);
    if (this.dispatchEvent(event)) return;
    click.preventDefault();
    const { card } = this;
    // Only in the moment of the click may a window be opened.
    const page = window.open('', '_blank');
    if (page) page.opener = null;
    try {
      const address = await onward(card, this.place, channel, url.href, event.from);
      if (page) page.location.href = address;
      else location.assign(address);
    } catch (error) {
      page?.close();
      if (!(error instanceof NotOnline) || card !== this.card) return;
      this.barred = error.message;
      this.onSite = false;
      await this.showCounter();
    }
  }

  private async showCounter() {
    this.onSite = !this.onSite;
    if (!this.onSite) return;
    await this.updateComplete;
    await this.renderRoot.querySelector<OfflineWay>('bangban-offline')?.takeFocus();
  }

  /** What is known of the citizen's case: on the screen it can be answered anew, on paper it says what the list is for. */
  private answers(card: Card) {
    const given = card.questions.flatMap(({ id, question, options, chosen }) => {
      const labels = options.filter((option) => chosen.includes(option.id)).map((option) => option.label);
      return labels.length > 0 ? [{ id, question, answer: labels.join('、') }] : [];
    });
    if (given.length === 0) return nothing;
    return html`<section class="answers screen-only" aria-labelledby="answers">
        <h3 id="answers">${wording.answersTitle}</h3>
        <dl>
          ${given.map(
            ({ id, question, answer }) => html`<div>
              <dt>${question}</dt>
              <dd>${answer}</dd>
              ${this.live
                ? html`<dd>
                    <button
                      class="plain"
                      type="button"
                      aria-label=${wording.editOf(question)}
                      aria-disabled=${this.busy ? 'true' : nothing}
                      @click=${() => this.edit(id)}
                    >
                      ${wording.edit}
                    </button>
                  </dd>`
                : nothing}
            </div>`,
          )}
        </dl>
      </section>
      <p class="print-only">${wording.answersTitle}：${given.map(({ answer }) => answer).join('；')}</p>`;
  }

  private faq(card: Card) {
    if (card.faq.length === 0) return nothing;
    return html`<details class="fold screen-only">
      <summary>${wording.faq} <small>${wording.countOf(card.faq.length)}</small></summary>
      <dl class="folded faq">
        ${card.faq.map(
          ({ question, answer, citation }) => html`<dt>${question}</dt>
            <dd data-cite=${citation.id}>${answer}</dd>
            <dd class="cite"><bangban-source .citation=${citation} .label=${question}></bangban-source></dd>`,
        )}
      </dl>
    </details>`;
  }

  private hall(hall: Hall) {
    return html`<div class="hall">
      <p class="hint">${hall.notice}</p>
      <h4>${hall.name}</h4>
      <bangban-lines .lines=${hall.lines} .label=${hall.name} dialable></bangban-lines>
    </div>`;
  }

  private provenance(card: Card) {
    return html`<div class="provenance">
      <span>${wording.guide(card.region?.name ?? wording.wholeRegion, card.name)}</span>
      <span>${card.version ? wording.version(card.version) : wording.versionUnknown}</span>
      ${card.data_source ? html`<span>${wording.dataSource(card.data_source)}</span>` : nothing}
      <span>${card.updated_at ? wording.updated(card.updated_at) : wording.updatedUnknown}</span>
    </div>`;
  }

  private actions(card: Card) {
    const online = this.links(card).find(({ channel }) => channel === 'pc');
    return html`<nav class="actions screen-only" aria-label=${wording.actions}>
      <div class="row">
        ${online ? this.link(online) : nothing}
        <button class="button" type="button" aria-expanded=${this.onSite ? 'true' : 'false'} @click=${() => void this.showCounter()}>
          ${this.onSite ? wording.offlineClose : wording.offline}
        </button>
        <button class="button" type="button" @click=${() => this.dispatchEvent(new PrintEvent())}>${wording.print}</button>
        ${this.save(card, 'pdf', wording.savePdf)} ${this.save(card, 'png', wording.savePng)}
        <button class="button" type="button" aria-expanded=${this.comparing ? 'true' : 'false'} @click=${() => void this.compare()}>
          ${this.comparing ? wording.compareClose : wording.compare}
        </button>
      </div>
    </nav>`;
  }

  /** On a page of somebody else a browser opens the file in place of saving it: then in a window of its own. */
  private save(card: Card, form: SheetForm, label: string) {
    return html`<a
      class="button"
      href=${sheetAddress(card, this.place, 'checklist', form)}
      download
      target=${home.url ? '_blank' : nothing}
      rel="noopener"
      >${label}</a
    >`;
  }

  private compareStart(): Region[] {
    const start = [this.place, this.card.region].filter((region): region is Region => region !== null);
    return start.filter((region, at) => start.findIndex((one) => one.code === region.code) === at);
  }
}

/** 实施主体 and 服务对象 say whom the card is for; the rest says what it is. */
function isScope(line: Line): boolean {
  return line.citation.field === 'department' || line.citation.field === 'audience';
}

customElements.define('bangban-card', AnswerCard);
