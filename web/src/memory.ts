import type { Region } from './wire';

const KEYS = { region: 'bangban.region', size: 'bangban.size', elder: 'bangban.elder' };

/** Storage may be switched off; the page then just forgets. */
function get(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function set(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // Nothing is lost but the memory.
  }
}

export function rememberedRegion(): Region | null {
  try {
    const value: unknown = JSON.parse(get(KEYS.region) ?? 'null');
    const region = value as Partial<Region> | null;
    const whole = typeof region?.code === 'string' && typeof region.name === 'string';
    return whole ? { code: region.code as string, name: region.name as string } : null;
  } catch {
    return null;
  }
}

export function rememberRegion(region: Region | null): void {
  set(KEYS.region, region && JSON.stringify({ code: region.code, name: region.name }));
}

/** Steps of the text size around the usual one. */
export const SIZES = { least: -1, most: 3 };

export function rememberedSize(): number {
  const size = Number(get(KEYS.size));
  return Number.isInteger(size) && size >= SIZES.least && size <= SIZES.most ? size : 0;
}

export function rememberedElder(): boolean {
  return get(KEYS.elder) === '1';
}

export function rememberDisplay(size: number, elder: boolean): void {
  set(KEYS.size, size === 0 ? null : String(size));
  set(KEYS.elder, elder ? '1' : null);
}

/** Sets the text size on the page. */
export function showDisplay(size: number, elder: boolean): void {
  const root = document.documentElement;
  root.dataset.size = String(size);
  if (elder) root.dataset.elder = '';
  else delete root.dataset.elder;
}
