import { expect, test } from 'vitest';
import { count, millis, percent, roughly, shortDay } from './figure-format';

test.each<[n: number | null | undefined, want: string]>([
  [0, '0'],
  [1234567, '1,234,567'],
  [347.7, '348'],
  [null, '—'],
  [undefined, '—'],
])('the number %s', (n, want) => {
  expect(count(n)).toBe(want);
});

test.each<[part: number, of: number, want: string]>([
  [0, 0, '—'],
  [0, 9, '0%'],
  [1, 3, '33.3%'],
  [1, 4, '25%'],
  [9, 9, '100%'],
  // A few never read as none, nor almost all as all.
  [1, 100_000, '<0.1%'],
  [99_999, 100_000, '>99.9%'],
  [999, 1000, '99.9%'],
])('%s of %s', (part, of, want) => {
  expect(percent(part, of)).toBe(want);
});

test.each<[n: number, want: string]>([
  [0, '0'],
  [7, '7'],
  [96, '96'],
  [1234, '1,200'],
  [9_960, '1 万'],
  [12_345, '1.2 万'],
  [86_543, '8.7 万'],
  [4_210_000, '420 万'],
  [24_049_155, '2400 万'],
])('an estimate of %s', (n, want) => {
  expect(roughly(n)).toBe(want);
});

test.each<[ms: number | null, want: string]>([
  [null, '—'],
  [0, '0 毫秒'],
  [3.14, '3.1 毫秒'],
  [121.4, '121 毫秒'],
  [999.4, '999 毫秒'],
  [1000, '1 秒'],
  [1840, '1.8 秒'],
])('answering in %s ms', (ms, want) => {
  expect(millis(ms)).toBe(want);
});

test('a day without its year', () => {
  expect(shortDay('2026-01-09')).toBe('1/9');
  expect(shortDay('?')).toBe('?');
});
