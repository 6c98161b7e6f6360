import { call, post } from '../api';
import type { Region } from '../wire';
import type { Span } from './figure-span';
import type { Proposal } from './wire';

/** What the dashboard and the report of differences ask for, and its JSON shapes. */

export interface Day {
  day: string;
  turns: number;
  answered: number;
  clarify: number;
  candidates: number;
  handoff: number;
  other: number;
}

export interface Hour {
  /** 1 is Monday. */
  weekday: number;
  hour: number;
  count: number;
}

export interface ItemCount {
  code: string;
  name: string;
  count: number;
  answered: number;
  /** Times that its online application was opened; `null` where that isn't counted. */
  clicks: number | null;
}

export interface PlaceCount {
  region: Region;
  count: number;
}

export interface StarCount {
  about: string;
  stars: number;
  count: number;
}

export interface Figures extends Span {
  turns: number;
  conversations: number;
  shares: { status: string; count: number }[];
  routes: { route: string; count: number }[];
  days: Day[];
  hours: Hour[];
  items: ItemCount[];
  places: PlaceCount[];
  ratings: StarCount[];
  handovers: { outcome: string | null; count: number }[];
  waits: { asked: number; claimed: number; p50_seconds: number | null; p90_seconds: number | null };
  gaps: { gap: string; count: number }[];
  open_reports: number;
  open_work_items: number;
  late_work_items: number;
  ms: { p50: number | null; p90: number | null; p99: number | null };
}

export type QuestionKind = 'unanswered' | 'unsure';

/** Questions that mean the same. */
export interface QuestionGroup {
  text: string;
  count: number;
  examples: string[];
  items: { code: string; name: string; confidence: number }[];
}

export interface Difference {
  code: string;
  name: string;
  guides: number;
  field: string;
  label: string;
  standard: string;
  /** Whose guide sets it; `null` where it is what most say. */
  standard_of: Region | null;
  variants: { value: string; count: number; places: Region[] }[];
  silent: number;
  deviating: number;
  people: number;
  compare: string[];
}

export interface Fault {
  code: string;
  name: string;
  kind: string;
  field: string;
  reason: string;
  fix: string;
  count: number;
  places: Region[];
  people: number;
}

export interface Differences {
  guides: number;
  index: string;
  today: string;
  deviations: number;
  faults: number;
  found: number;
  page: number;
  more: boolean;
  rows: Difference[];
  fault_rows: Fault[];
}

/** The report is being made: so many items of all are read. */
export interface Counting {
  done: number;
  all: number;
}

export const isCounting = (answer: object): answer is Counting => 'done' in answer && 'all' in answer;

/** A query without what is empty. */
function query(of: Record<string, string>): string {
  return new URLSearchParams(Object.entries(of).filter(([, value]) => value !== '')).toString();
}

export function figures(span: Span, region: string, signal: AbortSignal): Promise<Figures> {
  return call(`/figures?${query({ ...span, region })}`, { signal });
}

export async function questions(kind: QuestionKind, { from, to }: Span, region: string, signal: AbortSignal): Promise<QuestionGroup[]> {
  return (await call<{ groups: QuestionGroup[] }>(`/figures/questions?${query({ from, to, kind, region })}`, { signal })).groups;
}

/** Where a table is to be had as CSV. */
export function csvUrl(what: 'days' | 'hours' | 'items' | 'places' | 'questions', { from, to }: Span, region: string, kind = ''): string {
  return `/api/v1/figures/export?${query({ what, from, to, region, kind })}`;
}

export function propose(question: string, item_code: string): Promise<Proposal> {
  return call('/desk/proposals', post({ question, item_code }));
}

export interface DifferenceQuery {
  kind: string;
  field: string;
  region: string;
  q: string;
  page: string;
}

export function differences(of: DifferenceQuery, signal: AbortSignal): Promise<Differences | Counting> {
  return call(`/differences?${query({ ...of })}`, { signal });
}

/** Where the report is to be had as a workbook, once it is made. */
export function workbookUrl(region: string): string {
  const of = query({ region });
  return `/api/v1/differences/export${of && `?${of}`}`;
}
