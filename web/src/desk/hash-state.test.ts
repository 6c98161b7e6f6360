import { expect, test } from 'vitest';
import { hashOf, hashState } from './hash-state';
import { pageAt } from './pages';

test('an address says what a page shows', () => {
  const hash = hashOf('differences', { kind: 'missing', q: '身份证/护照', field: '', page: '2' });
  expect(hash).toBe('#differences/kind=missing&q=%E8%BA%AB%E4%BB%BD%E8%AF%81%2F%E6%8A%A4%E7%85%A7&page=2');
  expect(Object.fromEntries(hashState(hash))).toEqual({ kind: 'missing', q: '身份证/护照', page: '2' });
  expect(pageAt(hash, ['figures', 'differences'])).toBe('differences');
});

test('an address without more', () => {
  expect(hashOf('figures', {})).toBe('#figures');
  expect([...hashState('#figures')]).toEqual([]);
});
