-- People at the desks. Times are milliseconds since 1970; lists are JSON arrays of texts.
CREATE TABLE account (
  id           TEXT    NOT NULL PRIMARY KEY,
  -- In small letters; never changed, since the log tells of people by it.
  login        TEXT    NOT NULL UNIQUE,
  name         TEXT    NOT NULL,
  -- 工号, which citizens see.
  number       TEXT    NOT NULL UNIQUE,
  -- Argon2id in PHC form.
  password     TEXT    NOT NULL,
  roles        TEXT    NOT NULL,
  in_groups    TEXT    NOT NULL,
  regions      TEXT    NOT NULL,
  skills       TEXT    NOT NULL,
  -- Conversations at once.
  cap          BIGINT  NOT NULL,
  disabled     BIGINT  NOT NULL,
  created_at   BIGINT  NOT NULL,
  last_seen_at BIGINT
);

-- Who is signed in.
CREATE TABLE staff_session (
  -- SHA-256 of the cookie's value.
  token        TEXT    NOT NULL PRIMARY KEY,
  account      TEXT    NOT NULL,
  opened_at    BIGINT  NOT NULL,
  seen_at      BIGINT  NOT NULL,
  expires_at   BIGINT  NOT NULL
);
CREATE INDEX staff_session_account ON staff_session (account);

-- Signing in that failed, of logins that exist and of those that don't: nothing tells them apart.
CREATE TABLE sign_in_failure (
  -- SHA-256 of the login: what was typed there may be a password.
  login        TEXT    NOT NULL PRIMARY KEY,
  failures     BIGINT  NOT NULL,
  locked_until BIGINT,
  at           BIGINT  NOT NULL
);
CREATE INDEX sign_in_failure_at ON sign_in_failure (at);

-- Who did what. Rows are only ever added; each holds the hash of the one before it.
CREATE TABLE audit (
  seq          BIGINT  NOT NULL PRIMARY KEY,
  at           BIGINT  NOT NULL,
  actor        TEXT    NOT NULL,
  action       TEXT    NOT NULL,
  subject      TEXT    NOT NULL,
  detail       TEXT    NOT NULL,
  prev         TEXT    NOT NULL,
  hash         TEXT    NOT NULL
);

-- The last row's number and hash, so that rows cut off the end are missed.
CREATE TABLE audit_head (
  one          BIGINT  NOT NULL PRIMARY KEY CHECK (one = 1),
  seq          BIGINT  NOT NULL,
  hash         TEXT    NOT NULL
);
INSERT INTO audit_head (one, seq, hash) VALUES (1, 0, '');
