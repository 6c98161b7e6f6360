import { LitElement, html, nothing, type PropertyValues } from 'lit';
import { item } from '../api';
import { base, controls, notices } from '../sheet';
import * as api from './api';
import { filled, type Facts } from './canned';
import './case-composer';
import type { CaseComposer, WrittenEvent } from './case-composer';
import './case-context';
import type { DifferencesEvent } from './case-context';
import './case-list';
import type { CaseList, OpenEvent } from './case-list';
import './case-log';
import type { GuideEvent, ResendEvent } from './case-log';
import './close-dialog';
import type { CloseDialog } from './close-dialog';
import type { Attached, Draft, Floor, Opened } from './floor';
import './forward-dialog';
import type { ForwardDialog } from './forward-dialog';
import './guide-dialog';
import type { GuideDialog } from './guide-dialog';
import './item-search';
import type { ItemSearch } from './item-search';
import { command, whereOf, type Command } from './keys';
import './keys-sheet';
import type { KeysSheet } from './keys-sheet';
import { page } from './style';
import { casesStyle } from './cases-style';
import { Suggestions, lastSaid, putAfter } from './suggest';
import './suggested-replies';
import type { TakeEvent } from './suggested-replies';
import type { Canned, ListName, Me, Row, Suggestion } from './wire';
import { words } from './wording';

type View = 'list' | 'talk' | 'context';

/** 接待: the lists, one conversation, and what belongs to it. */
export class CasesPage extends LitElement {
  static override properties = {
    floor: { attribute: false },
    me: { attribute: false },
    keys: { type: Boolean },
    now: { type: Number },
    list: { state: true },
    view: { state: true },
    canned: { state: true },
    failure: { state: true },
  };
  static override styles = [base, controls, notices, page, casesStyle];

  declare floor: Floor;
  declare me: Me;
  declare keys: boolean;
  declare now: number;
  declare list: ListName;
  declare view: View;
  declare canned: Canned[];
  declare failure: string;
  /** Phones of the guides at hand, for canned replies. */
  private readonly phones = new Map<string, string>();
  private readonly suggestions = new Suggestions(api.suggestions, () => this.requestUpdate());

  constructor() {
    super();
    this.keys = true;
    this.now = Date.now();
    this.list = 'waiting';
    this.view = 'list';
    this.canned = [];
    this.failure = '';
  }

  override connectedCallback() {
    super.connectedCallback();
    window.addEventListener('keydown', this.pressed);
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    window.removeEventListener('keydown', this.pressed);
  }

  /** Those for the place and group of what is open; without them everything can still be written by hand. */
  private async readCanned(id: string) {
    const found = await api.canned(id).then(({ canned }) => canned, () => []);
    if (id === this.at) this.canned = found;
  }

  private get at(): string {
    return this.floor.current;
  }

  private get opened(): Opened | null {
    return this.floor.one(this.at);
  }

  private get claims(): boolean {
    return this.me.permissions.includes('desk.claim');
  }

  private get draft(): Draft {
    return this.floor.draft(this.at);
  }

  private write(part: Partial<Draft>, id = this.at) {
    this.floor.write(id, part);
  }

  private find<T extends Element>(name: string): T {
    return this.renderRoot.querySelector(name) as T;
  }

  private readonly pressed = (event: KeyboardEvent) => {
    const wanted = command(event, whereOf(event, this.keys));
    if (!wanted) return;
    event.preventDefault();
    void this.run(wanted);
  };

  private async run(wanted: Command) {
    const taken = /^take(\d)$/.exec(wanted);
    const row = this.floor.row(this.at);
    const mine = this.floor.isMine(this.at);
    if (taken) await this.take(this.suggestions.list[Number(taken[1]) - 1]);
    else if (wanted === 'nextMine' || wanted === 'previousMine') await this.turn(wanted === 'nextMine' ? 1 : -1);
    else if (wanted === 'next' || wanted === 'previous') this.step(wanted === 'next' ? 1 : -1);
    else if (wanted === 'open') await this.show(this.find<CaseList>('desk-list').focusedRow || this.at);
    else if (wanted === 'sheet') await this.find<KeysSheet>('desk-keys').show();
    else if (wanted === 'search') await this.search(false);
    else if (wanted === 'claim' && row?.stage === 'queued') await this.claim();
    else if (wanted === 'note' && row) await this.compose('note');
    else if (wanted === 'reply' && mine) await this.compose('reply');
    else if (wanted === 'insert' && mine) await this.search(true);
    else if (wanted === 'forward' && mine) await this.find<ForwardDialog>('desk-forward').show();
    else if (wanted === 'giveBack' && mine) await this.giveBack();
    else if (wanted === 'close' && (mine || row?.stage === 'callback')) await this.find<CloseDialog>('desk-close').show();
  }

