import { expect, test } from 'vitest';
import { CallFeed } from './call-feed';

const said = (call: string, seq: number, text = `第${seq}句`, speaker = 'caller') => ({ call, seq, speaker, text, at: '2026-11-27T01:02:03Z' });
const texts = (feed: CallFeed, count = 0) => feed.since(count).map(({ text }) => text);

test('each sentence counts once, also where the line tells all of the call again', () => {
  const feed = new CallFeed();
  expect([said('a', 1), said('a', 2), said('a', 1)].map((one) => feed.take(one))).toEqual([true, true, false]);
  const { count } = feed;
  for (const seq of [1, 2, 3]) feed.take(said('a', seq));
  expect(texts(feed, count)).toEqual(['第3句']);
  expect(texts(feed)).toEqual(['第1句', '第2句', '第3句']);
  expect(texts(feed, feed.count)).toEqual([]);
});

test('another call begins anew', () => {
  const feed = new CallFeed();
  feed.take(said('a', 1, '身份证丢了'));
  expect(feed.take(said('b', 1, '退休咋办', 'agent'))).toBe(true);
  expect(feed.since(0)).toEqual([{ call: 'b', seq: 1, speaker: 'agent', text: '退休咋办' }]);
});

test('a call that is done with is not shown again', () => {
  const feed = new CallFeed();
  feed.take(said('a', 1));
  feed.clear();
  expect(feed.take(said('a', 1))).toBe(false);
  expect(texts(feed)).toEqual([]);
  feed.take(said('a', 2));
  expect(texts(feed)).toEqual(['第2句']);
});

test('a call is not kept for ever, and rubbish not at all', () => {
  const feed = new CallFeed();
  for (let seq = 0; seq < 300; seq++) feed.take(said('a', seq));
  expect(texts(feed)).toHaveLength(200);
  expect(texts(feed, 298)).toEqual(['第298句', '第299句']);
  for (const bad of [{}, { call: 'a', seq: '1', text: 'x' }, { call: 'a', seq: 900 }]) expect(feed.take(bad)).toBe(false);
});
