-- 好差评. Times are milliseconds since 1970; texts are masked before they come here.
CREATE TABLE rating (
  id           TEXT    NOT NULL PRIMARY KEY,
  conversation TEXT    NOT NULL,
  -- 'answer' or 'service'.
  about        TEXT    NOT NULL,
  -- Number of the rated message; 0 for a service.
  seq          BIGINT  NOT NULL,
  stars        BIGINT  NOT NULL,
  reasons      TEXT    NOT NULL,
  words        TEXT,
  item         TEXT,
  at           BIGINT  NOT NULL,
  changed_at   BIGINT  NOT NULL,
  UNIQUE (conversation, about, seq)
);
CREATE INDEX rating_changed ON rating (changed_at);

-- What a bad rating asks to be settled: one for each.
CREATE TABLE work_item (
  id           TEXT    NOT NULL PRIMARY KEY,
  rating       TEXT    NOT NULL UNIQUE,
  -- A day, such as 2026-12-16.
  due_on       TEXT    NOT NULL,
  opened_at    BIGINT  NOT NULL,
  done_at      BIGINT,
  done_by      TEXT,
  outcome      TEXT,
  note         TEXT
);
CREATE INDEX work_item_due ON work_item (due_on);

-- Questions that somebody thinks mean an item; what is accepted goes to the journal of corrections under the same id.
CREATE TABLE proposal (
  id            TEXT    NOT NULL PRIMARY KEY,
  question      TEXT    NOT NULL,
  item          TEXT    NOT NULL,
  item_name     TEXT    NOT NULL,
  business_item TEXT,
  conversation  TEXT,
  -- Login and 工号 of who proposed it.
  author        TEXT    NOT NULL,
  number        TEXT    NOT NULL,
  at            BIGINT  NOT NULL,
  -- 'open', 'accepted', 'refused' or 'withdrawn'.
  state         TEXT    NOT NULL,
  decided_by    TEXT,
  decided_at    BIGINT
);
CREATE INDEX proposal_state ON proposal (state, id);
