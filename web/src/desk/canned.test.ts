import { expect, test } from 'vitest';
import { filled, gaps, matching } from './canned';

test.each<[row: string, text: string, facts: object, want: string, left: string[]]>([
  ['everything known', '我是 {{工号}}，您办《{{事项}}》', { 工号: '0123', 事项: '办身份证' }, '我是 0123，您办《办身份证》', []],
  ['one thing unknown', '{{地区}}的电话是{{电话}}', { 地区: '海拉尔区' }, '海拉尔区的电话是{{电话}}', ['电话']],
  ['an empty value is unknown', '电话{{电话}}', { 电话: '' }, '电话{{电话}}', ['电话']],
  ['with spaces inside', '{{ 工号 }}', { 工号: '0123' }, '0123', []],
  ['twice the same', '{{电话}}或{{电话}}', {}, '{{电话}}或{{电话}}', ['电话']],
  ['not ours', '{{姓名}}您好', { 工号: '0123' }, '{{姓名}}您好', ['姓名']],
  ['a value that looks like a pattern', '{{事项}}', { 事项: '$& {{电话}}' }, '$& {{电话}}', ['电话']],
  ['nothing to fill', '请稍等', {}, '请稍等', []],
])('a canned reply is filled: %s', (row, text, facts, want, left) => {
  expect(filled(text, facts), row).toBe(want);
  expect(gaps(filled(text, facts)), row).toEqual(left);
});

test('titles come before texts', () => {
  const all = [
    { title: '问候', text: '请稍等' },
    { title: '稍等', text: '马上' },
  ];
  expect(matching(all, '稍').map(({ title }) => title)).toEqual(['稍等', '问候']);
  expect(matching(all, '')).toHaveLength(2);
  expect(matching(all, 'x')).toEqual([]);
});
