import { expect, test } from 'vitest';
import { retryDelay } from './retry';

test.each<[tries: number, least: number, most: number]>([
  [0, 500, 1000],
  [1, 1000, 2000],
  [3, 4000, 8000],
  [4, 8000, 16_000],
  [5, 15_000, 30_000],
  [99, 15_000, 30_000],
  [-1, 500, 1000],
])('after %i failed tries the next waits %i to %i ms', (tries, least, most) => {
  expect(retryDelay(tries, 0)).toBe(least);
  expect(retryDelay(tries, 1)).toBe(most);
  const wait = retryDelay(tries);
  expect(wait).toBeGreaterThanOrEqual(least);
  expect(wait).toBeLessThanOrEqual(most);
});
