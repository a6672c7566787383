-- What is searched: the folded words of what is visible, without the text itself, which is in the rows already. A folded
-- text has its words between single spaces, so the tokenizer has nothing to know of Unicode.
-- A migration that changes or removes rows of `message` or `entity` must have the index made anew: it deletes 'index' from
-- `meta`.

-- Messages; the rowid is the message's `pos`, so that the newest comes first without sorting.
CREATE VIRTUAL TABLE message_index USING fts5(
  words, content = '', contentless_delete = 1, tokenize = 'ascii', prefix = '1 2 3'
);
CREATE VIRTUAL TABLE message_words USING fts5vocab(message_index, instance);

-- Names of contacts, members, and of conversations that no contact owns. Their rows have no number of their own: `named`
-- gives them one, which is the rowid.
CREATE TABLE named (
  n INTEGER NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  id BLOB NOT NULL,
  UNIQUE (kind, id)
) STRICT;
CREATE VIRTUAL TABLE name_index USING fts5(
  words, content = '', contentless_delete = 1, tokenize = 'ascii', prefix = '1 2 3'
);
CREATE VIRTUAL TABLE name_words USING fts5vocab(name_index, instance);

-- The list of closed conversations knows no assignee.
UPDATE chat SET assignee = NULL WHERE open = 0;
