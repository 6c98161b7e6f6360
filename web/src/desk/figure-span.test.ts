import { expect, test } from 'vitest';
import { fault, lastDays, length, mondayOf, nameOf, today, weekday } from './figure-span';

test('a day ends at midnight in Inner Mongolia', () => {
  expect(today(Date.parse('2026-11-26T15:59:59Z'))).toBe('2026-11-26');
  expect(today(Date.parse('2026-11-26T16:00:00Z'))).toBe('2026-11-27');
});

test('the last days, today among them', () => {
  expect(lastDays(1, '2026-11-27')).toEqual({ from: '2026-11-27', to: '2026-11-27' });
  expect(lastDays(7, '2026-03-03')).toEqual({ from: '2026-02-25', to: '2026-03-03' });
  expect(length(lastDays(30, '2026-11-27'))).toBe(30);
});

test.each<[from: string, to: string, want: string | null]>([
  ['2026-11-27', '2026-11-27', 'today'],
  ['2026-11-21', '2026-11-27', 'week'],
  ['2026-10-29', '2026-11-27', 'month'],
  ['2026-11-20', '2026-11-26', null],
])('the name of %s to %s', (from, to, want) => {
  expect(nameOf({ from, to }, '2026-11-27')).toBe(want);
});

test.each<[day: string, want: number, monday: string]>([
  ['2026-11-23', 1, '2026-11-23'],
  ['2026-11-29', 7, '2026-11-23'],
  ['2026-01-01', 4, '2025-12-29'],
])('the weekday of %s', (day, want, monday) => {
  expect(weekday(day)).toBe(want);
  expect(mondayOf(day)).toBe(monday);
});

test.each<[from: string, to: string, want: string | null]>([
  ['2026-11-01', '2026-11-27', null],
  ['2026-11-27', '2026-11-27', null],
  ['', '2026-11-27', 'missing'],
  ['11/01/2026', '2026-11-27', 'missing'],
  ['2026-11-28', '2026-11-27', 'order'],
  ['2025-11-27', '2026-11-27', null],
  ['2025-11-26', '2026-11-27', 'long'],
])('the span %s to %s', (from, to, want) => {
  // 366 days, both ends counted, are the most that the service takes.
  expect(fault({ from, to })).toBe(want);
});
