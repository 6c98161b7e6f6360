import { expect, test } from 'vitest';
import { duration, waitAge } from './age';

const START = Date.parse('2026-11-26T08:00:00Z');

test.each<[seconds: number, level: string, text: string]>([
  [-5, 'fresh', '已等 0 秒'],
  [29, 'fresh', '已等 29 秒'],
  [30, 'late', '等久了：30 秒'],
  [59, 'late', '等久了：59 秒'],
  [60, 'overdue', '超时：1 分钟'],
  [95, 'overdue', '超时：1 分 35 秒'],
])('who has waited %i s is %s and the row says so', (seconds, level, text) => {
  expect(waitAge('2026-11-26T08:00:00Z', START + seconds * 1000)).toEqual({ level, text });
});

test.each<[seconds: number, want: string]>([
  [0, '0 秒'],
  [59.6, '1 分钟'],
  [60, '1 分钟'],
  [61, '1 分 1 秒'],
  [600, '10 分钟'],
  [3599, '59 分钟'],
  [3600, '1 小时'],
  [3660, '1 小时 1 分'],
])('%d s are said as %s', (seconds, want) => {
  expect(duration(seconds)).toBe(want);
});
