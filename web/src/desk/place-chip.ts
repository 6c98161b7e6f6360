import { LitElement, css, html, nothing } from 'lit';
import { fields } from '../form-style';
import { isComposing } from '../ime';
import { chooseRegion } from '../region-dialog';
import { base, controls } from '../sheet';
import type { Region } from '../wire';
import { allPlaces, matchingPlaces, recentPlaces, rememberPlace, shortName } from './places';
import { page } from './style';
import { words } from './wording';

/** Another place was chosen; `null` is the whole region. */
export class PlaceChosenEvent extends Event {
  constructor(readonly place: Region | null) {
    super('place', { bubbles: true, composed: true });
  }
}

/** Where the caller or visitor is: one chip, changed by typing, or by one tap to a place chosen before. */
export class PlaceChip extends LitElement {
  static override properties = {
    place: { attribute: false },
    label: {},
    editing: { state: true },
    all: { state: true },
    typed: { state: true },
    active: { state: true },
    recent: { state: true },
  };
  static override styles = [
    base,
    controls,
    fields,
    page,
    css`
      .row {
        position: relative;
        align-items: center;
      }
      .now {
        border-color: var(--accent);
        color: var(--accent-strong);
        font-weight: 600;
      }
      .now u {
        font-weight: 400;
        text-underline-offset: 0.2em;
        white-space: nowrap;
      }
      .chip {
        min-height: 2.25rem;
        padding: 0.1em 0.8em;
      }
      .type {
        position: relative;
        flex: 1 1 14rem;
        max-width: 22rem;
      }
      ul {
        position: absolute;
        z-index: 6;
        left: 0;
        right: 0;
        max-height: 18rem;
        overflow: auto;
        border: 1px solid var(--control);
        border-radius: var(--radius-s);
        background: var(--paper);
        box-shadow: var(--shadow);
      }
      li {
        padding: 0.35rem 0.7rem;
        border: 2px solid transparent;
        cursor: pointer;
      }
      li[aria-selected='true'] {
        border-color: var(--accent);
        background: var(--accent-tint);
      }
    `,
  ];

  declare place: Region | null;
  declare label: string;
  declare editing: boolean;
  declare all: Region[];
  declare typed: string;
  declare active: number;
  declare recent: Region[];

  constructor() {
    super();
    this.place = null;
    this.label = words.callerPlace;
    this.editing = false;
    this.all = [];
    this.typed = '';
    this.active = 0;
    this.recent = recentPlaces();
  }

  /** Opens the field; what is typed there is looked for among the divisions' names. */
  async edit() {
    this.editing = true;
    this.typed = '';
    this.active = 0;
    // Without the list, the dialog still reads its own.
    void allPlaces().then((all) => (this.all = all), () => {});
    await this.updateComplete;
    this.renderRoot.querySelector('input')?.focus();
  }

  private async leave() {
    this.editing = false;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('.now')?.focus();
  }

  private choose(place: Region | null) {
    if (place) this.recent = rememberPlace(place);
    this.place = place;
    this.dispatchEvent(new PlaceChosenEvent(place));
    void this.leave();
  }

  private async byLists() {
    const chosen = await chooseRegion(this.place?.code ?? '');
    if (chosen !== undefined) this.choose(chosen);
  }

  private readonly input = (event: InputEvent) => {
    if (event.isComposing) return;
    this.typed = (event.target as HTMLInputElement).value;
    this.active = 0;
  };

  private readonly pressed = (event: KeyboardEvent) => {
    if (isComposing(event)) return;
    const found = this.found();
    if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      void this.leave();
    } else if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && found.length > 0) {
      event.preventDefault();
      this.active = (this.active + (event.key === 'ArrowDown' ? 1 : found.length - 1)) % found.length;
    } else if (event.key === 'Enter') {
      event.preventDefault();
      const place = found[this.active];
      if (place) this.choose(place);
    }
  };

  private found(): Region[] {
    return matchingPlaces(this.typed, this.all);
  }

  override render() {
    const name = this.place?.name ?? words.wholeRegion;
    const others = this.recent.filter(({ code }) => code !== this.place?.code).slice(0, 3);
    return html`<div class="row" role="group" aria-label=${this.label}>
      <button class="chip now" type="button" aria-expanded=${this.editing ? 'true' : 'false'} @click=${() => void (this.editing ? this.leave() : this.edit())}>
        <span>${this.label}：${name}</span><u>${words.change}</u>
      </button>
      ${this.editing
        ? this.field()
        : others.map(
            (one) => html`<button class="chip" type="button" aria-label=${words.toPlace(one.name)} @click=${() => this.choose(one)}>${shortName(one, this.all)}</button>`,
          )}
    </div>`;
  }

  private field() {
    const found = this.found();
    return html`<div class="type">
        <input
          class="field"
          type="text"
          role="combobox"
          autocomplete="off"
          aria-label=${words.typePlace}
          placeholder=${words.typePlace}
          aria-autocomplete="list"
          aria-controls="found"
          aria-expanded=${found.length > 0 ? 'true' : 'false'}
          aria-activedescendant=${found.length > 0 ? `place-${this.active}` : nothing}
          @input=${this.input}
          @compositionend=${this.input}
          @keydown=${this.pressed}
        />
        <ul id="found" role="listbox" aria-label=${words.typePlace} ?hidden=${found.length === 0}>
          ${found.map(
            (one, at) => html`<li id="place-${at}" role="option" aria-selected=${at === this.active ? 'true' : 'false'} @mousedown=${(event: Event) => event.preventDefault()} @click=${() => this.choose(one)}>${one.name}</li>`,
          )}
        </ul>
      </div>
      <button class="chip" type="button" @click=${() => this.choose(null)}>${words.wholeRegion}</button>
      <button class="chip" type="button" @click=${() => void this.byLists()}>${words.placeLists}</button>`;
  }
}

customElements.define('desk-place', PlaceChip);
