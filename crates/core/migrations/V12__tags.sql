-- Which conversations have a tag: to find them, and to say how many there are, without reading all conversations. Kept with the
-- rows of `chat`; whoever takes one of those away need not think of it.
CREATE TABLE chat_tag (
  chat BLOB NOT NULL,
  tag BLOB NOT NULL,
  PRIMARY KEY (chat, tag)
) STRICT, WITHOUT ROWID;
CREATE INDEX chat_tag_tag ON chat_tag (tag, chat);
CREATE TRIGGER chat_loses_tags AFTER DELETE ON chat BEGIN
  DELETE FROM chat_tag WHERE chat = old.id;
END;
INSERT INTO chat_tag (chat, tag)
  SELECT c.id, unhex(replace(t.value, '-', ''))
  FROM chat c JOIN entity e ON e.kind = 'conversation' AND e.id = c.id, json_each(e.json, '$.tags') t;
