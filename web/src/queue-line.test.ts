import { expect, test } from 'vitest';
import { queueLine, stageLine } from './queue-line';
import type { Stage } from './wire';

test.each<[row: string, low: number | null, high: number | null, want: string]>([
  ['a range', 3, 8, '您排在第 2 位，预计 3–8 分钟。'],
  ['one number', 5, 5, '您排在第 2 位，预计 5 分钟。'],
  ['almost nothing', 0, 1, '您排在第 2 位，预计 1 分钟以内。'],
  ['from nothing on', 0, 4, '您排在第 2 位，预计 1–4 分钟。'],
  ['a range that is upside down', 8, 3, '您排在第 2 位，预计 8 分钟。'],
  ['nothing known', null, null, '您排在第 2 位。'],
])('the wait is told: %s', (row, low, high, want) => {
  expect(queueLine({ position: 2, wait_minutes_low: low, wait_minutes_high: high, since: 'T' }), row).toBe(want);
});

const stage = (part: Partial<Stage>): Stage => ({ stage: 'bot', queue: null, agent: null, ticket: null, text: '服务说的', ...part });

test.each<[row: string, stage: Stage, want: string]>([
  ['the program', stage({}), ''],
  ['an agent', stage({ stage: 'assigned', agent: { number: '0123' } }), '人工客服 0123 正在为您服务。'],
  ['a left message', stage({ stage: 'callback', ticket: 'L7' }), '留言已收到，编号 L7。'],
  ['a queue without a place', stage({ stage: 'queued' }), '服务说的'],
  ['the end', stage({ stage: 'closed' }), ''],
])('the stage is told: %s', (row, given, want) => {
  expect(stageLine(given), row).toBe(want);
});
