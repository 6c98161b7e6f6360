import { LitElement, css, html, nothing } from 'lit';
import { fields } from '../form-style';
import '../modal';
import type { Modal } from '../modal';
import { base, controls, notices } from '../sheet';
import { clock } from './age';
import { contents, decide, type Content, type Kind, type State, type Verdict } from './api-content';
import { told } from './content';
import './content-form';
import type { ContentForm, MadeEvent } from './content-form';
import './content-preview';
import type { ContentPreview, VerdictEvent } from './content-preview';
import { pagesOf } from './pages';
import { page, tables } from './style';
import { trouble } from './trouble';
import type { Me } from './wire';
import { words as desk } from './wording';
import { contentWords as words } from './wording-content';

/** Changes that are listed at first, and then; the service lists no more. */
const LISTED = 100;
const MOST = 500;

const KINDS = Object.keys(words.kindOf) as Kind[];

/** 内容: everyday names and words, hours and days. One writes, another publishes; what is published can be taken back. */
export class ContentPage extends LitElement {
  static override properties = {
    me: { attribute: false },
    state: { state: true },
    kind: { state: true },
    list: { state: true },
    limit: { state: true },
    chosen: { state: true },
    failure: { state: true },
    note: { state: true },
  };
  static override styles = [
    base,
    controls,
    notices,
    fields,
    page,
    tables,
    css`
      .new {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(13rem, 100%), 1fr));
        gap: var(--gap-xs) var(--gap-s);
        margin: var(--gap-s) 0;
      }
      .new .button {
        display: grid;
        justify-content: flex-start;
        justify-items: start;
        gap: 0;
        padding: 0.4em 0.9em;
        text-align: left;
      }
      .new b::before {
        content: '＋ ';
        color: var(--accent);
      }
      .filters {
        display: flex;
        flex-wrap: wrap;
        gap: var(--gap-xs) var(--gap);
        margin: var(--gap-s) 0;
      }
      .tag {
        display: inline-block;
        margin-right: 0.5em;
        padding: 0 0.4em;
        border: 1px solid currentColor;
        border-radius: 0.25rem;
        color: var(--accent-strong);
        font-size: var(--text-s);
        font-weight: 400;
        white-space: nowrap;
      }
      tbody th {
        font-weight: 600;
      }
      .state {
        font-weight: 700;
        white-space: nowrap;
      }
      .acts {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.25rem 0.4rem;
      }
      td .soft {
        display: block;
      }
    `,
  ];

  declare me: Me;
  declare state: State | '';
  declare kind: Kind | '';
  declare list: Content[] | null;
  declare limit: number;
  /** The change that is to be taken back. */
  declare chosen: Content | null;
  declare failure: string;
  declare note: string;

  constructor() {
    super();
    this.state = 'open';
    this.kind = '';
    this.list = null;
    this.limit = LISTED;
    this.chosen = null;
    this.failure = '';
    this.note = '';
  }

  override connectedCallback() {
    super.connectedCallback();
    void this.read();
  }

  private find<T extends Element>(name: string): T {
    return this.renderRoot.querySelector(name) as T;
  }

  private async read() {
    const { state, kind, limit } = this;
    try {
      const list = await contents(state, kind, limit);
      // What was chosen in between is read by itself.
      if (state === this.state && kind === this.kind) Object.assign(this, { list, failure: '' });
    } catch (error) {
      this.failure = trouble(error);
    }
  }

  private show(part: { state?: State | ''; kind?: Kind | '' }) {
    Object.assign(this, part, { list: null, limit: LISTED, note: '' });
    void this.read();
  }

  private async write(kind: Kind) {
    // The hours in use are those that were published last; those of the settings are known to the service alone.
    const published = kind === 'hours' ? await contents('published', 'hours', MOST).catch(() => []) : [];
    const last = [...published].sort((a, b) => (b.decided_at ?? '').localeCompare(a.decided_at ?? ''))[0];
    await this.find<ContentForm>('desk-content-form').show(kind, last?.change.spans ?? []);
  }

  private async made({ made }: MadeEvent) {
    if (this.state !== '' && this.state !== 'open') this.state = 'open';
    if (this.kind !== '' && this.kind !== made.change.kind) this.kind = '';
    await this.read();
    this.note = words.made(told(made));
    await this.updateComplete;
    this.find<HTMLElement>(`[data-look="${made.id}"]`)?.focus();
  }

  private look(one: Content) {
    return this.find<ContentPreview>('desk-content-preview').show(one, this.mayDecide(one));
  }

  private mayDecide(one: Content): boolean {
    return one.state === 'open' && this.decides && !this.isOwn(one);
  }

  private get decides(): boolean {
    return this.me.permissions.includes('proposals.decide');
  }

  /** Nobody publishes his own. */
  private isOwn({ by }: Content): boolean {
    return by === this.me.account.number;
  }

  private async decide(one: Content, verdict: Verdict) {
    const preview = this.find<ContentPreview>('desk-content-preview');
    try {
      const decided = await decide(one.id, verdict);
      preview.close();
      await this.read();
      this.note = `${words.done[verdict]}：${told(decided)}`;
      await this.updateComplete;
      this.find<HTMLElement>('h2').focus();
    } catch (error) {
      const failure = trouble(error);
      if (preview.open) return preview.complain(failure);
      await this.read();
      this.failure = failure;
      await this.updateComplete;
      this.find('.failure')?.scrollIntoView({ block: 'nearest' });
    }
  }

  private async ask(one: Content) {
    this.chosen = one;
    await this.updateComplete;
    await this.find<Modal>('bangban-modal').show();
  }

