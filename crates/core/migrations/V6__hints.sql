-- A channel that boots from nothing first asks for what lists show: 1 while it does. The full pass covers it all again.
ALTER TABLE scope ADD COLUMN hint INTEGER NOT NULL DEFAULT 0;
