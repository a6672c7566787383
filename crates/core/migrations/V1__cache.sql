-- The cache of one member on one computer. Nothing refers to anything by foreign key: rows arrive in any order.

-- Facts of which there is one each: session, cursor, generation, stamp, clock skew.
CREATE TABLE meta (
  key TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What the member may see. `n` stands for the scope's name in the rows. `state`: 0 not granted, 1 booting, 2 complete.
-- `boot` counts the boots; a row not seen under the newest one goes when that boot ends.
CREATE TABLE scope (
  n INTEGER NOT NULL PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  state INTEGER NOT NULL DEFAULT 0,
  epoch INTEGER NOT NULL DEFAULT 0,
  floor INTEGER NOT NULL DEFAULT 0,
  boot INTEGER NOT NULL DEFAULT 0,
  nonce TEXT NOT NULL DEFAULT '',
  after TEXT
) STRICT;

-- Visible rows of every kind but messages. `rev` is that of the confirmed row: (generation << 48) + seq, 0 for what only
-- this device has.
CREATE TABLE entity (
  kind TEXT NOT NULL,
  id BLOB NOT NULL,
  scope INTEGER NOT NULL,
  rev INTEGER NOT NULL,
  boot INTEGER NOT NULL,
  json TEXT NOT NULL,
  PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX entity_scope ON entity (scope);

-- Visible thread entries in hub order: `pos` is the hub's position, or (1 << 60) + a number for what only this device
-- has, so that it sorts last. `author` is a member, NULL for anybody else; `said` = 1 for messages, 0 for system lines;
-- `handed_to` is whom a system line gave the conversation to.
CREATE TABLE message (
  pos INTEGER NOT NULL PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  chat BLOB NOT NULL,
  scope INTEGER NOT NULL,
  rev INTEGER NOT NULL,
  boot INTEGER NOT NULL,
  author BLOB,
  said INTEGER NOT NULL,
  handed_to BLOB,
  json TEXT NOT NULL
) STRICT;
CREATE INDEX message_chat ON message (chat, pos, said, author);
CREATE INDEX message_scope ON message (scope);
CREATE INDEX message_handed ON message (chat, handed_to, pos) WHERE handed_to IS NOT NULL;

-- The confirmed row behind a visible one that pending commands of `lane` have changed. `json` NULL = there is none.
CREATE TABLE shadow (
  kind TEXT NOT NULL,
  id BLOB NOT NULL,
  lane BLOB NOT NULL,
  scope INTEGER NOT NULL,
  rev INTEGER NOT NULL,
  boot INTEGER NOT NULL,
  json TEXT,
  PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX shadow_lane ON shadow (lane);

-- Natural keys of the visible rows.
CREATE TABLE lookup (
  key TEXT NOT NULL,
  id BLOB NOT NULL,
  PRIMARY KEY (key, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX lookup_id ON lookup (id);

-- What was deleted while a scope boots, so that an older page does not bring it back.
CREATE TABLE tombstone (
  kind TEXT NOT NULL,
  id BLOB NOT NULL,
  rev INTEGER NOT NULL,
  PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

-- What was made here for something that existed already.
CREATE TABLE alias (
  loser BLOB NOT NULL PRIMARY KEY,
  winner BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- What the member did. `args` are the exact bytes that travel. `state`: waiting, done (known to the hub, its rows not
-- here yet), held, refused. `created_ms` is by the hub's clock, `created_local_ms` by this computer's.
CREATE TABLE outbox (
  n INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  id BLOB NOT NULL UNIQUE,
  lane BLOB NOT NULL,
  chat BLOB,
  kind TEXT NOT NULL,
  version INTEGER NOT NULL,
  args TEXT NOT NULL,
  depends_on TEXT NOT NULL DEFAULT '[]',
  state TEXT NOT NULL DEFAULT 'waiting',
  created_ms INTEGER NOT NULL,
  created_local_ms INTEGER NOT NULL,
  transmitted INTEGER NOT NULL DEFAULT 0,
  seq INTEGER,
  reason TEXT,
  title TEXT NOT NULL DEFAULT '',
  message BLOB,
  body TEXT
) STRICT;
CREATE INDEX outbox_state ON outbox (state, n);
CREATE INDEX outbox_lane ON outbox (lane, n);
CREATE INDEX outbox_chat ON outbox (chat, n);

CREATE TABLE draft (
  chat BLOB NOT NULL PRIMARY KEY,
  body TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What lists show and sort by, made from the rows above. `sort` descends: last message, or (1 << 50) + created where there
-- is none. `assignee` is NULL where the assignee is not in the inbox any more. `badge` = 1 where badges count it.
CREATE TABLE chat (
  id BLOB NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  inbox BLOB,
  channel BLOB,
  open INTEGER NOT NULL,
  assignee BLOB,
  sort INTEGER NOT NULL,
  unread INTEGER NOT NULL,
  badge INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX chat_inbox ON chat (inbox, open, sort DESC, id, assignee);
CREATE INDEX chat_channel ON chat (channel, open, sort DESC, id, assignee);
CREATE INDEX chat_kind ON chat (kind, sort DESC, id);
CREATE INDEX chat_unread ON chat (unread) WHERE unread > 0;
