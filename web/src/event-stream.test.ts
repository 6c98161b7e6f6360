import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { EventParser, Stream, type Hearer, type ServerEvent } from './event-stream';

describe('events are read', () => {
  const text = 'retry: 3000\nid: 7\nevent: message.created\ndata: {"a":\ndata: 1}\n\n: ka\n\nevent: typing.on\ndata: {}\n\nid: 8\r\ndata:x\r\n\r\n';
  const want: ServerEvent[] = [
    { id: '7', event: 'message.created', data: '{"a":\n1}' },
    { id: '', event: 'typing.on', data: '{}' },
    { id: '8', event: 'message', data: 'x' },
  ];

  test('from one piece', () => {
    expect(new EventParser().feed(text)).toEqual(want);
  });

  test('wherever the pieces are cut', () => {
    for (let size = 1; size < 9; size++) {
      const parser = new EventParser();
      const got: ServerEvent[] = [];
      for (let at = 0; at < text.length; at += size) got.push(...parser.feed(text.slice(at, at + size)));
      expect(got, `pieces of ${size}`).toEqual(want);
    }
  });

  test('and an unfinished one waits', () => {
    const parser = new EventParser();
    expect(parser.feed('data: 1\n')).toEqual([]);
    expect(parser.feed('\n')).toEqual([{ id: '', event: 'message', data: '1' }]);
  });
});

describe('a stream', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const body = (...pieces: string[]) => new Response(pieces.join(''));
  const never = (signal: AbortSignal) =>
    new Promise<Response>((_, reject) => signal.addEventListener('abort', () => reject(new DOMException('off', 'AbortError'))));

  function hearer(open: (signal: AbortSignal, nth: number) => Promise<Response>, read: () => Promise<void> = async () => {}) {
    const seen = { opened: 0, read: 0, told: [] as string[], line: [] as boolean[] };
    const own: Hearer = {
      open: (signal) => open(signal, ++seen.opened),
      told: ({ data }) => seen.told.push(data),
      read: () => (seen.read++, read()),
      line: (whole) => seen.line.push(whole),
    };
    return { own, seen };
  }

  test('that ends is opened again, and what was missed is read', async () => {
    const { own, seen } = hearer((signal, nth) => (nth <= 2 ? Promise.resolve(body(`data: ${nth}\n\n`)) : never(signal)));
    const stream = new Stream(own);
    await vi.advanceTimersByTimeAsync(3000);
    expect(seen).toEqual({ opened: 3, read: 2, told: ['1', '2'], line: [true, true, true, true] });
    stream.stop();
  });

  test('that is silent for too long is cut and opened again', async () => {
    const { own, seen } = hearer(never);
    const stream = new Stream(own);
    await vi.advanceTimersByTimeAsync(39_000);
    expect(seen.opened).toBe(1);
    await vi.advanceTimersByTimeAsync(3000);
    expect(seen.opened).toBe(2);
    stream.stop();
  });

  test('without a connection is tried more and more rarely, and says so', async () => {
    const gone = () => Promise.reject(new TypeError('Failed to fetch'));
    const { own, seen } = hearer(gone, gone);
    const stream = new Stream(own);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(seen.opened).toBeGreaterThanOrEqual(5);
    expect(seen.opened).toBeLessThanOrEqual(9);
    expect(new Set(seen.line)).toEqual(new Set([false]));
    stream.stop();
  });

  test('that no proxy lets through gives way to reading the history', async () => {
    const { own, seen } = hearer(() => Promise.resolve(new Response('', { status: 502 })));
    const stream = new Stream(own);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(seen.opened, 'streams tried').toBe(2);
    expect(seen.read, 'histories read').toBeGreaterThan(10);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(seen.opened, 'a stream is tried again').toBeGreaterThan(2);
    stream.stop();
  });

  test('that was stopped does nothing more', async () => {
    const { own, seen } = hearer(never);
    const stream = new Stream(own);
    stream.stop();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(seen).toEqual({ opened: 1, read: 0, told: [], line: [] });
  });
});
