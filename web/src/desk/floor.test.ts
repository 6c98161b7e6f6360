import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Floor } from './floor';
import type { Case, Envelope, Own, Row } from './wire';

const OWN: Own = { id: 'A1', login: 'wang', name: '王芳', number: '0123', roles: ['agent'], groups: [], regions: [], skills: [], cap: 3 };

const row = (id: string, part: Partial<Row> = {}): Row => ({
  id, stage: 'queued', group: 'g', group_name: '组', region: null, item: null, why: 'asked', why_text: '', alias: id, waiting_since: null,
  claimed_at: null, agent: null, ticket: null, last: null, unread: 0, skills: [], closed: null, outcome: null, ...part,
});
const mine = (id: string) => row(id, { stage: 'assigned', agent: { id: 'A1', number: '0123' } });
const citizen = (seq: number, text = String(seq)) => ({ seq, kind: 'citizen', at: 'T', text, reply: null, event: null });
const one = (own: Row, messages: ReturnType<typeof citizen>[] = []): Case => ({
  row: own, messages, notes: [], log: [], rating: null,
  brief: { question: '', why_text: '', region: null, person: null, candidates: [], item: null, answers: [], asked: [], missing: [], said: [] },
});
const event = (type: string, data: Record<string, unknown>): Envelope => ({ v: 1, type, seq: 1, data });
const ids = (rows: Row[]) => rows.map(({ id }) => id);

let lists: Record<string, Row[]>;
let cases: Record<string, Case>;
let say: () => Response | Promise<Response>;
let sent: { path: string; body: Record<string, unknown> }[];
let held: Promise<void>;
let floor: Floor;

beforeEach(() => {
  lists = { waiting: [], mine: [], callback: [], history: [] };
  cases = {};
  sent = [];
  held = Promise.resolve();
  say = () => Response.json({ message: { ...citizen(9), kind: 'agent' } }, { status: 201 });
  vi.stubGlobal('document', { hidden: false });
  vi.stubGlobal('fetch', async (address: string, init: RequestInit) => {
    const url = new URL(address, 'http://x');
    const path = url.pathname.replace('/api/v1/desk/', '');
    sent.push({ path, body: JSON.parse(String(init.body ?? '{}')) as Record<string, unknown> });
    const list = url.searchParams.get('list');
    if (list) {
      const found = lists[list];
      await held;
      return Response.json({ cases: found, next_before: null });
    }
    if (path.endsWith('/messages')) return say();
    if (path.endsWith('/claim')) {
      return new Response(JSON.stringify({ type: '/problems/taken', detail: '已由 0456 接入', title: '', status: 409, trace_id: '' }), { status: 409 });
    }
    return Response.json(cases[path.split('/')[1] ?? '']);
  });
  floor = new Floor(OWN, () => {});
});
afterEach(() => vi.unstubAllGlobals());

describe('the lists', () => {
  test('hold who waits longest first, and nobody whom another agent has', async () => {
    lists.waiting = [row('B', { waiting_since: '2026-11-26T08:02:00Z' }), row('A', { waiting_since: '2026-11-26T08:01:00Z' })];
    lists.mine = [mine('C')];
    await floor.load();
    expect(ids(floor.list('waiting'))).toEqual(['A', 'B']);
    floor.told(event('case.changed', { what: 'claimed', row: row('A', { stage: 'assigned', agent: { id: 'A2', number: '0456' } }) }));
    floor.told(event('case.changed', { what: 'claimed', row: mine('B') }));
    expect(ids(floor.list('waiting'))).toEqual([]);
    expect(ids(floor.list('mine')).sort()).toEqual(['B', 'C']);
  });

  test('keep what an event said while an older answer was on its way', async () => {
    let go = () => {};
    held = new Promise((resolve) => (go = resolve));
    lists.waiting = [row('A')];
    const loading = floor.load();
    floor.told(event('case.changed', { what: 'claimed', row: mine('A') }));
    go();
    await loading;
    expect(ids(floor.list('waiting'))).toEqual([]);
    expect(ids(floor.list('mine'))).toEqual(['A']);
  });
});

test('lists read again lose who is out of sight, and keep the history that was read', async () => {
  lists.waiting = [row('A'), row('B')];
  lists.history = [row('H', { stage: 'closed' })];
  await floor.load();
  lists.waiting = [row('B')];
  lists.history = [];
  await floor.load(true);
  expect(ids(floor.list('waiting'))).toEqual(['B']);
  expect(ids(floor.list('history'))).toEqual(['H']);
});

describe('messages', () => {
  beforeEach(async () => {
    lists.mine = [mine('A'), mine('B')];
    cases = { A: one(mine('A'), [citizen(1)]), B: one(mine('B'), [citizen(1)]) };
    await floor.load();
    await floor.open('A');
  });

  test('are counted where nobody looks, once each, and not after they were seen', async () => {
    floor.told(event('message.created', { conversation: 'A', message: citizen(2), row: mine('A') }));
    floor.told(event('message.created', { conversation: 'B', message: citizen(2), row: mine('B') }));
    expect([floor.unreadOf('A'), floor.unreadOf('B'), floor.unreadAll]).toEqual([0, 1, 1]);
    cases.B = one(mine('B'), [citizen(1), citizen(2)]);
    await floor.open('B');
    expect(floor.unreadAll).toBe(0);
    floor.told(event('message.created', { conversation: 'B', message: citizen(2), row: mine('B') }));
    await floor.open('A');
    expect(floor.unreadAll).toBe(0);
  });

  test('stand in order without doubles, whichever way they come', () => {
    floor.told(event('message.created', { conversation: 'A', message: citizen(3), row: mine('A') }));
    floor.told(event('message.created', { conversation: 'A', message: citizen(2), row: mine('A') }));
    floor.told(event('message.created', { conversation: 'A', message: citizen(3), row: mine('A') }));
    expect(floor.one('A')?.entries.map(({ key }) => key)).toEqual(['A 1', 'A 2', 'A 3']);
  });

  test('of the agent stand there at once, and once when both ways bring them', async () => {
    const sending = floor.say('A', { text: '您好' });
    expect(floor.one('A')?.entries[1]).toMatchObject({ kept: false, failed: '' });
    floor.told(event('message.created', { conversation: 'A', message: { ...citizen(9), kind: 'agent' }, row: mine('A') }));
    await sending;
    expect(floor.one('A')?.entries.map(({ key }) => key)).toEqual(['A 1', 'A 9']);
  });

  test('that failed stay, and go again under their own name', async () => {
    const well = say;
    say = () => Promise.reject(new TypeError('Failed to fetch'));
    await floor.say('A', { text: '您好' });
    const failed = floor.one('A')?.entries[1];
    if (!failed || failed.kept) throw new Error('nothing has failed');
    expect(failed.failed).toContain('网络不通');
    say = well;
    await floor.resend('A', failed);
    expect(floor.one('A')?.entries.map(({ key }) => key)).toEqual(['A 1', 'A 9']);
    const names = sent.filter(({ path }) => path.endsWith('/messages')).map(({ body }) => body.client_msg_id);
    expect(names).toHaveLength(2);
    expect(new Set(names).size).toBe(1);
  });
});

test('who came too late is told who was faster, and the row shows it', async () => {
  lists.waiting = [row('A')];
  await floor.load();
  cases.A = one(row('A', { stage: 'assigned', agent: { id: 'A2', number: '0456' } }));
  const { claim } = await import('./api');
  expect(await floor.act('A', () => claim('A'))).toBe('已由 0456 接入');
  expect(ids(floor.list('waiting'))).toEqual([]);
});
