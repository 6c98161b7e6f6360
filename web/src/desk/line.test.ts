import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Refused } from '../api';
import { afterClose, Line, type LineState } from './line';

class FakeSocket extends EventTarget {
  static OPEN = 1;
  static all: FakeSocket[] = [];
  readyState = 0;
  sent: { type: string; data: { seq?: number } }[] = [];
  constructor(
    readonly address: string,
    readonly protocols: string[],
  ) {
    super();
    FakeSocket.all.push(this);
  }
  send(text: string) {
    this.sent.push(JSON.parse(text));
  }
  close() {
    this.readyState = 3;
  }
  opens() {
    this.readyState = 1;
    this.dispatchEvent(new Event('open'));
  }
  says(value: object | string) {
    this.dispatchEvent(Object.assign(new Event('message'), { data: typeof value === 'string' ? value : JSON.stringify(value) }));
  }
  breaks(code = 1006) {
    this.readyState = 3;
    this.dispatchEvent(Object.assign(new Event('close'), { code }));
  }
}

let states: LineState[];
let told: { type: string; seq?: number }[];
let line: Line;

const latest = () => FakeSocket.all[FakeSocket.all.length - 1] as FakeSocket;

async function begin(ticket: () => Promise<string> = () => Promise.resolve('T1')) {
  line = new Line({ ticket, told: (event) => told.push(event), line: (state) => states.push(state) });
  await vi.advanceTimersByTimeAsync(0);
}

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.all = [];
  states = [];
  told = [];
  vi.stubGlobal('WebSocket', FakeSocket);
  vi.stubGlobal('location', { protocol: 'https:', host: 'desk.example' });
});
afterEach(() => {
  line.stop();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('the line', () => {
  test('opens with a ticket that stands in no address, and begins from now', async () => {
    await begin();
    expect(latest().address).toBe('wss://desk.example/api/v1/desk/socket');
    expect(latest().protocols).toEqual(['bangban.v1', 'ticket.T1']);
    latest().opens();
    expect(latest().sent).toMatchObject([{ type: 'resume', data: {} }]);
    latest().says({ v: 1, type: 'ready', data: { seq: 40 } });
    expect(states.map(({ state }) => state)).toEqual(['starting', 'open']);
  });

  test('that broke is opened again and goes on where it was; nothing is heard twice', async () => {
    await begin();
    latest().opens();
    latest().says({ v: 1, type: 'ready', data: { seq: 40 } });
    latest().says({ v: 1, type: 'case.changed', seq: 43, data: {} });
    latest().breaks();
    expect(states[states.length - 1]).toMatchObject({ state: 'lost', tries: 0 });
    await vi.advanceTimersByTimeAsync(1000);
    expect(FakeSocket.all).toHaveLength(2);
    latest().opens();
    expect(latest().sent[0]).toMatchObject({ type: 'resume', data: { seq: 43 } });
    latest().says({ v: 1, type: 'ready', data: { seq: 45 } });
    latest().says({ v: 1, type: 'case.changed', seq: 43, data: {} });
    latest().says({ v: 1, type: 'case.changed', seq: 45, data: {} });
    expect(told.map(({ seq }) => seq)).toEqual([undefined, 43, undefined, 45]);
  });

  test('is tried more and more rarely, and at once when somebody hurries', async () => {
    await begin();
    for (let broken = 0; broken < 5; broken++) {
      latest().breaks();
      await vi.advanceTimersByTimeAsync(30_000);
    }
    expect(states.filter(({ state }) => state === 'lost').map((one) => (one as { tries: number }).tries)).toEqual([0, 1, 2, 3, 4]);
    const count = FakeSocket.all.length;
    latest().breaks();
    line.hurry();
    await vi.advanceTimersByTimeAsync(0);
    expect(FakeSocket.all).toHaveLength(count + 1);
  });

  test('that has gone silent is cut', async () => {
    await begin();
    latest().opens();
    latest().says({ v: 1, type: 'ready', data: { seq: 1 } });
    await vi.advanceTimersByTimeAsync(40_000);
    expect(latest().sent.filter(({ type }) => type === 'ping')).toHaveLength(2);
    expect(states[states.length - 1]?.state).toBe('open');
    await vi.advanceTimersByTimeAsync(20_000);
    expect(states.some(({ state }) => state === 'lost')).toBe(true);
  });

  test('that missed too much goes on from where it is told to', async () => {
    await begin();
    latest().opens();
    latest().says({ v: 1, type: 'ready', data: { seq: 40 } });
    latest().says({ v: 1, type: 'reset', data: { seq: 90 } });
    latest().breaks();
    await vi.advanceTimersByTimeAsync(1000);
    latest().opens();
    expect(latest().sent[0]).toMatchObject({ type: 'resume', data: { seq: 90 } });
  });

  test('ignores what it cannot read', async () => {
    await begin();
    latest().opens();
    latest().says('{');
    expect(told).toEqual([]);
  });

  test.each<[status: number, want: string]>([
    [401, 'out'],
    [403, 'out'],
    [503, 'lost'],
  ])('without a ticket (%i) is %s', async (status, want) => {
    await begin(() => Promise.reject(new Refused({ type: '', title: '', status, detail: '', trace_id: '' })));
    expect(states[states.length - 1]?.state).toBe(want);
    expect(FakeSocket.all).toHaveLength(0);
  });

  test.each<[code: number, want: string, again: boolean]>([
    [4401, 'out', false],
    [4403, 'out', false],
    [4409, 'replaced', false],
    [4429, 'lost', true],
    [4408, 'lost', true],
    [4413, 'lost', true],
    [1012, 'lost', true],
    [1006, 'lost', true],
  ])('closed with %i is %s', async (code, want, again) => {
    await begin();
    latest().opens();
    latest().breaks(code);
    expect(states[states.length - 1]?.state).toBe(want);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(FakeSocket.all.length > 1).toBe(again);
  });

  test('whoever was too fast waits longer', () => {
    expect(afterClose(4429)).toBe('slowly');
  });
});
