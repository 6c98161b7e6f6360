import { LitElement, css, html, nothing } from 'lit';
import { item } from './api';
import { sharedCitation } from './citation';
import './compare-panel';
import type { ComparePanel } from './compare-panel';
import { ApplyEvent, PlaceEvent, PressEvent, PrintEvent } from './events';
import './guide-lines';
import { webLink } from './link';
import './material-list';
import { base, controls, notices } from './sheet';
import './source-button';
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
  };
  static override styles = [
    base,
    controls,
    notices,
    css`
      article {
        border: 1px solid var(--rule);
        border-radius: var(--radius);
        background: var(--paper);
        box-shadow: var(--shadow);
        overflow: hidden;
      }
      .head {
        padding: var(--gap) var(--edge);
        border-top: 0.35rem solid var(--accent);
        border-bottom: 1px solid var(--rule);
      }
      h2 {
        font-family: var(--serif);
        font-size: var(--text-xl);
        line-height: 1.35;
        overflow-wrap: anywhere;
      }
      h2 .item {
        color: var(--accent);
      }
      .meta {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0 1.25rem;
        margin-top: var(--gap-xs);
      }
      .meta dt,
      .code dt {
        display: inline;
        color: var(--ink-soft);
        font-size: var(--text-s);
      }
      .meta dt::after,
      .code dt::after {
        content: '：';
      }
      .meta dd,
      .code dd {
        display: inline;
        overflow-wrap: anywhere;
      }
      .meta > div {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
      }
      .meta dd.cite {
        display: contents;
      }
      .scope-lines {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 0 1.25rem;
      }
      .number {
        font-family: var(--mono);
        font-size: var(--text-s);
      }
      .scope {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--gap-xs) 0.75rem;
        margin-top: var(--gap-s);
      }
      .scope .chip {
        border-color: var(--accent);
        color: var(--accent-strong);
        font-weight: 600;
        flex-wrap: wrap;
        justify-content: start;
      }
      .scope .chip u {
        font-weight: 400;
        white-space: nowrap;
        text-underline-offset: 0.2em;
      }
      .from {
        color: var(--ink-soft);
        font-size: var(--text-s);
      }
      .notices {
        margin-top: var(--gap-s);
      }
      .grid {
        display: grid;
        grid-template-columns: var(--card-columns);
        grid-template-areas: var(--card-areas);
        grid-template-rows: var(--card-rows);
        gap: var(--gap-l);
        padding: var(--gap-l) var(--edge);
      }
      .bring {
        grid-area: bring;
        min-width: 0;
      }
      .when {
        grid-area: when;
        min-width: 0;
      }
      .how {
        grid-area: how;
        min-width: 0;
      }
      section ~ section {
        margin-top: var(--gap-l);
      }
      h3 {
        margin-bottom: var(--gap-s);
        font-size: var(--text-l);
        line-height: 1.4;
      }
      h3::before {
        content: '';
        display: inline-block;
        width: 0.28em;
        height: 0.95em;
        margin-right: 0.5em;
        border-radius: 2px;
        background: var(--accent);
        vertical-align: -0.1em;
      }
      .answers {
        padding: var(--gap-s) var(--inset);
        border-radius: var(--radius);
        background: var(--ground);
      }
      .answers dl > div {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 0 0.75em;
      }
      .answers dt {
        color: var(--ink-soft);
      }
      .answers dd {
        font-weight: 600;
        overflow-wrap: anywhere;
      }
      .hall {
        margin-top: var(--gap-s);
        padding: var(--gap-s) var(--inset);
        border-radius: var(--radius);
        background: var(--ground);
      }
      h4 {
        margin: var(--gap-xs) 0;
      }
      .hint {
        color: var(--ink-soft);
        font-size: var(--text-s);
      }
      .links {
        margin-bottom: var(--gap-s);
      }
      details.fold {
        margin-top: var(--gap-s);
        border: 1px solid var(--rule);
        border-radius: var(--radius-s);
      }
      details.fold > summary {
        display: flex;
        align-items: center;
        gap: 0.5em;
        min-height: var(--target);
        padding: 0.4rem 1rem;
        border-radius: var(--radius-s);
        font-weight: 600;
        cursor: pointer;
        list-style: none;
      }
      details.fold > summary::-webkit-details-marker {
        display: none;
      }
      details.fold > summary::after {
        content: '＋';
        margin-left: auto;
        color: var(--accent);
      }
      details.fold[open] > summary::after {
        content: '－';
      }
      details.fold small {
        color: var(--ink-soft);
        font-size: var(--text-s);
        font-weight: 400;
      }
      .folded {
        padding: 0 1rem 0.75rem;
      }
      .faq dt {
        margin-top: var(--gap-s);
        font-weight: 600;
        overflow-wrap: anywhere;
      }
      .faq dd {
        white-space: pre-line;
        overflow-wrap: anywhere;
      }
      .faq dd.cite {
        display: flex;
        flex-wrap: wrap;
        white-space: normal;
      }
      .provenance {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 0 1.25rem;
        padding: var(--gap-s) var(--edge);
        border-top: 1px solid var(--rule);
        color: var(--ink-soft);
        overflow-wrap: anywhere;
      }
      .actions {
        padding: var(--gap) var(--edge);
        border-top: 1px solid var(--rule);
        background: var(--ground);
      }
      .extra {
        padding: var(--gap-l) var(--edge);
        border-top: 1px solid var(--rule);
      }
      @media print {
        article {
          border: 0;
          overflow: visible;
        }
        .head,
        .grid,
        .provenance {
          padding: 3mm 0;
          border: 0;
        }
        .grid {
          display: block;
        }
        h2,
        h2 .item {
          color: #000;
        }
        h3 {
          margin: 4mm 0 1mm;
        }
        section ~ section {
          margin-top: 0;
        }
      }
    `,
  ];

  declare card: Card;
  declare place: Region | null;
  /** Whether it is what the conversation is about: only then its place and answers can be changed. */
  declare live: boolean;
  declare busy: boolean;
  declare places: Region[] | null;
  declare comparing: boolean;
  declare copied: string;

  constructor() {
    super();
    this.place = null;
    this.live = false;
    this.busy = false;
    this.places = null;
    this.comparing = false;
    this.copied = '';
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
            ${this.onlineLinks(card, 'links')}
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
      ${this.comparing && this.places
        ? html`<div class="extra screen-only">
            <bangban-compare .code=${card.item} .start=${this.compareStart()} .places=${this.places ?? []}></bangban-compare>
          </div>`
        : nothing}
      <p class="print-only">${wording.printFoot(new Date().toLocaleDateString('zh-CN'))}</p>
    </article>`;
  }

  private head(card: Card) {
    const shared = sharedCitation(card.head);
    const scope = card.head.filter((line) => isScope(line));
    const kinds = card.head.filter((line) => !isScope(line));
    const place = this.place?.name ?? wording.wholeRegion;
    return html`<header class="head">
      <h2 id="name" tabindex="-1">
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
        : nothing}
    </header>`;
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

  /** A guide that has not been looked after for long sends nobody to apply. */
  private onlineLinks(card: Card, kind: string) {
    const online = card.stale ? null : webLink(card.online_url);
    const mobile = card.stale ? null : webLink(card.mobile_url);
    if (!online && !mobile) return nothing;
    const link = (url: URL, channel: 'pc' | 'app', text: string, aria: string) => html`<a
      class="button ${channel === 'pc' ? 'main' : ''}"
      href=${url.href}
      target="_blank"
      rel="noopener noreferrer"
      aria-label=${aria}
      @click=${(event: Event) => this.apply(event, channel, url)}
      >${text}<span class="print-only">：${url.href}</span></a
    >`;
    return html`<div class="row ${kind}">
      ${online ? link(online, 'pc', wording.online, wording.onlineAria(online.host)) : nothing}
      ${mobile ? link(mobile, 'app', wording.mobile, wording.mobileAria(mobile.host)) : nothing}
    </div>`;
  }

  private apply(event: Event, channel: 'pc' | 'app', url: URL) {
    const plain = this.dispatchEvent(new ApplyEvent(this.card.item, channel, url.href, this.place?.code ?? ''));
    if (!plain) event.preventDefault();
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
    const online = card.stale ? null : webLink(card.online_url);
    return html`<nav class="actions screen-only" aria-label=${wording.actions}>
      <div class="row">
        ${online
          ? html`<a
              class="button main"
              href=${online.href}
              target="_blank"
              rel="noopener noreferrer"
              aria-label=${wording.onlineAria(online.host)}
              @click=${(event: Event) => this.apply(event, 'pc', online)}
              >${wording.online}</a
            >`
          : nothing}
        <button class="button" type="button" @click=${() => this.dispatchEvent(new PrintEvent())}>${wording.print}</button>
        <button class="button" type="button" aria-expanded=${this.comparing ? 'true' : 'false'} @click=${() => void this.compare()}>
          ${this.comparing ? wording.compareClose : wording.compare}
        </button>
      </div>
    </nav>`;
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
