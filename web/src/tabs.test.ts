import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Tabs, type Channel } from './tabs';

/** What stands between the tabs: what one says, all others hear. */
class Air {
  private readonly lines = new Set<Channel>();
  line(): Channel {
    const line: Channel = {
      onmessage: null,
      postMessage: (data) => {
        const copy: unknown = structuredClone(data);
        for (const other of this.lines) if (other !== line) other.onmessage?.({ data: copy });
      },
      close: () => void this.lines.delete(line),
    };
    this.lines.add(line);
    return line;
  }
  /** A tab that dies without a farewell. */
  kill(line: Channel) {
    line.onmessage = null;
    line.postMessage = () => {};
    this.lines.delete(line);
  }
}

interface One {
  tabs: Tabs;
  line: Channel;
  owned: boolean[];
  told: unknown[];
  asked: number;
  visible: boolean;
}

let air: Air;
beforeEach(() => {
  vi.useFakeTimers();
  air = new Air();
});
afterEach(() => vi.useRealTimers());

function tab(visible = true): One {
  const line = air.line();
  const one = { line, owned: [], told: [], asked: 0, visible } as unknown as One;
  one.tabs = new Tabs(
    line,
    { owns: (own) => one.owned.push(own), told: (data) => one.told.push(data), asked: () => void one.asked++ },
    () => one.visible,
  );
  return one;
}
const owners = (...all: One[]) => all.map(({ tabs }) => tabs.own);

describe('of several tabs one listens', () => {
  test('the one that was looked at last', () => {
    const [a, b] = [tab(), tab()];
    a.tabs.claim();
    expect(owners(a, b)).toEqual([true, false]);
    b.tabs.claim();
    expect(owners(a, b)).toEqual([false, true]);
    expect(a.owned).toEqual([true, false]);
  });

  test('and the others hear what it tells, but it does not hear itself', () => {
    const [a, b, c] = [tab(), tab(), tab()];
    a.tabs.claim();
    a.tabs.tell({ seq: 7 });
    expect([a.told, b.told, c.told]).toEqual([[], [{ seq: 7 }], [{ seq: 7 }]]);
  });

  test('when it is closed another takes over at once, one that can be seen first', async () => {
    const [a, b, c] = [tab(), tab(false), tab(true)];
    a.tabs.claim();
    a.tabs.stop();
    await vi.advanceTimersByTimeAsync(300);
    expect(owners(a, b, c)).toEqual([false, false, true]);
  });

  test('when it dies without a word another takes over too', async () => {
    const [a, b] = [tab(), tab()];
    a.tabs.claim();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(owners(a, b), 'as long as it beats it stays').toEqual([true, false]);
    air.kill(a.line);
    await vi.advanceTimersByTimeAsync(8000);
    expect(b.tabs.own).toBe(true);
  });

  test('a tab that comes later takes nothing away, and is told who is there', async () => {
    const a = tab();
    a.tabs.claim();
    const b = tab(false);
    expect(a.asked).toBe(1);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(owners(a, b)).toEqual([true, false]);
  });

  test('words that cross leave one, whatever the tabs are called', async () => {
    for (let round = 0; round < 20; round++) {
      air = new Air();
      const a = tab();
      a.tabs.claim();
      // What the first says to the newcomer's greeting comes only after the newcomer has claimed.
      const late: unknown[] = [];
      const { postMessage } = a.line;
      a.line.postMessage = (data) => void late.push(structuredClone(data));
      const b = tab();
      await vi.advanceTimersByTimeAsync(1);
      b.tabs.claim();
      a.line.postMessage = postMessage;
      for (const word of late) a.line.postMessage(word);
      expect(owners(a, b)).toEqual([false, true]);
      a.tabs.stop();
      b.tabs.stop();
    }
  });

  test('two that believe it of themselves become one', async () => {
    const [a, b] = [tab(), tab()];
    a.tabs.claim();
    // The claim is lost on its way.
    const { postMessage } = b.line;
    b.line.postMessage = () => {};
    b.tabs.claim();
    b.line.postMessage = postMessage;
    expect(owners(a, b).filter((own) => own)).not.toHaveLength(0);
    await vi.advanceTimersByTimeAsync(5000);
    expect(owners(a, b).filter((own) => own)).toHaveLength(1);
  });
});

test('a tab that is alone listens', () => {
  const tabs = new Tabs(null, { owns: () => {}, told: () => {}, asked: () => {} });
  expect(tabs.own).toBe(true);
  tabs.tell({});
  tabs.stop();
});

test.each([null, 1, 'x', {}, { kind: 'else', tab: 'x' }])('a stranger on the line is not minded: %j', (word) => {
  const a = tab();
  const stranger = air.line();
  expect(() => stranger.postMessage(word)).not.toThrow();
  expect([a.told, a.tabs.own]).toEqual([[], false]);
});
