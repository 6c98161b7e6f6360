import { call, post, talkPath, Unreachable, type Key } from './api';
import { home } from './home';
import { language } from './script';
import type { Desk, Left, Rating, Reason, Stage } from './wire';

function bearer({ token }: Key) {
  return { Authorization: `Bearer ${token}` };
}

/** Opens the stream of what happens in a conversation, after a number. */
export function events(key: Key, after: number, signal: AbortSignal): Promise<Response> {
  const headers = { ...bearer(key), Accept: 'text/event-stream', 'Last-Event-ID': String(after), 'Accept-Language': language };
  return fetch(`${home.url}/api/v1${talkPath(key)}/events`, { headers, signal, cache: 'no-store' });
}

export function stage(key: Key): Promise<Stage> {
  return call(`${talkPath(key)}/stage`, { headers: bearer(key) });
}

/** Waits no longer: the program answers again. */
export function withdraw(key: Key): Promise<Stage> {
  return call(`${talkPath(key)}/handoff`, { method: 'DELETE', headers: bearer(key) });
}

/** How a message can be answered. */
export interface Contact {
  name: string;
  phone: string;
}

export function leave(key: Key, text: string, { name, phone }: Contact): Promise<Left> {
  const contact = { ...(name ? { name } : {}), ...(phone ? { phone } : {}) };
  return call(`${talkPath(key)}/message-left`, post({ text, ...(name || phone ? { contact } : {}) }, key.token));
}

export function close(key: Key, reason: 'solved' | 'unsolved'): Promise<void> {
  return call(`${talkPath(key)}/close`, post({ reason }, key.token));
}

export function rate(key: Key, rating: Rating): Promise<Rating> {
  return call(`${talkPath(key)}/rating`, post(rating, key.token));
}

let asked: Promise<{ answer: Reason[]; service: Reason[] }> | null = null;

/** What a rating can give as its reason; asked for once. */
export function reasons(): Promise<{ answer: Reason[]; service: Reason[] }> {
  asked ??= call<{ answer: Reason[]; service: Reason[] }>('/ratings/reasons', {}).catch((error: unknown) => {
    asked = null;
    throw error;
  });
  return asked;
}

/** Whether people can be asked now. */
export function hours(region: string): Promise<Desk> {
  return call(`/service-hours${region ? `?region=${region}` : ''}`, {});
}

/** The conversation as a file. */
export async function transcript(key: Key, format: 'txt' | 'html'): Promise<Blob> {
  const headers = { ...bearer(key), 'Accept-Language': language };
  const response = await fetch(`${home.url}/api/v1${talkPath(key)}/transcript?format=${format}`, { headers }).catch(() => null);
  if (!response?.ok) throw new Unreachable();
  return response.blob();
}
