import { LitElement, css, html, nothing } from 'lit';
import { regionsBelow } from './api';
import { divisionLine, fullName, ownName } from './division';
import { focused } from './focus';
import { home } from './home';
import { base, controls, notices } from './sheet';
import { wording } from './wording';
import type { Region } from './wire';

/** What was chosen: a division, `null` for the whole region, `undefined` when it was called off. */
export type Chosen = Region | null | undefined;

interface Level {
  options: Region[];
  chosen: string;
}

/** 盟市 → 旗县 → 苏木乡镇 as a chain of lists in a dialog. */
export class RegionDialog extends LitElement {
  static override properties = {
    levels: { state: true },
    failed: { state: true },
  };
  static override styles = [
    base,
    controls,
    notices,
    css`
      dialog {
        width: 30rem;
        max-width: calc(100vw - 1.5rem);
        max-height: calc(100vh - 1.5rem);
        overflow: auto;
        padding: var(--gap);
        border: 1px solid var(--control);
        border-radius: var(--radius);
        background: var(--paper);
        color: var(--ink);
        box-shadow: var(--shadow);
      }
      dialog::backdrop {
        background: rgba(8, 24, 20, 0.55);
      }
      h2 {
        font-size: var(--text-l);
      }
      .hint {
        color: var(--ink-soft);
        font-size: var(--text-s);
      }
      label {
        display: block;
        margin: var(--gap-s) 0 var(--gap-xs);
        font-weight: 600;
      }
      select {
        width: 100%;
        min-height: var(--target);
        padding: 0.3em 0.6em;
        border: 1px solid var(--control);
        border-radius: var(--radius-s);
        background: var(--paper);
      }
      .row {
        margin-top: var(--gap);
      }
      .failure {
        margin-top: var(--gap-s);
      }
    `,
  ];

  declare levels: Level[];
  declare failed: boolean;
  private settle: ((chosen: Chosen) => void) | undefined;

  constructor() {
    super();
    this.levels = [];
    this.failed = false;
  }

  /** Opens with a division chosen already; resolves when the dialog closes. */
  async choose(code: string): Promise<Chosen> {
    this.levels = [];
    this.failed = false;
    await this.updateComplete;
    const opener = focused();
    this.dialog.showModal();
    const result = new Promise<Chosen>((resolve) => (this.settle = resolve));
    void this.open(divisionLine(code));
    const chosen = await result;
    opener?.focus();
    return chosen;
  }

  private get dialog(): HTMLDialogElement {
    return this.renderRoot.querySelector('dialog') as HTMLDialogElement;
  }

  private async open(line: string[]) {
    try {
      const levels: Level[] = [];
      for (let depth = 0; depth <= line.length && depth < wording.regionLevels.length; depth++) {
        const options = await regionsBelow(line[depth - 1] ?? '');
        if (options.length === 0) break;
        const chosen = options.some((region) => region.code === line[depth]) ? (line[depth] ?? '') : '';
        levels.push({ options, chosen });
        this.levels = [...levels];
        if (!chosen) break;
      }
      this.failed = false;
    } catch {
      this.failed = true;
    }
  }

  private pick(depth: number, code: string) {
    const line = this.levels.slice(0, depth).map((level) => level.chosen);
    this.levels = [...this.levels.slice(0, depth), { ...(this.levels[depth] as Level), chosen: code }];
    if (code) void this.open([...line, code]);
  }

  private finish(chosen: Chosen) {
    const { settle } = this;
    this.settle = undefined;
    this.dialog.close();
    settle?.(chosen);
  }

  private get chosen(): Region | null {
    let chosen: Region | null = null;
    let name = '';
    for (const level of this.levels) {
      const next = level.options.find((region) => region.code === level.chosen);
      if (!next) break;
      name = fullName(next.name, name);
      chosen = { code: next.code, name };
    }
    return chosen;
  }

  override render() {
    return html`<dialog aria-labelledby="title" @close=${() => this.settle?.(undefined)}>
      <h2 id="title">${wording.regionTitle}</h2>
      <p class="hint">${wording.regionHint}</p>
      ${wording.regionLevels.map((label, depth) => this.list(label, depth))}
      <div role="alert">${this.failed ? html`<p class="failure">${wording.regionFailed}</p>` : nothing}</div>
      <div class="row">
        <button class="button main" type="button" @click=${() => this.finish(this.chosen)}>${wording.regionOk}</button>
        ${this.failed
          ? html`<button class="button" type="button" @click=${() => void this.open(this.levels.map((level) => level.chosen))}>${wording.retry}</button>`
          : nothing}
        <button class="button" type="button" @click=${() => this.finish(undefined)}>${wording.cancel}</button>
      </div>
    </dialog>`;
  }

  private list(label: string, depth: number) {
    const level = this.levels[depth];
    const above = this.levels[depth - 1];
    const parent = above?.options.find((region) => region.code === above.chosen)?.name ?? '';
    return html`<label for="level-${depth}">${label}</label>
      <select
        id="level-${depth}"
        ?disabled=${depth > 0 && !level}
        .value=${level?.chosen ?? ''}
        @change=${(event: Event) => this.pick(depth, (event.target as HTMLSelectElement).value)}
      >
        <option value="">${wording.regionAny[depth]}</option>
        ${level?.options.map(
          (region) => html`<option value=${region.code} ?selected=${region.code === level.chosen}>
            ${ownName(region.name, parent)}
          </option>`,
        )}
      </select>`;
  }
}

customElements.define('bangban-region-dialog', RegionDialog);

/** Asks for a division. */
export async function chooseRegion(code: string): Promise<Chosen> {
  const dialog = document.createElement('bangban-region-dialog') as RegionDialog;
  home.windows().appendChild(dialog);
  try {
    return await dialog.choose(code);
  } finally {
    dialog.remove();
  }
}
