import { expect, test } from 'vitest';
import type { Hit } from './lookup-wire';
import { card, line, material } from './made-up';
import { proxyOf } from './proxy';
import { citizenLink, factsOf, levelOf, messageText, onlineLinks } from './spoken';

const HIT: Hit = {
  code: 'N1', name: '甲', business_item: null, region: null, fit: null, organ: null, materials: 5, days: '3个工作日', fee: '不收费', online: true, confidence: 1, stale: false,
};

test.each<[row: string, hit: Partial<Hit>, want: string]>([
  ['all', {}, '材料 5 · 3个工作日 · 不收费 · 可网办'],
  ['none online', { online: false }, '材料 5 · 3个工作日 · 不收费 · 不能网办'],
  ['some', { days: null, online: null }, '材料 5 · 不收费'],
  ['no materials at all', { materials: 0 }, '材料 0 · 3个工作日 · 不收费 · 可网办'],
  ['a limit with exceptions', { days: '60日（交通不便的地区可以适当延长，延长不超过30日）' }, '材料 5 · 60日… · 不收费 · 可网办'],
  ['a short one', { days: '3日（自受理起）' }, '材料 5 · 3日（自受理起） · 不收费 · 可网办'],
  ['none', { materials: null, days: null, fee: null, online: null }, '指南未载明'],
])('facts of a hit: %s', (row, hit, want) => {
  expect(factsOf({ ...HIT, ...hit }), row).toBe(want);
});

test.each([['150000', '自治区级'], ['150700', '盟市级'], ['150702', '旗县级'], ['150702001', '苏木乡镇级']])('%s is of the level', (code, want) => {
  expect(levelOf(code)).toBe(want);
});

test('a text message holds the list as the guide has it, and the link', () => {
  const one = card('N1', '身份证办理', {
    business_item: '丢失补领',
    list: [material('户口簿', { quantity: '1份', form: '原件' }), material('照片', { state: 'waivable' }), material('委托书', { state: 'open' })],
  });
  const link = citizenLink('https://x.example', one, '150702');
  expect(link).toBe('https://x.example/?region=150702&code=N1&a.item=%E4%B8%A2%E5%A4%B1%E8%A1%A5%E9%A2%86');
  expect(messageText(one, '海拉尔区', link).split('\n')).toEqual([
    '【办事材料】身份证办理：丢失补领（海拉尔区）',
    '1. 户口簿（1份，原件）',
    '2. 照片【免提交（电子证照）】',
    '3. 委托书【看情形】',
    `办事指南：${link}`,
  ]);
});

test('silence and age are said in the message too', () => {
  const one = card('N1', '甲', { stale: true });
  one.materials.stated = false;
  expect(messageText(one, '', 'u').split('\n')).toEqual(['【办事材料】甲', '指南未载明', '本指南较久没有更新，请以受理窗口为准。', '办事指南：u']);
});

test('whether somebody else may do it is what the guide says, and no guess', () => {
  const silent = proxyOf(card('N1', '甲', { channels: [line('可否代办', null), line('办理地点', '市政务大厅；电话：1')] }));
  expect(silent).toEqual({ agent: null, near: [], ways: [], visits: null, authority: [] });
  const said = proxyOf(
    card('N1', '甲', {
      list: [material('授权委托书'), material('户口簿'), material('关系证明', { needed_when: '由他人代办的' })],
      channels: [line('可否代办', '可以'), line('网上办理', '可网上办理'), line('办理地点', '某苏木便民服务中心；电话：1'), line('办理地点', '市政务大厅')],
      limits: [line('到办事现场次数', '1次')],
    }),
  );
  expect(said.agent?.value).toBe('可以');
  expect(said.near.map(({ text }) => text)).toEqual(['某苏木便民服务中心；电话：1']);
  expect(said.ways.map(({ label }) => label)).toEqual(['网上办理']);
  expect(said.visits?.value).toBe('1次');
  expect(said.authority.map(({ name }) => name)).toEqual(['授权委托书', '关系证明']);
});

test('a guide sends people to the net unless it is old, and never to a script', () => {
  const url = 'https://x.example/apply';
  expect(onlineLinks(card('N1', '甲', { online_url: url, mobile_url: 'javascript:alert(1)' })).map(({ href }) => href)).toEqual([url]);
  expect(onlineLinks(card('N1', '甲', { online_url: url, stale: true }))).toEqual([]);
});
