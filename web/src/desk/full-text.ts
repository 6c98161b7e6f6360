import { LitElement, css, html, nothing, type PropertyValues } from 'lit';
import { isAborted } from '../api';
import { fields } from '../form-style';
import { base, controls, notices } from '../sheet';
import type { Region } from '../wire';
import { fullText } from './lookup-api';
import type { FoundGuide, FullTextBounds } from './lookup-wire';
import { lookedUp } from './mask';
import { factsOf } from './spoken';
import { page } from './style';
import { trouble } from './trouble';
import { words } from './wording';

/** A guide of a place was chosen. */
export class GuideEvent extends Event {
  constructor(
    readonly code: string,
    readonly region: Region | null,
  ) {
    super('open-guide', { bubbles: true, composed: true });
  }
}

/** The text of every guide of every place, for what the names of items don't say. */
export class FullText extends LitElement {
  static override properties = {
    place: { attribute: false },
    rows: { state: true },
    failure: { state: true },
    busy: { state: true },
  };
  static override styles = [
    base,
    controls,
    notices,
    fields,
    page,
    css`
      form {
        display: flex;
        flex-wrap: wrap;
        gap: var(--gap-xs) var(--gap-s);
        align-items: end;
      }
      form > div {
        flex: 1 1 8rem;
        min-width: 0;
      }
      form > .wide {
        flex-basis: 100%;
      }
      label {
        margin-top: 0;
      }
      li {
        padding: 0.5rem 0;
        border-bottom: 1px solid var(--rule);
        overflow-wrap: anywhere;
      }
      .where {
        color: var(--ink-soft);
        font-size: var(--text-s);
      }
    `,
  ];

  declare place: Region | null;
  /** What was found; `null` before anything was looked for. */
  declare rows: FoundGuide[] | null;
  declare failure: string;
  declare busy: boolean;
  private running: AbortController | undefined;

  constructor() {
    super();
    this.place = null;
    this.rows = null;
    this.failure = '';
    this.busy = false;
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.running?.abort();
  }

  override willUpdate(changed: PropertyValues<this>) {
    // What was found elsewhere is no answer for here.
    if (changed.has('place') && changed.get('place')?.code !== this.place?.code) this.rows = null;
  }

  private async look(event: SubmitEvent) {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const said = (name: string) => String(form.get(name) ?? '').trim();
    const q = lookedUp(said('words'));
    if (!q) return;
    const bounds: FullTextBounds = {
      region: form.has('here') ? (this.place?.code ?? '') : '',
      organ: said('organ'),
      audience: said('audience'),
      online: said('online'),
    };
    this.running?.abort();
    const running = new AbortController();
    this.running = running;
    this.busy = true;
    this.failure = '';
    try {
      const { rows } = await fullText(q, bounds, running.signal);
      if (!running.signal.aborted) this.rows = rows;
    } catch (error) {
      if (!isAborted(error) && !running.signal.aborted) this.failure = trouble(error);
    } finally {
      if (this.running === running) this.busy = false;
    }
  }

  private everywhere() {
    const form = this.renderRoot.querySelector('form') as HTMLFormElement;
    (form.elements.namedItem('here') as HTMLInputElement).checked = false;
    form.requestSubmit();
  }

  private choice(name: string, label: string, options: Record<string, string>) {
    return html`<div>
      <label for=${name}>${label}</label>
      <select class="field" id=${name} name=${name}>
        <option value="">${words.anyOfThem}</option>
        ${Object.entries(options).map(([value, text]) => html`<option value=${value}>${text}</option>`)}
      </select>
    </div>`;
  }

  override render() {
    const { rows } = this;
    return html`<details>
      <summary>${words.fullText}</summary>
      <form role="search" aria-label=${words.fullText} @submit=${this.look}>
        <div class="wide">
          <label for="words">${words.fullTextWords}</label>
          <input class="field" id="words" name="words" type="search" autocomplete="off" maxlength="200" required />
        </div>
        <div>
          <label for="organ">${words.fullTextOrgan}</label>
          <input class="field" id="organ" name="organ" autocomplete="off" maxlength="50" />
        </div>
        ${this.choice('audience', words.fullTextAudience, words.audiences)} ${this.choice('online', words.fullTextOnline, words.onlineOrNot)}
        ${this.place
          ? html`<div class="wide"><label><input type="checkbox" name="here" checked /> ${words.onlyIn(this.place.name)}</label></div>`
          : nothing}
        <button class="button" type="submit">${words.fullTextLook}</button>
      </form>
      <div role="alert">${this.failure ? html`<p class="failure">${words.error}${this.failure}</p>` : nothing}</div>
      <p role="status" aria-busy=${this.busy ? 'true' : 'false'}>${rows ? (rows.length > 0 ? words.hitCount(rows.length) : words.searchEmpty) : ''}</p>
      ${rows?.length === 0 && this.place
        ? html`<button class="button" type="button" @click=${() => this.everywhere()}>${words.lookEverywhere}</button>`
        : nothing}
      ${rows && rows.length > 0 ? html`<ul>${rows.map((row) => this.row(row))}</ul>` : nothing}
    </details>`;
  }

  private row(row: FoundGuide) {
    const where = [row.region?.name ?? words.noRegion, row.organ ?? ''].filter((part) => part).join(' · ');
    return html`<li>
      <button class="plain" type="button" @click=${() => this.dispatchEvent(new GuideEvent(row.code, row.region))}>${row.name}</button>
      <div>${factsOf(row)}</div>
      <div class="where">${where}${row.others > 0 ? words.otherPlaces(row.others) : ''}</div>
      ${row.lines.map(({ label, text }) => html`<div class="where">${label}：${text}</div>`)}
    </li>`;
  }
}

customElements.define('desk-full-text', FullText);
