import { expect, test } from 'vitest';
import { isPhone } from './phone';

test.each<[text: string, want: boolean]>([
  ['13812345678', true],
  ['138 1234 5678', true],
  ['0470-1234567', true],
  ['047112345678', true],
  ['12345678901', false],
  ['1381234567', false],
  ['8221234', false],
  ['110101199003070011', false],
  ['电话', false],
])('%s can be called: %s', (text, want) => {
  expect(isPhone(text)).toBe(want);
});
