import { guideQuery, type Answers } from '../answers';
import { call, post, Refused, Unreachable } from '../api';
import type { ItemResponse, ProblemShape } from '../wire';
import type * as wire from './lookup-wire';

/** The requests of the look-up desks. */

export { answersOf, guideQuery, type Answers } from '../answers';

const itemPath = (code: string) => `/items/${encodeURIComponent(code)}`;

export function lookup(q: string, region: string, signal: AbortSignal): Promise<wire.LookupResponse> {
  const query = new URLSearchParams({ q, ...(region ? { region } : {}), limit: '8' });
  return call(`/desk/lookup?${query}`, { signal });
}

export function fullText(q: string, bounds: wire.FullTextBounds, signal: AbortSignal): Promise<{ rows: wire.FoundGuide[] }> {
  const query = new URLSearchParams({ q });
  for (const [name, value] of Object.entries(bounds)) if (value) query.set(name, value);
  return call(`/desk/guides?${query}`, { signal });
}

export function guide(code: string, region: string, answers: Answers, signal: AbortSignal): Promise<ItemResponse> {
  return call(itemPath(code) + guideQuery(region, answers), { signal });
}

export function script(code: string, region: string, answers: Answers): Promise<wire.Script> {
  return call(`${itemPath(code)}/script${guideQuery(region, answers)}`, {});
}

export async function notices(region: string): Promise<wire.Notice[]> {
  return (await call<{ notices: wire.Notice[] }>(`/notices${region ? `?region=${region}` : ''}`, {})).notices;
}

export function pin(notice: { text: string; region?: string; until: string }): Promise<wire.Notice> {
  return call('/notices', post(notice));
}

export function withdraw(id: string): Promise<void> {
  return call(`/notices/${encodeURIComponent(id)}`, { method: 'DELETE' });
}

export function wrapUp(ended: wire.Ended): Promise<{ id: string }> {
  return call('/wrapups', post(ended));
}

export interface Paged {
  page: number;
  more: boolean;
}

export function wrapUps(gap: wire.Gap, page: number): Promise<{ wrapups: wire.WrapUp[] } & Paged> {
  return call(`/wrapups?${new URLSearchParams({ gap, page: String(page) })}`, {});
}

export function report(fault: wire.NewReport): Promise<wire.Report> {
  return call('/reports', post(fault));
}

export function reports(which: { state?: 'open' | 'settled'; mine?: boolean }, page: number): Promise<{ reports: wire.Report[] } & Paged> {
  const query = { ...(which.state ? { state: which.state } : {}), ...(which.mine ? { mine: 'true' } : {}), page: String(page) };
  return call(`/reports?${new URLSearchParams(query)}`, {});
}

export function settleReport(id: string, state: 'corrected' | 'refused', note: string): Promise<wire.Report> {
  return call(`/reports/${encodeURIComponent(id)}/settle`, post({ state, note }));
}

export function visit(region: string, members: readonly wire.Member[]): Promise<wire.VisitResponse> {
  return call('/desk/visit', post({ ...(region ? { region } : {}), members }));
}

/** A pack with the tag that names its content. */
export interface Tagged {
  pack: wire.Pack;
  tag: string;
}

/** The pack of a place; `null` where the one with that tag is still what the service has. */
export async function pack(region: string, tag = ''): Promise<Tagged | null> {
  let response: Response;
  let body: unknown;
  try {
    response = await fetch(`/api/v1/desk/pack?region=${encodeURIComponent(region)}`, { headers: tag ? { 'If-None-Match': tag } : {}, cache: 'no-store' });
    if (response.status === 304) return null;
    body = await response.json();
  } catch {
    throw new Unreachable();
  }
  if (!response.ok) throw new Refused({ ...(body as ProblemShape), status: response.status });
  return { pack: body as wire.Pack, tag: response.headers.get('ETag') ?? '' };
}
