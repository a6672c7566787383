-- A scope that is lost, or given anew, gets another number; its old one is written down here. So whatever it had is gone from
-- every read in one write, however much it was, and is swept a little at a time. Rows are read through the views; only who
-- writes, indexes or sweeps them reads the tables. `list` is what its chats stand under in `chat`.
CREATE TABLE dead (
  n INTEGER NOT NULL PRIMARY KEY,
  list BLOB NOT NULL UNIQUE
) STRICT;
CREATE VIEW live_entity AS
  SELECT * FROM entity WHERE NOT EXISTS (SELECT 1 FROM dead WHERE dead.n = entity.scope);
CREATE VIEW live_message AS
  SELECT * FROM message WHERE NOT EXISTS (SELECT 1 FROM dead WHERE dead.n = message.scope);

-- What was not seen under the newest boot is found without reading what was; 1 while it is taken away, which is the last of a
-- boot. `total`: how many rows the hub has said that there are.
DROP INDEX entity_scope;
CREATE INDEX entity_scope ON entity (scope, boot);
DROP INDEX message_scope;
CREATE INDEX message_scope ON message (scope, boot);
DROP INDEX unknown_scope;
CREATE INDEX unknown_scope ON unknown (scope, boot);
ALTER TABLE scope ADD COLUMN ending INTEGER NOT NULL DEFAULT 0;
ALTER TABLE scope ADD COLUMN total INTEGER NOT NULL DEFAULT 0;

-- What is unread is counted without reading the messages.
DROP INDEX message_chat;
CREATE INDEX message_chat ON message (chat, pos, said, author, scope);
DROP INDEX message_at;
CREATE INDEX message_at ON message (chat, at_ms, scope);

-- `list` is now the number of the channel's scope, eight bytes, or x'00' for direct and x'01' for team chats.
UPDATE chat SET list = ifnull(
  (SELECT unhex(printf('%016x', n)) FROM scope WHERE name = 'channel:' || lower(
    substr(hex(list), 1, 8) || '-' || substr(hex(list), 9, 4) || '-' || substr(hex(list), 13, 4) || '-'
    || substr(hex(list), 17, 4) || '-' || substr(hex(list), 21))),
  x'0000000000000000')
WHERE length(list) = 16;
DELETE FROM tally WHERE length(list) = 16;
