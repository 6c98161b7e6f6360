import type { Card, Line, Region, Source } from '../wire';

/** The JSON shapes of the look-up desks' API, as the server writes them. */

/** One item in the list of hits, with the guide of the place that answers for the caller. */
export interface Hit {
  code: string;
  name: string;
  business_item: string | null;
  /** Whose guide it is. */
  region: Region | null;
  fit: string | null;
  organ: string | null;
  materials: number | null;
  days: string | null;
  fee: string | null;
  online: boolean | null;
  confidence: number;
  stale: boolean;
}

/** What to ask the caller next. */
export interface FollowUp {
  text: string;
  options: Option[];
}

/** An answer: it leads to one item, or leaves several. */
export interface Option {
  label: string;
  code: string | null;
  business_item: string | null;
  /** All items that the answer leaves. */
  codes: string[];
}

export interface LookupResponse {
  rows: Hit[];
  /** Whether the first row is meant for sure. */
  sure: boolean;
  /** How the words were read, where they were read as something else. */
  heard: string | null;
  ask: FollowUp | null;
  /** Places that the words may mean. */
  region_choices: Region[];
  keywords_only: boolean;
}

/** A guide whose text holds what was looked for. */
export interface FoundGuide {
  code: string;
  task_code: string | null;
  name: string;
  region: Region | null;
  organ: string | null;
  materials: number | null;
  days: string | null;
  fee: string | null;
  online: boolean | null;
  stale: boolean;
  /** Its lines that speak of it. */
  lines: Line[];
  /** Guides of the same item elsewhere. */
  others: number;
}

/** Which guides are looked through; empty for all. */
export interface FullTextBounds {
  region: string;
  organ: string;
  audience: string;
  online: string;
}

/** What can be said on the phone, sentence by sentence, each from a field of the guide. */
export interface Script {
  name: string;
  region: Region | null;
  /** What to know before it is read out. */
  notices: string[];
  lines: { text: string; field: string; sources: Source[] }[];
}

export interface Notice {
  id: string;
  text: string;
  region: Region | null;
  until: string;
  made_at: string;
}

export type Gap = 'not_found' | 'wrong' | 'contradiction';

/** How a call ended. */
export interface Ended {
  item?: string;
  region?: string;
  solved: boolean;
  gap?: Gap;
  words?: string;
}

export interface WrapUp {
  id: string;
  at: string;
  by: string;
  item: { code: string; name: string } | null;
  /** Division code. */
  region: string | null;
  solved: boolean;
  gap: Gap | null;
  words: string | null;
}

export type ReportState = 'open' | 'corrected' | 'refused';

/** 指南报错 */
export interface Report {
  id: string;
  at: string;
  by: string;
  item: { code: string; name: string };
  region: Region | null;
  field: string;
  label: string;
  value: string | null;
  text: string;
  state: ReportState;
  note: string | null;
  settled_at: string | null;
}

/** What somebody finds wrong. */
export interface NewReport {
  item: string;
  region?: string;
  field: string;
  value?: string;
  text: string;
}

/** One person's one item in a visit. */
export interface Member {
  who: string;
  item: string;
  answers?: Record<string, string[]>;
}

export interface Need {
  who: string;
  code: string;
  name: string;
}

/** As a card's materials have it. */
export type NeedState = 'needed' | 'later' | 'open' | 'waivable';

export interface VisitMaterial {
  name: string;
  form: string | null;
  copies: string | null;
  state: NeedState;
  for: Need[];
}

/** A family's items in one visit. */
export interface VisitResponse {
  items: (Need & { business_item?: string | null; region: Region | null; online: boolean | null; agent: boolean | null; materials: number })[];
  materials: VisitMaterial[];
  places: { name: string; address: string | null; window: string | null; hours: string | null; phone: string | null; for: string[] }[];
}

/** An item of the catalog. */
export interface Catalog {
  code: string;
  name: string;
  parent_name: string | null;
  common_names: string[];
  business_items: string[];
  places: Region[];
}

/** The guides of a place that are used most, to be kept for when there is no network. */
export interface Pack {
  region: Region;
  index: string;
  corpus_date: string | null;
  made_at: string;
  items: { item: Catalog; card: Card }[];
}
