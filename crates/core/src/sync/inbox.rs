//! Pages that have come and are written piece by piece.
//!
//! A page is as large as the network likes it, a piece as large as a click may wait for ([`Pace`]). The feed goes first: a
//! customer's message is not to wait for a million older ones.
//!
//! A page of the feed is cut where a `seq` ends, and what is cut off is a page by itself, cursor and all: as if the hub had
//! sent two (S2). A page of a snapshot is written in pieces under its one `after`; that of the next page is taken with the
//! last of them, so a program that dies in between asks for that page again, and for no other. What was granted, wiped or
//! begun anew meanwhile, every piece finds out for itself (S7).

use super::machine::{Machine, Now};
use super::pace::Pace;
use crate::store::{Boot, Store, StoreError};
use deskbell_protocol::{Changes, Snapshot};
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// Most rows that are swept in one go: each takes its words out of the index.
const MOST_SWEPT: usize = 200;

/// What has come and is not written yet.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    feed: VecDeque<Changes>,
    /// With how many of its rows are written.
    snapshots: VecDeque<(Snapshot, usize)>,
    pace: Pace,
    /// Rows of the piece that was written last, until it is known how long that took.
    wrote: Option<usize>,
}

impl Inbox {
    pub fn is_empty(&self) -> bool {
        self.feed.is_empty() && self.snapshots.is_empty()
    }

    pub fn has_feed(&self) -> bool {
        !self.feed.is_empty()
    }

    /// Whether a page of a snapshot is here, and which comes after it: that one is asked for while this one is written, and no
    /// other.
    pub fn snapshot_after(&self) -> Option<Option<Boot>> {
        let (page, _) = self.snapshots.front()?;
        let next = page.next.clone().filter(|_| self.snapshots.len() == 1);
        Some(next.map(|after| Boot {
            scope: page.scope,
            nonce: page.boot.clone(),
            phase: page.phase,
            after: Some(after),
        }))
    }

    /// The cursor when all of it is written; `None` where nothing of the feed is here.
    pub fn upto(&self) -> Option<u64> {
        self.feed.back().map(|page| page.to)
    }

    pub fn add_changes(&mut self, page: Changes) {
        self.feed.push_back(page);
    }

    pub fn add_snapshot(&mut self, page: Snapshot) {
        self.snapshots.push_back((page, 0));
    }

    /// It is asked for again, or not wanted any more.
    pub fn clear(&mut self) {
        self.feed.clear();
        self.snapshots.clear();
    }

    pub fn set_pace(&mut self, pace: Pace) {
        self.pace = pace;
    }

    /// How long writing took what was written last.
    pub fn measured(&mut self, took: Duration) {
        if let Some(rows) = self.wrote.take() {
            self.pace.measured(rows, took);
        }
    }
}

/// Takes the first changes off a page: as few as end a `seq`, and as many as `rows` where that is possible.
fn cut(page: &mut Changes, rows: usize) -> Option<Changes> {
    // As the hub orders them; of what comes in another order nothing can be said.
    let ordered = page.changes.is_sorted_by_key(|change| change.rev)
        && page.changes.first().is_some_and(|first| first.rev > page.from)
        && page.changes.last().is_some_and(|last| last.rev <= page.to);
    if !ordered || page.changes.len() <= rows {
        return None;
    }
    let ends = |at: &usize| page.changes[at - 1].rev != page.changes[*at].rev;
    let at = (1..=rows).rev().find(ends).or_else(|| (rows + 1..page.changes.len()).find(ends))?;
    let rest = page.changes.split_off(at);
    let to = page.changes.last()?.rev;
    let first = Changes {
        r#gen: page.r#gen.clone(),
        from: page.from,
        to,
        head: page.head,
        more: true,
        changes: std::mem::replace(&mut page.changes, rest),
        digests: BTreeMap::new(),
    };
    page.from = to;
    Some(first)
}

