import type { Change, ChangedDay, ChangedQuestion, Content, Settled } from './api-content';
import { words as desk } from './wording';
import { contentWords as words } from './wording-content';

/** One stretch of a working day, as two fields of a form hold it. */
export interface Stretch {
  from: string;
  to: string;
}

/** Spans in order, or what is wrong with them. */
export function spansOf(stretches: readonly Stretch[]): { spans: string[] } | { fault: string } {
  if (stretches.length === 0) return { fault: words.spanFault.none };
  if (stretches.some(({ from, to }) => !from || !to)) return { fault: words.spanFault.empty };
  const wrong = stretches.findIndex(({ from, to }) => from >= to);
  if (wrong >= 0) return { fault: words.spanFault.order(wrong + 1) };
  const sorted = [...stretches].sort((a, b) => a.from.localeCompare(b.from));
  if (sorted.some(({ from }, at) => at > 0 && from < (sorted[at - 1]?.to ?? ''))) return { fault: words.spanFault.overlap };
  return { spans: sorted.map(({ from, to }) => `${from}-${to}`) };
}

/** A span as its two fields. */
export function stretchOf(span: string): Stretch {
  const [from = '', to = ''] = span.split('-');
  return { from, to };
}

/** Spans as people read them. */
export function spansTold(spans: readonly string[], none: string): string {
  return spans.length > 0 ? spans.map((span) => span.replace('-', '–')).join('、') : none;
}

/** Minutes after midnight. */
export function minutes(time: string): number {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  return hour * 60 + minute;
}

/** The day of the week of a date, 0 for Sunday; the date stands for itself, wherever the clock is. */
export function weekdayAt(day: string): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay();
}

export function weekday(day: string): string {
  return words.weekdays[weekdayAt(day)] ?? '';
}

export function isWeekend(day: string): boolean {
  return weekdayAt(day) % 6 === 0;
}

/** Words that were written in one line. */
export function meansOf(text: string): string[] {
  const parts = text.split(/[、，,；;\n\t]+/).map((part) => part.trim());
  return [...new Set(parts.filter((part) => part))];
}

/** A change in one sentence. */
export function told({ change, item_name }: Pick<Content, 'change' | 'item_name'>): string {
  switch (change.kind) {
    case 'name': {
      const item = item_name ?? change.item ?? '';
      return `${words.calledFor(change.name ?? '')} → ${change.business_item ? `${item}：${change.business_item}` : item}`;
    }
    case 'synonym':
      return `${words.calledFor(change.said ?? '')} → ${(change.means ?? []).join('、')}`;
    case 'hours':
      return words.workdays(spansTold(change.spans ?? [], words.anytime));
    case 'day':
      return words.dayLine(change.day ?? '', weekday(change.day ?? ''), change.worked ? words.worked : words.off, change.note ?? '');
  }
}

/** Days that have the same hours before and the same after. */
export interface DayGroup {
  days: string[];
  before: string[];
  after: string[];
}

export function grouped(days: readonly ChangedDay[]): DayGroup[] {
  const groups = new Map<string, DayGroup>();
  for (const { day, before, after } of days) {
    const key = `${before.join()}>${after.join()}`;
    const group = groups.get(key);
    if (group) group.days.push(day);
    else groups.set(key, { days: [day], before, after });
  }
  return [...groups.values()];
}

/** What of a day stands where it has no hours: it depends on what the change is about. */
export function noHours({ kind }: Change): string {
  // Hours change on working days alone: there nothing said means any time.
  return kind === 'hours' ? words.anytime : words.rest;
}

/** Endings in which the item is shown to whoever asked. */
const SHOWN = ['answered', 'clarify', 'candidates'];

/** How a question ends, in words: the item first where it is shown, else what happens in its place. */
export function ending({ status, code, name, confidence }: Settled): { first: string; then: string } {
  const how = words.endingOf[status] ?? status;
  if (code === null) return { first: how, then: words.noItem };
  const item = name ?? code;
  const sure = desk.confidence(confidence);
  return SHOWN.includes(status) ? { first: item, then: `${how} · ${sure}` } : { first: how, then: `${words.nearest(item)} · ${sure}` };
}

/** What becomes of weekends and days off, which have hours only where there are none at all. */
export function weekends({ kind, spans = [] }: Change, days: readonly ChangedDay[]): string {
  if (kind !== 'hours' || days.length === 0) return '';
  if (spans.length === 0) return words.weekendsOpen;
  return days.some(({ before }) => before.length === 0) ? words.weekendsClose : '';
}

/** How often the questions were asked that end otherwise. */
export function asked(changed: readonly ChangedQuestion[]): number {
  return changed.reduce((sum, { count }) => sum + count, 0);
}
