import type { Card } from './wire';

/** Answers to 情形 questions by the questions' ids; `item` names the 业务办理项. */
export type Answers = Record<string, string[]>;

/** Answers and a place as the query of a guide. */
export function guideQuery(region: string, answers: Answers): string {
  const given = Object.entries(answers).filter(([, options]) => options.length > 0);
  const query = new URLSearchParams([...(region ? [['region', region]] : []), ...given.map(([id, options]) => [id, options.join(',')])]);
  return query.toString() && `?${query}`;
}

/** The answers that a card was made under. */
export function answersOf(card: Card): Answers {
  const given = card.questions.filter(({ chosen }) => chosen.length > 0).map(({ id, chosen }) => [id, chosen] as const);
  return { ...(card.business_item ? { item: [card.business_item] } : {}), ...Object.fromEntries(given) };
}
