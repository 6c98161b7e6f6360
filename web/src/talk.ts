import { history, isAborted, Refused, say, start, type Body, type Key } from './api';
import { Stream, type ServerEvent } from './event-stream';
import { rememberedTalk, rememberTalk } from './memory';
import { merged, type Kept } from './merge';
import * as person from './person-api';
import { Tabs, type Channel } from './tabs';
import { wording } from './wording';
import type { Desk, Left, Message, Rating, Region, Stage } from './wire';

export type { Kept };

/** A message on its way, or one that did not get through. */
export interface Sending {
  kept: false;
  key: string;
  body: Body;
  label: string;
  at: string;
  /** Why it did not get through; empty while it is on its way. */
  failed: string;
  /** Before then the service takes no second try; milliseconds since 1970. */
  retryAt: number;
}

export type Entry = Kept | Sending;

/** A line that hangs is given up after that. */
const GIVE_UP_MS = 30_000;

/** So often a message goes again by itself where too many ask at once. */
const BUSY_TRIES = 2;

/** Presses that mean the same in every conversation; others belong to a question that was asked there. */
const ANYWHERE = /^(open|place|human|restart|change_place)(:|$)/;

/** "对方正在输入" goes after that, if nothing renews it. */
const TYPING_MS = 6000;

/** What the tabs of one conversation tell each other. */
type Shared =
  | { talk: Key; fresh: boolean }
  | { id: string; news: true }
  | { id: string; event: ServerEvent }
  | { id: string; stage: Stage };

/** The program answers. */
const BOT: Stage = { stage: 'bot', queue: null, agent: null, ticket: null, text: '' };

/** One conversation: what was said, what is on its way, the place it is about, and who answers. */
export class Talk {
  entries: readonly Entry[] = [];
  region: Region | null = null;
  /** Why no conversation could be begun. */
  failure = '';
  /** Whether the service talks to nobody on this site. */
  refused = false;
  /** Who answers. */
  stage: Stage = BOT;
  /** Why nobody could be asked, when somebody was wished for. */
  desk: Desk | null = null;
  /** Whether the person at the other end is writing. */
  typing = false;
  /** Whether what others write comes through. */
  hears = true;
  private key: Key | null = null;
  private opening: Promise<void> | null = null;
  private stream: Stream | null = null;
  /** Read from the stream while something is on its way whose answer holds the same. */
  private held: Message[] = [];
  private typingTimer: ReturnType<typeof setTimeout> | undefined;
  private tabs: Tabs | null = null;
  /** The conversation of the other tabs, before this one has any. */
  private others: Key | null = null;

  /** `came` is told of messages that came by themselves. */
  constructor(
    private readonly changed: () => void,
    private readonly came: (messages: readonly Message[]) => void = () => {},
  ) {}

  /** The conversation that goes on; empty before there is one. */
  get id(): string {
    return this.key?.id ?? '';
  }

  /** The key to it; `null` before there is one. */
  get own(): Key | null {
    return this.key;
  }

  /** Whether what is said goes to a person. */
  get withPerson(): boolean {
    return this.stage.stage === 'queued' || this.stage.stage === 'assigned';
  }

  /** Whether a person has been there. */
  get served(): boolean {
    return this.kept.some(({ message }) => message.kind === 'agent' || message.event === 'agent.joined');
  }

  /** Messages of this conversation; those of one before it are shown, but not of it. */
  private get kept(): Kept[] {
    const own = `${this.key?.id ?? ''} `;
    return this.entries.filter((entry): entry is Kept => entry.kept && entry.key.startsWith(own));
  }

  /** Number of the last message. */
  private get seq(): number {
    const { kept } = this;
    return kept[kept.length - 1]?.message.seq ?? 0;
  }

  /** Whether a message is on its way. */
  get busy(): boolean {
    return this.entries.some((entry) => !entry.kept && !entry.failed);
  }

  /** Whether nothing has been said yet. */
  get fresh(): boolean {
    return this.entries.every((entry) => entry.kept && entry.message.kind === 'assistant');
  }

  /** The last message of the service: only its buttons can be pressed, and only while it answers. */
  get last(): Message | null {
    if (this.stage.stage !== 'bot') return null;
    const said = this.kept.filter(({ message }) => message.kind !== 'event');
    const last = said[said.length - 1]?.message;
    return last?.kind === 'assistant' ? last : null;
  }

  /** Whether this tab is the one that listens to the service. */
  get listens(): boolean {
    return this.tabs?.own ?? true;
  }

