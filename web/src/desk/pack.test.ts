import { expect, test } from 'vitest';
import type { Pack } from './lookup-wire';
import { card, line, material } from './made-up';
import { ageDays, isOld, lookupPack, marks, outdated, searchPack } from './pack';

const entry = (code: string, name: string, common_names: string[] = [], business_items: string[] = []) => ({
  item: { code, name, parent_name: null, common_names, business_items, places: [] },
  card: card(code, name),
});

const PACK: Pack = {
  region: { code: '150702', name: '海拉尔区' },
  index: 'i1',
  corpus_date: '2026-11-25',
  made_at: '2026-11-20T00:00:00Z',
  items: [
    entry('N1', '居民身份证办理', ['身份证丢了', '补身份证'], ['丢失补领', '到期换领']),
    entry('N2', '临时居民身份证办理'),
    entry('N3', '高龄津贴发放', ['老人补贴', '80岁老人补贴']),
    entry('N4', '出生登记', ['孩子上户口', '给娃娃上户口']),
  ],
};

test.each<[q: string, first: string]>([
  ['身份证丢了', 'N1'],
  ['身份证丢了咋办', 'N1'],
  ['丢失补领', 'N1'],
  ['临时身份证', 'N2'],
  ['居民身份证办理', 'N1'],
  ['高龄津贴', 'N3'],
  ['老人补贴怎么办理', 'N3'],
  ['孩子要上户口需要什么材料', 'N4'],
  ['娃娃 上户口', 'N4'],
])('%s is found by its letters', (q, first) => {
  expect(searchPack(PACK, q)[0]?.code).toBe(first);
});

test.each(['', '  ', '？', '种树补助', '怎么办理'])('nothing is found for “%s”', (q) => {
  expect(searchPack(PACK, q)).toEqual([]);
});

test('what is told from a pack says that only words were compared, and leaves silence silent', () => {
  const pack = { ...PACK, items: [{ ...PACK.items[0]!, card: card('N1', '居民身份证办理', { list: [material('户口簿')], channels: [line('网上办理', '不能网上办理')] }) }] };
  const { rows, keywords_only, ask } = lookupPack(pack, '身份证');
  expect(keywords_only).toBe(true);
  expect(ask).toBeNull();
  expect(rows).toMatchObject([{ code: 'N1', materials: 1, days: null, fee: null, online: false }]);
});

test('a newer pack tells which guides have changed and which are gone, not which are new', () => {
  const after = {
    ...PACK,
    items: [PACK.items[0]!, { ...PACK.items[1]!, card: { ...PACK.items[1]!.card, version: 'v2' } }, PACK.items[3]!, entry('N9', '新的')],
  };
  expect(outdated(PACK, after)).toEqual([
    { code: 'N2', name: '临时居民身份证办理', gone: false },
    { code: 'N3', name: '高龄津贴发放', gone: true },
  ]);
  expect(outdated(PACK, { ...PACK, made_at: 'later' })).toEqual([]);
});

test('marks stay until somebody has seen them', () => {
  const earlier = [{ code: 'N1', name: 'a', gone: false }, { code: 'N2', name: 'b', gone: false }];
  const newer = [{ code: 'N2', name: 'b', gone: true }];
  expect(marks(earlier, newer)).toEqual([newer[0], earlier[0]]);
});

test('a pack is old after a week', () => {
  const at = (day: string) => Date.parse(`${day}T12:00:00Z`);
  expect(ageDays(PACK.made_at, at('2026-11-20'))).toBe(0);
  expect(isOld(PACK, at('2026-11-26'))).toBe(false);
  expect(isOld(PACK, at('2026-11-27'))).toBe(true);
  expect(ageDays(PACK.made_at, at('2026-11-01')), 'a clock that goes wrong makes nothing young').toBe(0);
});