  /** Moves through the list; focus goes along, the conversation opens with Enter. */
  private step(by: number) {
    const rows = this.floor.list(this.list);
    if (rows.length === 0) return;
    const list = this.find<CaseList>('desk-list');
    const at = rows.findIndex(({ id }) => id === (list.focusedRow || this.at));
    const next = rows[at < 0 ? 0 : Math.max(0, Math.min(rows.length - 1, at + by))];
    if (!next) return;
    this.view = 'list';
    void list.focusRow(next.id);
  }

  /** Opens the next or previous conversation in hand, and goes around at the ends. */
  private async turn(by: number) {
    const rows = this.floor.list('mine');
    const at = rows.findIndex(({ id }) => id === this.at);
    const next = rows[((at < 0 && by < 0 ? 0 : at) + by + rows.length) % rows.length];
    if (next) await this.show(next.id, 'mine');
  }

  private async show(id: string, list = this.list) {
    if (!id) return;
    this.list = list;
    this.view = 'talk';
    this.failure = '';
    this.canned = [];
    void this.readCanned(id);
    await this.floor.open(id);
    void this.learnPhone();
    await this.updateComplete;
    if (this.floor.isMine(id)) await this.find<CaseComposer>('desk-composer')?.takeFocus();
    else this.find<HTMLElement>('#case-title')?.focus();
  }

  private async compose(mode: Draft['mode']) {
    this.view = 'talk';
    this.write({ mode });
    await this.updateComplete;
    await this.find<CaseComposer>('desk-composer')?.takeFocus();
  }

  private async act(run: (id: string) => Promise<Row>): Promise<string> {
    const id = this.at;
    return this.floor.act(id, () => run(id));
  }

  private async claim() {
    this.failure = await this.act(api.claim);
    if (this.failure) return;
    this.list = 'mine';
    await this.updateComplete;
    await this.compose('reply');
  }

  private async giveBack() {
    if (!confirm(words.giveBackSure)) return;
    this.failure = await this.act(api.giveBack);
    if (!this.failure) this.next();
  }

  /** Where one conversation has gone, the next waits. */
  private next() {
    const [row] = this.floor.list('mine');
    if (row) void this.show(row.id, 'mine');
    else {
      this.list = 'waiting';
      this.view = 'list';
      void this.find<CaseList>('desk-list').focusRow('');
    }
  }

  private async ended(run: (id: string) => Promise<Row>): Promise<string> {
    const failure = await this.act(run);
    if (!failure) setTimeout(() => this.next());
    // Forwarded, it may be out of sight.
    if (!failure) setTimeout(() => void this.floor.load(true));
    return failure;
  }

  /** Looks an item up: to read its guide, or to send it along. */
  private async search(attach: boolean) {
    const found = await this.find<ItemSearch>('desk-search').choose();
    if (!found) return;
    const { code, name, business_item } = found;
    if (!attach) return this.find<GuideDialog>('desk-guide').show(code, null, business_item ?? '');
    await this.attach(code, business_item ? `${name}：${business_item}` : name, business_item ?? '');
  }

  private async attach(code: string, name: string, business_item: string, region = this.floor.row(this.at)?.region?.code ?? '') {
    if (!this.floor.isMine(this.at)) return;
    this.write({ attached: { code, name, business_item, region } });
    await this.compose('reply');
  }

  /** Puts a suggestion into the reply, after what is written already. */
  private async take(one: Suggestion | undefined) {
    if (!one || !this.floor.isMine(this.at)) return;
    if (one.kind === 'card' && one.item) {
      const { code, name, business_item, region } = one.item;
      return this.attach(code, business_item ? `${name}：${business_item}` : name, business_item ?? '', region ?? '');
    }
    await this.compose('reply');
    const text = one.kind === 'canned' ? filled(one.text, this.facts) : one.text;
    await this.find<CaseComposer>('desk-composer').put(putAfter(this.draft.reply, text));
  }

