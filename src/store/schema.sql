-- Conversations. Times are milliseconds since 1970; bodies are JSON, masked before they come here.
CREATE TABLE conversation (
  id           TEXT    NOT NULL PRIMARY KEY,
  -- SHA-256 of the token that its owner holds.
  token        TEXT    NOT NULL,
  -- The conversation that this one follows, where that was closed.
  previous     TEXT,
  state        TEXT    NOT NULL,
  turn         BIGINT  NOT NULL,
  seq          BIGINT  NOT NULL,
  opened_at    BIGINT  NOT NULL,
  touched_at   BIGINT  NOT NULL,
  closed_at    BIGINT,
  closed_why   TEXT
);
CREATE INDEX conversation_touched ON conversation (touched_at);

-- What was said and shown, in order and without gaps.
CREATE TABLE message (
  conversation TEXT    NOT NULL,
  seq          BIGINT  NOT NULL,
  turn         BIGINT  NOT NULL,
  kind         TEXT    NOT NULL,
  body         TEXT    NOT NULL,
  at           BIGINT  NOT NULL,
  PRIMARY KEY (conversation, seq)
);

-- What was sent under which name, so that sending twice says once.
CREATE TABLE sent (
  conversation TEXT    NOT NULL,
  name         TEXT    NOT NULL,
  content      TEXT    NOT NULL,
  first_seq    BIGINT  NOT NULL,
  last_seq     BIGINT  NOT NULL,
  at           BIGINT  NOT NULL,
  PRIMARY KEY (conversation, name)
);

-- How a turn was decided: no text, kept longer than the words.
CREATE TABLE trace (
  conversation TEXT    NOT NULL,
  turn         BIGINT  NOT NULL,
  at           BIGINT  NOT NULL,
  body         TEXT    NOT NULL,
  PRIMARY KEY (conversation, turn)
);
CREATE INDEX trace_at ON trace (at);
