//! Compaction: what nobody needs any more goes.
//!
//! A tombstone tells a client that was away what left a scope; after [`TOMBSTONES_KEPT_MS`] it goes, `low_seq` rises to
//! it, and whoever is further behind loads everything again, in place. A mark proves that a client's history is the
//! hub's (S13). It is two numbers, so it stays much longer, and a client that says an older one is told to load again as
//! well: never that the hub went back in time, which nobody can know any more and which would hold what it once sent.
//!
//! Every step is one short transaction, so that no command waits for it longer than for another batch; `low_seq` and
//! `low_mark` rise in the transaction that drops what lies below them.

use crate::hub::Hub;
use crate::store::{StoreError, read_head};
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use std::time::Duration;
use uuid::Uuid;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// How long a tombstone stays: who was away for less goes on from where they were.
pub const TOMBSTONES_KEPT_MS: i64 = 30 * DAY_MS;
/// How long the mark of a commit stays.
pub const MARKS_KEPT_MS: i64 = 400 * DAY_MS;
/// How long a visitor's session stays after the newest message of its conversations; one that never wrote stays for
/// [`SILENT_VISITORS_KEPT_MS`].
pub const VISITORS_KEPT_MS: i64 = 400 * DAY_MS;
/// How long a visitor's session stays that never wrote.
pub const SILENT_VISITORS_KEPT_MS: i64 = 30 * DAY_MS;

/// Most rows that one transaction looks at, of each kind.
const STEP: usize = 500;
/// Between two passes of a hub at work.
const PAUSE: Duration = Duration::from_secs(24 * 60 * 60);

/// What went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Compacted {
    /// Tombstones.
    pub tombstones: usize,
    /// Marks.
    pub marks: usize,
    /// Sessions of visitors.
    pub visitor_sessions: usize,
}

/// One pass over the data, step by step.
#[derive(Debug)]
pub struct Pass {
    now_ms: i64,
    /// Token hash of the last visitor's session that was looked at; `None` = all were.
    visitors_after: Option<Vec<u8>>,
    /// So far.
    pub compacted: Compacted,
}

impl Pass {
    /// Begins a pass; `now_ms` is the hub's clock (UTC milliseconds).
    pub fn new(now_ms: i64) -> Self {
        Self { now_ms, visitors_after: Some(Vec::new()), compacted: Compacted::default() }
    }

    /// One short transaction. `false` = there is nothing left to do.
    pub fn step(&mut self, connection: &mut Connection) -> Result<bool, StoreError> {
        let transaction = connection.transaction()?;
        let tombstones = drop_tombstones(&transaction, self.now_ms)?;
        let marks = drop_marks(&transaction, self.now_ms)?;
        let (visitors_after, visitors) = match &self.visitors_after {
            Some(after) => drop_visitors(&transaction, self.now_ms, after)?,
            None => (None, 0),
        };
        transaction.commit()?;
        self.visitors_after = visitors_after;
        self.compacted.tombstones += tombstones;
        self.compacted.marks += marks;
        self.compacted.visitor_sessions += visitors;
        Ok(tombstones == STEP || marks == STEP || self.visitors_after.is_some())
    }
}

/// A whole pass, in as many short transactions as it takes. `now_ms` is the hub's clock (UTC milliseconds).
pub fn compact(connection: &mut Connection, now_ms: i64) -> Result<Compacted, StoreError> {
    let mut pass = Pass::new(now_ms);
    while pass.step(connection)? {}
    Ok(pass.compacted)
}

/// A pass now and every day, between the commits of a hub at work, until it stops.
pub async fn daily(hub: Hub) {
    let mut stopping = hub.stopping();
    loop {
        if let Err(error) = pass_of(&hub).await {
            tracing::warn!(%error, "what is old could not be dropped; it is tried again tomorrow");
        }
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            // An error means that the hub is gone.
            _ = stopping.wait_for(|stopping| *stopping) => return,
        }
    }
}

async fn pass_of(hub: &Hub) -> Result<(), crate::HubError> {
    let mut pass = Pass::new(hub.now_ms());
    loop {
        let (more, same) = hub
            .write(move |connection| {
                let more = pass.step(connection)?;
                Ok((more, pass))
            })
            .await?;
        pass = same;
        if !more {
            break;
        }
    }
    if pass.compacted != Compacted::default() {
        let Compacted { tombstones, marks, visitor_sessions } = pass.compacted;
        tracing::info!(tombstones, marks, visitor_sessions, "dropped what is old");
    }
    Ok(())
}

