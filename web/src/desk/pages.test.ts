import { expect, test } from 'vitest';
import { pageAt, pagesOf, viewAt } from './pages';

test.each<[row: string, permissions: string[], want: string[]]>([
  ['an agent', ['desk.read', 'desk.claim', 'canned.write', 'lookup'], ['cases', 'hotline', 'township']],
  ['a township helper', ['lookup', 'proposals.make'], ['hotline', 'township', 'proposals', 'content']],
  ['an editor', ['proposals.decide', 'lookup', 'notices.write', 'reports.settle'], ['hotline', 'township', 'proposals', 'faults']],
  ['whoever may only pin notices', ['notices.write'], []],
  ['a supervisor', ['desk.read', 'desk.claim', 'desk.supervise', 'work_items.read'], ['cases', 'wall', 'work']],
  ['an analyst', ['stats.read', 'work_items.read'], ['work', 'figures', 'differences']],
  ['an auditor', ['audit.read'], ['audit']],
  ['an administrator', ['accounts.manage', 'outbox.manage'], ['accounts', 'outbox']],
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

test.each<[hash: string, want: string]>([
  ['', 'guide'],
  ['#township', 'guide'],
  ['#township/visit', 'visit'],
  ['#township/pack/x', 'pack'],
  ['#township/x', 'guide'],
])('the view of %s', (hash, want) => {
  expect(viewAt(hash, ['guide', 'visit', 'pack'])).toBe(want);
});
