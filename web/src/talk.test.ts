import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Talk, type Sending } from './talk';
import type { Message, Region, Reply } from './wire';

const HAILAR: Region = { code: '150702', name: '呼伦贝尔市海拉尔区' };

interface Call {
  method: string;
  path: string;
  body: Record<string, unknown>;
  token: string;
}
type Answer = (call: Call) => Response | Promise<Response>;

let calls: Call[];
let answers: Record<string, Answer>;
let kept: Map<string, string>;

beforeEach(() => {
  calls = [];
  kept = new Map();
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  });
  answers = {
    start: () => Response.json({ id: 'C1', token: 't1', region: null, messages: [assistant(1)] }),
    say: ({ body }) => Response.json({ messages: [citizen(2, String(body.text ?? body.press)), assistant(3)] }),
    history: () => Response.json({ id: 'C1', closed: null, region: HAILAR, messages: [assistant(1), citizen(2, '办身份证'), assistant(3)], later_url: null }),
  };
  vi.stubGlobal('fetch', (address: string, init: RequestInit) => {
    const path = address.replace('/api/v1', '');
    const call = {
      method: init.method ?? 'GET',
      path,
      body: JSON.parse(String(init.body ?? '{}')) as Record<string, unknown>,
      token: String((init.headers as Record<string, string>).Authorization ?? ''),
    };
    calls.push(call);
    const kind = path.endsWith('/messages') ? 'say' : call.method === 'POST' ? 'start' : 'history';
    return Promise.resolve().then(() => answers[kind]?.(call));
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function reply(region: Region | null): Reply {
  return {
    status: 'answered', route: 'item', say: [], heard: null, keywords_only: false, region, sides: [], card: null, cards: [],
    materials: [], bundle: null, compared: null, ask: null, offers: [],
  };
}
const assistant = (seq: number, region: Region | null = null): Message => ({ seq, kind: 'assistant', at: 'T', text: null, reply: reply(region), event: null });
const citizen = (seq: number, text: string): Message => ({ seq, kind: 'citizen', at: 'T', text, reply: null, event: null });
const problem = (status: number, type: string, headers = {}): Answer => () =>
  new Response(JSON.stringify({ type: `/problems/${type}`, title: '', status, detail: '详情', trace_id: 'T' }), { status, headers });

const paths = () => calls.map(({ method, path }) => `${method} ${path}`);
const texts = (talk: Talk) => talk.entries.map((entry) => (entry.kept ? (entry.message.text ?? '答') : `${entry.label}…${entry.failed}`));
const failed = (talk: Talk) => talk.entries.find((entry): entry is Sending => !entry.kept && entry.failed !== '');
const remembered = () => JSON.parse(kept.get('bangban.talk') ?? 'null') as unknown;

async function opened(region = ''): Promise<Talk> {
  const talk = new Talk(() => {});
  await talk.open(region);
  return talk;
}

describe('a conversation opens', () => {
  test('by beginning one, whose key is kept', async () => {
    const talk = await opened('150702');
    expect(calls[0]?.body).toEqual({ region: '150702' });
    expect(texts(talk)).toEqual(['答']);
    expect(remembered()).toEqual({ id: 'C1', token: 't1' });
    expect([talk.fresh, talk.busy, talk.failure]).toEqual([true, false, '']);
  });

  test('by going on with the one of this tab', async () => {
    kept.set('bangban.talk', '{"id":"C1","token":"t1"}');
    const talk = new Talk(() => {});
    expect(await talk.open('')).toBe(true);
    expect(paths()).toEqual(['GET /conversations/C1?after=0&limit=200']);
    expect(calls[0]?.token).toBe('Bearer t1');
    expect(texts(talk)).toEqual(['答', '办身份证', '答']);
    expect(talk.region).toEqual(HAILAR);
  });

  test('page by page where it is long', async () => {
    kept.set('bangban.talk', '{"id":"C1","token":"t1"}');
    answers.history = ({ path }) =>
      Response.json(
        path.includes('after=0')
          ? { closed: null, region: null, messages: [assistant(1), citizen(2, '一')], later_url: 'x' }
          : { closed: null, region: HAILAR, messages: [assistant(3)], later_url: null },
      );
    expect(texts(await opened())).toEqual(['答', '一', '答']);
    expect(paths()[1]).toContain('after=2');
  });

  test.each<[row: string, answer: Answer]>([
    ['closed', () => Response.json({ closed: 'timeout', region: null, messages: [assistant(1)], later_url: null })],
    ['unknown', problem(404, 'no-such-conversation')],
  ])('after a %s one by beginning another that is linked to it', async (row, answer) => {
    kept.set('bangban.talk', '{"id":"C0","token":"t0"}');
    answers.history = answer;
    const talk = await opened();
    expect(calls[1]?.body, row).toEqual({ previous: 'C0' });
    expect(texts(talk), row).toEqual(['答']);
    expect(remembered(), row).toEqual({ id: 'C1', token: 't1' });
  });

  test('without a place that does not exist, and says so', async () => {
    answers.start = (call) => (call.body.region ? problem(404, 'no-such-region')(call) : Response.json({ id: 'C1', token: 't1', region: null, messages: [] }));
    const talk = await opened('110101');
    expect(talk.failure).toBe('没有找到这个地区，请重新选择。');
    expect(remembered()).toEqual({ id: 'C1', token: 't1' });
  });

  test('not at all without a network; the first message tries again', async () => {
    const start = answers.start;
    answers.start = () => Promise.reject(new TypeError('Failed to fetch'));
    const talk = await opened();
    expect(talk.failure).toContain('网络不通');
    if (start) answers.start = start;
    expect(await talk.say({ text: '办身份证' }, '办身份证')).toBe(true);
    expect(texts(talk)).toEqual(['答', '办身份证', '答']);
  });
});

describe('a message', () => {
  test('stands there at once, and gives way to what the service kept', async () => {
    const talk = await opened();
    answers.say = () => Response.json({ messages: [citizen(2, '遮住了'), assistant(3, HAILAR)] });
    const sent = talk.say({ text: '我说的' }, '我说的');
    expect(texts(talk)).toEqual(['答', '我说的…']);
    expect([talk.busy, talk.fresh]).toEqual([true, false]);
    expect(await sent).toBe(true);
    expect(texts(talk)).toEqual(['答', '遮住了', '答']);
    expect(talk.region).toEqual(HAILAR);
    expect(talk.last?.seq).toBe(3);
    expect(talk.busy).toBe(false);
  });

  test('written before the conversation began waits for it', async () => {
    const talk = new Talk(() => {});
    const opening = talk.open('');
    expect(await talk.say({ text: '一' }, '一')).toBe(true);
    await opening;
    expect(paths()).toEqual(['POST /conversations', 'POST /conversations/C1/messages']);
    expect(texts(talk)).toEqual(['答', '一', '答']);
  });

  test.each<[row: string, answer: Answer, says: string]>([
    ['no network', () => Promise.reject(new TypeError('Failed to fetch')), '网络不通'],
    ['a gateway without a service', () => new Response('<html>', { status: 502 }), '网络不通'],
    ['a fault', problem(500, 'internal'), '查询服务出了问题'],
    ['a service that starts', problem(503, 'unavailable'), '详情'],
    ['haste', problem(429, 'too-many', { 'Retry-After': '7' }), '请等 7 秒再发'],
  ])('that fails for %s stays, and goes again under its own name', async (row, answer, says) => {
    const talk = await opened();
    const say = answers.say;
    answers.say = answer;
    expect(await talk.say({ press: 'pick:0' }, '第一个'), row).toBe(false);
    const first = failed(talk);
    expect(first?.failed, row).toContain(says);
    if (say) answers.say = say;
    expect(await talk.resend(first as Sending), row).toBe(true);
    const names = calls.filter(({ path }) => path.endsWith('/messages')).map(({ body }) => body.client_msg_id);
    expect(new Set(names).size, `${row}: one name`).toBe(1);
    expect(texts(talk), row).toEqual(['答', 'pick:0', '答']);
  });

  test('that came too early can be sent again when the time has passed', async () => {
    const talk = await opened();
    answers.say = problem(429, 'too-many', { 'Retry-After': '7' });
    const before = Date.now();
    await talk.say({ text: '一' }, '一');
    expect(failed(talk)?.retryAt).toBeGreaterThanOrEqual(before + 7000);
  });

  test('that came while too many asked goes again by itself, twice, under its own name', async () => {
    const talk = await opened();
    vi.useFakeTimers();
    const say = answers.say;
    answers.say = problem(503, 'overloaded', { 'Retry-After': '1' });
    const lost = talk.say({ text: '一' }, '一');
    await vi.advanceTimersByTimeAsync(4_000);
    expect(await lost).toBe(false);
    expect(failed(talk)?.failed).toContain('详情');
    const sent = () => calls.filter(({ path }) => path.endsWith('/messages'));
    expect(sent()).toHaveLength(3);
    expect(new Set(sent().map(({ body }) => body.client_msg_id)).size).toBe(1);
    const again = talk.resend(failed(talk) as Sending);
    await vi.advanceTimersByTimeAsync(500);
    if (say) answers.say = say;
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await again).toBe(true);
    vi.useRealTimers();
  });

  test('that failed can be taken away', async () => {
    const talk = await opened();
    answers.say = problem(500, 'internal');
    await talk.say({ text: '一' }, '一');
    talk.drop(failed(talk) as Sending);
    expect(texts(talk)).toEqual(['答']);
  });

  test('that hangs is given up', async () => {
    const talk = await opened();
    vi.useFakeTimers();
    vi.stubGlobal('fetch', (_: string, init: RequestInit) =>
      new Promise((_resolve, reject) => init.signal?.addEventListener('abort', () => reject(new DOMException('off', 'AbortError')))),
    );
    const sent = talk.say({ text: '一' }, '一');
    await vi.advanceTimersByTimeAsync(30_000);
    expect(await sent).toBe(false);
    expect(failed(talk)?.failed).toContain('等了很久');
  });

  test.each<[row: string, answer: Answer, body: { text: string } | { press: string }, want: object]>([
    ['closed', problem(409, 'closed'), { text: '办护照' }, { text: '办护照' }],
    ['forgotten', problem(404, 'no-such-conversation'), { press: 'open:N1' }, { press: 'open:N1' }],
    // The new conversation has not asked this question; the words on the button still say what is meant.
    ['closed while it asked', problem(409, 'closed'), { press: 'option:a' }, { text: '丢失补领' }],
  ])('to a conversation that was %s begins the next', async (row, answer, body, want) => {
    const talk = await opened();
    const say = answers.say;
    answers.say = (call) => (call.path.includes('/C1/') ? answer(call) : (say as Answer)(call));
    answers.start = () => Response.json({ id: 'C2', token: 't2', region: null, messages: [assistant(1)] });
    expect(await talk.say(body, '丢失补领'), row).toBe(true);
    expect(calls[2]?.body, row).toEqual({ previous: 'C1' });
    expect(calls[3]?.body, row).toMatchObject(want);
    expect(calls[3]?.token, row).toBe('Bearer t2');
  });

  test('that another page overtook is not sent blindly: what was said there is shown first', async () => {
    const talk = await opened();
    answers.say = problem(409, 'gone-on');
    answers.history = () => Response.json({ closed: null, region: null, messages: [citizen(2, '别处说的'), assistant(3)], later_url: null });
    expect(await talk.say({ press: 'pick:0' }, '第一个')).toBe(false);
    expect(texts(talk).filter((text) => !text.startsWith('第一个'))).toEqual(['答', '别处说的', '答']);
    expect(failed(talk)?.failed).toContain('别的页面');
  });
});
