import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Talk } from './talk';
import type { Message, Reply, Stage } from './wire';

const stage = (part: Partial<Stage>): Stage => ({ stage: 'bot', queue: null, agent: null, ticket: null, text: '', ...part });
const QUEUED = stage({ stage: 'queued', queue: { position: 2, wait_minutes_low: null, wait_minutes_high: null, since: 'T' } });
const ASSIGNED = stage({ stage: 'assigned', agent: { number: '0123' } });

const reply = (part: Partial<Reply> = {}): Reply => ({
  status: 'answered', route: 'item', say: [], heard: null, keywords_only: false, region: null, sides: [], card: null, cards: [],
  materials: [], bundle: null, compared: null, ask: null, offers: [], ...part,
});
const message = (seq: number, kind: string, part: Partial<Message> = {}): Message => ({ seq, kind, at: 'T', text: String(seq), reply: null, event: null, ...part });

let streams: { push: (text: string) => void; end: () => void; headers: Record<string, string> }[];
let stages: Stage;
let history: () => object;
let say: () => Promise<object> | object;
let calls: string[];
let came: number[][];
let talk: Talk;

beforeEach(() => {
  streams = [];
  calls = [];
  came = [];
  stages = QUEUED;
  history = () => ({ closed: null, region: null, messages: [], later_url: null, stage: stages });
  say = () => ({ messages: [message(2, 'citizen'), message(3, 'assistant', { reply: reply({ stage: QUEUED }) })] });
  const kept = new Map<string, string>();
  vi.stubGlobal('sessionStorage', { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value) });
  vi.stubGlobal('fetch', async (address: string, init: RequestInit) => {
    const path = address.replace('/api/v1/conversations', '');
    calls.push(`${init.method ?? 'GET'} ${path}`);
    if (path === '') return Response.json({ id: 'C', token: 't', region: null, messages: [message(1, 'assistant', { reply: reply() })] });
    if (path.endsWith('/messages')) return Response.json(await say());
    if (path.endsWith('/stage')) return Response.json(stages);
    if (path.endsWith('/handoff')) return Response.json(stages);
    if (path.endsWith('/close')) return new Response(null, { status: 204 });
    if (!path.endsWith('/events')) return Response.json(history());
    let push = (_: string) => {};
    let end = () => {};
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        push = (text) => controller.enqueue(new TextEncoder().encode(text));
        end = () => controller.close();
      },
    });
    streams.push({ push, end, headers: init.headers as Record<string, string> });
    return new Response(body);
  });
  talk = new Talk(() => {}, (messages) => came.push(messages.map(({ seq }) => seq)));
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const settle = () => new Promise((resolve) => setTimeout(resolve, 5));
const event = (name: string, data: object, id?: number) => `${id ? `id: ${id}\n` : ''}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
const created = (one: Message) => event(one.event ?? 'message.created', { message: one }, one.seq);
const seqs = () => talk.entries.map((entry) => (entry.kept ? entry.message.seq : entry.label));
const latest = () => streams[streams.length - 1] as (typeof streams)[number];

async function waiting() {
  await talk.open('');
  await talk.say({ press: 'human' }, '转人工');
  await settle();
}

describe('with a person', () => {
  test('nothing is listened to while the program answers', async () => {
    await talk.open('');
    await settle();
    expect(streams).toHaveLength(0);
    expect(talk.withPerson).toBe(false);
  });

  test('the stream opens from the last message on, with the key in a header', async () => {
    await waiting();
    expect(streams).toHaveLength(1);
    expect(latest().headers).toMatchObject({ Authorization: 'Bearer t', 'Last-Event-ID': '3' });
    expect([talk.withPerson, talk.last, talk.stage.queue?.position]).toEqual([true, null, 2]);
  });

  test('the place in the queue moves, and what an agent says comes by itself, once', async () => {
    await waiting();
    latest().push(event('queue.updated', { ...QUEUED, queue: { ...QUEUED.queue, position: 1 } }));
    await settle();
    expect(talk.stage.queue?.position).toBe(1);
    stages = ASSIGNED;
    const joined = message(4, 'event', { event: 'agent.joined' });
    latest().push(created(joined) + created(message(5, 'agent', { agent: { number: '0123' } })));
    await settle();
    expect(talk.stage).toEqual(ASSIGNED);
    expect(talk.served).toBe(true);
    history = () => ({ closed: null, region: null, messages: [joined, message(5, 'agent')], later_url: null, stage: stages });
    latest().push(created(message(5, 'agent')));
    await settle();
    expect(seqs()).toEqual([1, 2, 3, 4, 5]);
    expect(came).toEqual([[4], [5]]);
  });

  test('what the citizen says stands there once, whether the answer or the stream is faster', async () => {
    await waiting();
    let answer = (_: object) => {};
    say = () => new Promise((resolve) => (answer = resolve));
    const sending = talk.say({ text: '在吗' }, '在吗');
    await settle();
    latest().push(created(message(4, 'citizen')) + created(message(5, 'agent')));
    await settle();
    expect(seqs(), 'the agent is heard at once, the own words still are on their way').toEqual([1, 2, 3, 5, '在吗']);
    answer({ messages: [message(4, 'citizen')] });
    await sending;
    expect(seqs()).toEqual([1, 2, 3, 4, 5]);
    expect(came, 'nobody is told of his own words').toEqual([[5]]);
  });

  test('own words whose answer was lost come by the stream', async () => {
    await waiting();
    let fail = (_: unknown) => {};
    say = () => new Promise((_, reject) => (fail = reject));
    const sending = talk.say({ text: '在吗' }, '在吗');
    await settle();
    latest().push(created(message(4, 'citizen')));
    await settle();
    fail(new TypeError('Failed to fetch'));
    expect(await sending).toBe(false);
    expect(seqs()).toEqual([1, 2, 3, '在吗', 4]);
  });

  test('typing shows, and goes when it is said, or after six seconds', async () => {
    await waiting();
    stages = ASSIGNED;
    latest().push(event('queue.updated', ASSIGNED) + event('typing.on', { who: 'agent' }));
    await settle();
    expect(talk.typing).toBe(true);
    latest().push(created(message(4, 'agent')));
    await settle();
    expect(talk.typing).toBe(false);
    vi.useFakeTimers();
    latest().push(event('typing.on', { who: 'agent' }));
    await vi.advanceTimersByTimeAsync(100);
    expect(talk.typing).toBe(true);
    await vi.advanceTimersByTimeAsync(6000);
    expect(talk.typing).toBe(false);
  });

  test('a stream that ends is resumed from the last number, after what was missed has been read', async () => {
    await waiting();
    vi.useFakeTimers();
    history = () => ({ closed: null, region: null, messages: [message(4, 'agent'), message(5, 'agent')], later_url: null, stage: ASSIGNED });
    latest().push(': ka\n\n');
    latest().end();
    await vi.advanceTimersByTimeAsync(1500);
    expect(streams).toHaveLength(2);
    expect(latest().headers['Last-Event-ID']).toBe('5');
    expect(seqs()).toEqual([1, 2, 3, 4, 5]);
    expect(talk.stage).toEqual(ASSIGNED);
  });

  test('who waits no longer is answered by the program, whose last question counts again', async () => {
    await waiting();
    stages = stage({});
    expect(await talk.waitNoLonger()).toBe('');
    expect(talk.withPerson).toBe(false);
    expect(talk.last?.seq).toBe(3);
    expect(calls).toContain('DELETE /C/handoff');
  });

  test('the end is the end of listening', async () => {
    await waiting();
    history = () => ({ closed: 'solved', region: null, messages: [message(4, 'event', { event: 'conversation.closed' })], later_url: null });
    expect(await talk.end('solved')).toBe('');
    expect(talk.stage.stage).toBe('closed');
    expect(seqs()).toEqual([1, 2, 3, 4]);
    const before = calls.length;
    await settle();
    expect(calls.length).toBe(before);
  });
});
