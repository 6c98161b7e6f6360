import { expect, test } from 'vitest';
import { matchingPlaces, shortName } from './places';

const ALL = [
  { code: '150100', name: '呼和浩特市' },
  { code: '150102', name: '呼和浩特市新城区' },
  { code: '150700', name: '呼伦贝尔市' },
  { code: '150702', name: '呼伦贝尔市海拉尔区' },
  { code: '150722', name: '呼伦贝尔市莫力达瓦达斡尔族自治旗' },
  { code: '152500', name: '锡林郭勒盟' },
  { code: '152502', name: '锡林郭勒盟锡林浩特市' },
  { code: '152529', name: '锡林郭勒盟正镶白旗' },
  { code: '152528', name: '锡林郭勒盟镶黄旗' },
];

test.each<[typed: string, want: string[]]>([
  ['海拉尔', ['150702']],
  ['海拉尔区', ['150702']],
  ['莫力达瓦', ['150722']],
  ['镶', ['152528', '152529']],
  ['镶黄旗', ['152528']],
  ['呼', ['150100', '150700', '150102', '150702', '150722']],
  ['呼伦贝尔', ['150700', '150702', '150722']],
  ['内蒙古呼和浩特市新城区', ['150102']],
  ['呼伦贝尔海拉尔', ['150702']],
  ['152528', ['152528']],
  ['北京', []],
  ['  ', []],
])('%s means', (typed, want) => {
  expect(matchingPlaces(typed, ALL).map(({ code }) => code)).toEqual(want);
});

test('a banner’s own name leaves its league out, a league keeps its own', () => {
  expect(shortName(ALL[3]!, ALL)).toBe('海拉尔区');
  expect(shortName(ALL[2]!, ALL)).toBe('呼伦贝尔市');
});
