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
use deskbell_domain::Kind as RowKind;
use deskbell_protocol::{Changes, MAX_CHANGES, Snapshot};
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// Most rows that are swept in one go: each takes its words out of the index.
const MOST_SWEPT: usize = 200;

/// What has come and is not written yet.
#[derive(Debug)]
pub(super) struct Inbox {
    feed: VecDeque<Changes>,
    /// With how many of its rows are written.
    snapshots: VecDeque<(Snapshot, usize)>,
    pace: Pace,
    /// Of pieces that give way to a click.
    long: Pace,
    /// One did: the next does not, and is as short as the others. Whoever goes on clicking does not hold up the sync for ever.
    gave_way: bool,
    /// The piece that was written last, until it is known how long that took.
    wrote: Option<Wrote>,
}

#[derive(Debug, Clone, Copy)]
struct Wrote {
    rows: usize,
    gives_way: bool,
}

impl Default for Inbox {
    fn default() -> Self {
        Self {
            feed: VecDeque::new(),
            snapshots: VecDeque::new(),
            pace: Pace::default(),
            long: Pace::giving_way(),
            gave_way: false,
            wrote: None,
        }
    }
}

impl Inbox {
    pub fn is_empty(&self) -> bool {
        self.feed.is_empty() && self.snapshots.is_empty()
    }

    pub fn has_feed(&self) -> bool {
        !self.feed.is_empty()
    }

    /// Whether a page of a snapshot is here, and which comes after it: that one is asked for while this one is written, and no
    /// other. After one of a hint comes that of another list: all of them have a top before one has more.
    pub fn snapshot_after(&self) -> Option<Option<Boot>> {
        let (page, _) = self.snapshots.front()?;
        let next = page.next.clone().filter(|_| self.snapshots.len() == 1 && page.phase.is_full());
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
        (self.pace, self.long) = (pace, pace);
    }

    /// How long writing took what was written last.
    pub fn measured(&mut self, took: Duration) {
        match self.wrote.take() {
            Some(Wrote { rows, gives_way: true }) => self.long.measured(rows, took),
            Some(Wrote { rows, gives_way: false }) => self.pace.measured(rows, took),
            None => {}
        }
    }

    /// A piece of so many rows that a click waits for is about to be written.
    fn writes(&mut self, rows: usize) {
        self.wrote = Some(Wrote { rows, gives_way: false });
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

/// Adds the next page to one that waits, as the hub itself does for who is behind: what came while something else was written
/// is written together, and the disk is waited for once. Gives back what has to be a page by itself: what does not follow on
/// it, and what says who sees what (S3 looks at the grants of a page first).
pub fn join(page: &mut Changes, next: Changes) -> Option<Changes> {
    let grants = |page: &Changes| page.changes.iter().any(|change| change.kind == RowKind::Grant.as_str());
    let follows = page.r#gen == next.r#gen && page.to == next.from && !page.more;
    let fits = page.changes.len() + next.changes.len() <= MAX_CHANGES as usize;
    if !follows || !fits || grants(page) || grants(&next) {
        return Some(next);
    }
    (page.to, page.head, page.more) = (next.to, next.head, next.more);
    page.changes.extend(next.changes);
    page.digests.extend(next.digests);
    None
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
            self.inbox.writes(piece.changes.len());
            return self.changes(&piece, store, now);
        }
        if let Some((page, from)) = self.inbox.snapshots.pop_front() {
            return self.write_rows(page, from, store, now);
        }
        if store.has_to_sweep()? {
            let rows = most.min(MOST_SWEPT);
            self.inbox.writes(rows);
            store.sweep(rows)?;
            self.note_complete(store, now)?;
        }
        Ok(())
    }

    /// Writes rows of a page of a snapshot, and keeps those that are left. There may be a million behind them: their pieces are
    /// long, and give way.
    fn write_rows(&mut self, page: Snapshot, from: usize, store: &mut Store, now: Now) -> Result<(), StoreError> {
        let gives_way = !std::mem::take(&mut self.inbox.gave_way);
        let most = if gives_way { self.inbox.long } else { self.inbox.pace }.rows();
        let upto = page.rows.len().min(from + most);
        let written = if gives_way {
            store.giving_way(|store| self.snapshot_piece(&page, from..upto, store, now))?
        } else {
            Some(self.snapshot_piece(&page, from..upto, store, now)?)
        };
        match written {
            None => {
                self.inbox.gave_way = true;
                self.inbox.snapshots.push_front((page, from));
            }
            Some(wanted) => {
                self.inbox.wrote = Some(Wrote { rows: upto - from, gives_way });
                if wanted && upto < page.rows.len() {
                    self.inbox.snapshots.push_front((page, upto));
                }
            }
        }
        Ok(())
    }

    /// As a program that begins anew.
    #[cfg(test)]
    pub(super) fn forget_pages(&mut self) {
        self.inbox.clear();
        self.inbox.gave_way = false;
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
