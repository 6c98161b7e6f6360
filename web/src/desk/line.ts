import { Refused } from '../api';
import { retryDelay } from '../retry';
import type { Envelope } from './wire';

/** How the line to the service is. */
export type LineState =
  | { state: 'starting' }
  | { state: 'open' }
  /** Broken; it is tried again by itself. */
  | { state: 'lost'; tries: number; since: number }
  /** Another window of the same person has taken it. */
  | { state: 'replaced' }
  /** The session is over, or its rights are gone. */
  | { state: 'out' };

export interface Listener {
  ticket(): Promise<string>;
  told(event: Envelope): void;
  line(state: LineState): void;
}

/** What a close code means for whoever was cut off. */
export function afterClose(code: number): 'again' | 'slowly' | 'replaced' | 'out' {
  if (code === 4401 || code === 4403) return 'out';
  if (code === 4409) return 'replaced';
  if (code === 4429) return 'slowly';
  return 'again';
}

/** The service is asked for a sign of life that often, and counts as gone without one after that. */
const PING_MS = 20_000;
const SILENT_MS = 45_000;

/** Tries that a caller who was too fast skips. */
const SLOWLY = 4;

/** The desk's socket: opened with a ticket, resumed by number, opened again when it breaks. */
export class Line {
  private socket: WebSocket | null = null;
  private seq = 0;
  private tries = 0;
  private since = 0;
  private stopped = false;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private pinger: ReturnType<typeof setInterval> | undefined;
  private heardAt = 0;

  constructor(private readonly listener: Listener) {
    listener.line({ state: 'starting' });
    void this.open();
  }

  stop() {
    this.stopped = true;
    this.drop();
  }

  /** Tries again at once, as when the network has come back. */
  hurry() {
    if (this.stopped || this.socket || this.tries === 0) return;
    clearTimeout(this.retry);
    void this.open();
  }

  private drop() {
    clearTimeout(this.retry);
    clearInterval(this.pinger);
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  private async open() {
    let ticket: string;
    try {
      ticket = await this.listener.ticket();
    } catch (error) {
      const refused = error instanceof Refused && (error.problem.status === 401 || error.problem.status === 403);
      return refused ? this.end('out') : this.lost();
    }
    if (this.stopped) return;
    const address = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/api/v1/desk/socket`;
    const socket = new WebSocket(address, ['bangban.v1', `ticket.${ticket}`]);
    this.socket = socket;
    this.heardAt = Date.now();
    this.watch(socket);
    socket.addEventListener('open', () => this.send(socket, 'resume', this.seq > 0 ? { seq: this.seq } : {}));
    socket.addEventListener('message', ({ data }) => socket === this.socket && this.told(String(data)));
    socket.addEventListener('close', ({ code }) => socket === this.socket && this.closed(code));
  }

  private watch(socket: WebSocket) {
    clearInterval(this.pinger);
    this.pinger = setInterval(() => {
      if (socket !== this.socket) return;
      // A dead line may never say that it is closed.
      if (Date.now() - this.heardAt > SILENT_MS) {
        this.drop();
        this.lost();
      } else if (socket.readyState === WebSocket.OPEN) this.send(socket, 'ping', {});
    }, PING_MS);
  }

  private send(socket: WebSocket, type: string, data: object) {
    socket.send(JSON.stringify({ v: 1, type, ts: new Date().toISOString(), data }));
  }

  private told(text: string) {
    this.heardAt = Date.now();
    let event: Envelope;
    try {
      event = JSON.parse(text) as Envelope;
    } catch {
      return;
    }
    // What was heard before the line broke may come again.
    if (typeof event.seq === 'number' && event.type !== 'ready') {
      if (event.seq <= this.seq) return;
      this.seq = event.seq;
    }
    if (event.type === 'ready') {
      const { seq } = event.data ?? {};
      // From now on, where nothing was heard before; the service counts anew after it lost its events.
      if (typeof seq === 'number' && (this.seq === 0 || seq < this.seq)) this.seq = seq;
      this.tries = 0;
      this.listener.line({ state: 'open' });
    }
    // Too much was missed: from here on.
    if (event.type === 'reset' && typeof event.data?.seq === 'number') this.seq = event.data.seq;
    this.listener.told({ ...event, data: event.data ?? {} });
  }

  private closed(code: number) {
    this.socket = null;
    clearInterval(this.pinger);
    const then = afterClose(code);
    if (then === 'out' || then === 'replaced') return this.end(then);
    if (then === 'slowly') this.tries = Math.max(this.tries, SLOWLY);
    this.lost();
  }

  private end(state: 'out' | 'replaced') {
    this.stop();
    this.listener.line({ state });
  }

  private lost() {
    if (this.stopped) return;
    if (this.tries === 0) this.since = Date.now();
    this.listener.line({ state: 'lost', tries: this.tries, since: this.since });
    this.retry = setTimeout(() => void this.open(), retryDelay(this.tries));
    this.tries++;
  }
}
