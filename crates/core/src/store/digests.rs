//! Digests: proof that a scope is here as the hub has it.
//!
//! Kept row by row, because reading a million rows to compare them would cost more than it proves. A scope that differs
//! is booted again in place: a bug or a damaged disk heals instead of showing something else to one member for ever.

use super::scopes::COMPLETE;
use super::{StoreError, Stored, Write, meta, rev_of};
use deskbell_domain::{Kind, Scope};
use deskbell_protocol::{Changes, digest_of};
use rusqlite::{OptionalExtension, params};
use uuid::Uuid;

/// After so many boots it is not chance, and booting for ever would help nobody.
const MOST_HEALS: i64 = 3;

/// A confirmed row, as digests see it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Counted {
    pub scope: i64,
    pub rev: i64,
}

impl Write<'_> {
    /// A confirmed row takes the place of another. What only this device has counts nothing.
    pub(crate) fn count(&mut self, kind: Kind, id: Uuid, before: Option<Counted>, after: Option<Counted>) {
        self.count_as(kind.as_str(), id, before, after);
    }

    /// The same for a kind that may be unknown.
    pub(super) fn count_as(&mut self, kind: &str, id: Uuid, before: Option<Counted>, after: Option<Counted>) {
        let share = |row: Counted| digest_of(kind, id, row.rev.unsigned_abs() & rev_of(0, u64::MAX).unsigned_abs());
        for row in before.into_iter().filter(|row| row.rev > 0) {
            let sum = self.touched.digests.entry(row.scope).or_default();
            *sum = sum.wrapping_sub(share(row));
        }
        for row in after.into_iter().filter(|row| row.rev > 0) {
            let sum = self.touched.digests.entry(row.scope).or_default();
            *sum = sum.wrapping_add(share(row));
        }
    }

    /// Writes the sums down; before they are compared, and before the commit.
    pub(super) fn keep_digests(&mut self) -> Stored<()> {
        for (scope, change) in std::mem::take(&mut self.touched.digests) {
            let before: i64 =
                self.tx.prepare_cached("SELECT digest FROM scope WHERE n = ?")?.query_row([scope], |r| r.get(0))?;
            self.tx
                .prepare_cached("UPDATE scope SET digest = ? WHERE n = ?")?
                .execute(params![before.wrapping_add(change.cast_signed()), scope])?;
        }
        Ok(())
    }

    /// Compares what the hub says of the scopes at the head of the feed.
    pub(super) fn compare_digests(&mut self, page: &Changes) -> Stored<()> {
        if page.digests.is_empty() || page.more || page.to != page.head.seq {
            return Ok(());
        }
        // Something newer was seen already (by a snapshot, say), and its rows may be here.
        if meta::stamp(&self.tx)?.seq != page.to {
            return Ok(());
        }
        self.keep_digests()?;
        for (name, digest) in &page.digests {
            let (Ok(scope), Ok(theirs)) = (name.parse::<Scope>(), u64::from_str_radix(digest, 16)) else { continue };
            let ours = self
                .tx
                .prepare_cached("SELECT digest, heals FROM scope WHERE name = ? AND state = ?")?
                .query_row(params![scope.to_string(), COMPLETE], |r| Ok((r.get::<_, i64>(0)?, r.get::<_, i64>(1)?)))
                .optional()?;
            match ours {
                Some((ours, heals)) if ours.cast_unsigned() != theirs && heals < MOST_HEALS => {
                    tracing::warn!(%scope, "what is here differs from the hub and is loaded again");
                    self.heal(scope)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn heal(&mut self, scope: Scope) -> Result<(), StoreError> {
        self.tx.execute(
            "UPDATE scope SET state = 1, boot = boot + 1, nonce = '', after = NULL, heals = heals + 1 WHERE name = ?",
            [scope.to_string()],
        )?;
        Ok(())
    }
}
