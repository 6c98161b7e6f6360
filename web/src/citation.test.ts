import { describe, expect, test } from 'vitest';
import { isUnverified, sharedCitation, sourceMark, sourceTexts } from './citation';
import { wording } from './wording';
import type { Citation, Line, Source } from './wire';

const source = (kind: string, text: string): Source => ({ kind, reference: text, date: null, text });
const cited = (...sources: Source[]): Citation => ({ id: 'N1#fees', field: 'fees', sources });
const line = (field: string, ...sources: Source[]): Line => ({
  label: field,
  value: field,
  text: field,
  citation: { id: `N1#${field}`, field, sources },
});

const law = source('law', '《居民身份证法》第十条');
const page = source('page', 'https://example.gov.cn/1');
const nobody = source('unverified', '未经核对，请以窗口答复为准');

describe('a source is shown in words', () => {
  test.each<[row: string, citation: Citation, mark: string, unverified: boolean, texts: string[]]>([
    ['a law', cited(law), '出处·法规', false, ['法规：《居民身份证法》第十条']],
    ['a page', cited(page), '出处·网页', false, ['网页：https://example.gov.cn/1']],
    ['the first of several names the mark', cited(law, page), '出处·法规', false, ['法规：《居民身份证法》第十条', '网页：https://example.gov.cn/1']],
    ['nobody has checked it', cited(nobody), '出处·未经核对', true, ['未经核对：未经核对，请以窗口答复为准']],
    ['one checked source is enough', cited(nobody, law), '出处·未经核对', false, ['未经核对：未经核对，请以窗口答复为准', '法规：《居民身份证法》第十条']],
    ['a kind unknown to the page', cited(source('oracle', '某处')), '出处', false, ['某处']],
    ['a text that says its kind is not doubled', cited(source('synthetic', '演示数据')), '出处·演示数据', false, ['演示数据']],
    ['no source', cited(), wording.sourceMissing, true, [wording.sourceMissing]],
  ])('%s', (row, citation, mark, unverified, texts) => {
    expect(sourceMark(citation), row).toBe(mark);
    expect(isUnverified(citation), row).toBe(unverified);
    expect(sourceTexts(citation), row).toEqual(texts);
  });
});

describe('one source button stands for several lines', () => {
  test.each<[row: string, lines: Line[], shared: boolean]>([
    ['no line', [], false],
    ['one line keeps its own', [line('a', law)], false],
    ['the same sources', [line('a', law, page), line('b', law, page)], true],
    ['another source', [line('a', law), line('b', page)], false],
    ['one source more', [line('a', law), line('b', law, page)], false],
    ['the same sources in another order', [line('a', law, page), line('b', page, law)], false],
    ['the last of three differs', [line('a', law), line('b', law), line('c', nobody)], false],
  ])('%s', (row, lines, shared) => {
    expect(sharedCitation(lines), row).toBe(shared ? lines[0]?.citation : null);
  });
});
