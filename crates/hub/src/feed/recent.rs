//! What was committed lately, in memory, for those who listen.
//!
//! Every open stream hears of every commit. Were each of them to read the database, one message would cost as many reads
//! as there are clients; here the rows of a commit are written as JSON once, and each stream picks what its member may see.
//! Only who is behind what is kept, or whose grants have just changed, reads the database.

use super::{MAX_CHANGES_IN_EVENT, MAX_PAGE_BYTES};
use crate::commit::Committed;
use crate::store::RowWrite;
use deskbell_domain::{Content, Grant, Kind, MemberId, Row, Scope};
use deskbell_protocol::{Change, Generation, Op, Stamp};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use std::collections::{BTreeMap, HashSet, VecDeque};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use uuid::Uuid;

/// About as many bytes are kept. A stream that is further behind reads the database once, and is level again.
const MOST_BYTES: usize = 2 * 1024 * 1024;
/// What a row takes beside the text of a message, about.
const ROW_BYTES: usize = 1024;

/// The commits of late.
#[derive(Debug)]
pub struct Recent {
    kept: RwLock<Kept>,
}

#[derive(Debug)]
struct Kept {
    commits: VecDeque<Arc<Commit>>,
    bytes: usize,
    head: Stamp,
}

/// What one commit changed.
#[derive(Debug)]
struct Commit {
    /// The head before it.
    from: u64,
    changes: Vec<Changed>,
    digests: Vec<(Scope, u64)>,
    bytes: usize,
}

/// A row in one scope.
#[derive(Debug)]
struct Changed {
    kind: Kind,
    id: Uuid,
    scope: Scope,
    rev: u64,
    /// `None` = it is not there any more.
    row: Option<Arc<Row>>,
    /// As it travels; written when the first stream asks for it.
    text: OnceLock<Option<Box<RawValue>>>,
}

impl Changed {
    fn of(kind: Kind, id: Uuid, scope: Scope, rev: u64, row: Option<Arc<Row>>) -> Self {
        Self { kind, id, scope, rev, row, text: OnceLock::new() }
    }

    fn bytes(&self) -> usize {
        let text = match self.row.as_deref() {
            Some(Row::Message(message)) => match &message.content {
                Content::Text { text } => text.as_str().len(),
                _ => 0,
            },
            _ => 0,
        };
        ROW_BYTES + text
    }

    fn text(&self) -> Option<&RawValue> {
        let write = || {
            let op = if self.row.is_some() { Op::Put } else { Op::Del };
            let row = self.row.as_ref().map(|row| row.to_json());
            let kind = self.kind.as_str().to_owned();
            to_raw_value(&Change { op, kind, id: self.id, scope: self.scope, rev: self.rev, row }).ok()
        };
        self.text.get_or_init(write).as_deref()
    }
}

/// A page of the feed as it travels; see [`deskbell_protocol::Changes`].
#[derive(Serialize)]
struct Page<'a> {
    r#gen: &'a Generation,
    from: u64,
    to: u64,
    head: Stamp,
    more: bool,
    changes: Vec<&'a RawValue>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    digests: BTreeMap<String, String>,
}

/// What is said to a stream.
#[derive(Debug, Clone)]
pub enum Recently {
    /// A page as JSON, and the cursor afterwards.
    Page(Box<RawValue>, u64),
    /// Too much for an event: there is something to pull, up to here.
    Head(Stamp),
    /// It is not kept, or who may see it has changed: the database knows.
    Unknown,
}

impl Recent {
    /// Nothing yet; the next commit follows on `head`.
    pub fn new(head: Stamp) -> Self {
        Self { kept: RwLock::new(Kept { commits: VecDeque::new(), bytes: 0, head }) }
    }

    /// Keeps what was committed. Called before anybody hears of the new head, with every commit in its order.
    pub fn keep(&self, committed: &mut Committed) {
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        let from = std::mem::replace(&mut kept.head, committed.head).seq;
        if committed.head.seq == from {
            return;
        }
        let rows = std::mem::take(&mut committed.rows);
        let mut changes: Vec<Changed> =
            rows.into_iter().flat_map(|((kind, id), write)| changed(kind, id, write)).collect();
        // What moved leaves its old scope before it appears in the new one: the other way round it would be gone.
        changes.sort_by_key(|change| (change.rev, change.row.is_some()));
        let bytes = changes.iter().map(Changed::bytes).sum();
        kept.bytes += bytes;
        kept.commits.push_back(Arc::new(Commit {
            from,
            changes,
            digests: std::mem::take(&mut committed.digests),
            bytes,
        }));
        while kept.bytes > MOST_BYTES
            && let Some(oldest) = kept.commits.pop_front()
        {
            kept.bytes -= oldest.bytes;
        }
    }

