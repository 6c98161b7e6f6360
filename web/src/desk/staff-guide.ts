import { LitElement, css, html, nothing } from 'lit';
import { phones, webLink } from '../link';
import '../mongolian-name';
import { base, controls, notices, tags } from '../sheet';
import '../source-button';
import { stateTag } from '../state-tag';
import type { Card, Citation, Line, Material, Question, Region } from '../wire';
import { wording } from '../wording';
import type { NewReport } from './lookup-wire';
import { onlineLinks } from './spoken';
import { page } from './style';
import { words } from './wording';

/** A 情形 question was answered. */
export class AnswerEvent extends Event {
  constructor(
    readonly question: string,
    readonly options: string[],
  ) {
    super('answer', { bubbles: true, composed: true });
  }
}

/** What stands in a field is wrong. */
export class FaultEvent extends Event {
  constructor(readonly fault: Pick<NewReport, 'field' | 'value'> & { label: string }) {
    super('fault', { bubbles: true, composed: true });
  }
}

/** A guide as staff read it: dense, every field with its source, and a way to say that it is wrong. */
export class StaffGuide extends LitElement {
  static override properties = {
    card: { attribute: false },
    place: { attribute: false },
    detailed: { type: Boolean },
    reports: { type: Boolean },
    offline: { type: Boolean },
  };
  static override styles = [
    base,
    controls,
    notices,
    tags,
    page,
    css`
      :host {
        --target: 1.75rem;
        --text-l: 1.0625rem;
      }
      h2 {
        font-family: var(--serif);
        font-size: 1.375rem;
        overflow-wrap: anywhere;
      }
      h2 .item {
        color: var(--accent);
      }
      .about {
        display: flex;
        flex-wrap: wrap;
        gap: 0 1em;
        color: var(--ink-soft);
        font-size: var(--text-s);
        overflow-wrap: anywhere;
      }
      .about b {
        color: var(--ink);
      }
      .notice {
        margin-top: var(--gap-xs);
      }
      section {
        margin-top: var(--gap-s);
      }
      h3 {
        margin-bottom: 0.2rem;
        padding-bottom: 0.2rem;
        border-bottom: 2px solid var(--accent);
      }
      h3 small {
        color: var(--ink-soft);
        font-size: var(--text-s);
        font-weight: 400;
      }
      .line {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 0 0.6rem;
        padding: 0.3rem 0;
        border-bottom: 1px solid var(--rule);
      }
      dt {
        flex: 0 0 7.5em;
        color: var(--ink-soft);
      }
      dd {
        flex: 1 1 12em;
        min-width: 0;
        white-space: pre-line;
        overflow-wrap: anywhere;
      }
      dd.mongolian {
        flex: 0 1 auto;
      }
      dd.acts {
        flex: 0 1 auto;
        display: contents;
      }
      .missing {
        color: var(--ink-soft);
      }
      .fault {
        min-height: 1.75rem;
        min-width: 1.75rem;
        margin: -0.2rem -0.4em;
        color: var(--ink-soft);
        font-size: var(--text-s);
        text-decoration-color: var(--rule);
      }
      .question {
        margin-top: var(--gap-xs);
      }
      .question .row {
        margin-top: 0.2rem;
      }
      .question .chip {
        min-height: 2.25rem;
        padding: 0.1em 0.9em;
      }
      .summary {
        padding: 0.35rem 0;
        color: var(--accent-strong);
        font-weight: 700;
      }
      .material {
        display: flex;
        gap: 0.6rem;
        padding: 0.45rem 0;
        border-bottom: 1px solid var(--rule);
      }
      .number {
        flex: none;
        min-width: 1.3em;
        color: var(--accent);
        font-weight: 700;
        font-variant-numeric: tabular-nums;
      }
      .body {
        flex: 1 1 0;
        min-width: 0;
      }
      .first {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 0 0.6rem;
      }
      .name {
        font-weight: 700;
        overflow-wrap: anywhere;
      }
      .why {
        display: flex;
        flex-wrap: wrap;
        gap: 0 0.6rem;
      }
      .why dt {
        flex: 0 0 5em;
        font-size: var(--text-s);
        line-height: 1.95;
      }
      summary {
        display: inline-flex;
        align-items: center;
        min-height: 1.75rem;
        color: var(--accent);
        font-size: var(--text-s);
        cursor: pointer;
        list-style: none;
      }
      summary::-webkit-details-marker {
        display: none;
      }
      summary::before {
        content: '＋';
        margin-right: 0.25em;
      }
      details[open] > summary::before {
        content: '－';
      }
      .places span {
        display: block;
      }
      .foot {
        padding-top: var(--gap-xs);
        color: var(--ink-soft);
        font-size: var(--text-s);
      }
    `,
  ];

