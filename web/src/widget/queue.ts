/** One call of `bangban(command, …)`. */
export type Call = readonly [command: string, ...rest: unknown[]];

/** What a page called before the script was there, in its order; anything else in the stub is left out. */
export function waiting(stub: unknown): Call[] {
  const q: unknown = typeof stub === 'function' ? (stub as { q?: unknown }).q : null;
  if (!Array.isArray(q)) return [];
  // A page may have put things of its own into every array: only what is counted is read.
  const calls: Call[] = [];
  for (let at = 0; at < q.length; at++) {
    const one: unknown = q[at];
    const list = one !== null && typeof one === 'object' ? Array.prototype.slice.call(one) : [];
    if (typeof list[0] === 'string') calls.push(list as unknown as Call);
  }
  return calls;
}

/** What a page can be told. */
export const EVENTS = ['ready', 'open', 'close', 'unread', 'handoff', 'item:shown', 'apply:clicked', 'closed'] as const;
export type EventName = (typeof EVENTS)[number];
type Handler = (detail: unknown) => void;

/** Whoever wants to be told of something. An error there is theirs: it is shown, and stops nothing of ours. */
export class Listeners {
  private readonly handlers = new Map<string, Handler[]>();
  /** That it is ready happens once; whoever asks later is told too. */
  private ready: { detail: unknown } | null = null;

  on(event: unknown, handler: unknown) {
    if (typeof handler !== 'function' || !EVENTS.includes(event as EventName)) return;
    const handlers = this.handlers.get(event as string) ?? [];
    handlers.push(handler as Handler);
    this.handlers.set(event as string, handlers);
    if (event === 'ready' && this.ready) call(handler as Handler, this.ready.detail);
  }

  tell(event: EventName, detail: unknown = null) {
    if (event === 'ready') this.ready = { detail };
    for (const handler of this.handlers.get(event) ?? []) call(handler, detail);
  }
}

function call(handler: Handler, detail: unknown) {
  try {
    handler(detail);
  } catch (error) {
    setTimeout(() => {
      throw error;
    });
  }
}
