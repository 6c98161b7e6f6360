import { figureWords as words } from './wording-figures';

/** Numbers as people read them. What isn't known is a dash. */

const WHOLE = new Intl.NumberFormat('zh-CN', { maximumFractionDigits: 0 });

/** From here on numbers are told in 万. */
const WAN = 10_000;

export function count(n: number | null | undefined): string {
  return n === null || n === undefined ? '—' : WHOLE.format(n);
}

/** A part of a whole. A few never read as none, nor almost all as all. */
export function percent(part: number, of: number): string {
  if (of <= 0) return '—';
  const share = (part / of) * 100;
  if (part > 0 && share < 0.1) return '<0.1%';
  if (part < of && share > 99.9) return '>99.9%';
  return `${share.toFixed(1).replace(/\.0$/, '')}%`;
}

/** An estimate: two figures that count, so that it doesn't look counted. */
export function roughly(n: number): string {
  if (n <= 0) return '0';
  const step = 10 ** Math.max(0, Math.floor(Math.log10(n)) - 1);
  const round = Math.round(n / step) * step;
  return round >= WAN ? `${String(round / WAN)} 万` : WHOLE.format(round);
}

/** How long answering took. */
export function millis(ms: number | null): string {
  if (ms === null) return '—';
  if (ms < 10) return words.ms(ms.toFixed(1).replace(/\.0$/, ''));
  if (ms < 1000) return words.ms(WHOLE.format(ms));
  return words.seconds((ms / 1000).toFixed(1).replace(/\.0$/, ''));
}

/** A day without its year. */
export function shortDay(day: string): string {
  const [, month, date] = /^\d{4}-(\d\d)-(\d\d)$/.exec(day) ?? [];
  return month && date ? `${Number(month)}/${Number(date)}` : day;
}
