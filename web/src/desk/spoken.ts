import { webLink } from '../link';
import type { Card } from '../wire';
import type { Hit, Script } from './lookup-wire';
import { words } from './wording';

/** Longer facts are cut at their bracket: a list is no place for exceptions, and the sign says that there are some. */
const FACT = 14;

function short(fact: string | null): string | null {
  const at = fact?.search(/[（(]/) ?? -1;
  return fact !== null && [...fact].length > FACT && at > 0 ? `${fact.slice(0, at)}…` : fact;
}

/** The facts of a hit in one line; what its guide does not say is left out, silence is told once. */
export function factsOf({ materials, days, fee, online }: Pick<Hit, 'materials' | 'days' | 'fee' | 'online'>): string {
  const facts = [
    materials === null ? null : words.factMaterials(materials),
    short(days),
    fee,
    online === null ? null : online ? words.factOnline : words.factNotOnline,
  ].filter((fact): fact is string => fact !== null && fact !== '');
  return facts.length > 0 ? facts.join(' · ') : words.notStated;
}

/** How a level is called, as the digits of the division tell. */
export function levelOf(code: string): string {
  if (code.length >= 9) return words.levels.town;
  if (code.slice(2, 6) === '0000') return words.levels.region;
  return code.slice(4, 6) === '00' ? words.levels.league : words.levels.banner;
}

/** What is read out on the phone, one sentence a line. */
export function scriptText({ lines }: Script): string {
  return lines.map(({ text }) => text).join('\n');
}

/** An item's name with its 业务办理项. */
export function fullTitle({ name, business_item }: { name: string; business_item: string | null }): string {
  return business_item ? `${name}：${business_item}` : name;
}

/** Address of the citizen's page that opens this guide. */
export function citizenLink(origin: string, card: Card, region: string): string {
  const query = new URLSearchParams({
    ...(region ? { region } : {}),
    code: card.item,
    ...(card.business_item ? { 'a.item': card.business_item } : {}),
  });
  return `${origin}/?${query}`;
}

/** The list of materials with a link, as a text message. */
export function messageText(card: Card, place: string, link: string): string {
  const { list, stated } = card.materials;
  const lines = list.map((material, at) => {
    const facts = [material.quantity, material.form].filter((fact) => fact !== null).join('，');
    const state = { waivable: words.waivable, later: words.later, open: words.openMaterial }[material.state];
    return `${at + 1}. ${material.name}${facts ? `（${facts}）` : ''}${state ? `【${state}】` : ''}`;
  });
  return [
    words.messageTitle(fullTitle(card), place),
    ...(lines.length > 0 ? lines : [stated ? words.noMaterials : words.notStated]),
    ...(card.stale ? [words.messageStale] : []),
    words.messageLink(link),
  ].join('\n');
}

/** Where a guide says that it can be applied for; a guide that has not been looked after for long sends nobody there. */
export function onlineLinks(card: Card): URL[] {
  if (card.stale) return [];
  return [card.online_url, card.mobile_url].map(webLink).filter((url): url is URL => url !== null);
}
