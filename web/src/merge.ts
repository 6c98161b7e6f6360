import type { Message } from './wire';

/** A message that the service has kept. */
export interface Kept {
  kept: true;
  key: string;
  message: Message;
}

/**
 * Puts messages of one conversation among what is shown, each once and in the order of their numbers, however
 * often and in whatever order they come. What is still on its way stays last; what failed stays where it is.
 */
export function merged<T extends { kept: false; failed: string }>(
  shown: readonly (Kept | T)[],
  conversation: string,
  messages: readonly Message[],
): (Kept | T)[] {
  const all = [...shown];
  const known = new Set(all.map((entry) => (entry as Kept).key));
  for (const message of messages) {
    const key = `${conversation} ${message.seq}`;
    if (known.has(key)) continue;
    known.add(key);
    all.splice(place(all, conversation, message.seq), 0, { kept: true, key, message });
  }
  return all;
}

function place(all: readonly (Kept | { kept: false; failed: string })[], conversation: string, seq: number): number {
  const own = (entry: (typeof all)[number]) => entry.kept && entry.key.startsWith(`${conversation} `);
  const later = all.findIndex((entry) => own(entry) && (entry as Kept).message.seq > seq);
  if (later >= 0) return later;
  let at = all.length;
  while (at > 0) {
    const before = all[at - 1];
    if (!before || before.kept || before.failed) break;
    at--;
  }
  return at;
}
