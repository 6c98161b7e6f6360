import { expect, test } from 'vitest';
import type { Change } from './api-content';
import { asked, ending, grouped, isWeekend, meansOf, minutes, noHours, spansOf, spansTold, stretchOf, told, weekday, weekends } from './content';

const stretch = (text: string) => text.split(' ').filter((one) => one).map(stretchOf);

test.each<[spans: string, want: object]>([
  ['09:00-12:00 13:30-17:30', { spans: ['09:00-12:00', '13:30-17:30'] }],
  ['13:30-17:30 09:00-12:00', { spans: ['09:00-12:00', '13:30-17:30'] }],
  ['09:00-12:00 12:00-13:00', { spans: ['09:00-12:00', '12:00-13:00'] }],
  ['09:00-12:00 11:59-13:00', { fault: '时段有重叠，请分开' }],
  ['09:00-12:00 17:30-13:30', { fault: '第 2 段的结束要晚于开始' }],
  ['09:00-09:00', { fault: '第 1 段的结束要晚于开始' }],
  ['09:00-', { fault: '每一段都要填从几点到几点' }],
  ['', { fault: '请至少写一段，或选“不定时间”' }],
])('the spans %s', (spans, want) => {
  expect(spansOf(stretch(spans))).toEqual(want);
});

test('spans as they are read', () => {
  expect(spansTold(['09:00-12:00', '13:30-17:30'], '休息')).toBe('09:00–12:00、13:30–17:30');
  expect(spansTold([], '休息')).toBe('休息');
  expect(minutes('13:30')).toBe(810);
});

test.each<[day: string, want: string, weekend: boolean]>([
  ['2026-12-31', '星期四', false],
  ['2027-01-02', '星期六', true],
  ['2027-01-03', '星期日', true],
  ['2027-01-04', '星期一', false],
])('%s is a %s', (day, want, weekend) => {
  expect(weekday(day)).toBe(want);
  expect(isWeekend(day)).toBe(weekend);
});

test.each<[text: string, want: string[]]>([
  ['新生儿、婴儿', ['新生儿', '婴儿']],
  [' 新生儿, 婴儿，新生儿\n幼儿；', ['新生儿', '婴儿', '幼儿']],
  ['、 ，', []],
])('the words in %j', (text, want) => {
  expect(meansOf(text)).toEqual(want);
});

test.each<[change: Change, name: string | null, want: string]>([
  [{ kind: 'name', item: 'N1', name: '老年补贴' }, '高龄津贴', '“老年补贴” → 高龄津贴'],
  [{ kind: 'name', item: 'N1', business_item: '申领', name: '老年补贴' }, '高龄津贴', '“老年补贴” → 高龄津贴：申领'],
  [{ kind: 'name', item: 'N1', name: '老年补贴' }, null, '“老年补贴” → N1'],
  [{ kind: 'synonym', said: '娃娃', means: ['新生儿', '婴儿'] }, null, '“娃娃” → 新生儿、婴儿'],
  [{ kind: 'hours', spans: ['09:00-12:00'] }, null, '工作日 09:00–12:00'],
  [{ kind: 'hours', spans: [] }, null, '工作日 不定时间，有人在就开放'],
  [{ kind: 'day', day: '2026-12-31', worked: false, note: '元旦' }, null, '2026-12-31（星期四）放假：元旦'],
  [{ kind: 'day', day: '2027-01-03', worked: true, note: '元旦' }, null, '2027-01-03（星期日）调休上班：元旦'],
])('the change %j', (change, item_name, want) => {
  expect(told({ change, item_name })).toBe(want);
});

test('days that change in the same way stand together', () => {
  const day = (day: string, before: string, after: string) => ({ day, before: before ? [before] : [], after: after ? [after] : [] });
  expect(grouped([day('2026-12-01', '09:00-17:00', '09:00-12:00'), day('2026-12-02', '09:00-17:00', '09:00-12:00'), day('2026-12-03', '', '09:00-12:00')])).toEqual([
    { days: ['2026-12-01', '2026-12-02'], before: ['09:00-17:00'], after: ['09:00-12:00'] },
    { days: ['2026-12-03'], before: [], after: ['09:00-12:00'] },
  ]);
});

test('a day without hours is one off, unless working days have no hours at all', () => {
  expect(noHours({ kind: 'day' })).toBe('休息');
  expect(noHours({ kind: 'hours' })).toBe('不定时间，有人在就开放');
});

test('questions count as often as they were asked', () => {
  const end = { status: 'answered', code: null, name: null, confidence: 1 };
  expect(asked([{ question: 'a', count: 3, before: end, after: end }, { question: 'b', count: 1, before: end, after: end }])).toBe(4);
});

test.each([
  ['answered', 'N1', '高龄津贴', { first: '高龄津贴', then: '直接答上 · 把握 95%' }],
  ['out_of_scope', 'N1', '高龄津贴', { first: '说明不归这里管', then: '最像的是高龄津贴 · 把握 95%' }],
  ['handoff', null, null, { first: '转人工', then: '没有对应的事项' }],
  ['clarify', 'N1', null, { first: 'N1', then: '反问一句 · 把握 95%' }],
])('a question that ends in %s with %s', (status, code, name, want) => {
  expect(ending({ status, code, name, confidence: 0.95 })).toEqual(want);
});

test('weekends are told of where hours come or go', () => {
  const days = (before: string[], after: string[]) => [{ day: '2026-12-01', before, after }];
  expect(weekends({ kind: 'hours', spans: [] }, days(['09:00-12:00'], []))).toBe('发布后，周末和放假日也是有人在就开放。');
  expect(weekends({ kind: 'hours', spans: ['09:00-12:00'] }, days([], ['09:00-12:00']))).toContain('发布后关闭');
  expect(weekends({ kind: 'hours', spans: ['09:00-12:00'] }, days(['09:00-17:00'], ['09:00-12:00']))).toBe('');
  expect(weekends({ kind: 'day', day: '2026-12-01' }, days([], ['09:00-12:00']))).toBe('');
});
