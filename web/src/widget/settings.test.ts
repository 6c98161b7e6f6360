import { describe, expect, test } from 'vitest';
import { readSettings } from './settings';

const SRC = 'https://zw.example.cn/bangban/widget/v1/bangban.js';

test('a script element says where the service is and how the widget stands', () => {
  expect(readSettings(SRC, { site: 'hlbe-portal', region: '150700', locale: 'zh-Hant', mode: 'page', mount: '#here', position: 'left', label: '问一问', keep: 'tab' })).toEqual({
    url: 'https://zw.example.cn/bangban',
    folder: 'https://zw.example.cn/bangban/widget/v1/',
    site: 'hlbe-portal',
    region: '150700',
    mode: 'page',
    script: 'hant',
    side: 'left',
    label: '问一问',
    mount: '#here',
    inThisTab: true,
  });
});

test('everything but the site has a usual value', () => {
  expect(readSettings('http://127.0.0.1:8080/widget/v1/bangban.js?x=1', { site: 'demo' })).toEqual({
    url: 'http://127.0.0.1:8080',
    folder: 'http://127.0.0.1:8080/widget/v1/',
    site: 'demo',
    region: '',
    mode: 'bubble',
    script: null,
    side: 'right',
    label: '',
    mount: '',
    inThisTab: false,
  });
});

describe('a script element', () => {
  test.each<[row: string, src: string, data: Record<string, string>]>([
    ['names no site', SRC, {}],
    ['names a site that is none', SRC, { site: 'a b' }],
    ['was put into another file', 'https://cdn.example.cn/all.js', { site: 'demo' }],
    ['has no address', '', { site: 'demo' }],
  ])('that %s changes nothing in the page', (row, src, data) => {
    expect(readSettings(src, data), row).toBeNull();
  });

  test.each<[locale: string, want: string | null]>([
    ['zh-Hans', 'hans'],
    ['zh-CN', 'hans'],
    ['zh-Hant', 'hant'],
    ['zh-TW', 'hant'],
    ['', null],
    ['mn-Mong', null],
  ])('in the language %j is read in %s', (locale, want) => {
    expect(readSettings(SRC, { site: 'demo', locale })?.script).toBe(want);
  });

  test.each(['1507', 'all', '"><script>'])('with a place that is none (%s) is of no place', (region) => {
    expect(readSettings(SRC, { site: 'demo', region })?.region).toBe('');
  });
});
