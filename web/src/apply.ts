import { answersOf, guideQuery } from './answers';
import { call, post, Refused, type Key } from './api';
import { webLink } from './link';
import type { Card, Citation, Line, Region } from './wire';

/** Where somebody applies from. */
export type Channel = 'pc' | 'app';

/** A place to go to. */
export interface Counter {
  name: string;
  /** The division whose hall it is; `null` where the guide itself names the place. */
  hall: Region | null;
  lines: Line[];
  /** `null` where its hours, or the holidays, leave a doubt. */
  open_now: boolean | null;
  closes_at: string | null;
  next_opening: string | null;
  /** Whether it is open, in a sentence. */
  text: string | null;
}

/** How an item is applied for in a place. */
export interface Ways {
  /** `null` where nobody is sent there. */
  online: { url: string; citation: Citation; open_url: string | null } | null;
  /** Why not. */
  reason: string | null;
  reason_text: string | null;
  other_channels: string[];
  offline: { notice: string | null; places: Counter[]; appointment: Line; consult: Line };
}

const path = ({ item }: Card) => `/items/${encodeURIComponent(item)}/apply`;

/** How an item is applied for; `null` where an older service doesn't know. */
export async function ways(card: Card, place: Region | null, channel: Channel): Promise<Ways | null> {
  const query = guideQuery(place?.code ?? '', { channel: [channel] });
  try {
    return await call<Ways>(path(card) + query, {});
  } catch (error) {
    if (error instanceof Refused && error.problem.status === 404) return null;
    throw error;
  }
}

/** It can't be applied for online; the message says why. */
export class NotOnline extends Error {}

/**
 * The address to go on to with what was settled here; the guide's own where no such address is made. Fails with
 * `NotOnline` where the service knows that it leads nowhere.
 */
export async function onward(card: Card, place: Region | null, channel: Channel, plain: string, key: Key | null): Promise<string> {
  const body = { channel, answers: answersOf(card), ...(place ? { region: place.code } : {}), ...(key ? { conversation: key.id } : {}) };
  try {
    const { online } = await call<Ways>(path(card), post(body, key?.token));
    return webLink(online?.open_url ?? null)?.href ?? plain;
  } catch (error) {
    if (error instanceof Refused && error.problem.type === '/problems/not-online') throw new NotOnline(error.problem.detail);
    return plain;
  }
}
