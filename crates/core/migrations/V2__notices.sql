-- What was notified, per chat. Entries up to `decided` have been judged: none is judged twice. `pos` is the entry of the
-- notification that may be on the screen, 0 where there is none; `shown` = 1 once the desktop has confirmed it.
CREATE TABLE notice (
  chat BLOB NOT NULL PRIMARY KEY,
  decided INTEGER NOT NULL,
  pos INTEGER NOT NULL DEFAULT 0,
  reason TEXT NOT NULL DEFAULT '',
  shown INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX notice_pos ON notice (pos) WHERE pos > 0;
