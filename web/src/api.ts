import { home } from './home';
import { language } from './script';
import type {
  CompareResponse,
  HistoryResponse,
  ItemResponse,
  Message,
  ProblemShape,
  Region,
  StartResponse,
  Suggestion,
} from './wire';

/** The service refused, and said why. */
export class Refused extends Error {
  constructor(
    readonly problem: ProblemShape,
    /** Seconds to wait before the next try; 0 where the service names none. */
    readonly wait = 0,
  ) {
    super(problem.detail);
  }

  /** What is wrong with a field, without the field's technical name where the service gives it apart. */
  about(field: string): string {
    return this.problem.errors?.[field]?.[0] ?? this.problem.detail;
  }
}

/** No answer came, or none that can be read. */
export class Unreachable extends Error {}

/** Whether a request was called off by us. */
export function isAborted(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

/** One request; what comes back is what the service says, or why it refused. */
export async function call<T>(path: string, init: RequestInit): Promise<T> {
  let response: Response;
  let body: unknown;
  try {
    const headers = { ...init.headers, 'Accept-Language': language };
    response = await fetch(`${home.url}/api/v1${path}`, { ...init, headers });
    body = response.status === 204 ? undefined : await response.json();
  } catch (error) {
    if (isAborted(error)) throw error;
    throw new Unreachable();
  }
  if (response.ok) return body as T;
  const problem = body as Partial<ProblemShape> | null;
  if (typeof problem?.detail === 'string') {
    const wait = Number(response.headers.get('Retry-After')) || 0;
    throw new Refused({ ...(problem as ProblemShape), status: response.status }, wait);
  }
  throw new Unreachable();
}

/** The key to a conversation. */
export interface Key {
  id: string;
  token: string;
}

/** What is sent: words, or the id of a button. */
export type Body = { text: string } | { press: string };

export function post(body: object, token = '', method = 'POST'): RequestInit {
  const headers = { 'Content-Type': 'application/json', ...(token ? { Authorization: `Bearer ${token}` } : {}) };
  return { method, headers, body: JSON.stringify(body) };
}

export function talkPath({ id }: Key): string {
  return `/conversations/${encodeURIComponent(id)}`;
}

/** Begins a conversation, after another one where `previous` names it. */
export function start(region: string, previous: string, signal: AbortSignal): Promise<StartResponse> {
  const { site, user } = home;
  const body = { ...(region ? { region } : {}), ...(previous ? { previous } : {}), ...(site ? { site } : {}), ...(user ? { user } : {}) };
  return call('/conversations', { ...post(body), signal });
}

/** Says or presses something; sent twice under one name it counts once. */
export async function say(key: Key, body: Body, name: string, signal: AbortSignal): Promise<Message[]> {
  const init = { ...post({ ...body, client_msg_id: name }, key.token), signal };
  return (await call<{ messages: Message[] }>(`${talkPath(key)}/messages`, init)).messages;
}

/** Messages after a number, one page of them. */
export function history(key: Key, after: number, signal: AbortSignal): Promise<HistoryResponse> {
  const headers = { Authorization: `Bearer ${key.token}` };
  return call(`${talkPath(key)}?after=${after}&limit=200`, { headers, signal });
}

function itemPath(code: string): string {
  return `/items/${encodeURIComponent(code)}`;
}

/** An item's guide: of a place and of a 业务办理项, where they are named. */
export function item(code: string, region = '', business_item = ''): Promise<ItemResponse> {
  const query = new URLSearchParams({ ...(region ? { region } : {}), ...(business_item ? { item: business_item } : {}) }).toString();
  return call(itemPath(code) + (query ? `?${query}` : ''), {});
}

export function compare(code: string, regions: readonly string[]): Promise<CompareResponse> {
  return call(`${itemPath(code)}/compare?regions=${regions.join(',')}`, {});
}

export async function suggest(q: string, signal: AbortSignal): Promise<Suggestion[]> {
  const reply = await call<{ suggestions: Suggestion[] }>(`/suggest?q=${encodeURIComponent(q)}`, { signal });
  return reply.suggestions;
}

/** The divisions below one; leagues and cities for the empty code. */
export async function regionsBelow(parent: string): Promise<Region[]> {
  const reply = await call<{ regions: Region[] }>(`/regions${parent ? `?parent=${parent}` : ''}`, {});
  return reply.regions;
}
