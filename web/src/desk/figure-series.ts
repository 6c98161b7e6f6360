import type { Day, Figures, Hour, StarCount } from './api-figures';
import { length, mondayOf, weekday, type Span } from './figure-span';

/** Figures put into the order in which charts and their tables show them. */

/** How a turn can end, in the order in which it is stacked. */
export const ENDINGS = ['answered', 'clarify', 'candidates', 'handoff', 'other'] as const;
export type Ending = (typeof ENDINGS)[number];

/** More days than that are put together by week: their bars would be hairs. */
export const DAYS_APART = 62;

/** Days, or weeks that are named by their Monday. */
export interface Steps {
  by: 'day' | 'week';
  steps: Day[];
}

export function steps(days: readonly Day[]): Steps {
  if (days.length <= DAYS_APART) return { by: 'day', steps: [...days] };
  const weeks = new Map<string, Day>();
  for (const day of days) {
    const monday = mondayOf(day.day);
    const week = weeks.get(monday) ?? { day: monday, turns: 0, answered: 0, clarify: 0, candidates: 0, handoff: 0, other: 0 };
    week.turns += day.turns;
    for (const ending of ENDINGS) week[ending] += day[ending];
    weeks.set(monday, week);
  }
  return { by: 'week', steps: [...weeks.values()] };
}

/** Endings that occurred at all. */
export function endingsOf(days: readonly Day[]): Ending[] {
  return ENDINGS.filter((ending) => days.some((day) => day[ending] > 0));
}

export interface Heat {
  /** Those that occur in the span: 1 is Monday. */
  weekdays: number[];
  /** By weekday as above, then by hour: 24 numbers each. */
  rows: number[][];
  most: number;
  busiest: Hour | null;
}

export function heat(hours: readonly Hour[], span: Span): Heat {
  const first = weekday(span.from);
  const some = Array.from({ length: Math.min(7, length(span)) }, (_, at) => ((first - 1 + at) % 7) + 1);
  const weekdays = [...new Set([...some, ...hours.map((one) => one.weekday)])].sort((a, b) => a - b);
  const rows = weekdays.map(() => new Array<number>(24).fill(0));
  for (const { weekday: of, hour, count } of hours) {
    const row = rows[weekdays.indexOf(of)] as number[];
    row[hour] = (row[hour] ?? 0) + count;
  }
  const busiest = hours.reduce<Hour | null>((best, one) => (one.count > (best?.count ?? 0) ? one : best), null);
  return { weekdays, rows, most: busiest?.count ?? 0, busiest };
}

/** All weekdays together: 24 numbers. */
export function byHour({ rows }: Heat): number[] {
  return Array.from({ length: 24 }, (_, hour) => rows.reduce((sum, row) => sum + (row[hour] ?? 0), 0));
}

export interface Stars {
  /** From five stars to one. */
  counts: number[];
  total: number;
  /** 好评: three stars, 基本满意, and more. */
  satisfied: number;
  average: number | null;
}

/** Ratings of answers, of people's service, or both. */
export function stars(ratings: readonly StarCount[], about = ''): Stars {
  const counts = [5, 4, 3, 2, 1].map((level) =>
    ratings.filter((one) => one.stars === level && (!about || one.about === about)).reduce((sum, one) => sum + one.count, 0),
  );
  const total = counts.reduce((sum, n) => sum + n, 0);
  const sum = counts.reduce((so, n, at) => so + n * (5 - at), 0);
  return { counts, total, satisfied: counts.slice(0, 3).reduce((so, n) => so + n, 0), average: total > 0 ? sum / total : null };
}

/** The largest first; what didn't occur is left out. */
export function ranked<T extends { count: number }>(list: readonly T[]): T[] {
  return list.filter((one) => one.count > 0).sort((a, b) => b.count - a.count);
}

/** How many turns ended so. */
export function share(figures: Pick<Figures, 'shares'>, status: string): number {
  return figures.shares.find((one) => one.status === status)?.count ?? 0;
}

export const total = (list: readonly { count: number }[]): number => list.reduce((sum, one) => sum + one.count, 0);
