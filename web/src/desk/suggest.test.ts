import { expect, test, vi } from 'vitest';
import type { Opened } from './floor';
import { Suggestions, lastSaid, putAfter } from './suggest';
import type { Suggestion } from './wire';

const one = (label: string): Suggestion => ({ kind: 'canned', label, text: label, item: null, lines: [], canned: null });
const labels = ({ list }: Suggestions) => list.map(({ label }) => label);

function kept(seq: number, kind: string): Opened['entries'][number] {
  return { kept: true, key: `A ${seq}`, message: { seq, kind, at: 'T', text: '', reply: null, event: null } };
}

test('the last words are the citizen’s, wherever others stand after them', () => {
  const saying: Opened['entries'][number] = { kept: false, key: 'k', words: { client_msg_id: 'k' }, card: '', failed: '' };
  expect(lastSaid([])).toBe(0);
  expect(lastSaid([kept(1, 'assistant'), saying])).toBe(0);
  expect(lastSaid([kept(1, 'assistant'), kept(2, 'citizen'), kept(3, 'citizen'), kept(4, 'agent'), saying])).toBe(3);
});

test.each([
  ['', '请稍等', '请稍等'],
  [' \n', '请稍等', '请稍等'],
  ['您好。\n', '请稍等', '您好。\n请稍等'],
])('what is written stays: %j', (draft, text, want) => {
  expect(putAfter(draft, text)).toBe(want);
});

test('suggestions are asked for once for each of the citizen’s words, and never without any', async () => {
  const read = vi.fn(async (id: string) => [one(id)]);
  const changed = vi.fn();
  const all = new Suggestions(read, changed);
  await all.follow('', 4);
  await all.follow('A', 0);
  expect(read).not.toHaveBeenCalled();
  await all.follow('A', 2);
  await all.follow('A', 2);
  expect(read).toHaveBeenCalledTimes(1);
  expect(labels(all)).toEqual(['A']);
  await all.follow('A', 5);
  expect(read).toHaveBeenCalledTimes(2);
  await all.follow('', 0);
  expect(labels(all)).toEqual([]);
  expect(changed).toHaveBeenCalledTimes(2);
});

test('what comes late for other words, or not at all, is not shown', async () => {
  const answer: ((list: Suggestion[]) => void)[] = [];
  const all = new Suggestions(() => new Promise((resolve) => void answer.push(resolve)), () => {});
  const first = all.follow('A', 2);
  const second = all.follow('A', 3);
  answer[1]?.([one('new')]);
  await second;
  answer[0]?.([one('old')]);
  await first;
  expect(labels(all)).toEqual(['new']);

  const none = new Suggestions(() => Promise.reject(new Error('503')), () => {});
  await none.follow('A', 2);
  expect(none.list).toEqual([]);
});