  /** From now on the conversation is the same in all tabs that share a line. */
  share(line: Channel | null, visible?: () => boolean) {
    this.tabs?.stop();
    this.tabs = new Tabs(
      line,
      {
        owns: () => this.listens ? this.stand(this.stage) : this.stopListening(),
        told: (data) => this.shared(data as Shared),
        asked: () => this.key && this.tabs?.tell({ talk: this.key, fresh: false } satisfies Shared),
      },
      visible,
    );
  }

  /** This tab is looked at: it listens, and the others follow it. */
  attend() {
    this.tabs?.claim();
  }

  /** This tab is left. */
  leaveTabs() {
    this.tabs?.stop();
    this.tabs = null;
    this.stopListening();
  }

  /** The conversation that another tab has open; `null` where there is none. */
  private async ofOthers(): Promise<Key | null> {
    await this.tabs?.met();
    return this.others;
  }

  /** Another tab has said something. */
  private shared(word: Shared) {
    if ('talk' in word) return this.follow(word.talk, word.fresh);
    const { key } = this;
    if (!key || word.id !== key.id) return;
    if ('event' in word) this.told(key, word.event);
    else if ('stage' in word) this.stand(word.stage);
    else void this.readAfter(key, this.seq, true).catch(() => {});
  }

  /** Of two conversations the younger goes on: their ids grow with time. */
  private follow(talk: Key, fresh: boolean) {
    if (!this.key || this.opening) this.others = talk;
    if (!this.key || talk.id <= this.key.id || this.opening) return;
    if (fresh) this.entries = [];
    this.stopListening();
    rememberTalk(talk);
    void this.resume(talk).then(() => this.changed(), () => {});
  }

  private tellNews() {
    this.tabs?.tell({ id: this.id, news: true } satisfies Shared);
  }

  /** Forgets what was said, and begins anew. */
  async renew(): Promise<void> {
    this.entries = [];
    await this.begin(this.region?.code ?? '', '', true).catch((error: unknown) => (this.failure = reason(error)));
    this.changed();
  }

  /** Reads all that was said anew, as in other characters. */
  async reread(): Promise<void> {
    const { key } = this;
    if (!key || this.busy) return;
    const before = this.entries;
    this.entries = [];
    await this.readAfter(key, 0, false).catch(() => (this.entries = before));
    this.changed();
  }

  /** Goes on with this tab's conversation or that of the other tabs, or begins one if it may. Tells whether it went on. */
  async open(region: string, mayBegin = true): Promise<boolean> {
    this.failure = '';
    this.refused = false;
    let resumed = false;
    this.opening = (async () => {
      const known = this.key ?? rememberedTalk() ?? (await this.ofOthers());
      resumed = known !== null && (await this.resume(known));
      if (!resumed && mayBegin) await this.begin(region, known?.id ?? '');
    })();
    try {
      await this.opening;
    } catch (error) {
      this.failure = reason(error);
      this.refused = error instanceof Refused && error.problem.status === 403;
    } finally {
      this.opening = null;
      this.changed();
    }
    return resumed;
  }

  /** Sends something; tells whether it was answered. */
  say(body: Body, label: string): Promise<boolean> {
    const at = new Date().toISOString();
    const sending: Sending = { kept: false, key: name(), body, label, at, failed: '', retryAt: 0 };
    this.entries = [...this.entries, sending];
    return this.send(sending);
  }

  /** Sends a message again under its own name, so that it counts once. */
  resend(sending: Sending): Promise<boolean> {
    const again = { ...sending, failed: '' };
    this.entries = this.entries.map((entry) => (entry === sending ? again : entry));
    return this.send(again);
  }

  drop(sending: Sending) {
    this.entries = this.entries.filter((entry) => entry !== sending);
    this.changed();
  }

  /** Shows the list anew, where only the time has changed it. */
  private refresh() {
    this.entries = [...this.entries];
    this.changed();
  }

  private async send(sending: Sending): Promise<boolean> {
    this.changed();
    try {
      const messages = await this.deliver(sending, true);
      this.entries = this.entries.filter((entry) => entry !== sending);
      this.keep(messages);
      const last = messages[messages.length - 1];
      if (last?.reply) {
        this.region = last.reply.region;
        this.desk = last.reply.desk ?? null;
        if (last.reply.stage) this.stand(last.reply.stage);
      }
      this.tellNews();
      return true;
    } catch (error) {
      const wait = error instanceof Refused ? error.wait : 0;
      const failed = { ...sending, failed: reason(error), retryAt: Date.now() + wait * 1000 };
      this.entries = this.entries.map((entry) => (entry === sending ? failed : entry));
      if (wait > 0) setTimeout(() => this.refresh(), wait * 1000);
      return false;
    } finally {
      const held = this.held;
      this.held = [];
      this.keep(held);
      this.changed();
    }
  }

