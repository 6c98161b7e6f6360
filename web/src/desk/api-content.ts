import { call, post } from '../api';

/** The requests of the content desk. */

export type Kind = 'name' | 'synonym' | 'hours' | 'day';
export type State = 'open' | 'published' | 'refused' | 'withdrawn';

/** What is changed: the fields of its kind, the others absent. */
export interface Change {
  kind: Kind;
  item?: string;
  business_item?: string;
  name?: string;
  said?: string;
  means?: string[];
  /** Such as `09:00-12:00`; none: open whenever somebody is there. */
  spans?: string[];
  day?: string;
  worked?: boolean;
  note?: string;
}

export interface Content {
  id: string;
  change: Change;
  item_name: string | null;
  state: State;
  /** 工号 */
  by: string;
  at: string;
  decided_by: string | null;
  decided_at: string | null;
}

/** How a question ends. */
export interface Settled {
  status: string;
  code: string | null;
  name: string | null;
  confidence: number;
}

export interface ChangedQuestion {
  question: string;
  count: number;
  before: Settled;
  after: Settled;
}

export interface ChangedDay {
  day: string;
  before: string[];
  after: string[];
}

/** What a change would change. */
export interface Preview {
  questions: number;
  changed: ChangedQuestion[];
  days: ChangedDay[];
}

export async function contents(state: State | '', kind: Kind | '', limit: number): Promise<Content[]> {
  const query = new URLSearchParams({ ...(state ? { state } : {}), ...(kind ? { kind } : {}), limit: String(limit) });
  return (await call<{ changes: Content[] }>(`/content?${query}`, {})).changes;
}

export function make(change: Change): Promise<Content> {
  return call('/content', post(change));
}

export type Verdict = 'publish' | 'refuse' | 'withdraw';

const path = (id: string) => `/content/${encodeURIComponent(id)}`;

export function decide(id: string, verdict: Verdict): Promise<Content> {
  return call(`${path(id)}/${verdict}`, post({}));
}

/** What it would change; while that is tried out, how many questions were. */
export function preview(id: string, signal: AbortSignal): Promise<Preview | { done: number }> {
  return call(`${path(id)}/preview`, { signal });
}
