-- One organization. Times end in _ms: UTC milliseconds. Identifiers are 16 bytes.

CREATE TABLE organization (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    id BLOB NOT NULL,
    -- The newest sequence number; its row is the lock under which numbers are given.
    seq INTEGER NOT NULL DEFAULT 0,
    -- Cursors below this have missed tombstones that were dropped.
    low_seq INTEGER NOT NULL DEFAULT 0,
    -- Random, renewed by a restore.
    gen TEXT NOT NULL,
    created_ms INTEGER NOT NULL
) STRICT;

-- A random mark for each commit: a client that has seen (seq, mark) notices a hub that went back in time.
CREATE TABLE mark (
    seq INTEGER NOT NULL PRIMARY KEY,
    mark INTEGER NOT NULL
) STRICT;

CREATE TABLE entity (
    kind TEXT NOT NULL,
    id BLOB NOT NULL,
    scope TEXT NOT NULL,
    rev INTEGER NOT NULL,
    row TEXT NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT;
CREATE INDEX entity_in_scope ON entity (scope, kind, id);
CREATE INDEX entity_changed ON entity (scope, rev, kind, id);

-- The entries of all threads, in the order of pos, which is fixed when an entry is inserted.
CREATE TABLE message (
    pos INTEGER NOT NULL PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    chat BLOB NOT NULL,
    scope TEXT NOT NULL,
    rev INTEGER NOT NULL,
    row TEXT NOT NULL
) STRICT;
CREATE INDEX message_in_chat ON message (chat, pos);
CREATE INDEX message_in_scope ON message (scope, pos);
CREATE INDEX message_changed ON message (scope, rev);

-- What is not in a scope any more, deleted or moved to another one.
CREATE TABLE tombstone (
    scope TEXT NOT NULL,
    kind TEXT NOT NULL,
    id BLOB NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (scope, kind, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX tombstone_changed ON tombstone (scope, seq);

-- Natural keys: address, open conversation of an address, pair of members, name of a tag.
CREATE TABLE lookup (
    key TEXT NOT NULL PRIMARY KEY,
    id BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX lookup_id ON lookup (id);

-- Made with no network for something that existed: every later mention of from_id means to_id.
CREATE TABLE alias (
    from_id BLOB NOT NULL PRIMARY KEY,
    to_id BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- What became of each command, so that it is applied once however often it is sent.
CREATE TABLE command (
    id BLOB NOT NULL PRIMARY KEY,
    member BLOB NOT NULL,
    device BLOB NOT NULL,
    n INTEGER NOT NULL,
    kind TEXT NOT NULL,
    payload_hash BLOB NOT NULL,
    seq INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    received_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX command_of_device ON command (device, n);

-- Sum modulo 2^64 over the rows of a scope, as a signed number.
CREATE TABLE scope_digest (
    scope TEXT NOT NULL PRIMARY KEY,
    digest INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Who can sign in. The password as an Argon2id string.
CREATE TABLE account (
    member BLOB NOT NULL PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL
) STRICT;

CREATE TABLE device (
    id BLOB NOT NULL PRIMARY KEY,
    member BLOB NOT NULL,
    name TEXT NOT NULL,
    token_hash BLOB NOT NULL UNIQUE,
    -- Second wrap of the key of the device's cache; emptied when the device is revoked.
    wrap_key BLOB NOT NULL,
    created_ms INTEGER NOT NULL,
    seen_ms INTEGER NOT NULL,
    revoked_ms INTEGER NULL
) STRICT;
CREATE INDEX device_of_member ON device (member, created_ms);
