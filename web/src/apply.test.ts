import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { onward, ways } from './apply';
import type { Card } from './wire';

const card = {
  item: 'N 1',
  business_item: '补领',
  questions: [
    { id: 'agent', question: '', multi: false, options: [], chosen: ['self'] },
    { id: 'lost', question: '', multi: false, options: [], chosen: [] },
  ],
} as unknown as Card;
const HAILAR = { code: '150702', name: '海拉尔区' };
const PLAIN = 'https://a.gov.cn/';

let asked: { address: string; init: RequestInit }[];
let answer: () => Response | Promise<Response>;

beforeEach(() => {
  asked = [];
  vi.stubGlobal('fetch', async (address: string, init: RequestInit) => {
    asked.push({ address, init });
    return answer();
  });
});
afterEach(() => vi.unstubAllGlobals());

const refused = (status: number, type: string) => () =>
  new Response(JSON.stringify({ type: `/problems/${type}`, title: '', status, detail: '链接暂时打不开。', trace_id: '' }), { status });

test('the place, the answers and the conversation go along', async () => {
  answer = () => Response.json({ online: { url: PLAIN, open_url: 'https://a.gov.cn/?bangban_ticket=v1' } });
  expect(await onward(card, HAILAR, 'app', PLAIN, { id: 'C', token: 't' })).toBe('https://a.gov.cn/?bangban_ticket=v1');
  expect(asked[0]?.address).toBe('/api/v1/items/N%201/apply');
  expect(JSON.parse(String(asked[0]?.init.body))).toEqual({
    channel: 'app', region: '150702', answers: { item: ['补领'], agent: ['self'] }, conversation: 'C',
  });
  expect(asked[0]?.init.headers).toMatchObject({ Authorization: 'Bearer t' });
});

test.each<[row: string, answer: () => Response | Promise<Response>, want: string]>([
  ['an older service makes no ticket', refused(404, 'no-such-path'), PLAIN],
  ['the service has a fault', refused(500, 'internal'), PLAIN],
  ['the network is down', () => Promise.reject(new TypeError()), PLAIN],
  ['what comes back is no address for a browser', () => Response.json({ online: { url: PLAIN, open_url: 'javascript:alert(1)' } }), PLAIN],
  ['it leads nowhere', refused(409, 'not-online'), '链接暂时打不开。'],
])('where %s', async (row, given, want) => {
  answer = given;
  const got = await onward(card, null, 'pc', PLAIN, null).catch((error: Error) => error.message);
  expect(got, row).toBe(want);
});

test('the ways to apply are those of the place; an older service knows none', async () => {
  answer = () => Response.json({ online: null, reason: 'on_site' });
  expect(await ways(card, HAILAR, 'pc')).toMatchObject({ reason: 'on_site' });
  expect(asked[0]?.address).toBe('/api/v1/items/N%201/apply?region=150702&channel=pc');
  answer = refused(404, 'no-such-path');
  expect(await ways(card, null, 'pc')).toBeNull();
  answer = refused(503, 'unavailable');
  await expect(ways(card, null, 'pc')).rejects.toThrow('链接暂时打不开');
});
