-- Lists are read in their order and never sorted: each order has a column that ascends, and an index for it.

DROP TABLE chat;
-- What lists show and sort by, made from the rows. `list` is the id of the channel, or x'00' for direct and x'01' for team
-- chats. `bucket` says in which part of it the chat stands: 0 open and nobody's, 1 open and mine, 2 open and somebody
-- else's, 3 closed, 4 archived; 8 more where the member pinned it, and then `pin` is its place among the pinned ones.
-- `with_me` = 1 where the member takes part and it is not archived. `address` is the one at the other end. `badge` = 1 where
-- badges count it. The orders are those of `Sort`: by when it was closed or created, and by the last message.
CREATE TABLE chat (
  id BLOB NOT NULL PRIMARY KEY,
  list BLOB NOT NULL,
  bucket INTEGER NOT NULL,
  pin INTEGER,
  with_me INTEGER NOT NULL,
  address TEXT,
  unread INTEGER NOT NULL,
  badge INTEGER NOT NULL,
  recent INTEGER NOT NULL,
  oldest INTEGER NOT NULL,
  recent_message INTEGER NOT NULL,
  oldest_message INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX chat_recent ON chat (list, bucket, recent, id);
CREATE INDEX chat_oldest ON chat (list, bucket, oldest, id);
CREATE INDEX chat_recent_message ON chat (list, bucket, recent_message, id);
CREATE INDEX chat_oldest_message ON chat (list, bucket, oldest_message, id);

-- What is unread is rare, and so is what one takes part in: they have indexes of their own, which cost the others nothing.
CREATE INDEX chat_unread_recent ON chat (list, bucket, recent, id, unread, with_me) WHERE unread > 0;
CREATE INDEX chat_unread_oldest ON chat (list, bucket, oldest, id, unread, with_me) WHERE unread > 0;
CREATE INDEX chat_unread_recent_message ON chat (list, bucket, recent_message, id, unread, with_me) WHERE unread > 0;
CREATE INDEX chat_unread_oldest_message ON chat (list, bucket, oldest_message, id, unread, with_me) WHERE unread > 0;
CREATE INDEX chat_with_recent ON chat (list, recent, id, with_me, pin) WHERE with_me = 1 AND pin IS NULL;
CREATE INDEX chat_with_oldest ON chat (list, oldest, id, with_me, pin) WHERE with_me = 1 AND pin IS NULL;
CREATE INDEX chat_with_recent_message ON chat (list, recent_message, id, with_me, pin) WHERE with_me = 1 AND pin IS NULL;
CREATE INDEX chat_with_oldest_message ON chat (list, oldest_message, id, with_me, pin) WHERE with_me = 1 AND pin IS NULL;
CREATE INDEX chat_pin ON chat (pin, id) WHERE pin IS NOT NULL;
CREATE INDEX chat_address ON chat (address, bucket, recent, id) WHERE address IS NOT NULL;

-- How many chats each part of a list has, and how many of them badges count: a click must not count a million rows.
CREATE TABLE tally (
  list BLOB NOT NULL,
  bucket INTEGER NOT NULL,
  chats INTEGER NOT NULL,
  badges INTEGER NOT NULL,
  PRIMARY KEY (list, bucket)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER chat_comes AFTER INSERT ON chat BEGIN
  INSERT INTO tally (list, bucket, chats, badges) VALUES (new.list, new.bucket, 1, new.badge)
  ON CONFLICT (list, bucket) DO UPDATE SET chats = chats + 1, badges = badges + excluded.badges;
END;
CREATE TRIGGER chat_goes AFTER DELETE ON chat BEGIN
  UPDATE tally SET chats = chats - 1, badges = badges - old.badge WHERE list = old.list AND bucket = old.bucket;
END;
CREATE TRIGGER chat_moves AFTER UPDATE OF list, bucket, badge ON chat
WHEN old.list <> new.list OR old.bucket <> new.bucket OR old.badge <> new.badge BEGIN
  UPDATE tally SET chats = chats - 1, badges = badges - old.badge WHERE list = old.list AND bucket = old.bucket;
  INSERT INTO tally (list, bucket, chats, badges) VALUES (new.list, new.bucket, 1, new.badge)
  ON CONFLICT (list, bucket) DO UPDATE SET chats = chats + 1, badges = badges + excluded.badges;
END;

-- When an entry was written, for jumping to a date: threads are in the order of the hub, where times go back and forth.
ALTER TABLE message ADD COLUMN at_ms INTEGER GENERATED ALWAYS AS (json ->> '$.at_ms') VIRTUAL;
CREATE INDEX message_at ON message (chat, at_ms);

-- Which entry of a thread was at the upper edge, and how much of it above; how each list is shown. Of this computer alone.
CREATE TABLE reading (
  chat BLOB NOT NULL PRIMARY KEY,
  pos INTEGER NOT NULL,
  above INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE list_view (
  place TEXT NOT NULL PRIMARY KEY,
  view TEXT NOT NULL
) STRICT, WITHOUT ROWID;