  private async deliver(sending: Sending, mayBegin: boolean, busy = 0): Promise<Message[]> {
    await this.opening?.catch(() => {});
    if (!this.key) await this.begin(this.region?.code ?? '', '');
    const key = this.key as unknown as Key;
    if (mayBegin && this.stage.stage === 'closed') {
      await this.begin(this.region?.code ?? '', key.id);
      return this.deliver({ ...sending, body: elsewhere(sending) }, false);
    }
    try {
      return await timed((signal) => say(key, sending.body, sending.key, signal));
    } catch (error) {
      if (mayBegin && isOver(error)) {
        await this.begin(this.region?.code ?? '', key.id);
        return this.deliver({ ...sending, body: elsewhere(sending) }, false);
      }
      if (kind(error) === 'overloaded' && busy < BUSY_TRIES) {
        // Up to a second more, so that not all who were sent away come back together.
        const seconds = (error as Refused).wait + Math.random();
        await new Promise((done) => setTimeout(done, seconds * 1000));
        return this.deliver(sending, mayBegin, busy + 1);
      }
      if (kind(error) === 'gone-on') await this.catchUp(key);
      throw error;
    }
  }

  private async begin(region: string, previous: string, fresh = false) {
    const begun = await timed((signal) => start(region, previous, signal)).catch((error: unknown) => {
      // A place that does not exist must not keep anybody from asking.
      if (kind(error) !== 'no-such-region') throw error;
      this.failure = wording.noSuchRegion;
      return timed((signal) => start('', previous, signal));
    });
    this.stopListening();
    this.key = { id: begun.id, token: begun.token };
    rememberTalk(this.key);
    this.region = begun.region;
    this.desk = null;
    this.keep(begun.messages);
    this.stand(BOT);
    this.tabs?.tell({ talk: this.key, fresh } satisfies Shared);
  }

  /** Reads a conversation; tells whether it can go on. */
  private async resume(key: Key): Promise<boolean> {
    const before = this.key;
    this.key = key;
    try {
      const closed = await this.readAfter(key, 0, false);
      if (!closed) {
        rememberTalk(key);
        return true;
      }
      this.entries = this.entries.filter((entry) => !entry.kept || !entry.key.startsWith(`${key.id} `));
      this.key = before;
      return false;
    } catch (error) {
      this.key = before;
      if (isOver(error)) return false;
      throw error;
    }
  }

  /** Reads what another page or person has added. */
  private async catchUp(key: Key) {
    await this.readAfter(key, this.seq, this.stream !== null);
  }

  /**
   * Reads all after a number; tells why the conversation is over, if it is. `alone` says whether what is read
   * came by itself.
   */
  private async readAfter(key: Key, after: number, alone: boolean): Promise<string | null> {
    const pages: Message[] = [];
    for (;;) {
      const page = await timed((signal) => history(key, after, signal));
      pages.push(...page.messages);
      const last = page.messages[page.messages.length - 1];
      if (page.later_url && last) {
        after = last.seq;
        continue;
      }
      this.region = page.region;
      this.hear(pages, alone);
      this.stand(page.closed ? { ...BOT, stage: 'closed' } : (page.stage ?? this.stage));
      return page.closed;
    }
  }

  private keep(messages: readonly Message[]) {
    this.entries = merged(this.entries, this.key?.id ?? '', messages);
  }

  /** Keeps what came by itself. An answer that is awaited brings its own messages with it, in one piece. */
  private hear(messages: readonly Message[], alone: boolean) {
    const waits = (message: Message) => this.busy && (message.kind === 'citizen' || message.kind === 'assistant');
    this.held.push(...messages.filter(waits));
    const known = this.seq;
    this.keep(messages.filter((message) => !waits(message)));
    const fresh = this.kept.map(({ message }) => message).filter((message) => message.seq > known && message.kind !== 'citizen');
    if (alone && fresh.length > 0) this.came(fresh);
  }

  /** The conversation stands there now; from the first time with a person on, what happens is listened to. */
  private stand(stage: Stage) {
    this.stage = stage;
    if (stage.stage === 'queued' || stage.stage === 'assigned' || stage.stage === 'callback') this.listen();
    if (stage.stage === 'closed') this.stopListening();
    if (stage.stage !== 'assigned') this.typing = false;
    this.changed();
  }

