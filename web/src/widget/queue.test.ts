import { afterEach, describe, expect, test, vi } from 'vitest';
import { Listeners, waiting } from './queue';

/** What a page writes before the script is there. */
function stub() {
  const bangban = function (..._: unknown[]) {
    (bangban.q = bangban.q || []).push(arguments);
  } as ((...call: unknown[]) => void) & { q?: unknown[] };
  return bangban;
}

describe('what was called before the script came', () => {
  test('is taken over in its order, with all that was given', () => {
    const bangban = stub();
    const heard = () => {};
    bangban('on', 'ready', heard);
    bangban('ask', '身份证丢了');
    bangban('setUser', { id: '1', hmac: 'x' });
    expect(waiting(bangban)).toEqual([['on', 'ready', heard], ['ask', '身份证丢了'], ['setUser', { id: '1', hmac: 'x' }]]);
  });

  test.each<[row: string, stub: unknown]>([
    ['no stub', undefined],
    ['an element of that name', { tagName: 'DIV', q: [['open']] }],
    ['a stub that nobody called', stub()],
    ['a queue that is none', Object.assign(() => {}, { q: 'open' })],
    ['calls that are none', Object.assign(() => {}, { q: [null, 7, 'open', [], [7], {}] })],
  ])('is nothing with %s', (row, given) => {
    expect(waiting(given), row).toEqual([]);
  });

  test('is read right where the page has put things of its own into every array', () => {
    const prototype = Array.prototype as unknown as Record<string, unknown>;
    prototype.theirs = () => 'theirs';
    try {
      const bangban = stub();
      bangban('open');
      expect(waiting(bangban)).toEqual([['open']]);
    } finally {
      delete prototype.theirs;
    }
  });
});

describe('listeners', () => {
  afterEach(() => vi.useRealTimers());

  test('are told of what they asked for, in the order they came', () => {
    const listeners = new Listeners();
    const told: unknown[] = [];
    listeners.on('unread', (count: unknown) => told.push(['a', count]));
    listeners.on('unread', (count: unknown) => told.push(['b', count]));
    listeners.on('open', () => told.push('open'));
    listeners.tell('unread', 2);
    expect(told).toEqual([['a', 2], ['b', 2]]);
  });

  test('that come late still hear that it is ready', () => {
    const listeners = new Listeners();
    listeners.tell('ready');
    const ready = vi.fn();
    listeners.on('ready', ready);
    expect(ready).toHaveBeenCalledTimes(1);
  });

  test('that fail stop nobody else, and their error is shown', async () => {
    vi.useFakeTimers();
    const listeners = new Listeners();
    const after = vi.fn();
    listeners.on('open', () => {
      throw new Error('theirs');
    });
    listeners.on('open', after);
    listeners.tell('open');
    expect(after).toHaveBeenCalledTimes(1);
    expect(() => vi.runAllTimers()).toThrow('theirs');
  });

  test.each<[row: string, event: unknown, handler: unknown]>([
    ['an unknown event', 'opened', () => {}],
    ['no event', undefined, () => {}],
    ['no function', 'open', 'alert(1)'],
  ])('are not taken with %s', (row, event, handler) => {
    const listeners = new Listeners();
    expect(() => listeners.on(event, handler), row).not.toThrow();
    expect(() => listeners.tell('open'), row).not.toThrow();
  });
});
