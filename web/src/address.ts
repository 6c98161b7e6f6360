import type { Answers } from './answers';

/** What the page shows, as its address says it. */
export interface Address {
  /** The question. */
  q: string;
  /** Division code of the asker. */
  region: string;
  /** Key of the item that was opened by hand. */
  code: string;
  /** Division code of the card alone, or `ALL`; empty where the asker's holds. */
  place: string;
  /** Answers to 情形 questions. */
  answers: Answers;
}

/** Stands for the whole region, where the asker's own division is set aside. */
export const ALL = 'all';

export const NOWHERE: Address = { q: '', region: '', code: '', place: '', answers: {} };

const DIVISION = /^\d{6}(\d{3}){0,2}$/;
const ANSWER = 'a.';

/** Reads an address; what isn't a division code counts as absent. */
export function readAddress(search: string): Address {
  const params = new URLSearchParams(search);
  const division = (name: string) => {
    const code = params.get(name) ?? '';
    return DIVISION.test(code) ? code : '';
  };
  // Ids come from outside: in a map, one like "constructor" means nothing.
  const answers = new Map<string, string[]>();
  for (const [name, value] of params) {
    const id = name.slice(ANSWER.length);
    if (name.startsWith(ANSWER) && id && value) answers.set(id, [...(answers.get(id) ?? []), value]);
  }
  return {
    q: (params.get('q') ?? '').trim(),
    region: division('region'),
    code: params.get('code') ?? '',
    place: params.get('place') === ALL ? ALL : division('place'),
    answers: Object.fromEntries(answers),
  };
}

/** Writes an address so that `readAddress` reads the same. */
export function writeAddress(address: Address): string {
  const params = new URLSearchParams();
  for (const name of ['q', 'region', 'code', 'place'] as const) {
    if (address[name]) params.set(name, address[name]);
  }
  for (const [id, chosen] of Object.entries(address.answers)) {
    for (const option of chosen) params.append(ANSWER + id, option);
  }
  const text = params.toString();
  return text ? `/?${text}` : '/';
}

/** The division that a card is read for. */
export function cardPlace(address: Address): string {
  return address.place === ALL ? '' : address.place || address.region;
}
