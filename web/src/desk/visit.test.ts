import { expect, test } from 'vitest';
import { card, line, material } from './made-up';
import { merged, neededBy, ordered } from './visit';

const ID = material('身份证', { quantity: '1份', form: '原件' });
const BOOK = material('户口簿', { quantity: '1份', form: '原件' });

test('a family’s materials stand once each, with who needs them', () => {
  const pension = card('N1', '高龄补贴', { list: [ID, BOOK] });
  const school = card('N2', '入学报名', { list: [BOOK, material('出生证明', { state: 'open' })] });
  const { items, materials } = merged([
    { who: '爷爷', card: pension },
    { who: '奶奶', card: pension },
    { who: '孩子', card: school },
  ]);
  expect(items.map(({ who, name, materials: n }) => `${who} ${name} ${n}`)).toEqual(['爷爷 高龄补贴 2', '奶奶 高龄补贴 2', '孩子 入学报名 2']);
  expect(materials.map(({ name }) => name)).toEqual(['户口簿', '身份证', '出生证明']);
  const [book] = materials;
  expect(book && neededBy(book)).toEqual([
    { who: '爷爷', names: ['高龄补贴'] },
    { who: '奶奶', names: ['高龄补贴'] },
    { who: '孩子', names: ['入学报名'] },
  ]);
});

test('needed by one for sure, it must be brought, whoever else may leave it at home', () => {
  const waived = card('N1', '甲', { list: [material('身份证', { state: 'waivable' })] });
  const open = card('N2', '乙', { list: [material('身份证', { state: 'open' })] });
  const needed = card('N3', '丙', { list: [material('身份证', { state: 'needed' })] });
  const later = card('N4', '丁', { list: [material('身份证', { state: 'later' })] });
  expect(merged([{ who: 'b', card: open }, { who: 'd', card: later }]).materials[0]?.state).toBe('later');
  expect(merged([{ who: 'a', card: waived }]).materials[0]?.state).toBe('waivable');
  expect(merged([{ who: 'a', card: waived }, { who: 'b', card: open }]).materials[0]?.state).toBe('open');
  const all = merged([{ who: 'a', card: waived }, { who: 'c', card: needed }, { who: 'b', card: open }]).materials;
  expect(all.map(({ state }) => state)).toEqual(['needed']);
});

test('an original and a copy are two things', () => {
  const one = card('N1', '甲', { list: [material('身份证', { form: '原件' }), material('身份证', { form: '复印件' })] });
  expect(merged([{ who: 'a', card: one }]).materials.length).toBe(2);
});

test('what the guide says of windows, the net and proxies, and nothing else', () => {
  const one = card('N1', '甲', {
    channels: [line('网上办理', '不能网上办理'), line('可否代办', '可以'), line('办理地点', '便民中心；地址：某街1号；窗口：3号；时间：9:00–17:00；电话：0470-1234567')],
  });
  const silent = card('N2', '乙', { channels: [line('网上办理', null), line('办理地点', null)] });
  const { items, places } = merged([{ who: '爷爷', card: one }, { who: '奶奶', card: one }, { who: '爸爸', card: silent }]);
  expect(items.map(({ online, agent }) => [online, agent])).toEqual([[false, true], [false, true], [null, null]]);
  expect(places).toEqual([{ name: '便民中心', address: '某街1号', window: '3号', hours: '9:00–17:00', phone: '0470-1234567', for: ['爷爷', '奶奶'] }]);
});

test('for print, what must be brought stands first, and of that what most need', () => {
  const need = (n: number) => Array.from({ length: n }, (_, at) => ({ who: `${at}`, code: 'N', name: 'x' }));
  const list = [
    { name: 'a', form: null, copies: null, state: 'waivable' as const, for: need(3) },
    { name: 'b', form: null, copies: null, state: 'needed' as const, for: need(1) },
    { name: 'c', form: null, copies: null, state: 'open' as const, for: need(2) },
    { name: 'd', form: null, copies: null, state: 'needed' as const, for: need(2) },
  ];
  expect(ordered(list).map(({ name }) => name)).toEqual(['d', 'b', 'c', 'a']);
  expect(list.map(({ name }) => name), 'what the service sent stays as it is').toEqual(['a', 'b', 'c', 'd']);
});

test('one person with two items of one material is told once', () => {
  const needs = [{ who: '爷爷', code: '1', name: '甲' }, { who: '爷爷', code: '2', name: '乙' }, { who: '爷爷', code: '1', name: '甲' }];
  expect(neededBy({ for: needs })).toEqual([{ who: '爷爷', names: ['甲', '乙'] }]);
});
