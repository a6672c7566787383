//! Snapshots: all rows of a scope, page by page, in the order of keys that never change (S14); before them, as a hint, what
//! lists show.

mod hint;

use super::{FeedError, MAX_PAGE_BYTES, grants_of, head_for};
use crate::commit::Seen;
use crate::store::parse_json;
use deskbell_domain::{Kind, MemberId, Scope};
use deskbell_protocol::{Phase, Snapshot, SnapshotRow};
use rusqlite::{Connection, params};
use uuid::Uuid;

/// What to read.
#[derive(Debug, Clone)]
pub struct SnapshotRequest {
    /// The scope.
    pub scope: Scope,
    /// Nonce of the boot.
    pub boot: String,
    /// All rows, or what lists show first.
    pub phase: Phase,
    /// `next` of the page before.
    pub after: Option<String>,
    /// Most rows.
    pub limit: usize,
}

/// What is said of a place that no page has named.
const NO_KEY: FeedError = FeedError::BadRequest("`after` is not the `next` of a page");

/// Where a page begins: the entities by kind and identifier, then the entries of threads by position.
enum After {
    Entity(String, Uuid),
    Message(i64),
}

impl After {
    fn parse(text: &str) -> Option<Self> {
        match text.split_once(':')? {
            ("message", pos) => Some(After::Message(pos.parse().ok()?)),
            (kind, id) => Some(After::Entity(Kind::parse(kind)?.as_str().into(), Uuid::parse_str(id).ok()?)),
        }
    }
}

/// One page.
pub fn snapshot(
    connection: &Connection,
    member: MemberId,
    seen: &Seen,
    request: SnapshotRequest,
) -> Result<Snapshot, FeedError> {
    let head = head_for(connection, seen)?;
    let grants = grants_of(connection, member)?;
    let grant = grants.iter().find(|g| g.scope == request.scope).ok_or(FeedError::NotFound)?;
    let mut page = Page { rows: Vec::new(), bytes: 0, limit: request.limit, next: None };
    match request.phase {
        Phase::Full => page.fill(connection, request.scope, request.after.as_deref())?,
        Phase::Hint => page.hint(connection, request.scope, &grants, request.after.as_deref())?,
    }
    let is_first = request.after.is_none() && request.phase == Phase::first_of(request.scope);
    Ok(Snapshot {
        r#gen: head.r#gen,
        scope: request.scope,
        epoch: grant.epoch,
        boot: request.boot,
        phase: request.phase,
        after: request.after,
        as_of: head.stamp.seq,
        head: head.stamp,
        total: is_first.then(|| total(connection, request.scope)).transpose()?,
        rows: page.rows,
        next: page.next,
    })
}

/// How many rows a scope has. Counted in an index, once for each time that somebody boots it.
fn total(connection: &Connection, scope: Scope) -> Result<u64, FeedError> {
    let sql = "SELECT (SELECT count(*) FROM entity WHERE scope = ?1) + (SELECT count(*) FROM message WHERE scope = ?1)";
    let total: i64 = connection.prepare_cached(sql)?.query_row([scope.to_string()], |r| r.get(0))?;
    Ok(total.unsigned_abs())
}

/// Comes after the name of every kind.
const ALL_KINDS: &str = "~";

struct Page {
    rows: Vec<SnapshotRow>,
    bytes: usize,
    limit: usize,
    next: Option<String>,
}

impl Page {
    fn is_full(&self) -> bool {
        self.rows.len() >= self.limit || self.bytes >= MAX_PAGE_BYTES
    }

    fn add(&mut self, kind: &str, id: Uuid, rev: u64, text: &str) -> Result<(), FeedError> {
        self.bytes += text.len();
        self.rows.push(SnapshotRow { kind: kind.into(), id, rev, row: parse_json(text)? });
        Ok(())
    }

    fn fill(&mut self, connection: &Connection, scope: Scope, after: Option<&str>) -> Result<(), FeedError> {
        let mut pos = 0;
        match after.map(|text| After::parse(text).ok_or(NO_KEY)).transpose()? {
            None => self.entities(connection, scope, ("", Uuid::nil()), ALL_KINDS)?,
            Some(After::Entity(kind, id)) => self.entities(connection, scope, (&kind, id), ALL_KINDS)?,
            Some(After::Message(after)) => pos = after,
        }
        if self.next.is_none() {
            self.messages(connection, scope, pos)?;
        }
        Ok(())
    }

    /// Those after a row, of kinds whose names come before a word.
    fn entities(
        &mut self,
        connection: &Connection,
        scope: Scope,
        (kind, id): (&str, Uuid),
        until: &str,
    ) -> Result<(), FeedError> {
        let mut statement = connection.prepare_cached(
            "SELECT kind, id, rev, row FROM entity
             WHERE scope = ?1 AND (kind, id) > (?2, ?3) AND kind < ?4 ORDER BY kind, id",
        )?;
        let mut rows = statement.query(params![scope.to_string(), kind, id, until])?;
        while let Some(r) = rows.next()? {
            if self.is_full() {
                self.next = self.rows.last().map(|last| format!("{}:{}", last.kind, last.id));
                return Ok(());
            }
            let kind: String = r.get(0)?;
            self.add(&kind, r.get(1)?, r.get(2)?, r.get_ref(3)?.as_str().map_err(rusqlite::Error::from)?)?;
        }
        Ok(())
    }

    fn messages(&mut self, connection: &Connection, scope: Scope, after: i64) -> Result<(), FeedError> {
        let mut statement = connection
            .prepare_cached("SELECT pos, id, rev, row FROM message WHERE scope = ?1 AND pos > ?2 ORDER BY pos")?;
        let mut rows = statement.query(params![scope.to_string(), after])?;
        let mut last = after;
        while let Some(r) = rows.next()? {
            if self.is_full() {
                self.next = Some(format!("message:{last}"));
                return Ok(());
            }
            last = r.get(0)?;
            self.add(
                Kind::Message.as_str(),
                r.get(1)?,
                r.get(2)?,
                r.get_ref(3)?.as_str().map_err(rusqlite::Error::from)?,
            )?;
        }
        Ok(())
    }
}
