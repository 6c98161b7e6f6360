import { merged, type Kept } from '../merge';
import type { Message } from '../wire';
import * as api from './api';
import { kindOf, trouble } from './trouble';
import type { Case, CaseStage, Envelope, ListName, Note, Own, Row } from './wire';

/** What an agent has said and the service has not yet confirmed. */
export interface Saying {
  kept: false;
  key: string;
  words: api.Words;
  /** Name of the guide that goes with it. */
  card: string;
  failed: string;
}

/** A guide that goes with the next message. */
export interface Attached {
  code: string;
  name: string;
  region: string;
  business_item: string;
}

/** What is being written in one conversation. */
export interface Draft {
  reply: string;
  note: string;
  mode: 'reply' | 'note';
  attached: Attached | null;
}

const EMPTY: Draft = { reply: '', note: '', mode: 'reply', attached: null };

/** A conversation that has been opened. */
export interface Opened {
  case: Case;
  entries: readonly (Kept | Saying)[];
}

export const LISTS: readonly ListName[] = ['waiting', 'mine', 'callback', 'history'];

const STAGE: Record<CaseStage, ListName> = { queued: 'waiting', assigned: 'mine', callback: 'callback', bot: 'history', closed: 'history' };

/** Everything that happens at the desk, kept up to date by events, each counted once. */
export class Floor {
  private rows = new Map<string, Row>();
  private opened = new Map<string, Opened>();
  private unread = new Map<string, number>();
  private typingUntil = new Map<string, number>();
  private readonly drafts = new Map<string, Draft>();
  /** Where older history goes on; `null` at its end. */
  before: string | null = null;
  /** Changed by events while the lists are being read: what was read is older. */
  private touched: Set<string> | null = null;
  current = '';
  failure = '';
  loaded = false;

  constructor(
    readonly own: Own,
    private readonly changed: () => void,
  ) {}

  /** Reads the lists anew, and with them what is open unless only the lists are wanted. */
  async load(listsOnly = false) {
    const touched = new Set<string>();
    this.touched = touched;
    try {
      const pages = await Promise.all(LISTS.map((list) => api.cases(list)));
      const fresh = new Map<string, Row>();
      for (const row of pages.flatMap((page) => page.cases)) fresh.set(row.id, row);
      for (const id of touched) {
        const row = this.rows.get(id);
        if (row) fresh.set(id, row);
      }
      // What is being looked at stays, whatever list it has left.
      const looked = this.rows.get(this.current);
      if (looked && !fresh.has(this.current)) fresh.set(this.current, looked);
      if (listsOnly) {
        // Older pages of the history that were asked for stay too.
        for (const [id, row] of this.rows) if (this.listOf(row) === 'history' && !fresh.has(id)) fresh.set(id, row);
      } else {
        this.before = pages[LISTS.indexOf('history')]?.next_before ?? null;
      }
      this.rows = fresh;
      for (const row of fresh.values()) if (row.unread > 0 && !this.unread.has(row.id) && row.id !== this.current) this.unread.set(row.id, row.unread);
      this.loaded = true;
      this.failure = '';
      if (!listsOnly) await Promise.all([...this.opened.keys()].map((id) => this.read(id)));
    } catch (error) {
      this.failure = trouble(error);
    } finally {
      if (this.touched === touched) this.touched = null;
      this.changed();
    }
  }

  /** What is only looked at changes without a word to those who don't have it. */
  async peek() {
    if (this.current && !this.isMine(this.current)) await this.read(this.current);
  }

  /** Reads the next page of the history. */
  async older() {
    if (!this.before) return;
    try {
      const page = await api.cases('history', this.before);
      for (const row of page.cases) if (!this.rows.has(row.id)) this.rows.set(row.id, row);
      this.before = page.next_before;
    } catch (error) {
      this.failure = trouble(error);
    }
    this.changed();
  }

  /** The rows of a list: who has waited longest first, elsewhere the newest. */
  list(name: ListName): Row[] {
    const rows = [...this.rows.values()].filter((row) => this.listOf(row) === name);
    if (name === 'waiting') return rows.sort((a, b) => (a.waiting_since ?? '').localeCompare(b.waiting_since ?? ''));
    if (name === 'mine') return rows.sort((a, b) => (a.claimed_at ?? '').localeCompare(b.claimed_at ?? ''));
    const at = (row: Row) => row.touched_at ?? row.last?.at ?? '';
    return rows.sort((a, b) => at(b).localeCompare(at(a)));
  }

  /** Conversations that others have are in none of this agent's lists. */
  private listOf(row: Row): ListName | null {
    if (row.stage === 'assigned' && row.agent?.id !== this.own.id) return null;
    return STAGE[row.stage];
  }

  row(id: string): Row | null {
    return this.rows.get(id) ?? null;
  }

  one(id: string): Opened | null {
    return this.opened.get(id) ?? null;
  }

  unreadOf(id: string): number {
    return this.unread.get(id) ?? 0;
  }

