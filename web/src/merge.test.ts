import { expect, test } from 'vitest';
import { merged, type Kept } from './merge';
import type { Message } from './wire';

const message = (seq: number): Message => ({ seq, kind: 'agent', at: 'T', text: String(seq), reply: null, event: null });
const sending = (failed = '') => ({ kept: false as const, key: `s${failed}`, failed });
const names = (entries: readonly (Kept | ReturnType<typeof sending>)[]) => entries.map((entry) => entry.key);

test.each<[row: string, before: (Kept | ReturnType<typeof sending>)[], seqs: number[], want: string[]]>([
  ['in order', [], [1, 2, 3], ['C 1', 'C 2', 'C 3']],
  ['out of order', [], [3, 1, 2], ['C 1', 'C 2', 'C 3']],
  ['one twice', merged([], 'C', [message(1)]), [1, 2, 2], ['C 1', 'C 2']],
  ['into a gap', merged([], 'C', [message(1), message(3)]), [2], ['C 1', 'C 2', 'C 3']],
  ['before what is on its way', [...merged([], 'C', [message(1)]), sending()], [2, 3], ['C 1', 'C 2', 'C 3', 's']],
  ['after what failed', [...merged([], 'C', [message(1)]), sending('no')], [2], ['C 1', 'sno', 'C 2']],
  ['after another conversation, whose numbers are higher', merged([], 'B', [message(9)]), [1], ['B 9', 'C 1']],
  ['of a conversation whose name begins alike', merged([], 'CC', [message(9)]), [1], ['CC 9', 'C 1']],
])('messages are put %s', (row, before, seqs, want) => {
  expect(names(merged(before, 'C', seqs.map(message))), row).toEqual(want);
});
