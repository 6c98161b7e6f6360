import { expect, test } from 'vitest';
import { masked } from './mask';

test.each<[row: string, text: string, want: string]>([
  ['a mobile number', '我电话13800138000，姓王', '我电话138******00，姓王'],
  ['one in groups', '打 138 0013 8000 找我', '打 138******00 找我'],
  ['one in full width', '电话１３８００１３８０００', '电话138******00'],
  ['one with the country code', '8613800138000', '861********00'],
  ['an identity number', '身份证152101199003071234办', '身份证152*************34办'],
  ['one that ends with X', '11010119900307651x', '110*************1x'],
  ['an old identity number', '150102900307123', '150**********23'],
  ['a bank card', '卡号 6222 0212 3456 7890 123', '卡号 622**************23'],
  ['an e-mail address', '发到 li.si@example.com 吧', '发到 ***@*** 吧'],
  ['a number plate', '蒙A12345的车', '蒙A*****的车'],
  ['a number read out', '我电话幺三八零零一三八零零零，记一下', '我电话幺三八********，记一下'],
  ['a passport', '护照E12345678丢了', '护照E********丢了'],
])('%s is starred', (row, text, want) => {
  expect(masked(text), row).toBe(want);
});

test.each([
  '承诺3个工作日，收费40元',
  '打0470-8254567或者12345',
  '2026年11月27日上午9:00到12:00',
  '实施编码11150000MB0123456700011400100000',
  '要带户口簿和2张照片',
  '身份证丢了咋补',
  '二〇二六年一月一日起，一三五七办理',
])('%s is left alone', (text) => {
  expect(masked(text)).toBe(text);
});

test('a landline is left alone: it is the window’s more often than the caller’s', () => {
  expect(masked('0479-8108974')).toBe('0479-8108974');
});
