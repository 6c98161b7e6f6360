import { describe, expect, test } from 'vitest';
import { answered, answersOf, itemQuery, ITEM, type Answers } from './answers';
import type { Card, Question } from './wire';

const question = (id: string, chosen: string[]): Question => ({ id, question: id, multi: false, options: [], chosen });
const card = (part: Partial<Card>): Card => ({ business_item: null, questions: [], ...part }) as unknown as Card;

describe('a question is answered anew', () => {
  test.each<[row: string, before: Answers, id: string, chosen: string[], want: Answers]>([
    ['the first answer', {}, 'who', ['self'], { who: ['self'] }],
    ['another answer takes its place', { who: ['self'] }, 'who', ['child'], { who: ['child'] }],
    ['other answers stay', { place: ['home'] }, 'who', ['self'], { place: ['home'], who: ['self'] }],
    ['no choice takes the answer back', { who: ['self'], place: ['home'] }, 'who', [], { place: ['home'] }],
    ['taking back what was never given', {}, 'who', [], {}],
    ['several choices', {}, 'who', ['a', 'b'], { who: ['a', 'b'] }],
  ])('%s', (row, before, id, chosen, want) => {
    const kept = structuredClone(before);
    expect(answered(before, id, chosen), row).toEqual(want);
    expect(before, `${row}: the answers before are not touched`).toEqual(kept);
  });

  test('an answer is a copy of the choice', () => {
    const chosen = ['a'];
    const answers = answered({}, 'who', chosen);
    chosen.push('b');
    expect(answers).toEqual({ who: ['a'] });
  });
});

describe('the answers of a card', () => {
  test.each<[row: string, card: Card, known: Answers, want: Answers]>([
    ['none', card({}), {}, {}],
    ['the business item that the question named', card({ business_item: '丢失补领' }), {}, { [ITEM]: ['丢失补领'] }],
    ['those that the card was made with', card({ questions: [question('who', ['self'])] }), {}, { who: ['self'] }],
    ['the card before what was known', card({ questions: [question('who', ['self'])] }), { who: ['child'] }, { who: ['self'] }],
    ['a question left open forgets the answer', card({ questions: [question('who', [])] }), { who: ['child'] }, {}],
    ['answers to questions not asked here stay', card({}), { who: ['child'] }, { who: ['child'] }],
  ])('%s', (row, of, known, want) => {
    expect(answersOf(of, known), row).toEqual(want);
  });
});

describe('the query of an item', () => {
  test.each<[row: string, region: string, answers: Answers, want: string]>([
    ['nothing to say', '', {}, ''],
    ['a region', '150702', {}, '?region=150702'],
    ['answers', '', { who: ['self'] }, '?who=self'],
    ['several options with a comma', '', { who: ['a', 'b'] }, '?who=a%2Cb'],
    ['the region first', '150702', { item: ['补领'] }, `?region=150702&item=${encodeURIComponent('补领')}`],
  ])('%s', (row, region, answers, want) => {
    expect(itemQuery(region, answers), row).toBe(want);
  });
});
