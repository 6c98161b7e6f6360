import { LitElement, html, nothing } from 'lit';
import { base, controls, notices } from '../sheet';
import type { Me } from './wire';
import { words } from './wording';

/** Pages whose code comes when they are opened: charts are heavier than the whole desk. */
const PAGES = {
  figures: () => import('./figures-page'),
  differences: () => import('./differences-page'),
};

/** One of the pages that come late. */
export class LatePage extends LitElement {
  static override properties = { page: {}, me: { attribute: false }, state: { state: true } };
  static override styles = [base, controls, notices];

  declare page: keyof typeof PAGES;
  declare me: Me;
  declare state: 'coming' | 'here' | 'failed';

  constructor() {
    super();
    this.state = 'coming';
  }

  override willUpdate(changed: Map<string, unknown>) {
    if (changed.has('page')) void this.load();
  }

  private async load() {
    const { page } = this;
    this.state = 'coming';
    try {
      await PAGES[page]();
      if (page === this.page) this.state = 'here';
    } catch {
      this.state = 'failed';
    }
  }

  override render() {
    if (this.state === 'coming') return html`<p role="status">${words.loading}</p>`;
    if (this.state === 'failed') {
      // A part that did not come is not asked for again by the same name; the page as a whole is.
      return html`<div role="alert"><p class="failure">${words.unreachable}</p></div>
        <p><button class="button" type="button" @click=${() => location.reload()}>${words.retry}</button></p>`;
    }
    if (this.page === 'figures') return html`<desk-figures .me=${this.me}></desk-figures>`;
    if (this.page === 'differences') return html`<desk-differences .me=${this.me}></desk-differences>`;
    return nothing;
  }
}

customElements.define('desk-late', LatePage);
