-- Rows that only a newer program understands: remembered by name and `rev`, so that a scope's digest is the hub's without
-- them being shown. A newer program boots its scopes again and takes them in.
CREATE TABLE unknown (
  kind TEXT NOT NULL,
  id BLOB NOT NULL,
  scope INTEGER NOT NULL,
  rev INTEGER NOT NULL,
  boot INTEGER NOT NULL,
  PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX unknown_scope ON unknown (scope);

-- What tells a snapshot that never ends: how many pages and rows the present boot has brought, and one of the places that
-- it has passed.
ALTER TABLE scope ADD COLUMN pages INTEGER NOT NULL DEFAULT 0;
ALTER TABLE scope ADD COLUMN loaded INTEGER NOT NULL DEFAULT 0;
ALTER TABLE scope ADD COLUMN passed TEXT;
-- Sums were kept without such rows until now.
UPDATE scope SET state = 1, boot = boot + 1, nonce = '', after = NULL WHERE state <> 0;
