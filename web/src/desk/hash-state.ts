/** What a page shows, behind its name in the address: `#figures/from=2026-11-01&region=150700`. */

export function hashState(hash: string): URLSearchParams {
  const slash = hash.indexOf('/');
  return new URLSearchParams(slash < 0 ? '' : hash.slice(slash + 1));
}

/** The address of a page in a state; what is empty isn't written. */
export function hashOf(page: string, state: Record<string, string>): string {
  const query = new URLSearchParams(Object.entries(state).filter(([, value]) => value !== '')).toString();
  return `#${page}${query && `/${query}`}`;
}
