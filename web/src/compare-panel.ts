import { LitElement, css, html, nothing } from 'lit';
import { compare, Refused } from './api';
import './compare-table';
import { chooseRegion } from './region-dialog';
import { base, controls, notices } from './sheet';
import { wording } from './wording';
import type { CompareResponse, Region } from './wire';

/** Most places that the service compares at once. */
const MOST = 12;

/** Places offered at one touch. */
const QUICK = 8;

/** One item in several places, differing fields first. */
export class ComparePanel extends LitElement {
  static override properties = {
    code: {},
    start: { attribute: false },
    places: { attribute: false },
    marks: { type: Boolean },
    chosen: { state: true },
    result: { state: true },
    failure: { state: true },
  };
  static override styles = [
    base,
    controls,
    notices,
    css`
      h3 {
        font-size: var(--text-l);
      }
      h4 {
        margin: var(--gap-s) 0 var(--gap-xs);
        font-size: 1rem;
        font-weight: 600;
      }
      .hint {
        color: var(--ink-soft);
      }
      .picked {
        border-color: var(--accent);
        background: var(--accent-tint);
        color: var(--accent-strong);
      }
      .bar {
        margin-top: var(--gap);
      }
      .failure {
        margin-top: var(--gap-s);
      }
    `,
  ];

  declare code: string;
  declare start: Region[];
  declare places: Region[];
  /** Whether each differing cell is marked by itself. */
  declare marks: boolean;
  declare chosen: Region[];
  declare result: CompareResponse | null;
  declare failure: string;

  constructor() {
    super();
    this.code = '';
    this.start = [];
    this.places = [];
    this.marks = false;
    this.chosen = [];
    this.result = null;
    this.failure = '';
  }

  override connectedCallback() {
    super.connectedCallback();
    this.chosen = [...this.start];
  }

  /** Moves focus to the panel that has just opened. */
  async takeFocus() {
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('h3')?.focus();
  }

  private add(region: Region) {
    if (this.chosen.length >= MOST || this.chosen.some((one) => one.code === region.code)) return;
    this.chosen = [...this.chosen, region];
  }

  private async addOther() {
    const region = await chooseRegion('');
    if (region) this.add(region);
  }

  private drop(region: Region) {
    this.chosen = this.chosen.filter((one) => one.code !== region.code);
    void this.takeFocus();
  }

  private async run() {
    this.failure = '';
    if (this.chosen.length < 2) {
      this.failure = wording.compareTooFew;
      return;
    }
    try {
      this.result = await compare(this.code, this.chosen.map((region) => region.code));
    } catch (error) {
      this.result = null;
      this.failure = error instanceof Refused ? error.about('regions') : wording.unreachable;
    }
  }

  override render() {
    const quick = this.places.filter((place) => !this.chosen.some((one) => one.code === place.code)).slice(0, QUICK);
    const full = this.chosen.length >= MOST;
    return html`<h3 tabindex="-1">${wording.compareTitle}</h3>
      <p class="hint">${wording.compareHint(MOST)}</p>
      <h4>${wording.comparePlaces}</h4>
      <div class="row">
        ${this.chosen.map(
          (region) => html`<button
            class="chip picked"
            type="button"
            aria-label=${wording.compareRemove(region.name)}
            @click=${() => this.drop(region)}
          >
            ${region.name}<span aria-hidden="true">✕</span>
          </button>`,
        )}
        <button class="chip" type="button" ?disabled=${full} @click=${() => void this.addOther()}>
          <span aria-hidden="true">＋</span>${wording.compareAdd}
        </button>
      </div>
      ${quick.length > 0 && !full
        ? html`<h4>${wording.compareQuick}</h4>
            <div class="row">
              ${quick.map(
                (region) => html`<button
                  class="chip"
                  type="button"
                  aria-label=${wording.compareAddNamed(region.name)}
                  @click=${() => this.add(region)}
                >
                  ${region.name}
                </button>`,
              )}
            </div>`
        : nothing}
      <div class="row bar">
        <button class="button main" type="button" @click=${() => void this.run()}>${wording.compareGo}</button>
      </div>
      <div role="alert">${this.failure ? html`<p class="failure">${wording.error}${this.failure}</p>` : nothing}</div>
      ${this.result ? html`<bangban-compare-table .result=${this.result} ?marks=${this.marks}></bangban-compare-table>` : nothing}`;
  }
}

customElements.define('bangban-compare', ComparePanel);
