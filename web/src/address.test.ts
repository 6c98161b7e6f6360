import { describe, expect, test } from 'vitest';
import { pageAddress, readAddress, type Address } from './address';

const NOTHING: Address = { q: '', region: '', code: '', business_item: '' };
const at = (part: Partial<Address>): Address => ({ ...NOTHING, ...part });

describe('an address is read', () => {
  test.each<[row: string, search: string, want: Address]>([
    ['nothing', '', NOTHING],
    ['a question, trimmed', '?q=%20身份证丢了%20', at({ q: '身份证丢了' })],
    ['a plus sign as a space', '?q=a+b', at({ q: 'a b' })],
    ['signs that mean something in addresses', `?q=${encodeURIComponent('100% & a=b? #1 +2')}`, at({ q: '100% & a=b? #1 +2' })],
    ['a county', '?region=150702', at({ region: '150702' })],
    ['a township', '?region=150702001', at({ region: '150702001' })],
    ['a village', '?region=150702001001', at({ region: '150702001001' })],
    ['a region with letters counts as absent', '?region=15070a', NOTHING],
    ['a region between two levels counts as absent', '?region=1507020', NOTHING],
    ['a region with a path in it counts as absent', '?region=150702/../x', NOTHING],
    ['an item', '?code=N506', at({ code: 'N506' })],
    ['an item with its case', '?code=N506&a.item=丢失补领', at({ code: 'N506', business_item: '丢失补领' })],
    ['the place of a shared card goes first', '?code=X&region=150702&place=150400', at({ code: 'X', region: '150400' })],
    ['a shared card for no place', '?code=X&region=150702&place=all', at({ code: 'X' })],
    ['a place that is no division', '?code=X&region=150702&place=赤峰', at({ code: 'X', region: '150702' })],
    ['parameters of others', '?utm_source=x&who=self&a.who=self', NOTHING],
  ])('%s', (row, search, want) => {
    expect(readAddress(search), row).toEqual(want);
  });
});

test('the page keeps nothing in its address but the place', () => {
  expect(pageAddress('')).toBe('/');
  expect(readAddress(pageAddress('150702').slice(1))).toEqual(at({ region: '150702' }));
});
