import type { Key } from './api';
import type { Region } from './wire';

const KEYS = {
  region: 'bangban.region',
  size: 'bangban.size',
  elder: 'bangban.elder',
  script: 'bangban.script',
  talk: 'bangban.talk',
  frame: 'bangban.frame',
  quiet: 'bangban.quiet',
};

const forever = () => localStorage;

/** A tab's own: on a computer in a hall the next visitor must not find the last one's conversation. */
const thisTab = () => sessionStorage;

/** Where the key to the conversation is kept; on the page of a site it is the same in all tabs. */
let keeper = thisTab;

/** From now on all is kept for a site, apart from what others keep under the same address. */
export function keepFor(site: string, inThisTab: boolean) {
  for (const name of Object.keys(KEYS) as (keyof typeof KEYS)[]) KEYS[name] = `bangban.${site}.${name}`;
  keeper = inThisTab ? thisTab : forever;
}

/** Storage may be switched off; the page then just forgets. */
function get(key: string, storage = forever): string | null {
  try {
    return storage().getItem(key);
  } catch {
    return null;
  }
}

function set(key: string, value: string | null, storage = forever): void {
  try {
    if (value === null) storage().removeItem(key);
    else storage().setItem(key, value);
  } catch {
    // Nothing is lost but the memory.
  }
}

/** The key to the conversation that goes on. */
export function rememberedTalk(): Key | null {
  try {
    const value: unknown = JSON.parse(get(KEYS.talk, keeper) ?? 'null');
    const key = value as Partial<Key> | null;
    const whole = typeof key?.id === 'string' && typeof key.token === 'string';
    return whole ? { id: key.id as string, token: key.token as string } : null;
  } catch {
    return null;
  }
}

export function rememberTalk(key: Key | null): void {
  set(KEYS.talk, key && JSON.stringify({ id: key.id, token: key.token }), keeper);
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

/** The characters that were chosen: `hans` or `hant`. */
export function rememberedScript(): string | null {
  const script = get(KEYS.script);
  return script === 'hans' || script === 'hant' ? script : null;
}

export function rememberScript(script: 'hans' | 'hant'): void {
  set(KEYS.script, script);
}

/** Whether a message that nobody sees come makes no sound. */
export function rememberedQuiet(): boolean {
  return get(KEYS.quiet) === '1';
}

export function rememberQuiet(quiet: boolean): void {
  set(KEYS.quiet, quiet ? '1' : null);
}

/** How the panel stands in somebody else's page. */
export interface Frame {
  /** Pixels. */
  width: number;
  height: number;
  full: boolean;
}

export function rememberedFrame(): Frame | null {
  try {
    const { width, height, full } = JSON.parse(get(KEYS.frame) ?? 'null') as Partial<Frame>;
    const whole = Number.isFinite(width) && Number.isFinite(height) && typeof full === 'boolean';
    return whole ? { width: width as number, height: height as number, full: full as boolean } : null;
  } catch {
    return null;
  }
}

export function rememberFrame({ width, height, full }: Frame): void {
  set(KEYS.frame, JSON.stringify({ width, height, full }));
}

/** Sets the text size on the page, or on a part of one. */
export function showDisplay(size: number, elder: boolean, root: HTMLElement = document.documentElement): void {
  root.dataset.size = String(size);
  if (elder) root.dataset.elder = '';
  else delete root.dataset.elder;
}
