import { describe, expect, test } from 'vitest';
import { ALL, NOWHERE, cardPlace, readAddress, writeAddress, type Address } from './address';

const at = (part: Partial<Address>): Address => ({ ...NOWHERE, ...part });

describe('an address is read', () => {
  test.each<[row: string, search: string, want: Address]>([
    ['nothing', '', NOWHERE],
    ['a question, trimmed', '?q=%20身份证丢了%20', at({ q: '身份证丢了' })],
    ['a plus sign as a space', '?q=a+b', at({ q: 'a b' })],
    ['a county', '?region=150702', at({ region: '150702' })],
    ['a township', '?region=150702001', at({ region: '150702001' })],
    ['a village', '?region=150702001001', at({ region: '150702001001' })],
    ['a region with letters counts as absent', '?region=15070a', NOWHERE],
    ['a region too short counts as absent', '?region=15', NOWHERE],
    ['a region between two levels counts as absent', '?region=1507020', NOWHERE],
    ['a region with a path in it counts as absent', '?region=150702/../x', NOWHERE],
    ['the whole region is no region of the asker', `?region=${ALL}`, NOWHERE],
    ['the whole region as the place of a card', `?code=X&place=${ALL}`, at({ code: 'X', place: ALL })],
    ['a place of a card', '?code=X&place=150400', at({ code: 'X', place: '150400' })],
    ['a place that is no division', '?code=X&place=赤峰', at({ code: 'X' })],
    ['an answer', '?a.who=self', at({ answers: { who: ['self'] } })],
    ['several answers to one question', '?a.who=a&a.who=b', at({ answers: { who: ['a', 'b'] } })],
    ['an answer without a question', '?a.=self', NOWHERE],
    ['a question without an answer', '?a.who=', NOWHERE],
    ['parameters of others', '?utm_source=x&who=self', NOWHERE],
  ])('%s', (row, search, want) => {
    expect(readAddress(search), row).toEqual(want);
  });

  // Names that every object inherits once broke the reading.
  test.each(['__proto__', 'constructor', 'toString'])('a question named %s is a question like others', (id) => {
    const { answers } = readAddress(`?a.${id}=yes`);
    expect(Object.entries(answers), id).toEqual([[id, ['yes']]]);
    expect(Object.getPrototypeOf(answers), id).toBe(Object.prototype);
  });
});

describe('an address that was written reads the same', () => {
  test.each<[row: string, address: Address]>([
    ['nothing', NOWHERE],
    ['a question with signs that mean something in addresses', at({ q: '100% & a=b? #1 +2' })],
    ['a question with markup', at({ q: '<img src=x onerror=alert(1)>' })],
    ['a question in traditional Mongolian', at({ q: 'ᠮᠣᠩᠭᠣᠯ' })],
    ['everything', at({ q: '身份证', region: '150702', code: 'N506', place: '150400', answers: { item: ['丢失补领'], who: ['a', 'b'] } })],
    ['the whole region as a place', at({ code: 'N506', region: '150702', place: ALL })],
    ['an answer with a comma', at({ answers: { who: ['a,b', 'c'] } })],
  ])('%s', (row, address) => {
    const written = writeAddress(address);
    expect(written, row).toMatch(/^\//);
    expect(readAddress(written.slice(1)), row).toEqual(address);
  });

  test('the start page has no query', () => {
    expect(writeAddress(NOWHERE)).toBe('/');
  });
});

describe('a card is read for', () => {
  test.each<[row: string, address: Address, want: string]>([
    ['no place where none is named', NOWHERE, ''],
    ['the place of the asker', at({ region: '150702' }), '150702'],
    ['the place of the card before that of the asker', at({ region: '150702', place: '150400' }), '150400'],
    ['the whole region where that was chosen', at({ region: '150702', place: ALL }), ''],
  ])('%s', (row, address, want) => {
    expect(cardPlace(address), row).toBe(want);
  });
});
