import { LitElement, css, html, nothing } from 'lit';
import { divisionByCode } from '../division';
import { chooseRegion } from '../region-dialog';
import { base, controls } from '../sheet';
import { page } from './style';
import { figureWords as words } from './wording-figures';

/** Which place figures are about; says `place` with a division's code, the empty one for the whole region. */
export class RegionFilter extends LitElement {
  static override properties = { code: {}, name: { state: true } };
  static override styles = [
    base,
    controls,
    page,
    css`
      .row {
        align-items: center;
      }
    `,
  ];

  declare code: string;
  declare name: string;

  constructor() {
    super();
    this.code = '';
    this.name = '';
  }

  override willUpdate(changed: Map<string, unknown>) {
    if (changed.has('code')) void this.read();
  }

  /** An address knows the code alone. */
  private async read() {
    const { code } = this;
    this.name = code;
    if (!code) return;
    const found = await divisionByCode(code).catch(() => null);
    if (found && code === this.code) this.name = found.name;
    this.dispatchEvent(new CustomEvent('named', { detail: this.name }));
  }

  private tell(code: string) {
    this.dispatchEvent(new CustomEvent('place', { detail: code }));
  }

  private async choose() {
    const chosen = await chooseRegion(this.code);
    if (chosen !== undefined) this.tell(chosen?.code ?? '');
  }

  override render() {
    return html`<div class="row" role="group" aria-label=${words.region}>
      <span>${words.region}：<b>${this.name || words.wholeRegion}</b></span>
      <button class="button" type="button" @click=${() => void this.choose()}>${words.changeRegion}</button>
      ${this.code ? html`<button class="button" type="button" @click=${() => this.tell('')}>${words.dropRegion}</button>` : nothing}
    </div>`;
  }
}

customElements.define('desk-region-filter', RegionFilter);
