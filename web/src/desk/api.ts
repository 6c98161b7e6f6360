import { call, post } from '../api';
import type { Message } from '../wire';
import type * as wire from './wire';

/** The desk's requests. The browser brings the session's cookie along by itself. */

export function me(): Promise<wire.Me> {
  return call('/desk/session', {});
}

export function signIn(login: string, password: string): Promise<wire.Me> {
  return call('/desk/session', post({ login, password }));
}

/** How one can sign in beside login and password. */
export function signInWays(): Promise<{ oidc: boolean }> {
  return call('/desk/sign-in', {});
}

/** The way to the identity provider, and afterwards to the page that an address names. */
export function oidcStart(hash: string): string {
  return `/api/v1/desk/oidc/start?${new URLSearchParams({ back: `/desk${hash}` })}`;
}

export function signOut(): Promise<void> {
  return call('/desk/session', { method: 'DELETE' });
}

export function changePassword(old: string, next: string): Promise<void> {
  return call('/desk/session/password', post({ old, new: next }, '', 'PUT'));
}

export async function socketTicket(): Promise<string> {
  return (await call<{ ticket: string }>('/desk/socket-ticket', post({}))).ticket;
}

export interface Page {
  cases: wire.Row[];
  next_before: string | null;
}

export function cases(list: wire.ListName, before = ''): Promise<Page> {
  const query = new URLSearchParams({ list, ...(before ? { before } : {}) });
  return call(`/desk/cases?${query}`, {});
}

const path = (id: string, act = '') => `/desk/cases/${encodeURIComponent(id)}${act && `/${act}`}`;

export function one(id: string): Promise<wire.Case> {
  return call(`${path(id)}?after=0`, {});
}

async function act(id: string, what: string, body: object = {}): Promise<wire.Row> {
  return (await call<{ row: wire.Row }>(path(id, what), post(body))).row;
}

export const claim = (id: string) => act(id, 'claim');
export const giveBack = (id: string) => act(id, 'give-back');
export const forward = (id: string, to: { group?: string; account?: string; note?: string }) => act(id, 'forward', to);

export interface Ending {
  outcome: string;
  item_code?: string;
  business_item?: string;
}

export const close = (id: string, ending: Ending) => act(id, 'close', ending);

/** What an agent says: words, a guide's card, or both. */
export interface Words {
  text?: string;
  item_code?: string;
  region?: string;
  business_item?: string;
  client_msg_id: string;
}

export async function say(id: string, words: Words): Promise<Message> {
  return (await call<{ message: Message }>(path(id, 'messages'), post(words))).message;
}

/** How the citizen can be called back; looked at only when it is needed. */
export function contact(id: string): Promise<wire.Contact> {
  return call(path(id, 'contact'), post({}));
}

export function note(id: string, text: string): Promise<wire.Note> {
  return call(path(id, 'notes'), post({ text }));
}

export function typing(id: string, on: boolean): Promise<void> {
  return call(path(id, 'typing'), post({ on }));
}

export async function presence(state: wire.PresenceState, reason = ''): Promise<wire.Presence> {
  const body = { state, ...(reason ? { reason } : {}) };
  const { presence: kept } = await call<{ presence: unknown }>('/desk/presence', post(body, '', 'PUT'));
  return presenceOf(kept, reason);
}

/** A presence as the service tells it: the word alone, or with its reason. */
export function presenceOf(told: unknown, reason = ''): wire.Presence {
  if (typeof told === 'string') return { state: told as wire.PresenceState, reason };
  return told as wire.Presence;
}

/** What may be answered to the citizen's last words. */
export async function suggestions(id: string): Promise<wire.Suggestion[]> {
  return (await call<{ suggestions: wire.Suggestion[] }>(path(id, 'suggestions'), {})).suggestions;
}

export function colleagues(): Promise<{ colleagues: wire.Colleague[]; groups: wire.Group[] }> {
  return call('/desk/colleagues', {});
}

/** Replies kept ready, with the groups that one can be for; of a conversation only those that hold for it. */
export function canned(conversation = ''): Promise<{ canned: wire.Canned[]; groups: wire.Group[] }> {
  return call(`/desk/canned${conversation ? `?${new URLSearchParams({ conversation })}` : ''}`, {});
}

export function addCanned(reply: { title: string; text: string; region?: string; group?: string }): Promise<wire.Canned> {
  return call('/desk/canned', post(reply));
}

export function dropCanned(id: string): Promise<void> {
  return call(`/desk/canned/${encodeURIComponent(id)}`, { method: 'DELETE' });
}

export async function search(q: string, region: string, signal: AbortSignal): Promise<wire.Found[]> {
  const query = new URLSearchParams({ q, ...(region ? { region } : {}) });
  return (await call<{ items: wire.Found[] }>(`/search?${query}`, { signal })).items;
}

export function wall(): Promise<wire.Wall> {
  return call('/desk/wall', {});
}

export async function proposals(state: string): Promise<wire.Proposal[]> {
  return (await call<{ proposals: wire.Proposal[] }>(`/desk/proposals?state=${state}`, {})).proposals;
}

export function decide(id: string, how: 'accept' | 'refuse' | 'withdraw'): Promise<wire.Proposal> {
  return call(`/desk/proposals/${encodeURIComponent(id)}/${how}`, post({}));
}

export async function workItems(open: boolean): Promise<wire.WorkItem[]> {
  return (await call<{ items: wire.WorkItem[] }>(`/desk/work-items${open ? '?open=true' : ''}`, {})).items;
}

export function settle(id: string, outcome: string, note: string): Promise<wire.WorkItem> {
  return call(`/desk/work-items/${encodeURIComponent(id)}/done`, post({ outcome, ...(note ? { note } : {}) }));
}

// Administration.

export async function accounts(): Promise<wire.Account[]> {
  return (await call<{ accounts: wire.Account[] }>('/admin/accounts', {})).accounts;
}

export function addAccount(body: object): Promise<wire.Account> {
  return call('/admin/accounts', post(body));
}

export function changeAccount(id: string, body: object): Promise<wire.Account> {
  return call(`/admin/accounts/${encodeURIComponent(id)}`, post(body, '', 'PATCH'));
}

export interface AuditQuery {
  /** Only rows with a lower number, the newest first. */
  before: number;
  actor: string;
  action: string;
  subject: string;
}

export function audit({ before, actor, action, subject }: AuditQuery): Promise<{ entries: wire.Entry[]; next: number | null }> {
  const filters = Object.entries({ actor, action, subject }).filter(([, value]) => value !== '');
  return call(`/admin/audit?${new URLSearchParams([['before', String(before)], ['limit', '50'], ...filters])}`, {});
}

export function verifyAudit(): Promise<{ ok: boolean; entries: number; broken_at: number | null }> {
  return call('/admin/audit/verify', {});
}

/** Lists whose columns depend on what the service keeps about each. */
export type Loose = Record<string, unknown>;

export function loose(what: string): Promise<Record<string, Loose[]>> {
  return call(`/admin/${what}`, {});
}

export function retryOutbox(id: string): Promise<unknown> {
  return call(`/admin/outbox/${encodeURIComponent(id)}/retry`, post({}));
}
