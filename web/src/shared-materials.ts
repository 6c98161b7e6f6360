import { LitElement, css, html } from 'lit';
import { base, tags } from './sheet';
import { stateTag } from './state-tag';
import { wording } from './wording';
import type { SharedMaterial } from './wire';

/** Materials of several items, each once, with the items that ask for it. */
export class SharedMaterials extends LitElement {
  static override properties = { materials: { attribute: false } };
  static override styles = [
    base,
    tags,
    css`
      ol {
        counter-reset: material;
        padding: var(--gap-xs) var(--edge);
        border: 1px solid var(--rule);
        border-radius: var(--radius);
        background: var(--paper);
      }
      li {
        padding: 0.5rem 0;
        overflow-wrap: anywhere;
      }
      li + li {
        border-top: 1px solid var(--rule);
      }
      .name {
        font-weight: 600;
      }
      .name::before {
        counter-increment: material;
        content: counter(material) '. ';
        color: var(--accent);
      }
      .for {
        display: block;
        color: var(--ink-soft);
        font-size: var(--text-s);
      }
    `,
  ];

  declare materials: SharedMaterial[];

  override render() {
    return html`<ol>
      ${this.materials.map(
        ({ name, used_by, state }) => html`<li>
          <span class="name">${name}</span>${stateTag(state)}
          <span class="for">${wording.usedBy(used_by.join('、'))}</span>
        </li>`,
      )}
    </ol>`;
  }
}

customElements.define('bangban-shared-materials', SharedMaterials);