fn drop_tombstones(transaction: &Transaction<'_>, now_ms: i64) -> Result<usize, StoreError> {
    let mut oldest = transaction.prepare_cached("SELECT seq, scope, kind, id FROM tombstone ORDER BY seq LIMIT ?1")?;
    // The commit that made it; one that a wrong clock has put into the future says nothing.
    let mut made =
        transaction.prepare_cached("SELECT at_ms FROM mark WHERE seq >= ?1 AND at_ms <= ?2 ORDER BY seq LIMIT 1")?;
    let mut dropped = 0;
    let mut low_seq = 0;
    let rows = oldest
        .query_map([STEP], |r| Ok((r.get::<_, u64>(0)?, r.get::<_, String>(1)?, r.get::<_, String>(2)?, r.get(3)?)))?
        .collect::<Result<Vec<(u64, String, String, Uuid)>, _>>()?;
    for (seq, scope, kind, id) in rows {
        let at_ms: Option<i64> = made.query_row(params![seq, now_ms], |r| r.get(0)).optional()?;
        if at_ms.is_none_or(|at_ms| at_ms > now_ms - TOMBSTONES_KEPT_MS) {
            break;
        }
        transaction
            .prepare_cached("DELETE FROM tombstone WHERE scope = ?1 AND kind = ?2 AND id = ?3")?
            .execute(params![scope, kind, id])?;
        drop_aliases(transaction, id)?;
        dropped += 1;
        low_seq = seq;
    }
    transaction
        .prepare_cached("UPDATE organization SET low_seq = max(low_seq, ?1) WHERE one = 1")?
        .execute([low_seq])?;
    Ok(dropped)
}

/// What was made for something that is gone without a trace leads nowhere, with an alias and without.
fn drop_aliases(transaction: &Transaction<'_>, gone: Uuid) -> Result<(), StoreError> {
    let is_there = "SELECT 1 FROM alias WHERE to_id = ?1 LIMIT 1";
    if transaction.prepare_cached(is_there)?.query_row([gone], |_| Ok(())).optional()?.is_none() {
        return Ok(());
    }
    transaction.execute(
        "DELETE FROM alias WHERE to_id = ?1 AND NOT EXISTS (SELECT 1 FROM entity WHERE id = ?1) \
         AND NOT EXISTS (SELECT 1 FROM tombstone WHERE id = ?1)",
        [gone],
    )?;
    Ok(())
}

fn drop_marks(transaction: &Transaction<'_>, now_ms: i64) -> Result<usize, StoreError> {
    let head = read_head(transaction)?.stamp.seq;
    let mut oldest = transaction.prepare_cached("SELECT seq, at_ms FROM mark WHERE seq < ?1 ORDER BY seq LIMIT ?2")?;
    let rows = oldest.query_map(params![head, STEP], |r| Ok((r.get::<_, u64>(0)?, r.get::<_, i64>(1)?)))?;
    let (mut last, mut seen, mut dropped) = (None, 0, 0);
    for row in rows {
        let (seq, at_ms) = row?;
        seen += 1;
        if at_ms <= now_ms - MARKS_KEPT_MS {
            (last, dropped) = (Some(seq), seen);
        } else if at_ms <= now_ms {
            break;
        }
        // A wrong clock has put it into the future: it goes with the next one that is old.
    }
    if let Some(last) = last {
        transaction.execute("DELETE FROM mark WHERE seq <= ?1", [last])?;
        transaction.execute("UPDATE organization SET low_mark = max(low_mark, ?1) WHERE one = 1", [last + 1])?;
    }
    Ok(dropped)
}

/// Where to go on, and how many went.
fn drop_visitors(
    transaction: &Transaction<'_>,
    now_ms: i64,
    after: &[u8],
) -> Result<(Option<Vec<u8>>, usize), StoreError> {
    let mut next = transaction.prepare_cached(
        "SELECT token_hash, visitor, created_ms FROM visitor_session WHERE token_hash > ?1 ORDER BY token_hash LIMIT ?2",
    )?;
    let rows = next
        .query_map(params![after, STEP], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?
        .collect::<Result<Vec<(Vec<u8>, Uuid, i64)>, _>>()?;
    let mut dropped = 0;
    for (token_hash, visitor, created_ms) in &rows {
        let keep_until = match newest_message_ms(transaction, *visitor)? {
            Some(at_ms) => at_ms.max(*created_ms) + VISITORS_KEPT_MS,
            None => created_ms + SILENT_VISITORS_KEPT_MS,
        };
        if keep_until <= now_ms {
            dropped += transaction
                .prepare_cached("DELETE FROM visitor_session WHERE token_hash = ?1")?
                .execute([token_hash])?;
        }
    }
    let next = rows.last().map(|(token_hash, ..)| token_hash.clone()).filter(|_| rows.len() == STEP);
    Ok((next, dropped))
}

/// When the newest message of a visitor's conversations was written, in either direction.
fn newest_message_ms(transaction: &Transaction<'_>, visitor: Uuid) -> Result<Option<i64>, StoreError> {
    let newest = transaction
        .prepare_cached(
            "SELECT max(coalesce(json_extract(row, '$.last_message.at_ms'), json_extract(row, '$.created_ms'))) \
             FROM entity WHERE kind = 'conversation' AND json_extract(row, '$.address.value') = ?1",
        )?
        .query_row([visitor.to_string()], |r| r.get(0))?;
    Ok(newest)
}