impl Machine {
    /// Writes one piece of what is here; where nothing is, one of what is to be swept.
    pub(super) fn write_piece(&mut self, store: &mut Store, now: Now) -> Result<(), StoreError> {
        let most = self.inbox.pace.rows();
        if let Some(page) = self.inbox.feed.front_mut() {
            let piece = match cut(page, most) {
                Some(piece) => piece,
                None => match self.inbox.feed.pop_front() {
                    Some(whole) => whole,
                    None => return Ok(()),
                },
            };
            self.inbox.wrote = Some(piece.changes.len());
            return self.changes(&piece, store, now);
        }
        if let Some((page, from)) = self.inbox.snapshots.pop_front() {
            let upto = page.rows.len().min(from + most);
            self.inbox.wrote = Some(upto - from);
            if self.snapshot_piece(&page, from..upto, store, now)? && upto < page.rows.len() {
                self.inbox.snapshots.push_front((page, upto));
            }
        } else if store.has_to_sweep()? {
            let rows = most.min(MOST_SWEPT);
            self.inbox.wrote = Some(rows);
            store.sweep(rows)?;
            self.note_complete(store, now)?;
        }
        Ok(())
    }

    /// How long the last call of [`Machine::handle`] took: what is written next is made to fit.
    pub fn measured(&mut self, took: Duration) {
        self.inbox.measured(took);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use deskbell_domain::Scope;
    use deskbell_protocol::{Change, Generation, Op, Stamp};
    use proptest::prelude::*;
    use uuid::Uuid;

    fn page(from: u64, revs: &[u64]) -> Changes {
        let change = |(at, rev): (usize, &u64)| Change {
            op: Op::Del,
            kind: "tag".into(),
            id: Uuid::from_u128(at as u128),
            scope: Scope::Org,
            rev: *rev,
            row: None,
        };
        let to = revs.last().copied().unwrap_or(from) + 1;
        Changes {
            r#gen: Generation("g".into()),
            from,
            to,
            head: Stamp { seq: to, mark: 1 },
            more: false,
            changes: revs.iter().enumerate().map(change).collect(),
            digests: BTreeMap::from([("org".into(), "0".into())]),
        }
    }

    fn pieces(mut page: Changes, rows: usize) -> Vec<Changes> {
        let mut pieces = Vec::new();
        while let Some(piece) = cut(&mut page, rows) {
            pieces.push(piece);
        }
        pieces.push(page);
        pieces
    }

    proptest! {
        #[test]
        fn a_page_of_the_feed_is_cut_where_a_seq_ends(steps in prop::collection::vec(0..3u64, 0..60), rows in 1..9usize) {
            let revs: Vec<u64> = steps.iter().scan(10, |rev, step| { *rev += step; Some(*rev) }).map(|rev| rev + 1).collect();
            let whole = page(10, &revs);
            let cut = pieces(whole.clone(), rows);
            let joined: Vec<Change> = cut.iter().flat_map(|piece| piece.changes.clone()).collect();
            prop_assert_eq!(joined, whole.changes);
            prop_assert_eq!(cut[0].from, whole.from);
            let last = cut.last().unwrap();
            prop_assert_eq!((last.to, last.more, &last.digests), (whole.to, whole.more, &whole.digests));
            for pair in cut.windows(2) {
                prop_assert_eq!(pair[0].to, pair[1].from, "each begins where the one before ends");
                prop_assert!(pair[0].more && pair[0].digests.is_empty());
                prop_assert!(pair[0].changes.iter().all(|change| change.rev <= pair[0].to));
                prop_assert!(pair[1].changes.iter().all(|change| change.rev > pair[0].to), "a seq is torn");
            }
            for piece in &cut {
                let seqs: std::collections::BTreeSet<u64> = piece.changes.iter().map(|change| change.rev).collect();
                prop_assert!(piece.changes.len() <= rows || seqs.len() == 1, "more than it need be");
            }
        }
    }

    #[test]
    fn a_page_in_an_order_that_no_hub_sends_is_written_whole() {
        for revs in [&[12, 11, 13][..], &[10, 11, 12]] {
            assert_eq!(pieces(page(10, revs), 1).len(), 1, "{revs:?}");
        }
    }
}