  private listen() {
    const key = this.key;
    if (this.stream || !key || !this.listens) return;
    this.stream = new Stream({
      open: (signal) => person.events(key, this.seq, signal),
      told: (event) => {
        if (key !== this.key) return;
        this.tabs?.tell({ id: key.id, event } satisfies Shared);
        this.told(key, event);
      },
      read: () => (key === this.key ? this.catchUp(key) : Promise.resolve()),
      line: (whole) => {
        if (this.hears === whole) return;
        this.hears = whole;
        this.changed();
      },
    });
  }

  private stopListening() {
    this.stream?.stop();
    this.stream = null;
    this.hears = true;
  }

  private told(key: Key, { id, event, data }: ServerEvent) {
    const body = parsed(data);
    if (event === 'queue.updated') return this.stand(body as unknown as Stage);
    if (event === 'typing.on' || event === 'typing.off') return this.type(event === 'typing.on');
    if (event === 'reset') return void this.catchUp(key).catch(() => {});
    const message = body.message as Message | undefined;
    if (!id || !message) return;
    // What a tab that listens has told before this one was there is read from the service.
    if (!this.listens && message.seq > this.seq + 1) return void this.readAfter(key, this.seq, true).catch(() => {});
    this.type(false);
    this.hear([message], true);
    if (message.kind === 'event' && this.listens) void this.restand(key);
    this.changed();
  }

  /** Asks where the conversation stands, after something has happened to it. */
  private async restand(key: Key) {
    const stage = await person.stage(key).catch(() => null);
    if (!stage || key !== this.key) return;
    this.stand(stage);
    this.tabs?.tell({ id: key.id, stage } satisfies Shared);
  }

  private type(on: boolean) {
    clearTimeout(this.typingTimer);
    if (on) this.typingTimer = setTimeout(() => this.type(false), TYPING_MS);
    if (this.typing === on) return;
    this.typing = on;
    this.changed();
  }

  /** Waits no longer. */
  waitNoLonger(): Promise<string> {
    return this.act(async (key) => this.stand(await person.withdraw(key)));
  }

  /** Ends the conversation. */
  end(reason: 'solved' | 'unsolved'): Promise<string> {
    return this.act(async (key) => {
      await person.close(key, reason);
      await this.catchUp(key);
    });
  }

  /** Leaves a message for a person; fails with what is wrong. */
  async leave(text: string, contact: person.Contact): Promise<Left> {
    let left: Left | null = null;
    const failure = await this.act(async (key) => {
      left = await person.leave(key, text, contact);
      this.desk = null;
      await this.catchUp(key);
    });
    if (!left) throw new Error(failure);
    return left;
  }

  /** Rates an answer or the service; tells why not, if it was refused. */
  rate(rating: Rating): Promise<string> {
    return this.act(async (key) => void (await person.rate(key, rating)));
  }

  /** The conversation as a file; `null` without a connection. */
  transcript(format: 'txt' | 'html'): Promise<Blob | null> {
    return this.key ? person.transcript(this.key, format).catch(() => null) : Promise.resolve(null);
  }

  /** Does something with the conversation; tells why it did not work. */
  private async act(run: (key: Key) => Promise<void>): Promise<string> {
    if (!this.key) return wording.unreachable;
    try {
      await run(this.key);
      this.tellNews();
      return '';
    } catch (error) {
      return reason(error);
    } finally {
      this.changed();
    }
  }
}

function parsed(data: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(data);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** A name that no other message has. Unlike `crypto.randomUUID` it needs no secure connection. */
function name(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** An answer to a question of an ended conversation is said in words in the next. */
function elsewhere({ body, label }: Sending): Body {
  return 'press' in body && !ANYWHERE.test(body.press) ? { text: label } : body;
}

async function timed<T>(run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const off = new AbortController();
  const timer = setTimeout(() => off.abort(), GIVE_UP_MS);
  try {
    return await run(off.signal);
  } finally {
    clearTimeout(timer);
  }
}

function kind(error: unknown): string {
  return error instanceof Refused ? error.problem.type.replace('/problems/', '') : '';
}

/** Whether a conversation has ended or is not known. */
function isOver(error: unknown): boolean {
  return ['closed', 'no-such-conversation', 'no-token'].includes(kind(error));
}

/** Why something did not work, in words for everybody. */
function reason(error: unknown): string {
  if (isAborted(error)) return wording.tooSlow;
  if (!(error instanceof Refused)) return wording.unreachable;
  const { problem, wait } = error;
  if (problem.status === 429) return wording.tooMany(wait);
  if (kind(error) === 'gone-on') return wording.goneOn;
  if (problem.status === 503) return problem.detail;
  if (problem.status >= 500) return wording.broken;
  return error.about('text');
}
