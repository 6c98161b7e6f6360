import type { Card, Material } from '../wire';
import type { Need, NeedState, VisitMaterial, VisitResponse } from './lookup-wire';

/** Someone's item with its guide. */
export interface Errand {
  who: string;
  card: Card;
}

const HARDEST: readonly NeedState[] = ['needed', 'later', 'open', 'waivable'];

/**
 * Several errands' materials as one list, as the service makes it: used where there is no network. A material of the
 * same name and form stands once; how many copies each needs stays with the larger number left to whoever reads.
 */
export function merged(errands: readonly Errand[]): VisitResponse {
  const list: VisitMaterial[] = [];
  const places: VisitResponse['places'] = [];
  for (const { who, card } of errands) {
    const need: Need = { who, code: card.item, name: card.name };
    for (const material of card.materials.list) add(list, material, need);
    for (const line of card.channels) {
      if (line.label !== '办理地点' || line.value === null) continue;
      const place = placeOf(line.text);
      const known = places.find(({ name, window }) => name === place.name && window === place.window);
      if (!known) places.push({ ...place, for: [who] });
      else if (!known.for.includes(who)) known.for.push(who);
    }
  }
  const spoken = (card: Card, label: string, yes: RegExp, no: RegExp) => {
    const value = card.channels.find((line) => line.label === label)?.value ?? '';
    return no.test(value) ? false : yes.test(value) ? true : null;
  };
  return {
    items: errands.map(({ who, card }) => ({
      who,
      code: card.item,
      name: card.name,
      business_item: card.business_item,
      region: card.region,
      online: spoken(card, '网上办理', /^可/, /^不/),
      agent: spoken(card, '可否代办', /^可/, /^不/),
      materials: card.materials.list.length,
    })),
    materials: ordered(list),
    places,
  };
}

function add(list: VisitMaterial[], { name, form, quantity, state }: Material, need: Need) {
  const own = HARDEST.find((one) => one === state) ?? 'needed';
  const known = list.find((one) => one.name === name && one.form === form && one.copies === quantity);
  if (!known) {
    list.push({ name, form, copies: quantity, state: own, for: [need] });
    return;
  }
  known.for.push(need);
  // Needed by one for sure, it must be brought.
  if (HARDEST.indexOf(own) < HARDEST.indexOf(known.state)) known.state = own;
}

/** First what must be brought, then what depends, then what can be left at home; what more need stands before. */
export function ordered(materials: readonly VisitMaterial[]): VisitMaterial[] {
  return [...materials].sort((a, b) => HARDEST.indexOf(a.state) - HARDEST.indexOf(b.state) || b.for.length - a.for.length);
}

/** A window from the line that tells it. */
function placeOf(text: string): Omit<VisitResponse['places'][number], 'for'> {
  const [name = '', ...parts] = text.split('；');
  const part = (label: string) => parts.find((one) => one.startsWith(`${label}：`))?.slice(label.length + 1) ?? null;
  return { name, address: part('地址'), window: part('窗口'), hours: part('时间'), phone: part('电话') };
}

/** Who needs a material, each once, with what for. */
export function neededBy({ for: needs }: Pick<VisitMaterial, 'for'>): { who: string; names: string[] }[] {
  const list: { who: string; names: string[] }[] = [];
  for (const { who, name } of needs) {
    const known = list.find((one) => one.who === who);
    if (!known) list.push({ who, names: [name] });
    else if (!known.names.includes(name)) known.names.push(name);
  }
  return list;
}
