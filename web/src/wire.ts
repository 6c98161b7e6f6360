/** The JSON shapes of the API, as the server writes them. */

export interface Region {
  code: string;
  name: string;
}

export interface Source {
  kind: string;
  reference: string;
  date: string | null;
  text: string;
}

export interface Citation {
  id: string;
  field: string;
  sources: Source[];
}

export interface Line {
  label: string;
  value: string | null;
  text: string;
  citation: Citation;
}

export interface Question {
  id: string;
  question: string;
  multi: boolean;
  options: { id: string; label: string }[];
  chosen: string[];
}

export interface Material {
  name: string;
  quantity: string | null;
  form: string | null;
  necessity: string | null;
  source: string | null;
  source_note: string | null;
  license_name: string | null;
  blank_form: string | null;
  sample_form: string | null;
  fill_notes: string | null;
  accept_standard: string | null;
  basis: string | null;
  remark: string | null;
  state: string;
  waits_for: string[];
  /** Absent in conversations kept from before there was one. */
  needed_when?: string | null;
  citation: Citation;
}

export interface Materials {
  stated: boolean;
  summary: string;
  needed: number;
  waivable: number;
  open: number;
  list: Material[];
  citation: Citation;
}

export interface Hall {
  notice: string;
  name: string;
  region: Region;
  lines: Line[];
}

export interface Card {
  item: string;
  name: string;
  /** The name in traditional Mongolian script; absent in what was kept from before there was one. */
  name_mn?: Line | null;
  business_item: string | null;
  code: string | null;
  region: Region | null;
  fit: string;
  synthetic: boolean;
  stale: boolean;
  version: string | null;
  updated_at: string | null;
  data_source: string | null;
  notices: string[];
  questions: Question[];
  head: Line[];
  materials: Materials;
  conditions: Line[];
  limits: Line[];
  channels: Line[];
  hall: Hall | null;
  online_url: string | null;
  mobile_url: string | null;
  flow: Line[];
  results: Line[];
  basis: Line[];
  faq: { question: string; answer: string; citation: Citation }[];
}

export interface ItemResponse {
  item: { code: string; name: string; places: Region[] };
  card: Card;
}

export interface CompareColumn {
  asked: Region;
  guide: Region | null;
  fit: string | null;
  synthetic: boolean;
}

export interface CompareResponse {
  item: string;
  name: string;
  columns: CompareColumn[];
  rows: { field: string; label: string; values: (string | null)[]; differs: boolean }[];
}

export interface Suggestion {
  text: string;
  code: string;
  name: string;
}

export interface ProblemShape {
  type: string;
  title: string;
  status: number;
  detail: string;
  errors?: Record<string, string[]>;
  trace_id: string;
}

/** Something to press: its id is what is sent. */
export interface Button {
  id: string;
  label: string;
}

export interface Ask {
  text: string;
  multi: boolean;
  options: Button[];
}

export interface SharedMaterial {
  name: string;
  used_by: string[];
  /** Absent in conversations kept from before there was one. */
  state?: string;
}

export interface BundleMember {
  title: string;
  code: string | null;
  business_item: string | null;
  after: string[];
}

export interface Bundle {
  name: string;
  members: BundleMember[];
  materials: SharedMaterial[];
  region_of_source: string | null;
  sources: Source[];
}

export interface Reply {
  status: string;
  route: string;
  say: string[];
  heard: string | null;
  keywords_only: boolean;
  region: Region | null;
  sides: { label: string; lines: Line[] }[];
  card: Card | null;
  cards: Card[];
  materials: SharedMaterial[];
  bundle: Bundle | null;
  compared: CompareResponse | null;
  ask: Ask | null;
  offers: Button[];
  /** Where the conversation stands, if the reply has changed it. */
  stage?: Stage | null;
  /** Why nobody can be asked now. */
  desk?: Desk | null;
}

/** Where a conversation stands between the program and people. */
export interface Stage {
  stage: 'bot' | 'queued' | 'assigned' | 'callback' | 'closed';
  queue: Queue | null;
  agent: { number: string } | null;
  ticket: string | null;
  text: string;
}

export interface Queue {
  position: number;
  wait_minutes_low: number | null;
  wait_minutes_high: number | null;
  since: string;
}

/** Whether people can be asked at a place. */
export interface Desk {
  state: 'open' | 'busy' | 'unstaffed' | 'closed';
  text: string;
  seats_online: number;
  waiting: number;
  until: string | null;
  next_opening: string | null;
  next_opening_text: string | null;
}

/** A left message was taken. */
export interface Left {
  ticket: string;
  promise: string;
}

export interface Message {
  seq: number;
  kind: string;
  at: string;
  text: string | null;
  reply: Reply | null;
  event: string | null;
  /** Who wrote it, where a person did. */
  agent?: { number: string } | null;
  /** What that person put in from the guides. */
  card?: Card | null;
}

/** 好差评: how something was rated. */
export interface Rating {
  about: 'answer' | 'service';
  /** Number of the answer. */
  seq?: number;
  stars: number;
  reasons: string[];
  text?: string;
}

export interface Reason {
  id: string;
  label: string;
}

export interface StartResponse {
  id: string;
  token: string;
  region: Region | null;
  messages: Message[];
}

export interface HistoryResponse {
  id: string;
  closed: string | null;
  region: Region | null;
  messages: Message[];
  later_url: string | null;
  stage?: Stage | null;
}
