-- When a commit was made (UTC milliseconds), so that what is old enough can go. What is there already counts from now on.
ALTER TABLE mark ADD COLUMN at_ms INTEGER NOT NULL DEFAULT 0;
UPDATE mark SET at_ms = CAST(unixepoch('subsec') * 1000 AS INTEGER);

-- Marks of a seq below this are dropped: what a client says of them cannot be compared any more.
ALTER TABLE organization ADD COLUMN low_mark INTEGER NOT NULL DEFAULT 0;

-- The oldest go first.
CREATE INDEX tombstone_age ON tombstone (seq);
CREATE INDEX alias_of ON alias (to_id);
