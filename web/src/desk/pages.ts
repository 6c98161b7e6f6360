import type { Me } from './wire';

/** What the menu can show. */
export type PageName =
  | 'cases'
  | 'hotline'
  | 'township'
  | 'faults'
  | 'wall'
  | 'proposals'
  | 'content'
  | 'work'
  | 'figures'
  | 'differences'
  | 'accounts'
  | 'audit'
  | 'outbox';

/** Which permission opens which page; several words where one of them is enough. The service decides in any case. */
const NEEDS: readonly (readonly [page: PageName, permissions: readonly string[]])[] = [
  ['cases', ['desk.claim', 'desk.read']],
  ['hotline', ['lookup']],
  ['township', ['lookup']],
  ['wall', ['desk.supervise']],
  ['proposals', ['proposals.decide', 'proposals.make']],
  ['content', ['proposals.make']],
  ['work', ['work_items.read', 'work_items.settle']],
  ['faults', ['reports.settle']],
  ['figures', ['stats.read']],
  ['differences', ['stats.read']],
  ['accounts', ['accounts.manage']],
  ['audit', ['audit.read']],
  ['outbox', ['outbox.manage']],
];

/** The pages that somebody may see. */
export function pagesOf({ permissions }: Pick<Me, 'permissions'>): PageName[] {
  return NEEDS.filter(([, needs]) => needs.some((one) => permissions.includes(one))).map(([page]) => page);
}

/** The page an address names, if it may be seen; else the first that may. */
export function pageAt(hash: string, pages: readonly PageName[]): PageName | null {
  const named = hash.replace(/^#/, '').split('/')[0] as PageName;
  return pages.includes(named) ? named : (pages[0] ?? null);
}

/** What of a page an address names behind the page itself, if it is one of those that there are; else the first. */
export function viewAt<T extends string>(hash: string, views: readonly [T, ...T[]]): T {
  const named = hash.split('/')[1] as T;
  return views.includes(named) ? named : views[0];
}
