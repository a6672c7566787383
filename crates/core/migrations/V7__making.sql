-- What a click may stand on is looked for by kind: an outbox of a long time offline is not read for each of them.
CREATE INDEX outbox_kind ON outbox (kind, state, n);
