import { expect, test } from 'vitest';
import { sentences, Transcript } from './transcript';

test.each<[row: string, text: string, want: string[]]>([
  ['ends of sentences', '你好。我身份证丢了，想补一个！要带啥？', ['你好。', '我身份证丢了，想补一个！', '要带啥？']],
  ['lines', '孩子刚生\n要上户口\n', ['孩子刚生', '要上户口']],
  ['speakers', '群众：身份证丢了。\n话务员：请问您在哪里？\n来电人1: 海拉尔', ['身份证丢了。', '请问您在哪里？', '海拉尔']],
  ['times in front', '[09:12:33] 市民：退休咋办\n09:13 海拉尔的', ['退休咋办', '海拉尔的']],
  ['signs alone', '。。。\n！\n  \n', []],
  ['no end', '我想问一下那个', ['我想问一下那个']],
])('%s split what was said', (row, text, want) => {
  expect(sentences(text), row).toEqual(want);
});

test('what is kept is masked, and stars are not looked up', () => {
  const talk = new Transcript();
  expect(talk.hear(['我叫王某，电话13800138000。', '身份证丢了'], 0)).toBe(2);
  expect(talk.all.map(({ text }) => text)).toEqual(['我叫王某，电话138******00。', '身份证丢了']);
  expect(JSON.stringify(talk)).not.toContain('13800138000');
  expect(talk.question()).not.toContain('*');
  expect(talk.question()).toContain('身份证丢了');
});

test('only the newest 20 seconds are looked up, and no filler', () => {
  const talk = new Transcript();
  talk.hear(['我想开个饭馆。'], 0);
  talk.hear(['嗯。', '另外孩子上户口咋办？'], 25_000);
  expect(talk.question()).toBe('另外孩子上户口咋办？');
  talk.hear(['好的。', '谢谢。'], 26_000);
  expect(talk.question()).toBe('另外孩子上户口咋办？');
  expect(talk.newest).toBe('另外孩子上户口咋办？');
  talk.hear(['喂。'], 90_000);
  expect(talk.question()).toBe('');
});

test('a call is not kept for ever, and is gone with the next one', () => {
  const talk = new Transcript();
  for (let n = 0; n < 300; n++) talk.hear([`第${n}句话`], n * 1000);
  expect(talk.all.length).toBe(200);
  expect(talk.all[0]?.text).toBe('第100句话');
  expect(new Set(talk.all.map(({ id }) => id)).size).toBe(200);
  talk.clear();
  expect(talk.all).toEqual([]);
  expect(talk.question()).toBe('');
});

test('what the agent says is shown, not looked up', () => {
  const talk = new Transcript();
  talk.hear(['我身份证丢了。'], 0);
  talk.hear(['请问您要办居住证吗？'], 1000, 'agent');
  expect(talk.all.map(({ speaker }) => speaker)).toEqual(['caller', 'agent']);
  expect(talk.question()).toBe('我身份证丢了。');
  expect(talk.newest).toBe('我身份证丢了。');
});
