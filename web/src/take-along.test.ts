import { afterEach, expect, test } from 'vitest';
import { home } from './home';
import { sheetAddress } from './take-along';
import type { Card } from './wire';

const card = {
  item: 'N 1',
  name: '居民身份证/补领',
  business_item: '丢失 补领',
  questions: [{ id: 'who', question: '', multi: true, options: [], chosen: ['self', 'child'] }],
} as unknown as Card;
const HAILAR = { code: '150702', name: '海拉尔区' };

afterEach(() => void (home.url = ''));

test('a sheet is that of the place, of the answers, and of what is missing', () => {
  const url = new URL(sheetAddress(card, HAILAR, 'notice', 'pdf', ['户口簿', '照片']), 'http://x');
  expect(url.pathname).toBe('/api/v1/items/N%201/notice.pdf');
  expect([...url.searchParams]).toEqual([
    ['region', '150702'], ['item', '丢失 补领'], ['who', 'self,child'], ['missing', '户口簿'], ['missing', '照片'],
  ]);
});

test('without a place and answers nothing is asked; on a page of somebody else it comes from the service', () => {
  const plain = { ...card, business_item: null, questions: [] };
  home.url = 'https://b.gov.cn';
  expect(sheetAddress(plain, null, 'checklist', 'png')).toBe('https://b.gov.cn/api/v1/items/N%201/checklist.png');
});
