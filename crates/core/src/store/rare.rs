//! Tables that are mostly empty: whether they are is asked once for each transaction, and not for each of its rows.
//!
//! While a million rows come, nothing has been deleted meanwhile, no command waits and no newer program has been here; asking
//! so three times for each of them was a sixth of what writing it cost.

use super::{Stored, Write};
use std::cell::Cell;

/// Such a table.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rare {
    Tombstone,
    Unknown,
    Shadow,
}

/// What is known of them in a transaction.
#[derive(Debug, Default)]
pub(super) struct RareRows([Cell<Option<bool>>; 3]);

impl Write<'_> {
    /// Whether the table may have a row.
    pub(super) fn may_have(&self, table: Rare) -> Stored<bool> {
        let known = &self.touched.rare.0[table as usize];
        if let Some(has) = known.get() {
            return Ok(has);
        }
        let sql = match table {
            Rare::Tombstone => "SELECT EXISTS (SELECT 1 FROM tombstone)",
            Rare::Unknown => "SELECT EXISTS (SELECT 1 FROM unknown)",
            Rare::Shadow => "SELECT EXISTS (SELECT 1 FROM shadow)",
        };
        let has = self.tx.prepare_cached(sql)?.query_row([], |r| r.get(0))?;
        known.set(Some(has));
        Ok(has)
    }

    /// The table is about to get a row.
    pub(super) fn will_have(&self, table: Rare) {
        self.touched.rare.0[table as usize].set(Some(true));
    }
}
