-- Pieces of the search index are merged a little at a time when nobody waits, and no more in the middle of whichever
-- transaction is the 64th page's. Where that cannot keep up, those of a level are when they are so many.
INSERT INTO message_index (message_index, rank) VALUES ('automerge', 0);
INSERT INTO message_index (message_index, rank) VALUES ('crisismerge', 64);
INSERT INTO name_index (name_index, rank) VALUES ('automerge', 0);
INSERT INTO name_index (name_index, rank) VALUES ('crisismerge', 64);
