import { itemQuery, type Answers } from './answers';
import type {
  CompareResponse,
  ItemResponse,
  MatchResponse,
  MaterialsResponse,
  ProblemShape,
  Region,
  Suggestion,
} from './wire';

/** The service refused, and said why. */
export class Refused extends Error {
  constructor(readonly problem: ProblemShape) {
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

async function call<T>(path: string, init: RequestInit): Promise<T> {
  let response: Response;
  let body: unknown;
  try {
    response = await fetch(`/api/v1${path}`, init);
    body = await response.json();
  } catch (error) {
    if (isAborted(error)) throw error;
    throw new Unreachable();
  }
  if (response.ok) return body as T;
  const problem = body as Partial<ProblemShape> | null;
  if (typeof problem?.detail === 'string') throw new Refused({ ...(problem as ProblemShape), status: response.status });
  throw new Unreachable();
}

export function match(q: string, region: string, slots: Answers, signal: AbortSignal): Promise<MatchResponse> {
  return call('/match', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ q, slots, ...(region ? { region } : {}) }),
    signal,
  });
}

function itemPath(code: string): string {
  return `/items/${encodeURIComponent(code)}`;
}

export function item(code: string, region: string, answers: Answers, signal: AbortSignal): Promise<ItemResponse> {
  return call(itemPath(code) + itemQuery(region, answers), { signal });
}

export function materials(
  code: string,
  region: string,
  answers: Answers,
  signal: AbortSignal,
): Promise<MaterialsResponse> {
  return call(`${itemPath(code)}/materials${itemQuery(region, answers)}`, { signal });
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
