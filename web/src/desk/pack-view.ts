import { LitElement, css, html, nothing } from 'lit';
import { base, controls, notices } from '../sheet';
import type { Region } from '../wire';
import { HitEvent } from './lookup-box';
import { ageDays, dayOf, isOld, type Kept } from './pack';
import type { Packs } from './packs';
import { page } from './style';
import { words } from './wording';

/** 离线包: what this browser keeps, of what day, and what of it is old. */
export class PackView extends LitElement {
  static override properties = { packs: { attribute: false }, place: { attribute: false } };
  static override styles = [
    base,
    controls,
    notices,
    page,
    css`
      :host {
        --target: 2.25rem;
      }
      article {
        margin-top: var(--gap-s);
        padding: var(--gap-s) var(--gap);
        border: 1px solid var(--rule);
        border-radius: var(--radius);
        background: var(--paper);
      }
      .notice {
        display: block;
        margin: var(--gap-xs) 0;
      }
      .notice li {
        padding-left: 1em;
      }
      details {
        margin-top: var(--gap-xs);
      }
      summary {
        display: inline-flex;
        align-items: center;
        min-height: 2.25rem;
        color: var(--accent);
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
      .items {
        columns: 20rem;
        column-gap: 2rem;
      }
      .items li {
        break-inside: avoid;
      }
      .plain {
        min-height: 2rem;
        text-align: left;
      }
      .failure {
        margin-top: var(--gap-s);
      }
    `,
  ];

  declare packs: Packs;
  declare place: Region | null;

  override connectedCallback() {
    super.connectedCallback();
    this.packs.watch(this);
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.packs.unwatch(this);
  }

  override render() {
    const { packs, place } = this;
    const has = packs.kept.some(({ pack }) => pack.region.code === place?.code);
    return html`<p class="soft">${words.packHint}</p>
      ${packs.shell ? nothing : html`<p class="soft">${words.packNoShell}</p>`}
      <div class="row">
        <button class="button main" type="button" ?disabled=${!place || packs.busy || packs.offline} @click=${() => place && void packs.fetch(place)}>
          ${packs.busy ? words.packFetching : place ? (has ? words.packRenew(place.name) : words.packFetch(place.name)) : words.packNeedsPlace}
        </button>
      </div>
      <p role="status">${packs.said}</p>
      <div role="alert">${packs.failure ? html`<p class="failure">${words.error}${packs.failure}</p>` : nothing}</div>
      ${packs.loaded && packs.kept.length === 0 ? html`<p>${words.packNone}</p>` : nothing} ${packs.kept.map((one) => this.pack(one))}`;
  }

  private pack(one: Kept) {
    const { pack, old } = one;
    const days = ageDays(pack.made_at, Date.now());
    return html`<article aria-label=${words.packOf(pack.region.name)}>
      <h2>${words.packOf(pack.region.name)}</h2>
      <p>
        ${words.packFacts(pack.items.length, dayOf(pack.made_at), days)}
        ${pack.corpus_date ? html` · ${words.corpusDate(pack.corpus_date)}` : nothing}
      </p>
      ${isOld(pack, Date.now()) ? html`<p class="notice"><b>${words.oldMark}</b> ${words.packOld(days)}</p>` : nothing}
      ${old.length > 0
        ? html`<div class="notice">
            <p><b>${words.oldMark}</b> ${words.packChanged(old.length)}</p>
            <ul>${old.map(({ name, gone }) => html`<li>${name}${gone ? words.packGone : ''}</li>`)}</ul>
            <button class="button" type="button" @click=${() => void this.packs.seen(one)}>${words.packSeen}</button>
          </div>`
        : nothing}
      <details>
        <summary>${words.packItems(pack.items.length)}</summary>
        <ul class="items">
          ${pack.items.map(
            ({ item, card }) => html`<li>
              <button class="plain" type="button" @click=${() => this.dispatchEvent(new HitEvent('open-hit', { code: item.code, name: item.name, business_item: null }))}>${item.name}</button>
              <span class="soft">${[card.version, card.updated_at].filter((part) => part).join(' · ') || words.notStated}</span>
            </li>`,
          )}
        </ul>
      </details>
      <div class="row">
        <button class="plain" type="button" aria-label=${words.actOf(words.packDrop, pack.region.name)} @click=${() => void this.packs.drop(one)}>${words.packDrop}</button>
      </div>
    </article>`;
  }
}

customElements.define('desk-pack', PackView);