  private async written({ mode, text }: WrittenEvent) {
    const id = this.at;
    if (mode === 'note') {
      this.failure = await this.floor.note(id, text);
      if (!this.failure) this.write({ note: '', mode: this.floor.isMine(id) ? 'reply' : 'note' }, id);
      return;
    }
    const { attached } = this.draft;
    this.write({ reply: '', attached: null }, id);
    void api.typing(id, false).catch(() => {});
    await this.floor.say(
      id,
      {
        ...(text ? { text } : {}),
        ...(attached ? { item_code: attached.code } : {}),
        ...(attached?.region ? { region: attached.region } : {}),
        ...(attached?.business_item ? { business_item: attached.business_item } : {}),
      },
      attached?.name,
    );
  }

  private composerActs(act: string) {
    if (act === 'insert') void this.search(true);
    else if (act === 'detach') this.write({ attached: null });
    else void this.compose(act === 'note' ? 'note' : 'reply');
  }

  /** The phone of the guide that the conversation is about. */
  private async learnPhone() {
    const row = this.floor.row(this.at);
    const code = row?.item?.code;
    if (!code) return;
    const key = `${code} ${row.region?.code ?? ''}`;
    if (this.phones.has(key)) return;
    const card = await item(code, row.region?.code).then((found) => found.card, () => null);
    const lines = [...(card?.channels ?? []), ...(card?.hall?.lines ?? [])];
    const phone = lines.find(({ value, citation, label }) => value !== null && (citation.field === 'consult' || label.includes('电话')));
    this.phones.set(key, phone?.value ?? '');
    this.requestUpdate();
  }

  private get facts(): Facts {
    const row = this.floor.row(this.at);
    return {
      工号: this.me.account.number,
      事项: row?.item?.name ?? '',
      地区: row?.region?.name ?? '',
      电话: this.phones.get(`${row?.item?.code ?? ''} ${row?.region?.code ?? ''}`) ?? '',
    };
  }

  override willUpdate(changed: PropertyValues<this>) {
    const answers = this.floor?.isMine(this.at) ? this.opened : null;
    void this.suggestions.follow(answers ? this.at : '', lastSaid(answers?.entries ?? []));
    if (!changed.has('floor') || !this.floor?.current) return;
    void this.floor.open(this.floor.current);
    void this.readCanned(this.floor.current);
  }

  override render() {
    const { floor, opened } = this;
    const row = floor.row(this.at);
    return html`<div class="views" role="group" aria-label=${words.views}>
        ${(['list', 'talk', 'context'] as const).map(
          (view) => html`<button class="button" type="button" aria-pressed=${view === this.view ? 'true' : 'false'} @click=${() => (this.view = view)}>
            ${{ list: words.viewList, talk: words.viewTalk, context: words.viewContext }[view]}
          </button>`,
        )}
      </div>
      <div class="columns" data-view=${this.view} @insert=${(event: CustomEvent<Attached>) => void this.attach(event.detail.code, event.detail.name, event.detail.business_item)}>
        <section class="list" aria-label=${words.lists} tabindex="0">
          <desk-list
            .floor=${floor}
            .list=${this.list}
            .selected=${this.at}
            .now=${Date.now()}
            @list=${(event: CustomEvent<ListName>) => (this.list = event.detail)}
            @open=${(event: OpenEvent) => void this.show(event.id)}
          ></desk-list>
        </section>
        <section
          class="talk"
          aria-label=${words.viewTalk}
          @guide=${this.guide}
          @resend=${(event: ResendEvent) => void floor.resend(this.at, event.saying)}
        >
          <div role="alert">${this.trouble()}</div>
          ${opened && row ? this.talk(opened, row) : html`<p class="nothing">${words.pick}</p>`}
        </section>
        <section class="context" aria-label=${words.context} tabindex="0" @guide=${this.guide} @differences=${this.differences}>
          ${opened ? html`<desk-context .case=${opened.case} ?inserts=${floor.isMine(this.at)}></desk-context>` : nothing}
        </section>
      </div>
      ${this.windows(opened, row)}`;
  }

