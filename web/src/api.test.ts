import { afterEach, describe, expect, test, vi } from 'vitest';
import * as api from './api';

afterEach(() => vi.unstubAllGlobals());

const KEY = { id: '01A', token: 't' };

const never = new AbortController().signal;

/** Answers every request alike, and notes what was asked. */
function serve(reply: () => Response | Promise<Response>) {
  const asked: { address: string; init: RequestInit }[] = [];
  vi.stubGlobal('fetch', (address: string, init: RequestInit) => {
    asked.push({ address, init });
    return Promise.resolve().then(reply);
  });
  return asked;
}

const problem = (status: number, body: object) => () =>
  new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/problem+json' } });

describe('a request is written', () => {
  test.each<[row: string, run: () => Promise<unknown>, address: string]>([
    ['an item whose code has a slash', () => api.item('a/b'), '/api/v1/items/a%2Fb'],
    ['a history from a number on', () => api.history(KEY, 7, never), '/api/v1/conversations/01A?after=7&limit=200'],
    ['a comparison', () => api.compare('N1', ['150702', '150400']), '/api/v1/items/N1/compare?regions=150702,150400'],
    ['suggestions', () => api.suggest('身份&证', never), `/api/v1/suggest?q=${encodeURIComponent('身份&证')}`],
    ['the leagues', () => api.regionsBelow(''), '/api/v1/regions'],
    ['the divisions below one', () => api.regionsBelow('150700'), '/api/v1/regions?parent=150700'],
  ])('%s', async (row, run, address) => {
    const asked = serve(() => Response.json({}));
    await run();
    expect(asked.map((one) => one.address), row).toEqual([address]);
  });

  test.each<[row: string, region: string, previous: string, body: object]>([
    ['anywhere', '', '', {}],
    ['in a place, after another', '150702', '01A', { region: '150702', previous: '01A' }],
  ])('a conversation begins %s', async (row, region, previous, body) => {
    const asked = serve(() => Response.json({}));
    await api.start(region, previous, never);
    expect(asked[0]?.init.method, row).toBe('POST');
    expect(JSON.parse(String(asked[0]?.init.body)), row).toEqual(body);
  });

  test.each<[row: string, body: api.Body]>([
    ['words', { text: '身份证' }],
    ['a press', { press: 'option:a|b' }],
  ])('%s go out with a name, and with the key in a header', async (row, body) => {
    const asked = serve(() => Response.json({ messages: [] }));
    await api.say(KEY, body, 'n1', never);
    const [one] = asked;
    expect(one?.address, row).toBe('/api/v1/conversations/01A/messages');
    expect(one?.init.headers, row).toMatchObject({ Authorization: 'Bearer t' });
    expect(JSON.parse(String(one?.init.body)), row).toEqual({ ...body, client_msg_id: 'n1' });
  });
});

describe('a reply is read', () => {
  test('a problem is a refusal that says why', async () => {
    serve(problem(422, { type: '/problems/bad-field', detail: 'q：太长', errors: { q: ['太长'] }, status: 200 }));
    const error = await api.regionsBelow('').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(api.Refused);
    const refused = error as api.Refused;
    expect(refused.about('q'), 'the field without its technical name').toBe('太长');
    expect(refused.about('region'), 'another field').toBe('q：太长');
    expect(refused.problem.status, 'the status that was really sent').toBe(422);
  });

  test.each<[row: string, header: Record<string, string>, want: number]>([
    ['seconds', { 'Retry-After': '7' }, 7],
    ['nothing', {}, 0],
    ['a date, which we don\'t read', { 'Retry-After': 'Thu, 26 Nov 2026 14:00:00 GMT' }, 0],
  ])('a refusal names %s to wait', async (row, headers, want) => {
    serve(() => new Response(JSON.stringify({ detail: 'x' }), { status: 429, headers }));
    const error = await api.regionsBelow('').catch((thrown: unknown) => thrown);
    expect((error as api.Refused).wait, row).toBe(want);
  });

  test.each<[row: string, reply: () => Response | Promise<Response>]>([
    ['no network', () => Promise.reject(new TypeError('Failed to fetch'))],
    ['an answer that is no JSON', () => new Response('<html>502</html>', { status: 502 })],
    ['an answer that stops in the middle', () => new Response('{"regions":[', { status: 200 })],
    ['a refusal without a reason', problem(500, { error: 'x' })],
    ['a refusal that is nothing', () => new Response('null', { status: 500 })],
  ])('%s counts as no answer', async (row, reply) => {
    serve(reply);
    await expect(api.regionsBelow(''), row).rejects.toBeInstanceOf(api.Unreachable);
  });

  test('a request that we called off is no failure of the network', async () => {
    serve(() => Promise.reject(new DOMException('off', 'AbortError')));
    const error = await api.suggest('身份', never).catch((thrown: unknown) => thrown);
    expect(api.isAborted(error)).toBe(true);
    expect(api.isAborted(new TypeError('Failed to fetch'))).toBe(false);
  });
});