  declare card: Card;
  /** What was asked for; the guide may be another place's. */
  declare place: Region | null;
  /** Whether reasons and bases stand open. */
  declare detailed: boolean;
  /** Whether faults can be reported. */
  declare reports: boolean;
  /** Nothing can be asked of the service. */
  declare offline: boolean;

  constructor() {
    super();
    this.place = null;
    this.detailed = false;
    this.reports = false;
    this.offline = false;
  }

  async takeFocus() {
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('h2')?.focus();
  }

  private choose(question: Question, id: string) {
    const has = question.chosen.includes(id);
    const others = question.multi ? question.chosen.filter((one) => one !== id) : [];
    this.dispatchEvent(new AnswerEvent(question.id, has ? others : [...others, id]));
  }

  override render() {
    const { card } = this;
    return html`${this.head(card)} ${this.questions(card.questions)} ${this.materials(card)}
      ${this.section(words.limits, card.limits)} ${this.section(words.whereTo, card.channels)} ${this.links(card)}
      ${card.hall ? this.section(card.hall.name, card.hall.lines, card.hall.notice) : nothing} ${this.section(words.conditions, card.conditions)}
      ${this.section(words.flow, card.flow)} ${this.section(words.results, card.results)} ${this.section(words.basis, card.basis)} ${this.section(words.aboutItem, card.head)}
      ${this.faq(card)}
      <p class="foot">
        ${wording.guide(card.region?.name ?? words.wholeRegion, card.name)} · ${card.version ? wording.version(card.version) : wording.versionUnknown} ·
        ${card.updated_at ? wording.updated(card.updated_at) : wording.updatedUnknown}${card.data_source ? ` · ${wording.dataSource(card.data_source)}` : ''}
      </p>`;
  }

  private head(card: Card) {
    const organ = card.head.find(({ label }) => label === '实施主体')?.value;
    const other = card.region && this.place && card.region.code !== this.place.code;
    return html`<header>
      <h2 tabindex="-1">${card.name}${card.business_item ? html`<span class="item">：${card.business_item}</span>` : nothing}</h2>
      <p class="about">
        <span>${words.region}：<b>${this.place?.name ?? words.wholeRegion}</b></span>
        ${other ? html`<span>${wording.guideOf(card.region?.name ?? '')}</span>` : nothing}
        <span>${wording.fit[card.fit] ?? ''}</span>
        ${organ ? html`<span>${words.organ}：<b>${organ}</b></span>` : nothing}
        <span>${wording.code}：${card.code ?? words.notStated}</span>
        ${card.synthetic ? html`<span>${wording.synthetic}</span>` : nothing}
      </p>
      ${card.name_mn ? this.mongolian(card.name_mn) : nothing}
      ${card.notices.map((notice) => html`<p class="notice"><b>${wording.attention}</b><span>${notice}</span></p>`)}
    </header>`;
  }

  private mongolian(line: Line) {
    return html`<dl class="line" data-cite=${line.citation.id}>
      <dt>${line.label}</dt>
      <dd class="mongolian"><bangban-mongolian .text=${line.text}></bangban-mongolian></dd>
      <dd class="acts">${this.acts(line.label, line.value, line.citation)}</dd>
    </dl>`;
  }

  private questions(questions: Question[]) {
    if (questions.length === 0) return nothing;
    return html`<section aria-labelledby="situation">
      <h3 id="situation">${words.situation}</h3>
      ${questions.map(
        (question, at) => html`<div class="question" role="group" aria-labelledby="question-${at}">
          <b id="question-${at}">${words.askPrefix}${asked(question)}${question.multi ? html`<span class="soft">（${wording.multi}）</span>` : nothing}</b>
          <div class="row">
            ${question.options.map(
              ({ id, label }) => html`<button
                class="chip"
                type="button"
                aria-pressed=${question.chosen.includes(id) ? 'true' : 'false'}
                ?disabled=${this.offline}
                @click=${() => this.choose(question, id)}
              >
                ${label}
              </button>`,
            )}
          </div>
        </div>`,
      )}
      ${this.offline ? html`<p class="soft">${words.offlineNoAnswers}</p>` : nothing}
    </section>`;
  }

  private materials({ materials, questions }: Card) {
    const { list, stated, summary, citation } = materials;
    return html`<section aria-labelledby="materials">
      <h3 id="materials">${words.materials}</h3>
      <p class="summary">${list.length === 0 && stated ? wording.materialsNone : summary}</p>
      <ol>${list.map((material, at) => this.material(material, at, questions))}</ol>
      ${list.length === 0 ? html`<div class="first">${this.acts(words.materials, null, citation)}</div>` : nothing}
    </section>`;
  }

