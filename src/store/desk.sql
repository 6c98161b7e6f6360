-- Handing over to people. Times are milliseconds since 1970.
CREATE TABLE desk_case (
  conversation TEXT    NOT NULL PRIMARY KEY,
  -- The stage as JSON, and its word for lists.
  stage        TEXT    NOT NULL,
  word         TEXT    NOT NULL,
  desk_group   TEXT    NOT NULL,
  region       TEXT,
  -- JSON list of words.
  skills       TEXT    NOT NULL,
  why          TEXT    NOT NULL,
  -- Account and number of whoever has it, or had it last.
  agent        TEXT,
  agent_number TEXT,
  asked_at     BIGINT  NOT NULL,
  claimed_at   BIGINT,
  replied_at   BIGINT,
  ended_at     BIGINT,
  changed_at   BIGINT  NOT NULL,
  ticket       TEXT,
  outcome      TEXT,
  -- The item that it came down to.
  item         TEXT,
  -- Number of the last message that the agent has seen.
  seen_seq     BIGINT  NOT NULL,
  -- Number of the last message after which the citizen was asked whether he is still there, or told to wait on.
  asked_seq    BIGINT  NOT NULL
);
CREATE INDEX desk_case_word ON desk_case (word, asked_at);
CREATE INDEX desk_case_agent ON desk_case (agent, word);

-- What happened at the desk, in one order without gaps: steps of cases, and messages while a person is asked.
CREATE TABLE desk_event (
  seq          BIGINT  NOT NULL PRIMARY KEY,
  at           BIGINT  NOT NULL,
  conversation TEXT    NOT NULL,
  what         TEXT    NOT NULL,
  -- Number of a member of staff, `citizen` or `clock`.
  who          TEXT    NOT NULL,
  desk_group   TEXT    NOT NULL,
  -- The message, where it tells of one.
  message_seq  BIGINT,
  -- Seconds: that were waited until the claim, that it took until the first reply, that it lasted.
  seconds      BIGINT,
  -- How it ended.
  outcome      TEXT
);
CREATE INDEX desk_event_at ON desk_event (at);
CREATE INDEX desk_event_conversation ON desk_event (conversation, seq);

-- Notes of staff; the citizen never sees them.
CREATE TABLE desk_note (
  id           TEXT    NOT NULL PRIMARY KEY,
  conversation TEXT    NOT NULL,
  at           BIGINT  NOT NULL,
  number       TEXT    NOT NULL,
  text         TEXT    NOT NULL
);
CREATE INDEX desk_note_conversation ON desk_note (conversation, at);

-- How somebody wants to be called back: sealed, and deleted with the call.
CREATE TABLE desk_contact (
  conversation TEXT    NOT NULL PRIMARY KEY,
  ticket       TEXT    NOT NULL,
  at           BIGINT  NOT NULL,
  sealed       TEXT    NOT NULL
);

-- Numbers of messages left, by day.
CREATE TABLE desk_ticket (
  day          TEXT    NOT NULL PRIMARY KEY,
  last         BIGINT  NOT NULL
);

-- Replies that are kept ready (快捷回复).
CREATE TABLE desk_canned (
  id           TEXT    NOT NULL PRIMARY KEY,
  title        TEXT    NOT NULL,
  text         TEXT    NOT NULL,
  region       TEXT,
  owner        TEXT    NOT NULL,
  number       TEXT    NOT NULL,
  at           BIGINT  NOT NULL
);
