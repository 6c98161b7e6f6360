-- What other systems are told (外部系统). Times are milliseconds since 1970; bodies are JSON, masked before they come here.
CREATE TABLE outbox (
  -- In the order in which it happened.
  seq          BIGINT  NOT NULL PRIMARY KEY,
  -- The same over all tries: whoever gets it twice knows it by that.
  id           TEXT    NOT NULL UNIQUE,
  -- Name of the system that is told.
  webhook      TEXT    NOT NULL,
  kind         TEXT    NOT NULL,
  -- What it is about: of one subject, the later is not sent before the earlier.
  subject      TEXT    NOT NULL,
  -- Empty once it was taken.
  body         TEXT    NOT NULL,
  at           BIGINT  NOT NULL,
  -- 'waiting', 'sent' or 'dead'.
  state        TEXT    NOT NULL,
  tries        BIGINT  NOT NULL,
  due_at       BIGINT  NOT NULL,
  tried_at     BIGINT,
  -- What the other side answered last, an HTTP status; and in a word what went wrong.
  status       BIGINT,
  failure      TEXT
);
CREATE INDEX outbox_subject ON outbox (webhook, state, subject, seq);
CREATE INDEX outbox_due ON outbox (webhook, state, due_at);

-- Addresses that stand in guides, and whether they answer.
CREATE TABLE link (
  url          TEXT    NOT NULL PRIMARY KEY,
  host         TEXT    NOT NULL,
  -- Code of a guide that has it.
  guide        TEXT    NOT NULL,
  -- Checks in a row that failed.
  failures     BIGINT  NOT NULL,
  checked_at   BIGINT,
  due_at       BIGINT  NOT NULL,
  status       BIGINT,
  failure      TEXT
);
CREATE INDEX link_due ON link (due_at);

-- How often somebody went on to the online application, by item, channel and day. Nobody is in it.
CREATE TABLE click (
  item         TEXT    NOT NULL,
  channel      TEXT    NOT NULL,
  -- A day, such as 2026-11-26.
  day          TEXT    NOT NULL,
  clicks       BIGINT  NOT NULL,
  PRIMARY KEY (item, channel, day)
);

-- Whether a token is that of another conversation, is to be found out without reading all.
CREATE INDEX conversation_token ON conversation (token);