  /** New messages in conversations that aren't looked at. */
  get unreadAll(): number {
    return this.list('mine').reduce((sum, row) => sum + this.unreadOf(row.id), 0);
  }

  isTyping(id: string, now: number): boolean {
    return (this.typingUntil.get(id) ?? 0) > now;
  }

  draft(id: string): Draft {
    return this.drafts.get(id) ?? EMPTY;
  }

  /** Keeps what is being written, whatever is looked at meanwhile. */
  write(id: string, part: Partial<Draft>) {
    this.drafts.set(id, { ...this.draft(id), ...part });
    this.changed();
  }

  /** Whether closing the window would leave somebody alone or lose something written. */
  get atWork(): boolean {
    return this.list('mine').length > 0 || [...this.drafts.values()].some(({ reply, note }) => reply !== '' || note !== '');
  }

  /** Whether this agent answers it. */
  isMine(id: string): boolean {
    const row = this.rows.get(id);
    return row?.stage === 'assigned' && row.agent?.id === this.own.id;
  }

  async open(id: string) {
    this.current = id;
    this.unread.delete(id);
    this.changed();
    if (id) await this.read(id);
  }

  /** Reads one conversation whole; what came meanwhile is kept. */
  async read(id: string) {
    try {
      const found = await api.one(id);
      const known = this.opened.get(id);
      this.opened.set(id, { case: found, entries: merged<Saying>(known?.entries ?? [], id, found.messages) });
      if (!this.touched?.has(id)) this.rows.set(id, found.row);
      this.failure = '';
    } catch (error) {
      this.failure = trouble(error);
    }
    this.changed();
  }

  /** Takes in one event of the line. */
  told({ type, data }: Envelope) {
    const row = data.row as Row | undefined;
    if (row) this.put(row);
    if (type === 'case.changed' && row && this.opened.has(row.id)) void this.read(row.id);
    if (type === 'message.created') this.heard(String(data.conversation), data.message as Message);
    if (type === 'typing') {
      this.typingUntil.set(String(data.conversation), data.on === false ? 0 : Date.now() + 6000);
    }
    if (type === 'reset') void this.load();
    this.changed();
  }

  private put(row: Row) {
    this.touched?.add(row.id);
    this.rows.set(row.id, row);
  }

  private heard(id: string, message: Message) {
    const opened = this.opened.get(id);
    const before = opened?.entries.length ?? -1;
    if (opened) this.enter(id, message);
    const fresh = !opened || (this.opened.get(id)?.entries.length ?? 0) > before;
    this.typingUntil.delete(id);
    if (fresh && message.kind === 'citizen' && this.isMine(id) && (id !== this.current || document.hidden)) {
      this.unread.set(id, this.unreadOf(id) + 1);
    }
  }

  /** What was looked at is read. */
  seen() {
    if (this.unread.delete(this.current)) this.changed();
  }

  private enter(id: string, message: Message) {
    const opened = this.opened.get(id);
    if (opened) this.opened.set(id, { ...opened, entries: merged(opened.entries, id, [message]) });
  }

  /** Does something that changes where a conversation stands; tells why it was refused. */
  async act(id: string, run: () => Promise<Row>): Promise<string> {
    try {
      this.put(await run());
      await this.read(id);
      return '';
    } catch (error) {
      // Somebody was faster, or it has gone on: show how it stands.
      if (['taken', 'not-now', 'not-yours'].includes(kindOf(error))) await this.read(id);
      const why = trouble(error);
      this.changed();
      return why;
    }
  }

  /** Says something to the citizen. It stands there at once; sent twice under one name it counts once. */
  say(id: string, words: Omit<api.Words, 'client_msg_id'>, card = ''): Promise<void> {
    const key = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
    return this.send(id, { kept: false, key, words: { ...words, client_msg_id: key }, card, failed: '' });
  }

  resend(id: string, saying: Saying): Promise<void> {
    this.take(id, saying);
    return this.send(id, { ...saying, failed: '' });
  }

  private take(id: string, saying: Saying) {
    const opened = this.opened.get(id);
    if (opened) this.opened.set(id, { ...opened, entries: opened.entries.filter((entry) => entry !== saying) });
  }

  private async send(id: string, saying: Saying) {
    const put = (one: Saying) => {
      const opened = this.opened.get(id);
      if (opened) this.opened.set(id, { ...opened, entries: [...opened.entries, one] });
      this.changed();
    };
    put(saying);
    try {
      const message = await api.say(id, saying.words);
      this.take(id, saying);
      this.enter(id, message);
    } catch (error) {
      this.take(id, saying);
      put({ ...saying, failed: trouble(error) });
    }
    this.changed();
  }

  /** Writes a note; tells why it was refused. */
  async note(id: string, text: string): Promise<string> {
    try {
      const note = await api.note(id, text);
      const opened = this.opened.get(id);
      if (opened && !opened.case.notes.some((one: Note) => one.id === note.id)) {
        this.opened.set(id, { ...opened, case: { ...opened.case, notes: [...opened.case.notes, note] } });
      }
      this.changed();
      return '';
    } catch (error) {
      return trouble(error);
    }
  }
}
