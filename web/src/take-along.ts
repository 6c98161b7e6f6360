import { answersOf, guideQuery } from './answers';
import { home } from './home';
import type { Card, Region } from './wire';

/** 材料清单, or 一次性告知单. */
export type SheetName = 'checklist' | 'notice';

export type SheetForm = 'pdf' | 'png';

/** Where a sheet to take along is made: of the card's place and answers, with the names of what is missing. */
export function sheetAddress(card: Card, place: Region | null, name: SheetName, form: SheetForm, missing: readonly string[] = []): string {
  const query = new URLSearchParams(guideQuery(place?.code ?? '', answersOf(card)));
  for (const one of missing) query.append('missing', one);
  const asked = query.toString();
  return `${home.url}/api/v1/items/${encodeURIComponent(card.item)}/${name}.${form}${asked && `?${asked}`}`;
}
