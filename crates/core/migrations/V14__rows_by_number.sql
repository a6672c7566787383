-- Rows that are looked up by what they are: a conversation is a kilobyte. Where the key is the table, whole rows stand on every
-- way to one of them, and what is longer than a quarter of a page stands somewhere else: one row of a list was up to twelve
-- pages of the file. Now the key leads to a number, four conversations are a page, and what comes together stays together.
DROP VIEW live_entity;
DROP INDEX entity_scope;
ALTER TABLE entity RENAME TO keyed_entity;
CREATE TABLE entity (
  n INTEGER NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  id BLOB NOT NULL,
  scope INTEGER NOT NULL,
  rev INTEGER NOT NULL,
  boot INTEGER NOT NULL,
  json TEXT NOT NULL,
  UNIQUE (kind, id)
) STRICT;
INSERT INTO entity (kind, id, scope, rev, boot, json)
  SELECT kind, id, scope, rev, boot, json FROM keyed_entity ORDER BY kind, id;
DROP TABLE keyed_entity;
CREATE INDEX entity_scope ON entity (scope, boot);
CREATE VIEW live_entity AS
  SELECT * FROM entity WHERE NOT EXISTS (SELECT 1 FROM dead WHERE dead.n = entity.scope);

-- A piece of the search index fits into a page of the file: 4096 bytes, less what encryption and SQLite keep for themselves.
-- With 4050, as FTS5 has it, most of each stood in a second page. What is there is written anew as it is merged.
INSERT INTO message_index (message_index, rank) VALUES ('pgsz', 3950);
INSERT INTO name_index (name_index, rank) VALUES ('pgsz', 3950);

-- A question asks the names several times, and each time looks into every piece: two of them are one soon. They change seldom.
INSERT INTO name_index (name_index, rank) VALUES ('usermerge', 2);
