import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import * as memory from './memory';
import type { Region } from './wire';

const HAILAR: Region = { code: '150702', name: '呼伦贝尔市海拉尔区' };

/** What a browser keeps, as far as the page uses it. */
function storage() {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
}

let local: ReturnType<typeof storage>;
let tab: ReturnType<typeof storage>;
beforeEach(() => {
  local = storage();
  tab = storage();
  vi.stubGlobal('localStorage', local);
  vi.stubGlobal('sessionStorage', tab);
});
afterEach(() => vi.unstubAllGlobals());

describe('the region', () => {
  test('is remembered with its name and nothing else', () => {
    memory.rememberRegion({ ...HAILAR, level: 3 } as Region);
    expect(memory.rememberedRegion()).toEqual(HAILAR);
    expect([...local.kept.values()].map((text) => JSON.parse(text) as unknown)).toEqual([HAILAR]);
  });

  test('is forgotten when the whole region is chosen', () => {
    memory.rememberRegion(HAILAR);
    memory.rememberRegion(null);
    expect(memory.rememberedRegion()).toBeNull();
    expect(local.kept.size).toBe(0);
  });

  test.each(['{', 'null', '12', '"150702"', '[]', '{"code":"150702"}', '{"code":150702,"name":"海拉尔区"}'])(
    'is nowhere when the memory holds %s',
    (text) => {
      local.setItem('bangban.region', text);
      expect(memory.rememberedRegion(), text).toBeNull();
    },
  );
});

describe('the sound', () => {
  test('is there until it is turned off, and again when it is turned on', () => {
    expect(memory.rememberedQuiet()).toBe(false);
    memory.rememberQuiet(true);
    expect(memory.rememberedQuiet()).toBe(true);
    memory.rememberQuiet(false);
    expect(memory.rememberedQuiet()).toBe(false);
    expect(local.kept.size).toBe(0);
  });
});

describe('the conversation', () => {
  test('is remembered by its key, in this tab only', () => {
    memory.rememberTalk({ id: '01A', token: 't' });
    expect(memory.rememberedTalk()).toEqual({ id: '01A', token: 't' });
    expect(local.kept.size).toBe(0);
  });

  test.each(['{', 'null', '12', '[]', '{"id":"01A"}', '{"id":1,"token":"t"}'])('is unknown when the memory holds %s', (text) => {
    tab.setItem('bangban.talk', text);
    expect(memory.rememberedTalk(), text).toBeNull();
  });
});

describe('the display', () => {
  test.each<[row: string, kept: string | null, want: number]>([
    ['nothing', null, 0],
    ['a step up', '2', 2],
    ['a step down', '-1', -1],
    ['past the largest', '4', 0],
    ['past the smallest', '-2', 0],
    ['half a step', '0.5', 0],
    ['no number', 'big', 0],
  ])('reads the size from %s', (row, kept, want) => {
    if (kept !== null) local.setItem('bangban.size', kept);
    expect(memory.rememberedSize(), row).toBe(want);
  });

  test.each<[size: number, elder: boolean]>([
    [0, false],
    [3, false],
    [-1, true],
    [0, true],
  ])('remembers size %i, elder mode %s', (size, elder) => {
    memory.rememberDisplay(1, true);
    memory.rememberDisplay(size, elder);
    expect(memory.rememberedSize()).toBe(size);
    expect(memory.rememberedElder()).toBe(elder);
  });

  test('keeps nothing while it is as usual', () => {
    memory.rememberDisplay(2, true);
    memory.rememberDisplay(0, false);
    expect(local.kept.size).toBe(0);
  });

  test('is set on the page and taken off again', () => {
    const root = { dataset: {} as DOMStringMap };
    vi.stubGlobal('document', { documentElement: root });
    memory.showDisplay(2, true);
    expect(root.dataset).toEqual({ size: '2', elder: '' });
    memory.showDisplay(0, false);
    expect(root.dataset).toEqual({ size: '0' });
  });
});

describe('on the page of a site', () => {
  // What is kept where is settled once in a page's life.
  const afresh = async () => {
    vi.resetModules();
    return import('./memory');
  };

  test('everything is kept under its name, and the conversation for all tabs', async () => {
    const own = await afresh();
    own.keepFor('demo', false);
    own.rememberTalk({ id: '01A', token: 't' });
    own.rememberDisplay(2, true);
    own.rememberFrame({ width: 500, height: 600, full: true });
    expect([...local.kept.keys()].sort()).toEqual(['bangban.demo.elder', 'bangban.demo.frame', 'bangban.demo.size', 'bangban.demo.talk']);
    expect(tab.kept.size).toBe(0);
    expect(own.rememberedTalk()).toEqual({ id: '01A', token: 't' });
    own.rememberTalk(null);
    expect(own.rememberedTalk()).toBeNull();
    expect(memory.rememberedTalk(), 'the service’s own page knows nothing of it').toBeNull();
  });

  test('the conversation goes with the tab where the site wants it so', async () => {
    const own = await afresh();
    own.keepFor('demo', true);
    own.rememberTalk({ id: '01A', token: 't' });
    expect([local.kept.size, [...tab.kept.keys()]]).toEqual([0, ['bangban.demo.talk']]);
  });

  test.each(['{', 'null', '12', '{"width":1,"height":2}', '{"width":"1","height":2,"full":true}'])('a frame is as usual when the memory holds %s', (text) => {
    local.setItem('bangban.frame', text);
    expect(memory.rememberedFrame(), text).toBeNull();
  });
});

test('without a memory the page forgets, and goes on', () => {
  const off = () => {
    throw new DOMException('denied', 'SecurityError');
  };
  vi.stubGlobal('localStorage', { getItem: off, setItem: off, removeItem: off });
  vi.stubGlobal('sessionStorage', { getItem: off, setItem: off, removeItem: off });
  memory.rememberRegion(HAILAR);
  memory.rememberTalk({ id: '01A', token: 't' });
  expect(memory.rememberedTalk()).toBeNull();
  memory.rememberDisplay(2, true);
  expect(memory.rememberedRegion()).toBeNull();
  expect(memory.rememberedSize()).toBe(0);
  expect(memory.rememberedElder()).toBe(false);
});
