-- A message that is held back on this computer so that it can be undone: until then, by this computer's clock, neither it nor
-- what comes after it in its lane goes out. NULL = nothing holds it.
ALTER TABLE outbox ADD COLUMN not_before INTEGER;
CREATE INDEX outbox_held_back ON outbox (not_before) WHERE not_before IS NOT NULL;
