-- Sum of what the confirmed rows of a scope add to its digest, kept with every row that is written, and how often the
-- scope was booted because it differed from the hub's. The sums begin with rows written from now on, so every scope is
-- booted from nothing; what has not reached the hub stays in the outbox.
ALTER TABLE scope ADD COLUMN digest INTEGER NOT NULL DEFAULT 0;
ALTER TABLE scope ADD COLUMN heals INTEGER NOT NULL DEFAULT 0;
DELETE FROM entity;
DELETE FROM message;
DELETE FROM shadow;
DELETE FROM lookup;
DELETE FROM chat;
UPDATE scope SET state = 1, boot = boot + 1, nonce = '', after = NULL WHERE state <> 0;
