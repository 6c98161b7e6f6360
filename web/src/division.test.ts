import { afterEach, describe, expect, test, vi } from 'vitest';
import { divisionByCode, divisionLine, fullName, ownName } from './division';

afterEach(() => vi.unstubAllGlobals());

test.each<[row: string, code: string, want: string[]]>([
  ['no code', '', []],
  ['no number', 'all', []],
  ['the whole region', '150000', []],
  ['a league', '152500', ['152500']],
  ['a banner', '150702', ['150700', '150702']],
  ['a township', '150702001', ['150700', '150702', '150702001']],
  ['a village ends at its township', '150702001201', ['150700', '150702', '150702001']],
])('the line of divisions down to %s', (row, code, want) => {
  expect(divisionLine(code), row).toEqual(want);
});

test.each<[row: string, name: string, parent: string, want: string]>([
  ['the name of the division above comes off', '呼伦贝尔市海拉尔区', '呼伦贝尔市', '海拉尔区'],
  ['nothing above', '呼伦贝尔市', '', '呼伦贝尔市'],
  ['another division above', '呼伦贝尔市海拉尔区', '赤峰市', '呼伦贝尔市海拉尔区'],
  ['the same name is not emptied', '海拉尔区', '海拉尔区', '海拉尔区'],
  ['the name above in the middle stays', '新呼伦贝尔市', '呼伦贝尔市', '新呼伦贝尔市'],
])('an own name: %s', (row, name, parent, want) => {
  expect(ownName(name, parent), row).toBe(want);
});

test.each<[row: string, name: string, above: string, want: string]>([
  ['behind the name above', '海拉尔区', '呼伦贝尔市', '呼伦贝尔市海拉尔区'],
  ['nothing above', '呼伦贝尔市', '', '呼伦贝尔市'],
  ['not twice', '呼伦贝尔市海拉尔区', '呼伦贝尔市', '呼伦贝尔市海拉尔区'],
])('a full name: %s', (row, name, above, want) => {
  expect(fullName(name, above), row).toBe(want);
});

describe('a division is found by its code', () => {
  const below: Record<string, object[]> = {
    '': [{ code: '150400', name: '赤峰市' }, { code: '150700', name: '呼伦贝尔市' }],
    '150700': [{ code: '150703', name: '扎赉诺尔区' }, { code: '150702', name: '海拉尔区' }],
    '150702': [{ code: '150702001', name: '正阳街道' }],
  };
  const serve = () => {
    const asked: string[] = [];
    vi.stubGlobal('fetch', (address: string) => {
      const parent = new URL(address, 'http://x').searchParams.get('parent') ?? '';
      asked.push(parent);
      return Promise.resolve(Response.json({ regions: below[parent] ?? [] }));
    });
    return asked;
  };

  test.each<[code: string, name: string | null, asked: string[]]>([
    ['150700', '呼伦贝尔市', ['']],
    ['150702', '呼伦贝尔市海拉尔区', ['', '150700']],
    ['150702001', '呼伦贝尔市海拉尔区正阳街道', ['', '150700', '150702']],
    ['150799', null, ['', '150700']],
    ['159901', null, ['']],
    ['150000', null, []],
  ])('%s is %s', async (code, name, asked) => {
    const requests = serve();
    expect(await divisionByCode(code)).toEqual(name && { code, name });
    expect(requests, 'who was asked').toEqual(asked);
  });
});
