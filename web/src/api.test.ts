import { afterEach, describe, expect, test, vi } from 'vitest';
import * as api from './api';

afterEach(() => vi.unstubAllGlobals());

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
    ['an item whose code has a slash', () => api.item('a/b', '', {}, never), '/api/v1/items/a%2Fb'],
    ['an item of a place with answers', () => api.item('N1', '150702', { who: ['a', 'b'] }, never), '/api/v1/items/N1?region=150702&who=a%2Cb'],
    ['materials', () => api.materials('N1', '', { who: ['self'] }, never), '/api/v1/items/N1/materials?who=self'],
    ['a comparison', () => api.compare('N1', ['150702', '150400']), '/api/v1/items/N1/compare?regions=150702,150400'],
    ['suggestions', () => api.suggest('身份&证', never), `/api/v1/suggest?q=${encodeURIComponent('身份&证')}`],
    ['the leagues', () => api.regionsBelow(''), '/api/v1/regions'],
    ['the divisions below one', () => api.regionsBelow('150700'), '/api/v1/regions?parent=150700'],
  ])('%s', async (row, run, address) => {
    const asked = serve(() => Response.json({}));
    await run();
    expect(asked.map((one) => one.address), row).toEqual([address]);
  });

  test.each<[row: string, region: string, body: object]>([
    ['without a region it has no region field', '', { q: '身份证', slots: { item: ['补领'] } }],
    ['with a region', '150702', { q: '身份证', slots: { item: ['补领'] }, region: '150702' }],
  ])('a question %s', async (row, region, body) => {
    const asked = serve(() => Response.json({}));
    await api.match('身份证', region, { item: ['补领'] }, never);
    expect(asked[0]?.init.method, row).toBe('POST');
    expect(JSON.parse(String(asked[0]?.init.body)), row).toEqual(body);
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
