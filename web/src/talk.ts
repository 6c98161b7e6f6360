import { history, isAborted, Refused, say, start, type Body, type Key } from './api';
import { rememberedTalk, rememberTalk } from './memory';
import { wording } from './wording';
import type { Message, Region } from './wire';

/** A message that the service has kept. */
export interface Kept {
  kept: true;
  key: string;
  message: Message;
}

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

/** Presses that mean the same in every conversation; others belong to a question that was asked there. */
const ANYWHERE = /^(open|place|human|restart|change_place)(:|$)/;

/** One conversation: what was said, what is on its way, and the place it is about. */
export class Talk {
  entries: readonly Entry[] = [];
  region: Region | null = null;
  /** Why no conversation could be begun. */
  failure = '';
  private key: Key | null = null;
  private opening: Promise<void> | null = null;
  private readonly changed: () => void;

  constructor(changed: () => void) {
    this.changed = changed;
  }

  /** Whether a message is on its way. */
  get busy(): boolean {
    return this.entries.some((entry) => !entry.kept && !entry.failed);
  }

  /** Whether nothing has been said yet. */
  get fresh(): boolean {
    return this.entries.every((entry) => entry.kept && entry.message.kind === 'assistant');
  }

  /** The last message of the service: only its buttons can be pressed. */
  get last(): Message | null {
    const kept = this.entries.filter((entry): entry is Kept => entry.kept);
    const last = kept[kept.length - 1]?.message;
    return last?.kind === 'assistant' ? last : null;
  }

  /** Goes on with this tab's conversation, or begins one. Tells whether it went on. */
  async open(region: string): Promise<boolean> {
    this.failure = '';
    let resumed = false;
    this.opening = (async () => {
      const known = this.key ?? rememberedTalk();
      resumed = known !== null && (await this.resume(known));
      if (!resumed) await this.begin(region, known?.id ?? '');
    })();
    try {
      await this.opening;
    } catch (error) {
      this.failure = reason(error);
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
      if (last?.reply) this.region = last.reply.region;
      return true;
    } catch (error) {
      const wait = error instanceof Refused ? error.wait : 0;
      const failed = { ...sending, failed: reason(error), retryAt: Date.now() + wait * 1000 };
      this.entries = this.entries.map((entry) => (entry === sending ? failed : entry));
      if (wait > 0) setTimeout(() => this.refresh(), wait * 1000);
      return false;
    } finally {
      this.changed();
    }
  }

  private async deliver(sending: Sending, mayBegin: boolean): Promise<Message[]> {
    await this.opening?.catch(() => {});
    if (!this.key) await this.begin(this.region?.code ?? '', '');
    const key = this.key as unknown as Key;
    try {
      return await timed((signal) => say(key, sending.body, sending.key, signal));
    } catch (error) {
      if (mayBegin && isOver(error)) {
        await this.begin(this.region?.code ?? '', key.id);
        return this.deliver({ ...sending, body: elsewhere(sending) }, false);
      }
      if (kind(error) === 'gone-on') await this.catchUp(key);
      throw error;
    }
  }

  private async begin(region: string, previous: string) {
    const begun = await timed((signal) => start(region, previous, signal)).catch((error: unknown) => {
      // A place that does not exist must not keep anybody from asking.
      if (kind(error) !== 'no-such-region') throw error;
      this.failure = wording.noSuchRegion;
      return timed((signal) => start('', previous, signal));
    });
    this.key = { id: begun.id, token: begun.token };
    rememberTalk(this.key);
    this.region = begun.region;
    this.keep(begun.messages);
  }

  /** Reads a conversation; tells whether it can go on. */
  private async resume(key: Key): Promise<boolean> {
    try {
      const pages: Message[] = [];
      let after = 0;
      for (;;) {
        const page = await timed((signal) => history(key, after, signal));
        if (page.closed) return false;
        pages.push(...page.messages);
        const last = page.messages[page.messages.length - 1];
        this.region = page.region;
        if (!page.later_url || !last) break;
        after = last.seq;
      }
      this.key = key;
      this.keep(pages);
      return true;
    } catch (error) {
      if (isOver(error)) return false;
      throw error;
    }
  }

  /** Reads what another page has added. */
  private async catchUp(key: Key) {
    const known = this.entries.filter((entry): entry is Kept => entry.kept && entry.key.startsWith(key.id));
    const after = known[known.length - 1]?.message.seq ?? 0;
    const page = await timed((signal) => history(key, after, signal));
    this.region = page.region;
    this.keep(page.messages);
  }

  private keep(messages: readonly Message[]) {
    const id = this.key?.id ?? '';
    const fresh = messages
      .map((message): Kept => ({ kept: true, key: `${id} ${message.seq}`, message }))
      .filter(({ key }) => !this.entries.some((entry) => entry.key === key));
    this.entries = [...this.entries, ...fresh];
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
