import { expect, test } from 'vitest';
import type { Day } from './api-figures';
import { contrast, inkOn, mix } from './figure-charts';
import { DAYS_APART, byHour, endingsOf, heat, ranked, share, stars, steps } from './figure-series';
import { lastDays } from './figure-span';

const day = (of: string, answered: number, handoff = 0): Day => ({ day: of, turns: answered + handoff, answered, clarify: 0, candidates: 0, handoff, other: 0 });

const run = (n: number, to: string) => Array.from({ length: n }, (_, at) => day(lastDays(n - at, to).from, 1, 2));

test('few days stand alone, many are put together by week', () => {
  expect(steps(run(DAYS_APART, '2026-11-27'))).toMatchObject({ by: 'day', steps: { length: DAYS_APART } });
  const { by, steps: weeks } = steps(run(DAYS_APART + 1, '2026-11-29'));
  expect(by).toBe('week');
  // 63 days that end with a Sunday are nine whole weeks.
  expect(weeks).toHaveLength(9);
  expect(weeks[0]).toEqual({ day: '2026-09-28', turns: 21, answered: 7, clarify: 0, candidates: 0, handoff: 14, other: 0 });
});

test('weeks that are cut off lose nothing', () => {
  const days = run(100, '2026-11-25');
  const sum = (list: readonly Day[]) => list.reduce((so, one) => so + one.turns, 0);
  expect(sum(steps(days).steps)).toBe(sum(days));
});

test('endings that never occurred are not drawn', () => {
  expect(endingsOf([day('2026-11-26', 3), day('2026-11-27', 0, 1)])).toEqual(['answered', 'handoff']);
  expect(endingsOf([])).toEqual([]);
});

test('a heat map has the weekdays of its span, and every hour', () => {
  // Thursday and Friday.
  const found = heat([{ weekday: 5, hour: 9, count: 4 }, { weekday: 4, hour: 9, count: 1 }], { from: '2026-11-26', to: '2026-11-27' });
  expect(found.weekdays).toEqual([4, 5]);
  expect(found.rows.map((row) => row.length)).toEqual([24, 24]);
  expect(found.rows.map((row) => row[9])).toEqual([1, 4]);
  expect(found.most).toBe(4);
  expect(found.busiest).toEqual({ weekday: 5, hour: 9, count: 4 });
  expect(byHour(found)[9]).toBe(5);
  expect(heat([], lastDays(7, '2026-11-27'))).toMatchObject({ weekdays: [1, 2, 3, 4, 5, 6, 7], most: 0, busiest: null });
  // From Saturday to Monday.
  expect(heat([], { from: '2026-11-28', to: '2026-11-30' }).weekdays).toEqual([1, 6, 7]);
});

test('ratings from five stars to one', () => {
  const ratings = [
    { about: 'answer', stars: 5, count: 6 },
    { about: 'answer', stars: 3, count: 2 },
    { about: 'answer', stars: 1, count: 2 },
    { about: 'service', stars: 4, count: 10 },
  ];
  expect(stars(ratings, 'answer')).toEqual({ counts: [6, 0, 2, 0, 2], total: 10, satisfied: 8, average: 3.8 });
  expect(stars(ratings).total).toBe(20);
  expect(stars([])).toEqual({ counts: [0, 0, 0, 0, 0], total: 0, satisfied: 0, average: null });
});

test('rankings and shares', () => {
  expect(ranked([{ count: 1 }, { count: 0 }, { count: 5 }])).toEqual([{ count: 5 }, { count: 1 }]);
  expect(share({ shares: [{ status: 'answered', count: 3 }] }, 'answered')).toBe(3);
  expect(share({ shares: [] }, 'answered')).toBe(0);
});

test('a colour between two, and a number on it that can be read', () => {
  expect(mix('rgb(0, 0, 0)', 'rgb(200, 100, 50)', 0.5)).toBe('rgb(100, 50, 25)');
  expect(contrast('rgb(0, 0, 0)', 'rgb(255, 255, 255)')).toBeCloseTo(21);
  const [low, high] = ['rgb(228, 241, 237)', 'rgb(11, 95, 87)'];
  for (let at = 0; at <= 1; at += 0.01) {
    const ground = mix(low, high, at);
    expect(contrast(ground, inkOn(ground)), ground).toBeGreaterThanOrEqual(4.5);
  }
});
