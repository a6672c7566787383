-- What a conversation is found by stands in columns: an index over its JSON parses the row twice for each row that is written,
-- and moves in its tree though nothing of it has changed. `address`: the value of a conversation's address; `newest`: of an open
-- one the position of its newest message, 0 where there is none yet.
ALTER TABLE entity ADD COLUMN address TEXT NULL;
ALTER TABLE entity ADD COLUMN newest INTEGER NULL;
DROP INDEX conversation_of_address;
DROP INDEX conversation_open;
UPDATE entity SET
    address = json_extract(row, '$.address.value'),
    newest = CASE WHEN json_extract(row, '$.closed') IS NULL THEN coalesce(json_extract(row, '$.last_message.pos'), 0) END
    WHERE kind = 'conversation';
CREATE INDEX conversation_of_address ON entity (address) WHERE address IS NOT NULL;
CREATE INDEX conversation_open ON entity (scope, newest, id) WHERE newest IS NOT NULL;
