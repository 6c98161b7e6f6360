import { LitElement, css, html, nothing } from 'lit';
import { webLink } from './link';
import { base, tags } from './sheet';
import { stateTag } from './state-tag';
import './source-button';
import { wording } from './wording';
import type { Material, Materials, Question } from './wire';

/** 申请材料: one line a material, with its tag in words. */
export class MaterialList extends LitElement {
  static override properties = {
    materials: { attribute: false },
    questions: { attribute: false },
  };
  static override styles = [
    base,
    tags,
    css`
      .summary {
        margin-bottom: var(--gap-xs);
        padding: 0.6rem 1rem;
        border-radius: var(--radius-s);
        background: var(--accent-tint);
        color: var(--accent-strong);
        font-weight: 600;
      }
      .materials > li {
        display: flex;
        gap: 0.75rem;
        padding: 0.85rem 0;
        border-bottom: 1px solid var(--rule);
      }
      .number {
        flex: none;
        min-width: 1.4em;
        color: var(--accent);
        font-weight: 700;
        font-variant-numeric: tabular-nums;
      }
      .tick {
        flex: none;
        width: 12pt;
        height: 12pt;
        border: 1pt solid #000;
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
        font-weight: 600;
        overflow-wrap: anywhere;
      }
      .facts {
        color: var(--ink-soft);
        overflow-wrap: anywhere;
      }
      .fact + .fact::before {
        content: ' · ';
      }
      .because {
        color: var(--warn-ink);
        font-size: var(--text-s);
      }
      summary {
        display: inline-flex;
        align-items: center;
        min-height: var(--target);
        margin: -0.3rem 0 -0.3rem -0.4em;
        padding: 0 0.4em;
        border-radius: var(--radius-s);
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
      details[open] summary::before {
        content: '－';
      }
      .notes div {
        display: flex;
        flex-wrap: wrap;
        gap: 0 0.75em;
        padding: 0.15rem 0;
      }
      .notes dt {
        flex: 0 0 5em;
        color: var(--ink-soft);
      }
      .notes dd {
        flex: 1 1 12em;
        min-width: 0;
        white-space: pre-line;
        overflow-wrap: anywhere;
      }
      .shared {
        display: flex;
        flex-wrap: wrap;
        padding-top: 0.6rem;
      }
      @media print {
        .materials > li {
          padding: 0.25rem 0;
          break-inside: avoid;
        }
        .summary {
          padding: 0;
          color: #000;
        }
      }
    `,
  ];

  declare materials: Materials;
  declare questions: Question[];

  override render() {
    const { list, stated, summary } = this.materials;
    const empty = list.length === 0;
    return html`<p class="summary">
        ${empty && stated ? wording.materialsNone : summary}
      </p>
      <ol class="materials">
        ${list.map((material, at) => this.line(material, at))}
      </ol>
      ${empty
        ? html`<div class="shared">
            <bangban-source .citation=${this.materials.citation} .label=${wording.materials}></bangban-source>
          </div>`
        : nothing}`;
  }

  private line(material: Material, at: number) {
    const facts = [material.quantity, material.form, material.source].filter((fact) => fact !== null);
    return html`<li data-cite=${material.citation.id}>
      <span class="number screen-only" aria-hidden="true">${at + 1}</span>
      <span class="tick print-only" aria-hidden="true"></span>
      <div class="body">
        <div class="first">
          <span class="name">${material.name}</span>
          ${stateTag(material.state)}
          <bangban-source .citation=${material.citation} .label=${material.name}></bangban-source>
        </div>
        <p class="facts">
          ${facts.length > 0 ? facts.map((fact) => html`<span class="fact">${fact}</span>`) : wording.notStated}
        </p>
        ${material.license_name ? html`<p class="facts">${wording.waivableBy(material.license_name)}</p>` : nothing}
        ${this.because(material)} ${this.notes(material)}
      </div>
    </li>`;
  }

  private because(material: Material) {
    const asked = this.questions.filter((question) => material.waits_for.includes(question.id)).map(({ question }) => question);
    const reasons = material.state === 'open' && material.needed_when ? [material.needed_when] : asked;
    if (reasons.length === 0) return nothing;
    return html`<p class="because">${wording.openBecause(reasons.join('、'))}</p>`;
  }

  private notes(material: Material) {
    const labels = Object.entries(wording.noteLabels) as [keyof typeof wording.noteLabels, string][];
    const notes = labels.filter(([field]) => material[field]);
    if (notes.length === 0) return nothing;
    const rows = notes.map(
      ([field, label]) => html`<div><dt>${label}</dt><dd>${this.note(material[field] ?? '', label)}</dd></div>`,
    );
    // Paper can't be unfolded.
    return html`<details class="screen-only">
        <summary>${wording.notes}<span class="unseen">（${material.name}）</span></summary>
        <dl class="notes">
          ${rows}
        </dl>
      </details>
      <dl class="notes print-only">
        ${rows}
      </dl>`;
  }

  private note(text: string, label: string) {
    const url = webLink(text);
    return url
      ? html`<a href=${url.href} target="_blank" rel="noopener noreferrer">${wording.openFile(label)}（${url.host}）</a>`
      : text;
  }
}

customElements.define('bangban-materials', MaterialList);