  /** What was refused can be put away; what could not be read can be read again. */
  private trouble() {
    const refused = this.failure !== '';
    const failure = this.failure || this.floor.failure;
    if (!failure) return nothing;
    return html`<p class="failure">
      ${words.error}${failure}
      <button class="button" type="button" @click=${() => (refused ? (this.failure = '') : void this.floor.load())}>
        ${refused ? words.gotIt : words.retry}
      </button>
    </p>`;
  }

  private readonly guide = (event: GuideEvent) => void this.find<GuideDialog>('desk-guide').show(event.code, event.card);
  private readonly differences = (event: DifferencesEvent) => void this.find<GuideDialog>('desk-guide').differences(event.code);

  private talk(opened: Opened, row: Row) {
    const mine = this.floor.isMine(row.id);
    const button = (label: string, run: () => unknown, kind = '') =>
      html`<button class="button ${kind}" type="button" @click=${run}>${label}</button>`;
    const outcome = row.outcome ?? row.closed;
    return html`<div class="title">
        <h2 id="case-title" tabindex="-1">${row.alias}</h2>
        <span class="soft">${row.item?.name ?? words.noItem} · ${row.region?.name ?? words.noRegion}</span>
        <span class="stage">
          ${words.stageOf[row.stage]}${row.agent ? ` · ${words.with(row.agent.number)}` : ''}${row.stage === 'closed' && outcome ? ` · ${words.outcomeOf[outcome] ?? outcome}` : ''}
        </span>
        <div class="row">
          ${mine ? button(words.forward, () => void this.find<ForwardDialog>('desk-forward').show()) : nothing}
          ${mine ? button(words.giveBack, () => void this.giveBack()) : nothing}
          ${mine || (row.stage === 'callback' && this.claims) ? button(words.end, () => void this.find<CloseDialog>('desk-close').show()) : nothing}
        </div>
      </div>
      <desk-log .opened=${opened} ?typing=${this.floor.isTyping(row.id, Date.now())}></desk-log>
      ${row.stage === 'queued'
        ? html`<div class="preview">
            <b>${words.preview}</b>
            ${this.claims ? button(words.claim, () => void this.claim(), 'main') : nothing}
          </div>`
        : nothing}
      ${mine
        ? html`<desk-suggestions
            .list=${this.suggestions.list}
            .facts=${this.facts}
            ?keys=${this.keys}
            @take=${(event: TakeEvent) => void this.take(event.suggestion)}
          ></desk-suggestions>`
        : nothing}
      ${mine || row.stage === 'callback' || this.draft.mode === 'note' ? this.composer(mine) : nothing}`;
  }

  private composer(mine: boolean) {
    const { draft } = this;
    const mode = mine ? draft.mode : 'note';
    return html`<desk-composer
      .draft=${draft[mode]}
      .mode=${mode}
      .attached=${draft.attached}
      .canned=${this.canned}
      .facts=${this.facts}
      ?replies=${mine}
      @draft=${(event: CustomEvent<string>) => this.write({ [mode]: event.detail })}
      @typing=${() => void api.typing(this.at, true).catch(() => {})}
      @leave=${() => this.find<HTMLElement>('#case-title')?.focus()}
      @act=${(event: CustomEvent<string>) => this.composerActs(event.detail)}
      @written=${(event: WrittenEvent) => void this.written(event)}
    ></desk-composer>`;
  }

  private windows(opened: Opened | null, row: Row | null) {
    const insert = (event: CustomEvent<Attached>) => void this.attach(event.detail.code, event.detail.name, event.detail.business_item);
    return html`<desk-search .region=${row?.region?.code ?? ''}></desk-search>
      <desk-guide .region=${row?.region ?? null} ?inserts=${this.floor.isMine(this.at)} @insert=${insert}></desk-guide>
      <desk-forward .own=${this.me.account.id} .send=${(to: object) => this.ended((id) => api.forward(id, to))}></desk-forward>
      <desk-close .case=${opened?.case ?? null} .send=${(ending: api.Ending) => this.ended((id) => api.close(id, ending))}></desk-close>
      <desk-keys></desk-keys>`;
  }
}

customElements.define('desk-cases', CasesPage);
