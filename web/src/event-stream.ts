import { retryDelay } from './retry';

/** One server-sent event. */
export interface ServerEvent {
  /** Its number; empty where it has none. */
  id: string;
  event: string;
  data: string;
}

/** Reads server-sent events from pieces of text, wherever the pieces are cut. */
export class EventParser {
  private rest = '';
  private id = '';
  private event = '';
  private data: string[] = [];

  /** Takes a piece; gives the events that are whole now. */
  feed(piece: string): ServerEvent[] {
    // A carriage return at the end may be the first half of a line's end.
    const text = this.rest + piece;
    const cut = text.endsWith('\r') ? text.length - 1 : text.length;
    const lines = text.slice(0, cut).split(/\r\n|\n|\r/);
    this.rest = (lines.pop() ?? '') + text.slice(cut);
    return lines.flatMap((line) => this.line(line));
  }

  private line(line: string): ServerEvent[] {
    if (line === '') return this.finish();
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'id') this.id = value;
    else if (field === 'event') this.event = value;
    else if (field === 'data') this.data.push(value);
    return [];
  }

  private finish(): ServerEvent[] {
    const whole = { id: this.id, event: this.event || 'message', data: this.data.join('\n') };
    const empty = this.data.length === 0;
    this.id = '';
    this.event = '';
    this.data = [];
    return empty ? [] : [whole];
  }
}

/** Whoever listens. */
export interface Hearer {
  /** Opens the stream. */
  open(signal: AbortSignal): Promise<Response>;
  told(event: ServerEvent): void;
  /** Reads what was missed; fails without a connection. */
  read(): Promise<void>;
  /** Whether the service can be heard. */
  line(whole: boolean): void;
}

/** The service sends at least a comment every 15 s; after that the line counts as dead. */
const SILENT_MS = 40_000;

/** How often what was said is read where no stream gets through, and for how long before a stream is tried again. */
const POLL_MS = 2000;
const POLL_FOR_MS = 60_000;

/**
 * Keeps a stream of events open. `EventSource` can't send the conversation's key in a header, so this reads
 * the stream with `fetch`. Where a proxy holds streams back, the history is read again and again instead.
 */
export class Stream {
  private readonly off = new AbortController();

  constructor(private readonly hearer: Hearer) {
    void this.run();
  }

  stop() {
    this.off.abort();
  }

  private get stopped() {
    return this.off.signal.aborted;
  }

  private async run() {
    let silent = 0;
    let lost = 0;
    while (!this.stopped) {
      const heard = await this.listen().catch(() => false);
      silent = heard ? 0 : silent + 1;
      if (this.stopped) return;
      const reached = await this.read();
      lost = reached ? 0 : lost + 1;
      if (reached && silent > 1) await this.poll();
      else await this.pause(retryDelay(lost));
    }
  }

  private async read(): Promise<boolean> {
    const reached = await this.hearer.read().then(
      () => true,
      () => false,
    );
    if (!this.stopped) this.hearer.line(reached);
    return reached;
  }

  /** Reads the stream to its end; tells whether anything came. */
  private async listen(): Promise<boolean> {
    const cut = new AbortController();
    const stop = () => cut.abort();
    this.off.signal.addEventListener('abort', stop);
    let timer = setTimeout(stop, SILENT_MS);
    let heard = false;
    try {
      const response = await this.hearer.open(cut.signal);
      if (!response.ok || !response.body) return false;
      const reader = response.body.getReader();
      const text = new TextDecoder();
      const parser = new EventParser();
      for (;;) {
        const { done, value } = await reader.read();
        if (done || this.stopped) return heard;
        clearTimeout(timer);
        timer = setTimeout(stop, SILENT_MS);
        if (!heard) this.hearer.line(true);
        heard = true;
        for (const event of parser.feed(text.decode(value, { stream: true }))) this.hearer.told(event);
      }
    } catch {
      return heard;
    } finally {
      clearTimeout(timer);
      this.off.signal.removeEventListener('abort', stop);
    }
  }

  private async poll() {
    const end = Date.now() + POLL_FOR_MS;
    while (!this.stopped && Date.now() < end) {
      await this.pause(POLL_MS);
      if (this.stopped || !(await this.read())) return;
    }
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.off.signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.off.signal.addEventListener('abort', done);
    });
  }
}