  private async withdraw() {
    const { chosen } = this;
    this.find<Modal>('bangban-modal').close();
    if (chosen) await this.decide(chosen, 'withdraw');
  }

  override render() {
    const { list } = this;
    return html`<div class="top"><h2 tabindex="-1">${words.title}</h2></div>
      <p class="soft">${words.hint} ${this.elsewhere()}</p>
      <div class="new" role="group" aria-label=${words.write}>
        ${KINDS.map(
          (kind) => html`<button class="button" type="button" @click=${() => void this.write(kind)}>
            <b>${words.writeKind(words.kindOf[kind])}</b><span class="soft">${words.kindDoes[kind]}</span>
          </button>`,
        )}
      </div>
      <div class="filters">
        ${this.choices(desk.shownState, { ...words.stateOf, '': words.history }, this.state, (state) => this.show({ state }))}
        ${this.choices(words.kind, { '': words.all, ...words.kindOf }, this.kind, (kind) => this.show({ kind }))}
      </div>
      <p role="status">${this.note || (list ? (list.length > 0 ? words.count(list.length) : words.none) : desk.loading)}</p>
      <div role="alert">${this.failure ? html`<p class="failure">${desk.error}${this.failure}</p>` : nothing}</div>
      ${list && list.length > 0 ? this.table(list) : nothing}
      ${list && list.length >= this.limit && this.limit < MOST
        ? html`<p><button class="button" type="button" @click=${() => this.more()}>${words.more}</button></p>`
        : nothing}
      <desk-content-form @made=${(event: MadeEvent) => void this.made(event)}></desk-content-form>
      <desk-content-preview @verdict=${({ content, verdict }: VerdictEvent) => void this.decide(content, verdict)}></desk-content-preview>
      ${this.question()}`;
  }

  private more() {
    this.limit = MOST;
    void this.read();
  }

  private elsewhere() {
    const pages = pagesOf(this.me);
    const links = [
      ...(pages.includes('proposals') ? [html`<a href="#proposals">${words.toExamples}</a>`] : []),
      ...(pages.includes('hotline') && this.me.permissions.includes('notices.write') ? [html`<a href="#hotline">${words.toNotices}</a>`] : []),
    ];
    return links.length > 0 ? html`${words.elsewhere}${links.map((link, at) => html`${at > 0 ? ' · ' : ''}${link}`)}` : nothing;
  }

  private choices<T extends string>(label: string, named: Record<T, string>, chosen: T, choose: (value: T) => void) {
    const values = Object.entries(named) as [T, string][];
    return html`<div class="row" role="group" aria-label=${label}>
      ${values.map(
        ([value, name]) => html`<button class="button" type="button" aria-pressed=${value === chosen ? 'true' : 'false'} @click=${() => choose(value)}>${name}</button>`,
      )}
    </div>`;
  }

  private table(list: Content[]) {
    return html`<table>
      <thead>
        <tr>${[words.change, desk.state, words.writtenBy, words.decided, desk.deal].map((name) => html`<th scope="col">${name}</th>`)}</tr>
      </thead>
      <tbody>
        ${list.map(
          (one) => html`<tr>
            <th scope="row"><span class="tag">${words.kindOf[one.change.kind] ?? one.change.kind}</span>${told(one)}</th>
            <td data-name=${desk.state}><span class="state">${words.stateOf[one.state]}</span></td>
            <td data-name=${words.writtenBy}>${words.byAt(one.by, clock(one.at))}</td>
            <td data-name=${words.decided}>${one.decided_by ? words.byAt(one.decided_by, clock(one.decided_at ?? '')) : words.notDecided}</td>
            <td><div class="acts">${this.acts(one)}</div></td>
          </tr>`,
        )}
      </tbody>
    </table>`;
  }

  private acts(one: Content) {
    const what = told(one);
    const act = (verdict: Verdict, kind = '') => html`<button
      class="button ${kind}"
      type="button"
      aria-label=${desk.actOf(words[verdict], what)}
      @click=${() => void (verdict === 'withdraw' ? this.ask(one) : this.decide(one, verdict))}
    >
      ${words[verdict]}
    </button>`;
    const look = html`<button class="button" type="button" data-look=${one.id} aria-label=${desk.actOf(words.look, what)} @click=${() => void this.look(one)}>${words.look}</button>`;
    if (one.state === 'published') return this.decides ? act('withdraw', 'grave') : nothing;
    if (one.state !== 'open') return nothing;
    const own = this.isOwn(one);
    return html`${look} ${this.mayDecide(one) ? html`${act('publish', 'main')} ${act('refuse')}` : nothing}
    ${own ? html`${act('withdraw')}<span class="soft">${words.own}</span>` : nothing}`;
  }

  /** Taking back counts at once, for everybody: it is asked before. */
  private question() {
    const { chosen } = this;
    return html`<bangban-modal .heading=${words.withdrawAsk}>
      ${chosen
        ? html`<p><b>${words.kindOf[chosen.change.kind]}：${told(chosen)}</b></p>
            <p>${chosen.state === 'published' ? words.withdrawPublished : words.withdrawOpen}</p>`
        : nothing}
      <div class="row foot">
        <button class="button grave" type="button" @click=${() => void this.withdraw()}>${words.withdraw}</button>
        <button class="button" type="button" data-first @click=${() => this.find<Modal>('bangban-modal').close()}>${words.keep}</button>
      </div>
    </bangban-modal>`;
  }
}

customElements.define('desk-content', ContentPage);
