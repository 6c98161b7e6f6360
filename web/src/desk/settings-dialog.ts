import { LitElement, css, html, nothing } from 'lit';
import { fields } from '../form-style';
import '../modal';
import type { Modal } from '../modal';
import { chooseRegion } from '../region-dialog';
import { base, controls } from '../sheet';
import type { Region } from '../wire';
import { allowPopups } from './alarm';
import * as api from './api';
import { page } from './style';
import { trouble } from './trouble';
import type { Settings } from './settings';
import type { Canned, Group } from './wire';
import { words } from './wording';

const SWITCHES: readonly (keyof Settings)[] = ['sound', 'popup', 'flash', 'keys'];

/** Alarms and keys on and off, canned replies, the password. */
export class SettingsDialog extends LitElement {
  static override properties = {
    settings: { attribute: false },
    writes: { type: Boolean },
    canned: { state: true },
    groups: { state: true },
    region: { state: true },
    error: { state: true },
    denied: { state: true },
  };
  static override styles = [
    base,
    controls,
    fields,
    page,
    css`
      .tick {
        display: flex;
      }
      section {
        margin-top: var(--gap-s);
        padding-top: var(--gap-s);
        border-top: 1px solid var(--rule);
      }
      li {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0 var(--gap-s);
        padding: 0.3rem 0;
      }
      .where {
        align-items: center;
      }
      li .text {
        flex: 1 1 12rem;
        overflow-wrap: anywhere;
      }
    `,
  ];

  declare settings: Settings;
  /** Whether canned replies may be written. */
  declare writes: boolean;
  declare canned: Canned[];
  declare groups: Group[];
  /** Where a new reply is for; `null` for every place. */
  declare region: Region | null;
  declare error: string;
  declare denied: boolean;

  constructor() {
    super();
    this.writes = false;
    this.canned = [];
    this.groups = [];
    this.region = null;
    this.error = '';
    this.denied = false;
  }

  async show() {
    this.error = '';
    await this.updateComplete;
    await this.modal.show();
    if (this.writes) await this.attempt(() => this.read());
  }

  private get modal(): Modal {
    return this.renderRoot.querySelector('bangban-modal') as Modal;
  }

  private field(id: string): HTMLInputElement | HTMLSelectElement {
    return this.renderRoot.querySelector(`#${id}`) as HTMLInputElement | HTMLSelectElement;
  }

  private async read() {
    ({ canned: this.canned, groups: this.groups } = await api.canned());
  }

  private async choosePlace() {
    const chosen = await chooseRegion(this.region?.code ?? '');
    if (chosen !== undefined) this.region = chosen;
  }

  private async attempt(run: () => Promise<void>) {
    this.error = '';
    try {
      await run();
    } catch (error) {
      this.error = trouble(error);
    }
  }

  private async turn(name: keyof Settings, on: boolean) {
    this.denied = name === 'popup' && on && !(await allowPopups());
    this.dispatchEvent(new CustomEvent<Settings>('set', { detail: { ...this.settings, [name]: on } }));
  }

  private add() {
    const title = this.field('title').value.trim();
    const text = this.field('text').value.trim();
    if (!title || !text) return this.field(title ? 'text' : 'title').focus();
    const group = this.field('group').value;
    return this.attempt(async () => {
      await api.addCanned({ title, text, ...(this.region ? { region: this.region.code } : {}), ...(group ? { group } : {}) });
      this.field('title').value = '';
      this.field('text').value = '';
      await this.read();
    });
  }

  private drop(one: Canned) {
    return this.attempt(async () => {
      await api.dropCanned(one.id);
      await this.read();
      this.renderRoot.querySelector<HTMLElement>('#canned')?.focus();
    });
  }

  private async changePassword(event: Event) {
    event.preventDefault();
    const next = this.field('new').value;
    if ([...next].length < 10) {
      this.error = words.passwordShort;
      return this.field('new').focus();
    }
    await this.attempt(async () => {
      await api.changePassword(this.field('old').value, next);
      this.modal.close();
      this.dispatchEvent(new Event('password'));
    });
  }

  override render() {
    return html`<bangban-modal .heading=${words.settings}>
      ${SWITCHES.map(
        (name) => html`<label class="tick">
          <input
            type="checkbox"
            .checked=${this.settings[name]}
            @change=${(event: Event) => void this.turn(name, (event.target as HTMLInputElement).checked)}
          />${words.settingOf[name]}
        </label>`,
      )}
      <div role="alert">
        ${this.denied ? html`<p class="wrong">${words.popupDenied}</p>` : nothing}
        ${this.error ? html`<p class="wrong">${words.error}${this.error}</p>` : nothing}
      </div>
      ${this.writes ? this.replies() : nothing} ${this.password()}
      <div class="row foot">
        <button class="button main" type="button" @click=${() => this.modal.close()}>${words.close}</button>
      </div>
    </bangban-modal>`;
  }

  private replies() {
    return html`<section>
      <h3 id="canned" tabindex="-1">${words.cannedTitle}</h3>
      <ul>
        ${this.canned.map(
          (one) => html`<li>
            <span class="text"><b>${one.title}</b>：${one.text} <span class="soft">${one.region_name ?? words.wholeRegion} · ${one.group_name ?? words.allGroups}</span></span>
            ${one.mine
              ? html`<button class="button" type="button" aria-label=${words.cannedDrop(one.title)} @click=${() => void this.drop(one)}>${words.drop}</button>`
              : nothing}
          </li>`,
        )}
      </ul>
      <label for="title">${words.cannedNew}：${words.cannedName}</label>
      <input class="field" id="title" type="text" maxlength="30" />
      <label for="text">${words.cannedText}</label>
      <textarea class="field" id="text" maxlength="1000" aria-describedby="hint"></textarea>
      <p class="hint" id="hint">${words.cannedHint}</p>
      <div class="row where" role="group" aria-label=${words.cannedPlace}>
        <span>${words.cannedPlace}：<b>${this.region?.name ?? words.wholeRegion}</b></span>
        <button class="button" type="button" @click=${() => void this.choosePlace()}>${words.change}</button>
      </div>
      <label for="group">${words.cannedGroup}</label>
      <select class="field" id="group">
        <option value="">${words.allGroups}</option>
        ${this.groups.map(({ id, name }) => html`<option value=${id}>${name}</option>`)}
      </select>
      <div class="row foot"><button class="button" type="button" @click=${() => void this.add()}>${words.cannedAdd}</button></div>
    </section>`;
  }

  private password() {
    return html`<section>
      <h3>${words.changePassword}</h3>
      <form novalidate @submit=${(event: Event) => void this.changePassword(event)}>
        <label for="old">${words.oldPassword}</label>
        <input class="field" id="old" type="password" autocomplete="current-password" />
        <label for="new">${words.newPassword}</label>
        <input class="field" id="new" type="password" autocomplete="new-password" />
        <div class="row foot"><button class="button" type="submit">${words.changePassword}</button></div>
      </form>
    </section>`;
  }
}

customElements.define('desk-settings', SettingsDialog);
