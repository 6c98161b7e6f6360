import type { Line, Message, Region } from '../wire';

/** The JSON shapes of the desk's API, as the server writes them. */

export interface Own {
  id: string;
  login: string;
  name: string;
  /** 工号 */
  number: string;
  roles: string[];
  groups: string[];
  regions: string[];
  skills: string[];
  cap: number;
}

export interface Me {
  account: Own;
  permissions: string[];
  expires_at: string;
}

export interface Account extends Own {
  disabled: boolean;
  locked_until: string | null;
  created_at: string;
  last_seen_at: string | null;
}

export type CaseStage = 'bot' | 'queued' | 'assigned' | 'callback' | 'closed';

/** One conversation in a list. */
export interface Row {
  id: string;
  stage: CaseStage;
  group: string;
  group_name: string;
  region: Region | null;
  item: { code: string; name: string; confidence?: number | null } | null;
  why: string;
  why_text: string;
  alias: string;
  waiting_since: string | null;
  claimed_at: string | null;
  agent: { id: string; number: string } | null;
  ticket: string | null;
  last: { seq: number; kind: string; text: string | null; at: string } | null;
  unread: number;
  skills: string[];
  closed?: string | null;
  outcome: string | null;
  /** When anything was last written. */
  touched_at?: string;
}

export interface Candidate {
  code: string;
  name: string;
  confidence: number | null;
}

/** What is known at a glance. */
export interface Brief {
  question: string;
  why_text: string;
  region: Region | null;
  person: boolean | null;
  candidates: Candidate[];
  item: { code: string; name: string; case: string | null } | null;
  answers: { question: string; answer: string }[];
  asked: string[];
  missing: string[];
  said: string[];
}

export interface Note {
  id: string;
  at: string;
  by: { number: string };
  text: string;
}

export interface Case {
  row: Row;
  brief: Brief;
  messages: Message[];
  notes: Note[];
  log: { at: string; what: string; who: string }[];
  rating?: { stars: number; reasons: string[]; text?: string | null } | null;
  /** Whether the citizen said how he can be called back. */
  contact?: boolean;
}

/** How a citizen can be called back. */
export interface Contact {
  name: string | null;
  phone: string | null;
}

export type ListName = 'waiting' | 'mine' | 'callback' | 'history';

export type PresenceState = 'online' | 'busy' | 'offline';

export interface Presence {
  state: PresenceState;
  reason?: string | null;
}

export interface Colleague {
  id: string;
  number: string;
  name: string;
  state: PresenceState;
  load: number;
  cap: number;
  groups: string[];
}

export interface Canned {
  id: string;
  title: string;
  text: string;
  /** The division that it is for, with all below; `null` for every place. */
  region: string | null;
  region_name: string | null;
  /** The group that it is for; `null` for all. */
  group: string | null;
  group_name: string | null;
  owner: string;
  mine: boolean;
}

/** A group of people who answer. */
export interface Group {
  id: string;
  name: string;
}

/** One thing that may be answered: read from a guide, or kept ready by staff. */
export interface Suggestion {
  kind: 'lines' | 'card' | 'canned';
  /** The side of the item, the item, or the reply's title. */
  label: string;
  /** Words to be sent; of a card, which is shown itself, what it comes to. */
  text: string;
  /** The item, with `lines` and `card`. */
  item: { code: string; name: string; business_item: string | null; region: string | null; guide_region: Region | null } | null;
  lines: Line[];
  canned: Canned | null;
}

export interface Found {
  code: string;
  name: string;
  business_item: string | null;
  department: string | null;
  confidence: number;
}

export interface Wall {
  waiting: number;
  longest_wait_seconds: number | null;
  seats: { number: string; state: PresenceState; load: number; cap: number }[];
  today: {
    asked: number;
    claimed: number;
    closed: number;
    solved: number;
    unsolved: number;
    first_reply_seconds: { median: number; p90: number } | null;
    given_back?: number;
    messages_left?: number;
    called_back?: number;
    ratings?: { count: number; average: number } | null;
    abandoned?: number;
  };
  by_hour: { hour: number; asked: number; claimed: number }[];
}

export interface Entry {
  seq: number;
  at: string;
  actor: string | null;
  action: string;
  subject: string | null;
  detail: unknown;
  hash: string;
}

export interface Proposal {
  id: string;
  question: string;
  item: { code: string; name: string };
  business_item: string | null;
  by: string;
  at: string;
  state: string;
  decided_by: string | null;
  decided_at: string | null;
}

export interface WorkItem {
  id: string;
  kind: string;
  about: string;
  conversation: string;
  seq: number | null;
  item_code: string | null;
  stars: number;
  reasons: string[];
  text: string | null;
  due_on: string;
  opened_at: string;
  done_at: string | null;
  done_by: string | null;
  outcome: string | null;
}

/** What goes over the socket, both ways. */
export interface Envelope {
  v: number;
  type: string;
  seq?: number;
  data: Record<string, unknown>;
}
