import { expect, test } from 'vitest';
import { pageAt, pagesOf } from './pages';

test.each<[row: string, permissions: string[], want: string[]]>([
  ['an agent', ['desk.read', 'desk.claim', 'canned.write'], ['cases']],
  ['a supervisor', ['desk.read', 'desk.claim', 'desk.supervise', 'work_items.read'], ['cases', 'wall', 'work']],
  ['an analyst', ['stats.read', 'work_items.read'], ['work', 'figures', 'differences']],
  ['an auditor', ['audit.read'], ['audit']],
  ['nobody', [], []],
])('the menu of %s', (row, permissions, want) => {
  expect(pagesOf({ permissions }), row).toEqual(want);
});

test.each<[hash: string, want: string | null]>([
  ['', 'cases'],
  ['#wall', 'wall'],
  ['#cases/01A', 'cases'],
  ['#accounts', 'cases'],
  ['#x', 'cases'],
])('the address %s', (hash, want) => {
  expect(pageAt(hash, ['cases', 'wall'])).toBe(want);
  expect(pageAt(hash, [])).toBeNull();
});