  private material(material: Material, at: number, questions: Question[]) {
    const facts = [material.quantity, material.form, material.source, material.necessity].filter((fact): fact is string => fact !== null);
    const told = facts.join(' · ');
    return html`<li class="material" data-cite=${material.citation.id}>
      <span class="number" aria-hidden="true">${at + 1}</span>
      <div class="body">
        <div class="first">
          <span class="name">${material.name}</span>${stateTag(material.state)} ${this.acts(material.name, told || null, material.citation)}
        </div>
        <div class=${told ? '' : 'missing'}>${told || words.notStated}</div>
        ${this.detailed
          ? this.reasons(material, questions)
          : html`<details>
              <summary>${words.whyNeeded}<span class="unseen">（${material.name}）</span></summary>
              ${this.reasons(material, questions)}
            </details>`}
      </div>
    </li>`;
  }

  /** Why somebody must bring it, as the guide says; where it doesn't, that is said. */
  private reasons(material: Material, questions: Question[]) {
    const open = questions.filter(({ id }) => material.waits_for.includes(id)).map(asked);
    const why = [material.needed_when ?? '', open.length > 0 ? words.dependsOn(open.join('、')) : ''];
    const rows: [string, string][] = [
      [words.why_, why.filter((part) => part).join('；')],
      [words.basisOf, material.basis ?? ''],
    ];
    const more: [string, string | null][] = [
      [wording.noteLabels.source_note, material.source_note],
      [words.licence, material.license_name],
      [wording.noteLabels.fill_notes, material.fill_notes],
      [wording.noteLabels.accept_standard, material.accept_standard],
      [wording.noteLabels.remark, material.remark],
      [wording.noteLabels.blank_form, material.blank_form],
      [wording.noteLabels.sample_form, material.sample_form],
    ];
    for (const [label, text] of more) if (text) rows.push([label, text]);
    return html`<dl>
      ${rows.map(([label, text]) => html`<div class="why"><dt>${label}</dt><dd class=${text ? '' : 'missing'}>${text ? this.note(text, label) : words.notStated}</dd></div>`)}
    </dl>`;
  }

  private note(text: string, label: string) {
    const url = webLink(text);
    return url ? html`<a href=${url.href} target="_blank" rel="noopener noreferrer">${wording.openFile(label)}（${url.host}）</a>` : text;
  }

  private section(title: string, lines: Line[], hint = '') {
    if (lines.length === 0) return nothing;
    const labels = new Set(lines.map(({ label }) => label));
    return html`<section aria-label=${title}>
      <h3>${title}${lines.length > 3 && labels.size === 1 ? html` <small>${wording.countOf(lines.length)}</small>` : nothing}</h3>
      ${hint ? html`<p class="soft">${hint}</p>` : nothing}
      <dl>${lines.map((line, at) => this.line(line, labels.size === 1 && lines.length > 1 ? `${at + 1}.` : undefined))}</dl>
    </section>`;
  }

  private links(card: Card) {
    const links = onlineLinks(card);
    if (links.length === 0) return nothing;
    return html`<p class="row">
      ${links.map((url) => html`<a href=${url.href} target="_blank" rel="noopener noreferrer">${words.applyAt(url.host)}</a>`)}
    </p>`;
  }

  private line(line: Line, number?: string) {
    return html`<div class="line" data-cite=${line.citation.id}>
      <dt>${number ? html`<span aria-hidden="true">${number}</span><span class="unseen">${line.label}</span>` : line.label}</dt>
      <dd class=${line.value === null ? 'missing' : line.text.includes('；') ? 'places' : ''}>${this.value(line)}</dd>
      <dd class="acts">${this.acts(line.label, line.value, line.citation)}</dd>
    </div>`;
  }

  private value({ text, value, label }: Line) {
    if (value === null) return words.notStated;
    const dial = (part: string) => phones(part).map(({ text: piece, phone }) => (phone ? html`<a href="tel:${phone}">${piece}</a>` : piece));
    return label === '办理地点' ? text.split('；').map((part) => html`<span>${dial(part)}</span>`) : dial(text);
  }

  private acts(label: string, value: string | null, citation: Citation) {
    return html`${value === null ? nothing : html`<bangban-source .citation=${citation} .label=${label}></bangban-source>`}
    ${this.reports
      ? html`<button
          class="plain fault"
          type="button"
          aria-label=${words.reportOf(label)}
          @click=${() => this.dispatchEvent(new FaultEvent({ field: citation.field, label, ...(value === null ? {} : { value }) }))}
        >
          ${words.reportShort}
        </button>`
      : nothing}`;
  }

  private faq({ faq }: Card) {
    if (faq.length === 0) return nothing;
    return html`<section aria-label=${wording.faq}>
      <h3>${wording.faq}</h3>
      ${faq.map(
        ({ question, answer, citation }) => html`<details>
          <summary>${question}</summary>
          <div class="line">
            <span>${answer}</span>${this.acts(question, answer, citation)}
          </div>
        </details>`,
      )}
    </section>`;
  }
}

/** A question as it is asked; the 业务办理项 is no question of the guide's own. */
export function asked({ id, question }: Question): string {
  return id === 'item' ? words.whichItem : question;
}

customElements.define('desk-staff-guide', StaffGuide);