    /// What a member hears who has heard everything up to `cursor` and has grants of these scopes.
    pub fn since(&self, cursor: u64, member: MemberId, scopes: &HashSet<Scope>, generation: &Generation) -> Recently {
        let (commits, head) = {
            let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
            let first = kept.commits.partition_point(|commit| commit.from < cursor);
            (kept.commits.range(first..).cloned().collect::<Vec<_>>(), kept.head)
        };
        if commits.first().is_none_or(|first| first.from != cursor) {
            return Recently::Unknown;
        }
        let mut told = HashSet::new();
        let mut changes = Vec::new();
        let mut digests = BTreeMap::new();
        for commit in commits.iter().rev() {
            for change in commit.changes.iter().rev().filter(|change| scopes.contains(&change.scope)) {
                if change.kind == Kind::Grant && change.scope == Scope::Member(member) {
                    return Recently::Unknown;
                }
                // One that changed several times is told once, as it is now.
                if told.insert((change.scope, change.kind, change.id)) {
                    changes.push(change);
                }
            }
            for (scope, digest) in commit.digests.iter().filter(|(scope, _)| scopes.contains(scope)) {
                digests.entry(scope.to_string()).or_insert_with(|| format!("{digest:016x}"));
            }
        }
        let bytes: usize = changes.iter().map(|change| change.bytes()).sum();
        if changes.len() > MAX_CHANGES_IN_EVENT || bytes > MAX_PAGE_BYTES {
            return Recently::Head(head);
        }
        changes.sort_by_key(|change| (change.rev, change.row.is_some()));
        let Some(changes) = changes.into_iter().map(Changed::text).collect() else { return Recently::Unknown };
        let page = Page { r#gen: generation, from: cursor, to: head.seq, head, more: false, changes, digests };
        to_raw_value(&page).map_or(Recently::Unknown, |page| Recently::Page(page, head.seq))
    }
}

/// The row where it is now, and that it left where it was.
fn changed(kind: Kind, id: Uuid, write: RowWrite) -> impl Iterator<Item = Changed> {
    let now_in = write.row.as_ref().map(Row::scope);
    let left = write.before.map(|(_, scope)| scope).filter(|scope| now_in != Some(*scope));
    let gone = left.map(|scope| Changed::of(kind, id, scope, write.rev, None));
    let here = write.row.map(Arc::new).zip(now_in);
    gone.into_iter().chain(here.map(|(row, scope)| Changed::of(kind, id, scope, write.rev, Some(row))))
}

/// The scopes of a member's grants.
pub fn scopes_of(grants: &[Grant]) -> HashSet<Scope> {
    grants.iter().map(|grant| grant.scope).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use deskbell_domain::{Tag, TagId, TagName, Tint};

    const ME: MemberId = MemberId(Uuid::from_u128(1));

    fn tag(n: u128, rev: u64) -> ((Kind, Uuid), RowWrite) {
        let name = TagName::parse(&format!("Tag {n}")).unwrap();
        let row = Row::from(Tag { id: TagId(Uuid::from_u128(n)), name, color: Tint::Moss });
        ((Kind::Tag, row.id()), RowWrite { row: Some(row), rev, before: None })
    }

    fn commit(seq: u64, rows: impl IntoIterator<Item = ((Kind, Uuid), RowWrite)>) -> Committed {
        let rows = rows.into_iter().collect();
        Committed { head: Stamp { seq, mark: seq }, rows, digests: vec![(Scope::Org, seq)], answers: Vec::new() }
    }

    fn heard(recent: &Recent, cursor: u64, scopes: &[Scope]) -> Option<(Vec<u64>, u64)> {
        let scopes = scopes.iter().copied().collect();
        match recent.since(cursor, ME, &scopes, &Generation("g".into())) {
            Recently::Page(page, to) => {
                let page: deskbell_protocol::Changes = serde_json::from_str(page.get()).unwrap();
                assert_eq!((page.from, page.to, page.more), (cursor, to, false));
                Some((page.changes.iter().map(|change| change.rev).collect(), to))
            }
            Recently::Head(_) | Recently::Unknown => None,
        }
    }

    #[test]
    fn what_was_committed_is_told_once_to_those_who_see_it_and_to_who_is_level() {
        let recent = Recent::new(Stamp { seq: 5, mark: 5 });
        recent.keep(&mut commit(6, [tag(1, 6)]));
        recent.keep(&mut commit(8, [tag(1, 7), tag(2, 8)]));
        assert_eq!(heard(&recent, 5, &[Scope::Org]), Some((vec![7, 8], 8)));
        assert_eq!(heard(&recent, 6, &[Scope::Org]), Some((vec![7, 8], 8)));
        assert_eq!(heard(&recent, 6, &[Scope::Member(ME)]), Some((vec![], 8)), "the cursor moves, and nothing is said");
        assert_eq!(heard(&recent, 4, &[Scope::Org]), None, "that was before");
        assert_eq!(heard(&recent, 7, &[Scope::Org]), None, "no commit ended there");
    }

    #[test]
    fn who_sees_more_or_less_from_now_on_asks_the_database() {
        let recent = Recent::new(Stamp { seq: 5, mark: 5 });
        let grant = Row::from(Grant { member: ME, scope: Scope::Org, epoch: 6, floor: 0 });
        let write = RowWrite { row: None, rev: 6, before: Some((2, Scope::Member(ME))) };
        recent.keep(&mut commit(6, [((Kind::Grant, grant.id()), write)]));
        assert_eq!(heard(&recent, 5, &[Scope::Org, Scope::Member(ME)]), None);
        let another = Scope::Member(MemberId(Uuid::from_u128(2)));
        assert_eq!(heard(&recent, 5, &[Scope::Org, another]), Some((vec![], 6)), "it is nothing to others");
    }

    #[test]
    fn only_so_much_is_kept() {
        let recent = Recent::new(Stamp { seq: 0, mark: 0 });
        for seq in 1..=4_000 {
            recent.keep(&mut commit(seq, [tag(u128::from(seq), seq)]));
        }
        let kept = recent.kept.read().unwrap();
        assert!(kept.bytes <= MOST_BYTES && kept.commits.len() < 4_000, "{} bytes", kept.bytes);
        drop(kept);
        assert_eq!(heard(&recent, 0, &[Scope::Org]), None);
        assert_eq!(heard(&recent, 3_999, &[Scope::Org]), Some((vec![4_000], 4_000)));
    }
}
