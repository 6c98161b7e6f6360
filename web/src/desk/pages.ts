import type { Me } from './wire';

/** What the menu can show. */
export type PageName = 'cases' | 'wall' | 'proposals' | 'work' | 'figures' | 'differences' | 'accounts' | 'audit' | 'outbox';

/** Which permission opens which page; several words where one of them is enough. The service decides in any case. */
const NEEDS: readonly (readonly [page: PageName, permissions: readonly string[]])[] = [
  ['cases', ['desk.claim', 'desk.read']],
  ['wall', ['desk.supervise']],
  ['proposals', ['proposals.decide', 'proposals.make']],
  ['work', ['work_items.read', 'work_items.settle']],
  ['figures', ['stats.read']],
  ['differences', ['stats.read']],
  ['accounts', ['accounts.manage']],
  ['audit', ['audit.read']],
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
