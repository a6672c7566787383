-- What a list shows is found by number. The row of a chat in lists stands under the number that the chat has in `entity`, and a
-- natural key leads to that number: before, each step went through another index from an id on, and of what the first list reads
-- after a start half was those. `chat_id` says where a chat stands without its row, which is what searching asks most.
CREATE TABLE numbered_chat (
  n INTEGER NOT NULL PRIMARY KEY,
  id BLOB NOT NULL,
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
) STRICT;
INSERT INTO numbered_chat (n, id, list, bucket, pin, with_me, address, unread, badge, recent, oldest, recent_message, oldest_message)
  SELECT e.n, c.id, c.list, c.bucket, c.pin, c.with_me, c.address, c.unread, c.badge, c.recent, c.oldest, c.recent_message,
  c.oldest_message
  FROM entity e CROSS JOIN chat c ON c.id = e.id WHERE e.kind IN ('conversation', 'direct_chat', 'team_chat') ORDER BY e.n;
DROP TABLE chat;
ALTER TABLE numbered_chat RENAME TO chat;
CREATE INDEX chat_id ON chat (id, list, bucket);
CREATE INDEX chat_recent ON chat (list, bucket, recent, id);
CREATE INDEX chat_oldest ON chat (list, bucket, oldest, id);
CREATE INDEX chat_recent_message ON chat (list, bucket, recent_message, id);
CREATE INDEX chat_oldest_message ON chat (list, bucket, oldest_message, id);
CREATE INDEX chat_unread_recent ON chat (list, bucket, recent, id, unread, with_me) WHERE unread > 0;
CREATE INDEX chat_unread_oldest ON chat (list, bucket, oldest, id, unread, with_me) WHERE unread > 0;
CREATE INDEX chat_unread_recent_message ON chat (list, bucket, recent_message, id, unread, with_me) WHERE unread > 0;
CREATE INDEX chat_unread_oldest_message ON chat (list, bucket, oldest_message, id, unread, with_me) WHERE unread > 0;
CREATE INDEX chat_with_recent ON chat (list, recent, id, with_me, pin) WHERE with_me = 1 AND pin IS NULL;
CREATE INDEX chat_with_oldest ON chat (list, oldest, id, with_me, pin) WHERE with_me = 1 AND pin IS NULL;
CREATE INDEX chat_with_recent_message ON chat (list, recent_message, id, with_me, pin) WHERE with_me = 1 AND pin IS NULL;
CREATE INDEX chat_with_oldest_message ON chat (list, oldest_message, id, with_me, pin) WHERE with_me = 1 AND pin IS NULL;
CREATE INDEX chat_pin ON chat (pin, id) WHERE pin IS NOT NULL;
CREATE INDEX chat_address ON chat (address, bucket, recent, id, list) WHERE address IS NOT NULL;
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
CREATE TRIGGER chat_loses_tags AFTER DELETE ON chat BEGIN
  DELETE FROM chat_tag WHERE chat = old.id;
END;

ALTER TABLE lookup RENAME TO keyed_lookup;
DROP INDEX lookup_id;
CREATE TABLE lookup (
  key TEXT NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (key, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX lookup_n ON lookup (n);
INSERT INTO lookup (key, n)
  SELECT k.key, e.n FROM keyed_lookup k CROSS JOIN entity e
  ON e.kind IN ('channel', 'contact', 'conversation', 'direct_chat', 'tag') AND e.id = k.id ORDER BY k.key, e.n;
DROP TABLE keyed_lookup;

-- A number may be given again: what stands under it goes with its row.
CREATE TRIGGER entity_goes AFTER DELETE ON entity BEGIN
  DELETE FROM lookup WHERE n = old.n;
  DELETE FROM chat WHERE n = old.n;
END;
