/** Days of the dashboard. A day is one in Inner Mongolia: one time zone, no summer time. */

const DAY_MS = 86_400_000;
const AHEAD_MS = 8 * 3_600_000;

/** Days of a span at most; the service refuses longer ones. */
export const LONGEST = 366;

/** Both days are included. */
export interface Span {
  from: string;
  to: string;
}

/** Spans at one touch: how many days, today being the last. */
export const SPANS = { today: 1, week: 7, month: 30 } as const;
export type SpanName = keyof typeof SPANS;

const DAY = /^\d{4}-\d\d-\d\d$/;

export function today(now = Date.now()): string {
  return dayOf(now + AHEAD_MS);
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** The days that end with this one. */
export function lastDays(days: number, to: string): Span {
  return { from: dayOf(Date.parse(to) - (days - 1) * DAY_MS), to };
}

export function length({ from, to }: Span): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS) + 1;
}

/** 1 is Monday. */
export function weekday(day: string): number {
  return new Date(Date.parse(day)).getUTCDay() || 7;
}

/** The Monday of a day's week. */
export function mondayOf(day: string): string {
  return dayOf(Date.parse(day) - (weekday(day) - 1) * DAY_MS);
}

/** Which of the spans at one touch this is. */
export function nameOf(span: Span, now: string): SpanName | null {
  const names = Object.keys(SPANS) as SpanName[];
  return names.find((name) => span.to === now && span.from === lastDays(SPANS[name], now).from) ?? null;
}

/** What is wrong with a span that somebody typed. */
export function fault({ from, to }: Span): 'missing' | 'order' | 'long' | null {
  if (!DAY.test(from) || !DAY.test(to)) return 'missing';
  if (from > to) return 'order';
  return length({ from, to }) > LONGEST ? 'long' : null;
}
