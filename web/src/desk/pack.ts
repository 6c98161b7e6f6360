import type { Card } from '../wire';
import type { Hit, LookupResponse, Pack } from './lookup-wire';

/** From this age on a pack is called old even where nobody could look whether it is. */
const OLD_DAYS = 7;

/** Hits that are shown. */
const MOST = 8;

/** A pack as this computer keeps it. */
export interface Kept {
  pack: Pack;
  /** Names its content; the service tells by it whether there is something newer. */
  tag: string;
  kept_at: string;
  /** Guides that a newer pack has changed or dropped: earlier prints of them are void. */
  old: { code: string; name: string; gone: boolean }[];
}

/** What an answer from a pack is compared by: letters and digits alone. */
function plain(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}

/** The words and pairs of characters of a question. */
function grams(text: string): string[] {
  const letters = [...text];
  if (letters.length < 2) return letters;
  return [...new Set(letters.slice(1).map((letter, at) => (letters[at] ?? '') + letter))];
}

/** Words that nearly every question holds. */
const COMMON = /怎么办理?|咋办|如何办理?|怎么|如何|需要|什么|哪些|材料|手续|办理|请问|我想|我要|在哪里?|哪里|多少钱|带啥|带什么/g;

/** Looks through a pack by simple comparison of texts: whole names first, then shared pairs of characters. */
export function searchPack({ items }: Pack, q: string): { code: string; score: number }[] {
  const asked = plain(q.replace(COMMON, ''));
  if (!asked) return [];
  const wanted = grams(asked);
  const scored = items.flatMap(({ item }) => {
    const names = [item.name, ...item.common_names, ...item.business_items].map(plain).filter((name) => name !== '');
    const score = Math.max(0, ...names.map((name) => alike(name, asked, wanted)));
    return score >= 0.3 ? [{ code: item.code, score }] : [];
  });
  // The pack itself has the most used first; a stable order keeps that among equals.
  return scored.sort((a, b) => b.score - a.score).slice(0, MOST);
}

function alike(name: string, asked: string, wanted: readonly string[]): number {
  if (name === asked) return 2;
  if (name.includes(asked)) return 1 + asked.length / name.length / 2;
  if (asked.includes(name) && name.length > 1) return 1 + name.length / asked.length / 2;
  const shared = wanted.filter((gram) => name.includes(gram)).length;
  return shared / Math.max(1, wanted.length);
}

/** The card of a pack as a row of the list. */
export function hitOf(card: Card, score: number): Hit {
  const value = (lines: Card['limits'], label: string) => lines.find((line) => line.label === label)?.value ?? null;
  const online = value(card.channels, '网上办理');
  return {
    code: card.item,
    name: card.name,
    business_item: card.business_item,
    region: card.region,
    fit: card.fit,
    organ: value(card.head, '实施主体'),
    materials: card.materials.stated ? card.materials.list.length : null,
    days: value(card.limits, '承诺办结时限'),
    fee: value(card.limits, '收费'),
    online: online === null ? null : !online.startsWith('不'),
    confidence: Math.min(1, score / 2),
    stale: card.stale,
  };
}

/** What the service would say, from the pack. */
export function lookupPack(pack: Pack, q: string): LookupResponse {
  const found = searchPack(pack, q).flatMap(({ code, score }) => {
    const one = pack.items.find(({ item }) => item.code === code);
    return one ? [hitOf(one.card, score)] : [];
  });
  return { rows: found, sure: false, heard: null, ask: null, region_choices: [], keywords_only: true };
}

/** Which guides a newer pack has changed or no longer has. */
export function outdated(before: Pack, after: Pack): Kept['old'] {
  const list: Kept['old'] = [];
  for (const { item, card } of before.items) {
    const now = after.items.find((one) => one.item.code === item.code);
    if (!now || JSON.stringify(now.card) !== JSON.stringify(card)) list.push({ code: item.code, name: item.name, gone: !now });
  }
  return list;
}

/** Marks of two renewals together: a newer one leaves the older ones standing. */
export function marks(earlier: Kept['old'], newer: Kept['old']): Kept['old'] {
  return [...newer, ...earlier.filter(({ code }) => !newer.some((one) => one.code === code))];
}

/** Whole days since a pack was made. */
export function ageDays(madeAt: string, now: number): number {
  return Math.max(0, Math.floor((now - Date.parse(madeAt)) / 86_400_000));
}

export function isOld({ made_at }: Pack, now: number): boolean {
  return ageDays(made_at, now) >= OLD_DAYS;
}

/** The day of a time, as this computer's calendar has it. */
export function dayOf(time: string): string {
  const at = new Date(time);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}
