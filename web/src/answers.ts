import type { Card } from './wire';

/** What was answered: question id → chosen option ids. */
export type Answers = Readonly<Record<string, readonly string[]>>;

/** The id under which the chosen business item is answered. */
export const ITEM = 'item';

/** Answers with one question answered anew; an empty choice takes the answer back. */
export function answered(answers: Answers, id: string, chosen: readonly string[]): Answers {
  const rest = Object.entries(answers).filter(([key]) => key !== id);
  return Object.fromEntries(chosen.length > 0 ? [...rest, [id, [...chosen]]] : rest);
}

/** Answers that a card was made with, including those it found in the question itself. */
export function answersOf(card: Card, known: Answers): Answers {
  let answers = known;
  if (card.business_item) answers = answered(answers, ITEM, [card.business_item]);
  for (const question of card.questions) answers = answered(answers, question.id, question.chosen);
  return answers;
}

/** The query string for an item: place first, then each answer, several options with commas. */
export function itemQuery(region: string, answers: Answers): string {
  const params = new URLSearchParams();
  if (region) params.set('region', region);
  for (const [id, chosen] of Object.entries(answers)) params.set(id, chosen.join(','));
  const text = params.toString();
  return text ? `?${text}` : '';
}
