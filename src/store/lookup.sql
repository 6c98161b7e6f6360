-- What the look-up desks keep. Times are milliseconds since 1970; texts are masked before they come here.

-- 公告 that stand at the top of the desks until they end.
CREATE TABLE notice (
  id     TEXT   NOT NULL PRIMARY KEY,
  words  TEXT   NOT NULL,
  -- Division code; the whole region where absent.
  region TEXT,
  until  BIGINT NOT NULL,
  author TEXT   NOT NULL,
  at     BIGINT NOT NULL
);
CREATE INDEX notice_until ON notice (until);

-- How a call ended (小结).
CREATE TABLE wrapup (
  id        TEXT   NOT NULL PRIMARY KEY,
  -- Login and 工号 of who took the call.
  author    TEXT   NOT NULL,
  number    TEXT   NOT NULL,
  item      TEXT,
  item_name TEXT,
  region    TEXT,
  solved    BIGINT NOT NULL,
  -- 'not_found', 'wrong' or 'contradiction'.
  gap       TEXT,
  words     TEXT,
  -- Who saw to the gap, and when.
  settled_by TEXT,
  settled_at BIGINT,
  at        BIGINT NOT NULL
);
CREATE INDEX wrapup_gap ON wrapup (gap, at);

-- 指南报错: what staff find wrong in a guide.
CREATE TABLE fault_report (
  id         TEXT   NOT NULL PRIMARY KEY,
  author     TEXT   NOT NULL,
  number     TEXT   NOT NULL,
  item       TEXT   NOT NULL,
  item_name  TEXT   NOT NULL,
  region     TEXT,
  -- The guide's field, or field/entry.
  field      TEXT   NOT NULL,
  -- What stands there.
  value      TEXT,
  -- What is wrong with it.
  words      TEXT   NOT NULL,
  -- 'open', 'corrected' or 'refused'.
  state      TEXT   NOT NULL,
  note       TEXT,
  settled_by TEXT,
  settled_at BIGINT,
  at         BIGINT NOT NULL
);
CREATE INDEX fault_report_state ON fault_report (state, at);

-- Changes of content (内容): everyday names, everyday words, hours, days. What is published counts.
CREATE TABLE content (
  id         TEXT   NOT NULL PRIMARY KEY,
  -- 'name', 'synonym', 'hours' or 'day'.
  kind       TEXT   NOT NULL,
  -- JSON by kind.
  body       TEXT   NOT NULL,
  author     TEXT   NOT NULL,
  number     TEXT   NOT NULL,
  at         BIGINT NOT NULL,
  -- 'open', 'published', 'refused' or 'withdrawn'.
  state      TEXT   NOT NULL,
  decided_by TEXT,
  decided_at BIGINT
);
CREATE INDEX content_state ON content (state, at);
