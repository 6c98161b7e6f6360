import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Channel } from './tabs';
import { Talk } from './talk';
import type { Message, Stage } from './wire';

/** A service with one list of messages, and tabs that talk to each other. */
let said: Message[];
let stage: Stage;
let begun: number;
let streams: { tab: string; push: (text: string) => void }[];
let lines: Set<Channel>;
let current = '';

const BOT: Stage = { stage: 'bot', queue: null, agent: null, ticket: null, text: '' };
const message = (seq: number, kind: string, text = String(seq)): Message => ({ seq, kind, at: 'T', text, reply: null, event: null });

beforeEach(() => {
  said = [];
  stage = BOT;
  begun = 0;
  streams = [];
  lines = new Set();
  const kept = new Map<string, string>();
  // A tab's own memory: none of the others sees it.
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => kept.get(current + key) ?? null,
    setItem: (key: string, value: string) => void kept.set(current + key, value),
    removeItem: (key: string) => void kept.delete(current + key),
  });
  vi.stubGlobal('fetch', async (address: string, init: RequestInit) => {
    const path = address.replace('/api/v1/conversations', '');
    if (path === '') {
      begun++;
      said = [message(1, 'assistant', '您好')];
      return Response.json({ id: `C${begun}`, token: `t${begun}`, region: null, messages: said });
    }
    if (path.endsWith('/messages')) {
      const { text } = JSON.parse(String(init.body)) as { text: string };
      const fresh = [message(said.length + 1, 'citizen', text), message(said.length + 2, 'assistant', `答${text}`)];
      said = [...said, ...fresh];
      return Response.json({ messages: fresh });
    }
    if (path.endsWith('/stage')) return Response.json(stage);
    if (path.endsWith('/events')) {
      let push = (_: string) => {};
      const body = new ReadableStream<Uint8Array>({ start: (to) => void (push = (text) => to.enqueue(new TextEncoder().encode(text))) });
      streams.push({ tab: String(streams.length), push });
      init.signal?.addEventListener('abort', () => (streams = streams.filter((one) => one.push !== push)));
      return new Response(body);
    }
    const after = Number(/after=(\d+)/.exec(path)?.[1]);
    return Response.json({ closed: null, region: null, messages: said.filter(({ seq }) => seq > after), later_url: null, stage });
  });
});
afterEach(() => vi.unstubAllGlobals());

function line(): Channel {
  const one: Channel = {
    onmessage: null,
    postMessage: (data) => {
      const copy: unknown = structuredClone(data);
      for (const other of [...lines]) if (other !== one) queueMicrotask(() => other.onmessage?.({ data: copy }));
    },
    close: () => void lines.delete(one),
  };
  lines.add(one);
  return one;
}

async function tab(name: string, came: (n: number) => void = () => {}): Promise<Talk> {
  current = name;
  const talk = new Talk(() => {}, (messages) => came(messages.length));
  talk.share(line(), () => true);
  talk.attend();
  await talk.open('');
  return talk;
}
const settle = (ms = 20) => new Promise((resolve) => setTimeout(resolve, ms));
const texts = (talk: Talk) => talk.entries.map((entry) => (entry.kept ? entry.message.text : entry.label));

describe('several tabs, one conversation', () => {
  test('a second tab goes on with the conversation of the first', async () => {
    const first = await tab('a');
    await first.say({ text: '一' }, '一');
    const second = await tab('b');
    expect(begun).toBe(1);
    expect(second.id).toBe(first.id);
    expect(texts(second)).toEqual(['您好', '一', '答一']);
  });

  test('what is said in one stands in the other, once', async () => {
    const first = await tab('a');
    const second = await tab('b');
    await second.say({ text: '二' }, '二');
    await settle();
    await first.say({ text: '三' }, '三');
    await settle();
    expect(texts(first)).toEqual(['您好', '二', '答二', '三', '答三']);
    expect(texts(second)).toEqual(texts(first));
  });

  test('a conversation that is begun anew in one is that of the other', async () => {
    const first = await tab('a');
    const second = await tab('b');
    await first.say({ text: '一' }, '一');
    await settle();
    await second.renew();
    await settle();
    expect([first.id, second.id]).toEqual(['C2', 'C2']);
    expect(texts(first)).toEqual(['您好']);
  });

  test('with a person only one listens; what it hears the others hear, and another takes over when it goes', async () => {
    const heard: number[] = [];
    const first = await tab('a', (n) => heard.push(n));
    const second = await tab('b');
    stage = { ...BOT, stage: 'assigned', agent: { number: '0101' } };
    await second.say({ text: '人工' }, '人工');
    await settle();
    expect([first.stage.stage, second.listens, first.listens]).toEqual(['assigned', true, false]);
    await second.open('');
    await settle();
    expect(streams, 'one stream for two tabs').toHaveLength(1);
    said = [...said, message(4, 'agent', '您好，我是0101')];
    streams[0]?.push(`id: 4\nevent: message.created\ndata: ${JSON.stringify({ message: said[3] })}\n\n`);
    await settle();
    expect(texts(first).at(-1)).toBe('您好，我是0101');
    expect(texts(second)).toEqual(texts(first));
    expect(heard.length).toBeGreaterThan(0);

    second.leaveTabs();
    await settle(400);
    expect(first.listens).toBe(true);
    expect(streams, 'the other listens now').toHaveLength(1);
    said = [...said, message(5, 'agent', '还在吗')];
    streams[0]?.push(`id: 5\nevent: message.created\ndata: ${JSON.stringify({ message: said[4] })}\n\n`);
    await settle();
    expect(texts(first).at(-1)).toBe('还在吗');
    first.leaveTabs();
  });
});
