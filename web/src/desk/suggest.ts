import type { Opened } from './floor';
import type { Suggestion } from './wire';

/** Number of the citizen's last words in what is shown; 0 where nothing was said. */
export function lastSaid(entries: Opened['entries']): number {
  const said = entries.flatMap((entry) => (entry.kept && entry.message.kind === 'citizen' ? [entry.message.seq] : []));
  return Math.max(0, ...said);
}

/** A text with something put after what is written already, on a line of its own. */
export function putAfter(draft: string, text: string): string {
  return draft.trim() === '' ? text : `${draft.trimEnd()}\n${text}`;
}

/** What may be answered in the conversation that is open, asked for when the citizen has said something new. */
export class Suggestions {
  list: readonly Suggestion[] = [];
  private followed = '';

  constructor(
    private readonly read: (id: string) => Promise<readonly Suggestion[]>,
    private readonly changed: () => void,
  ) {}

  /** Turns to a conversation and its last words; without either there is nothing to answer. */
  async follow(id: string, seq: number) {
    const key = id && seq > 0 ? `${id} ${seq}` : '';
    if (key === this.followed) return;
    this.followed = key;
    // What fitted the words before may mislead now.
    this.list = [];
    if (!key) return;
    // Without suggestions everything can still be written by hand.
    const list = await this.read(id).catch(() => []);
    if (key !== this.followed) return;
    this.list = list;
    this.changed();
  }
}
