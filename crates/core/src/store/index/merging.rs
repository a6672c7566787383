//! Merging the pieces of the search index, a little at a time, when nobody waits.
//!
//! Every transaction adds a piece, and a search looks into each of them. By itself FTS5 merges in the middle of whichever
//! transaction fills 64 pages since it last did: some hundred pages at once, for which a click or a message would wait.

use crate::store::{Store, Stored};

/// Pages that are written in one go.
const STEP: i64 = 16;

impl Store {
    /// Whether there may be something to merge.
    pub(crate) fn is_to_be_merged(&self) -> bool {
        self.unmerged
    }

    /// Merges a little. What is lost of it with the computer's power is done again.
    pub(crate) fn merge_index(&mut self) -> Stored<()> {
        // It is not tried again and again where it fails; the next change does.
        self.unmerged = false;
        self.connection.pragma_update(None, "synchronous", "NORMAL")?;
        let merged = self.merge();
        self.connection.pragma_update(None, "synchronous", "FULL")?;
        self.unmerged = merged?;
        Ok(())
    }

    /// Whether there was something. FTS5 tells by the number of changes: the command itself is one.
    fn merge(&self) -> Stored<bool> {
        let mut merged = false;
        for merge in [
            "INSERT INTO message_index (message_index, rank) VALUES ('merge', ?)",
            "INSERT INTO name_index (name_index, rank) VALUES ('merge', ?)",
        ] {
            let before = self.connection.total_changes();
            self.connection.prepare_cached(merge)?.execute([STEP])?;
            merged |= self.connection.total_changes() - before > 1;
        }
        Ok(merged)
    }
}
