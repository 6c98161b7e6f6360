import { regionsBelow } from '../api';
import { fullName } from '../division';
import type { Region } from '../wire';

/** Leagues and their banners, by full name; read once, since a typed name can mean any of them. */
let known: Promise<Region[]> | undefined;

export function allPlaces(): Promise<Region[]> {
  known ??= readPlaces().catch((error: unknown) => {
    known = undefined;
    throw error;
  });
  return known;
}

async function readPlaces(): Promise<Region[]> {
  const leagues = await regionsBelow('');
  const below = await Promise.all(
    leagues.map(async ({ code, name }) => (await regionsBelow(code)).map((one) => ({ code: one.code, name: fullName(one.name, name) }))),
  );
  return leagues.flatMap((league, at) => [league, ...(below[at] ?? [])]);
}

/** A place's own name, without the league in front. */
export function shortName({ code, name }: Region, all: readonly Region[]): string {
  const league = all.find((one) => one.code === `${code.slice(0, 4)}00` && one.code !== code);
  return league && name.startsWith(league.name) && name.length > league.name.length ? name.slice(league.name.length) : name;
}

const bare = (name: string) => name.replace(/(?:蒙古族|达斡尔族|鄂温克族|鄂伦春)?(?:自治旗|自治区)$|(?:盟|市|旗|县|区)$/, '');

/** The places that typed letters mean: own names that begin so, then names that hold them; the shorter first. */
export function matchingPlaces(typed: string, all: readonly Region[], most = 8): Region[] {
  const wanted = typed.trim().replace(/^内蒙古(?:自治区)?/, '');
  if (!wanted) return [];
  const scored = all.flatMap((place) => {
    const own = shortName(place, all);
    const score =
      [own, bare(own), place.name, place.code].includes(wanted) ? 0
      : own.startsWith(wanted) ? 1
      : place.name.includes(wanted) ? 2
      : place.name.replace(/[盟市]/, '').includes(wanted) ? 3
      : -1;
    return score < 0 ? [] : [{ place, score }];
  });
  scored.sort((a, b) => a.score - b.score || a.place.name.length - b.place.name.length || a.place.code.localeCompare(b.place.code));
  return scored.slice(0, most).map(({ place }) => place);
}

const KEY = 'bangban.desk.places';

/** Places that are offered at one touch. */
const RECENT = 4;

/** The places chosen last, the newest first; an empty list where nothing is remembered. */
export function recentPlaces(): Region[] {
  try {
    const value = JSON.parse(localStorage.getItem(KEY) ?? '[]') as Partial<Region>[];
    return value.filter((one): one is Region => typeof one?.code === 'string' && typeof one.name === 'string').slice(0, RECENT);
  } catch {
    return [];
  }
}

export function rememberPlace(place: Region): Region[] {
  const list = [{ code: place.code, name: place.name }, ...recentPlaces().filter(({ code }) => code !== place.code)].slice(0, RECENT);
  try {
    localStorage.setItem(KEY, JSON.stringify(list));
  } catch {
    // Nothing is lost but the memory.
  }
  return list;
}

const AT = 'bangban.desk.place';

/** Where callers or visitors are, until somebody says otherwise; `null` for the whole region. */
export function stickyPlace(): Region | null {
  try {
    const value = JSON.parse(localStorage.getItem(AT) ?? 'null') as Partial<Region> | null;
    return typeof value?.code === 'string' && typeof value.name === 'string' ? { code: value.code, name: value.name } : null;
  } catch {
    return null;
  }
}

export function keepPlace(place: Region | null) {
  try {
    if (place) localStorage.setItem(AT, JSON.stringify({ code: place.code, name: place.name }));
    else localStorage.removeItem(AT);
  } catch {
    // Nothing is lost but the memory.
  }
}
