import { LitElement, css, html, nothing } from 'lit';
import { PressEvent } from './events';
import './fold-box';
import './shared-materials';
import { base, controls } from './sheet';
import './source-button';
import { wording } from './wording';
import type { Bundle, BundleMember } from './wire';

/** 一件事: its items in order, which of them wait for others, and the materials of all. */
export class BundleView extends LitElement {
  static override properties = { bundle: { attribute: false } };
  static override styles = [
    base,
    controls,
    css`
      section {
        padding: var(--gap) var(--edge);
        border: 1px solid var(--rule);
        border-top: 0.35rem solid var(--accent);
        border-radius: var(--radius);
        background: var(--paper);
      }
      h2 {
        font-family: var(--serif);
        font-size: var(--text-xl);
        line-height: 1.35;
        overflow-wrap: anywhere;
      }
      .hint,
      .when {
        color: var(--ink-soft);
        font-size: var(--text-s);
      }
      ol {
        counter-reset: member;
      }
      li {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0 0.75rem;
        padding: 0.6rem 0;
        border-top: 1px solid var(--rule);
      }
      .text {
        flex: 1 1 12em;
        min-width: 0;
        overflow-wrap: anywhere;
      }
      .title {
        font-weight: 600;
      }
      .title::before {
        counter-increment: member;
        content: counter(member) '. ';
        color: var(--accent);
      }
      .when {
        display: block;
      }
      .sources {
        display: flex;
        flex-wrap: wrap;
        margin: var(--gap-xs) 0 var(--gap-s);
      }
    `,
  ];

  declare bundle: Bundle;

  override render() {
    const { bundle } = this;
    const citation = { id: bundle.name, field: 'members', sources: bundle.sources };
    return html`<section aria-labelledby="name">
      <h2 id="name">${bundle.name}</h2>
      <p class="hint">${wording.bundleHint}</p>
      <ol>
        ${bundle.members.map((member) => this.member(member))}
      </ol>
      <div class="sources"><bangban-source .citation=${citation} .label=${bundle.name}></bangban-source></div>
      ${bundle.materials.length > 0
        ? html`<bangban-fold foldable .label=${wording.sharedMaterials(bundle.materials.length)}>
            <bangban-shared-materials .materials=${bundle.materials}></bangban-shared-materials>
          </bangban-fold>`
        : nothing}
    </section>`;
  }

  private member({ title, code, business_item, after }: BundleMember) {
    return html`<li>
      <span class="text">
        <span class="title">${title}</span>
        <span class="when">${after.length > 0 ? wording.afterOthers(after.join('、')) : wording.atOnce}</span>
      </span>
      ${code
        ? html`<button
            class="button screen-only"
            type="button"
            aria-label=${wording.openGuideOf(title)}
            @click=${() => this.dispatchEvent(new PressEvent(openPress(code, business_item), title))}
          >
            ${wording.openGuide}
          </button>`
        : nothing}
    </li>`;
  }
}

/** What opens an item, with a 业务办理项 or without. */
export function openPress(code: string, business_item: string | null): string {
  return business_item ? `open:${code}|${business_item}` : `open:${code}`;
}

customElements.define('bangban-bundle', BundleView);
