import { LitElement, css, html, nothing, type PropertyValues } from 'lit';
import { base, controls } from '../sheet';
import { clock } from './age';
import { GuideEvent } from './case-log';
import * as api from './api';
import { page } from './style';
import { trouble } from './trouble';
import type { Brief, Candidate, Case, Contact } from './wire';
import { words } from './wording';

/** The differences of an item between places are to be shown. */
export class DifferencesEvent extends Event {
  constructor(readonly code: string) {
    super('differences', { bubbles: true, composed: true });
  }
}

/** What an agent sees at once: what was asked, what was found, what is missing, and what has happened. */
export class CaseContext extends LitElement {
  static override properties = {
    case: { attribute: false },
    inserts: { type: Boolean },
    contact: { state: true },
    failure: { state: true },
  };
  static override styles = [
    base,
    controls,
    page,
    css`
      :host {
        padding: var(--gap-s);
      }
      section + section {
        margin-top: var(--gap-s);
        padding-top: var(--gap-s);
        border-top: 1px solid var(--rule);
      }
      dl {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        gap: 0.2rem 0.8rem;
      }
      dt {
        color: var(--ink-soft);
      }
      dd {
        overflow-wrap: anywhere;
      }
      .candidate {
        padding: 0.35rem 0;
      }
      .candidate + .candidate {
        border-top: 1px solid var(--rule);
      }
      .plain {
        text-align: left;
      }
      .missing {
        color: var(--warn-ink);
        font-weight: 600;
      }
      .note {
        margin-top: 0.3rem;
        padding: 0.3rem 0.6rem;
        border-left: 4px dashed var(--warn-rule);
        background: var(--warn-tint);
        color: var(--warn-ink);
        white-space: pre-line;
        overflow-wrap: anywhere;
      }
    `,
  ];

  declare case: Case;
  /** Whether a guide can be put into a reply. */
  declare inserts: boolean;
  declare contact: Contact | null;
  declare failure: string;

  constructor() {
    super();
    this.inserts = false;
    this.contact = null;
    this.failure = '';
  }

  override willUpdate(changed: PropertyValues<this>) {
    const before = changed.get('case') as Case | undefined;
    if (!before || before.row.id === this.case.row.id) return;
    this.contact = null;
    this.failure = '';
  }

  /** Personal data: read when it is needed, and the service notes who did. */
  private async showContact() {
    try {
      this.contact = await api.contact(this.case.row.id);
      this.failure = '';
      await this.updateComplete;
      this.renderRoot.querySelector<HTMLElement>('#contact')?.focus();
    } catch (error) {
      this.failure = trouble(error);
    }
  }

  override render() {
    const { brief, notes, log, rating, row } = this.case;
    return html`<section aria-labelledby="brief">
        <h3 id="brief">${words.brief}</h3>
        ${this.brief(brief)}
      </section>
      ${row.stage === 'callback' ? this.callback(this.case.contact === true) : nothing}
      <section aria-labelledby="candidates">
        <h3 id="candidates">${words.candidates}</h3>
        ${this.candidates(brief)}
      </section>
      <section aria-labelledby="notes">
        <h3 id="notes">${words.notes}</h3>
        ${notes.length > 0
          ? notes.map((note) => html`<p class="note">${note.text}<br /><small>${words.with(note.by.number)} · ${clock(note.at)}</small></p>`)
          : html`<p class="soft">${words.noNotes}</p>`}
      </section>
      ${rating
        ? html`<section aria-labelledby="rating">
            <h3 id="rating">${words.rating}</h3>
            <p>${words.stars[rating.stars - 1] ?? rating.stars}${rating.text ? `：${rating.text}` : ''}</p>
          </section>`
        : nothing}
      <section aria-labelledby="log">
        <h3 id="log">${words.history}</h3>
        <ol>
          ${log.map(({ at, what, who }) => html`<li><time datetime=${at}>${clock(at)}</time> ${words.happened[what] ?? what} <span class="soft">${words.whoOf[who] ?? who}</span></li>`)}
        </ol>
      </section>`;
  }

  private callback(left: boolean) {
    const { contact } = this;
    return html`<section aria-labelledby="contact">
      <h3 id="contact" tabindex="-1">${words.contact}</h3>
      ${contact
        ? html`<p>${contact.name ?? ''} ${contact.phone ? html`<a href="tel:${contact.phone}">${contact.phone}</a>` : words.noPhone}</p>`
        : left
          ? html`<button class="button" type="button" @click=${() => void this.showContact()}>${words.showContact}</button>`
          : html`<p class="soft">${words.noContact}</p>`}
      <div role="alert">${this.failure ? html`<p class="missing">${words.error}${this.failure}</p>` : nothing}</div>
    </section>`;
  }

  private brief(brief: Brief) {
    const who = brief.person === null ? words.unknown : brief.person ? words.person : words.enterprise;
    const item = brief.item ? `${brief.item.name}${brief.item.case ? `：${brief.item.case}` : ''}` : words.unknown;
    const pair = (label: string, text: string, missing = false) => html`<dt>${label}</dt><dd class=${missing ? 'missing' : ''}>${text}</dd>`;
    return html`<dl>
      ${pair(words.question, brief.question || words.unknown)} ${pair(words.why, brief.why_text || words.unknown)}
      ${pair(words.region, brief.region?.name ?? words.unknown)} ${pair(words.who, who)} ${pair(words.item, item)}
      ${brief.answers.map(({ question, answer }) => pair(question, answer))}
      ${brief.missing.length > 0 ? pair(words.missing, brief.missing.join('；'), true) : nothing}
      ${brief.asked.length > 0 ? pair(words.asked, brief.asked.join('；')) : nothing}
    </dl>`;
  }

  private candidates({ candidates, item }: Brief) {
    const all: Candidate[] = [...candidates];
    if (item && !all.some(({ code }) => code === item.code)) all.unshift({ code: item.code, name: item.name, confidence: null });
    if (all.length === 0) return html`<p class="soft">${words.noCandidates}</p>`;
    return html`<ul>
      ${all.map(
        ({ code, name, confidence }) => html`<li class="candidate">
          <button class="plain" type="button" @click=${() => this.dispatchEvent(new GuideEvent(code))}>${name}</button>
          ${confidence === null ? nothing : html`<span class="soft">${words.confidence(confidence)}</span>`}
          <div class="row">
            ${this.inserts
              ? html`<button class="button" type="button" aria-label=${words.actOf(words.insertThis, name)} @click=${() => this.insert(code, name)}>${words.insertThis}</button>`
              : nothing}
            <button class="button" type="button" aria-label=${words.differencesOf(name)} @click=${() => this.dispatchEvent(new DifferencesEvent(code))}>
              ${words.differences}
            </button>
          </div>
        </li>`,
      )}
    </ul>`;
  }

  private insert(code: string, name: string) {
    this.dispatchEvent(new CustomEvent('insert', { detail: { code, name, business_item: '' }, bubbles: true, composed: true }));
  }
}

customElements.define('desk-context', CaseContext);
