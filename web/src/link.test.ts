import { describe, expect, test } from 'vitest';
import { phones, webLink } from './link';

describe('an address may be opened', () => {
  test.each<[row: string, address: string | null, want: string | null]>([
    ['https', 'https://zwfw.nmg.gov.cn/a?b=1', 'https://zwfw.nmg.gov.cn/a?b=1'],
    ['http', 'http://zwfw.nmg.gov.cn', 'http://zwfw.nmg.gov.cn/'],
    ['spaces around', '  https://zwfw.nmg.gov.cn/ ', 'https://zwfw.nmg.gov.cn/'],
    ['none', null, null],
    ['empty', '', null],
    ['a script', 'javascript:alert(1)', null],
    ['a script in capitals behind a space', ' JavaScript:alert(1)', null],
    ['a script with a line break', 'java\nscript:alert(1)', null],
    ['data', 'data:text/html,<script>alert(1)</script>', null],
    ['a file', 'file:///etc/passwd', null],
    ['a phone number', 'tel:12345', null],
    ['a path without a host', '/item/1', null],
    ['a host without a scheme', 'zwfw.nmg.gov.cn', null],
    ['plain words', '到窗口领取', null],
  ])('%s', (row, address, want) => {
    expect(webLink(address)?.href ?? null, row).toBe(want);
  });
});

describe('phone numbers can be dialled', () => {
  test.each<[row: string, text: string, want: [text: string, phone?: string][]]>([
    ['no number', '周一至周五 9:00-17:00', [['周一至周五 9:00-17:00']]],
    ['nothing', '', []],
    ['a landline', '电话0470-8225566。', [['电话'], ['0470-8225566', '04708225566'], ['。']]],
    ['a three-digit area', '010-66668888', [['010-66668888', '01066668888']]],
    ['a full-width dash', '0470－8225566', [['0470－8225566', '04708225566']]],
    ['a space', '0470 8225566', [['0470 8225566', '04708225566']]],
    ['no dash', '04708225566', [['04708225566', '04708225566']]],
    ['an extension after 转', '0470-8225566转802', [['0470-8225566转802', '04708225566,802']]],
    ['an extension after a dash', '0470-8225566-802', [['0470-8225566-802', '04708225566,802']]],
    ['a mobile number', '手机13847012345', [['手机'], ['13847012345', '13847012345']]],
    ['a service number', '拨打12345或12393', [['拨打'], ['12345', '12345'], ['或'], ['12393', '12393']]],
    ['a 400 number', '400-123-4567', [['400-123-4567', '4001234567']]],
    ['two numbers', '8号窗口：0470-8225566、0470-8225567', [['8号窗口：'], ['0470-8225566', '04708225566'], ['、'], ['0470-8225567', '04708225567']]],
    ['part of a longer number', '受理号15123456789012345', [['受理号15123456789012345']]],
    ['a date', '2026-11-25', [['2026-11-25']]],
    ['an implementation code', '11150700MB1234567C', [['11150700MB1234567C']]],
  ])('%s', (row, text, want) => {
    const stretches = phones(text);
    expect(stretches.map(({ text, phone }) => (phone ? [text, phone] : [text])), row).toEqual(want);
    expect(stretches.map((stretch) => stretch.text).join(''), `${row}: nothing is lost`).toBe(text);
  });
});

test('where it is urgent the short numbers can be dialled too, and elsewhere they are sums', () => {
  const numbers = (urgent: boolean) => phones('着火 119，急救120。', urgent).flatMap(({ phone }) => phone ?? []);
  expect(numbers(true)).toEqual(['119', '120']);
  expect(numbers(false)).toEqual([]);
});
