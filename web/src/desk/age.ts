import { words } from './wording';

/** How long somebody has waited, for the eye and in words: colour alone tells nothing. */
export interface Age {
  level: 'fresh' | 'late' | 'overdue';
  text: string;
}

/** From here on somebody waits long, and too long. */
const LATE_S = 30;
const OVERDUE_S = 60;

export function waitAge(since: string, now: number): Age {
  const seconds = Math.max(0, Math.floor((now - Date.parse(since)) / 1000));
  const told = duration(seconds);
  if (seconds >= OVERDUE_S) return { level: 'overdue', text: words.waitedOverdue(told) };
  if (seconds >= LATE_S) return { level: 'late', text: words.waitedLate(told) };
  return { level: 'fresh', text: words.waited(told) };
}

/** A span of time in words. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} 秒`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return whole % 60 && minutes < 10 ? `${minutes} 分 ${whole % 60} 秒` : `${minutes} 分钟`;
  const hours = Math.floor(minutes / 60);
  return minutes % 60 ? `${hours} 小时 ${minutes % 60} 分` : `${hours} 小时`;
}

/** A point in time: the hour today, the day before that. */
export function clock(at: string, now = new Date()): string {
  const when = new Date(at);
  if (Number.isNaN(when.getTime())) return at;
  const day = when.toDateString() === now.toDateString() ? {} : ({ month: 'numeric', day: 'numeric' } as const);
  return when.toLocaleString('zh-CN', { ...day, hour: '2-digit', minute: '2-digit', hour12: false });
}
