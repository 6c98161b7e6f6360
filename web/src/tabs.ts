/** How often the tab that listens says that it is there. */
const BEAT_MS = 2000;

/** Without a word for so long it counts as gone. */
const SILENT_MS = 7000;

/** After a farewell all others would answer at once: each waits up to so long, those in the background longer. */
const SPREAD_MS = 200;
const BACKGROUND_MS = 600;

/** How long a new tab waits to hear of the others. */
const HELLO_MS = 120;

/** What a `BroadcastChannel` does, as far as it is used. */
export interface Channel {
  postMessage(data: unknown): void;
  close(): void;
  onmessage: ((event: { data: unknown }) => void) | null;
}

/** What one tab tells the others. */
type Word =
  | { kind: 'hello' | 'bye'; tab: string }
  /** `since` grows from claim to claim. */
  | { kind: 'beat' | 'claim'; tab: string; since: number }
  | { kind: 'tell'; tab: string; data: unknown };

export interface Told {
  /** Whether this tab is now the one that listens to the service. */
  owns(own: boolean): void;
  /** What another tab has told. */
  told(data: unknown): void;
  /** A new tab asks what goes on. */
  asked(): void;
}

/**
 * Several tabs, one conversation: one of them listens to the service and tells the others. It is the one that
 * was looked at last; when it goes, another takes over. Two at once do no harm: messages have numbers.
 */
export class Tabs {
  /** Whether this tab is the one that listens. */
  own = false;
  private since = 0;
  /** The newest claim that was heard of. */
  private newest = 0;
  private readonly tab = Math.random().toString(36).slice(2);
  private beating: ReturnType<typeof setInterval> | undefined;
  private waiting: ReturnType<typeof setTimeout> | undefined;
  private stopped = false;

  /** Without a channel a tab is alone and owns. */
  constructor(
    private readonly channel: Channel | null,
    private readonly hearer: Told,
    private readonly visible: () => boolean = () => !document.hidden,
  ) {
    if (!channel) {
      this.own = true;
      return;
    }
    channel.onmessage = ({ data }) => this.heard(data as Word);
    this.say({ kind: 'hello', tab: this.tab });
  }

  /** Waits until others have had the time to answer. */
  async met(): Promise<void> {
    if (this.channel) await new Promise((resolve) => setTimeout(resolve, HELLO_MS));
  }

  /** Becomes the one that listens. */
  claim() {
    if (this.own || this.stopped) return;
    this.take();
    this.say({ kind: 'claim', tab: this.tab, since: this.since });
  }

  /** Tells the other tabs something. */
  tell(data: unknown) {
    this.say({ kind: 'tell', tab: this.tab, data });
  }

  /** Leaves; another takes over. */
  stop() {
    if (this.own) this.say({ kind: 'bye', tab: this.tab });
    this.yield();
    this.stopped = true;
    clearTimeout(this.waiting);
    this.channel?.close();
  }

  private say(word: Word) {
    if (!this.stopped) this.channel?.postMessage(word);
  }

  private heard(word: Word) {
    if (this.stopped || typeof word?.kind !== 'string' || word.tab === this.tab) return;
    if (word.kind === 'tell') return this.hearer.told(word.data);
    if (word.kind === 'hello') {
      if (this.own) this.beat();
      this.hearer.asked();
      return;
    }
    if (word.kind === 'bye') return this.claimIn(Math.random() * SPREAD_MS + (this.visible() ? 0 : BACKGROUND_MS));
    if (!('since' in word) || typeof word.since !== 'number') return;
    this.newest = Math.max(this.newest, word.since);
    if (this.own) {
      // Words may cross: the newer claim holds, whichever is heard first, and the older is told.
      const older = word.since < this.since || (word.since === this.since && word.tab > this.tab);
      if (older) this.beat();
      else this.yield();
    }
    if (!this.own) this.claimIn(this.visible() ? SILENT_MS : SILENT_MS * 10);
  }

  private claimIn(ms: number) {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.claim(), ms);
  }

  private take() {
    clearTimeout(this.waiting);
    this.own = true;
    this.since = Math.max(Date.now(), this.newest + 1);
    this.beating = setInterval(() => this.beat(), BEAT_MS);
    this.hearer.owns(true);
  }

  private yield() {
    if (!this.own) return;
    clearInterval(this.beating);
    this.own = false;
    if (!this.stopped) this.hearer.owns(false);
  }

  private beat() {
    this.say({ kind: 'beat', tab: this.tab, since: this.since });
  }
}

/** The channel of a name; `null` where the browser has none. */
export function channel(name: string): Channel | null {
  return typeof BroadcastChannel === 'undefined' ? null : (new BroadcastChannel(name) as unknown as Channel);
}
