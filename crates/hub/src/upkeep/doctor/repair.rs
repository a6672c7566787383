//! Putting right what follows from something else, in one transaction.
//!
//! What clients are to learn is written as every command writes it: under a new `seq`, at most 500 rows each, with its
//! mark, tombstones and digests. The rest (keys, digests, columns) is worked out anew.

use super::keys::{Keys, looked_up};
use super::world::{World, living_tombstones};
use super::{Fault, Finding, access, examine, history, people, threads};
use crate::commit::MAX_ROWS;
use crate::store::{FoundBy, RowWrite, SqliteStore, Store, StoreError, Writes, read_row};
use deskbell_domain::{ENTRIES_PER_COMMAND, Grant, Kind, MemberId, Row, Scope, pos_of};
use deskbell_protocol::Stamp;
use rusqlite::{Connection, params};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Repaired {
    /// What was wrong and is not any more.
    pub repaired: Vec<Finding>,
    /// What is still wrong: a backup or a person must help.
    pub remaining: Vec<Finding>,
}

/// Puts right what can be. `mark` draws random marks for the commits that this takes; `now_ms` is the hub's clock (UTC
/// milliseconds). Nobody else may be at work on the store. A damaged file is left as it is.
pub fn repair(store: &mut SqliteStore, mark: &mut dyn FnMut() -> u64, now_ms: i64) -> Result<Repaired, StoreError> {
    let found = examine(store.connection())?;
    let is_damaged = found.iter().any(|f| f.fault == Fault::DamagedFile);
    if is_damaged || !found.iter().any(|f| f.repairable) {
        return Ok(Repaired { repaired: Vec::new(), remaining: found });
    }
    store.begin()?;
    let done = put_right(store, mark, now_ms).and_then(|()| store.commit());
    if let Err(error) = done {
        store.rollback();
        return Err(error);
    }
    let remaining = examine(store.connection())?;
    let repaired = found.into_iter().filter(|f| !remaining.contains(f)).collect();
    Ok(Repaired { repaired, remaining })
}

/// A row to write.
#[allow(clippy::large_enum_variant, reason = "most are rows; a box each would only cost")]
enum Change {
    Put(Row),
    /// Given at the `seq` at which it is written.
    Grant(MemberId, Scope),
    Delete,
}

/// Rows to write, with the `rev` and scope that they had.
type ToWrite = BTreeMap<(Kind, Uuid), (Change, Option<(u64, Scope)>)>;

fn put_right(store: &mut SqliteStore, mark: &mut dyn FnMut() -> u64, now_ms: i64) -> Result<(), StoreError> {
    let connection = &*store.connection();
    // Before anything is written: a number that was given must not be given again.
    let head = raise_head(connection, mark(), now_ms)?;
    let world = World::load(connection, &mut Vec::new())?;
    let mut to_write = ToWrite::new();
    columns(connection, &world, &mut to_write)?;
    messages(connection, &world, &mut to_write)?;
    tombstones(connection, &world, &mut to_write)?;
    grants(&world, head, &mut to_write);
    for (key, held) in &world.rows {
        if let Row::ReadPosition(position) = &held.row
            && !world.has_member(position.member)
        {
            to_write.insert(*key, (Change::Delete, Some((held.rev, held.row.scope()))));
        }
    }
    strangers(connection, now_ms)?;
    write(store, to_write, head, mark, now_ms)?;
    let connection = &*store.connection();
    let mut world = World::load(connection, &mut Vec::new())?;
    threads::each(connection, |columns, _| world.count("message", columns.id, &columns.scope, columns.rev))?;
    keys(connection, &world)?;
    digests(connection, &world)
}

/// The head as it must be: not below anything, with a mark. Its `seq`.
fn raise_head(connection: &Connection, mark: u64, now_ms: i64) -> Result<u64, StoreError> {
    let world = World::load(connection, &mut Vec::new())?;
    let newest = history::newest(connection, &world)?.into_iter().map(|(_, seq)| seq);
    let believable = newest.filter(|seq| *seq <= history::GREATEST);
    let head = believable.chain([world.head.stamp.seq]).max().unwrap_or_default();
    connection.execute(
        "UPDATE organization SET seq = ?1, low_seq = min(low_seq, ?1), low_mark = min(low_mark, ?1) WHERE one = 1",
        [head],
    )?;
    let sql = "INSERT INTO mark (seq, mark, at_ms) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
    connection.execute(sql, params![head, mark.cast_signed(), now_ms])?;
    Ok(head)
}

/// Columns as the row has them; where it moves, its old scope learns that it left.
fn columns(connection: &Connection, world: &World, to_write: &mut ToWrite) -> Result<(), StoreError> {
    for ((kind, id), held) in &world.rows {
        let found_by = FoundBy::of(&held.row);
        if found_by != held.found_by {
            let sql = "UPDATE entity SET address = ?3, newest = ?4 WHERE kind = ?1 AND id = ?2";
            connection.execute(sql, params![kind.as_str(), id, found_by.address, found_by.newest])?;
        }
        let own = held.row.scope();
        if own.to_string() == held.scope {
            continue;
        }
        let before = held.scope.parse().unwrap_or(own);
        if before == own {
            let sql = "UPDATE entity SET scope = ?3 WHERE kind = ?1 AND id = ?2";
            connection.execute(sql, params![kind.as_str(), id, own.to_string()])?;
        }
        to_write.insert((*kind, *id), (Change::Put(held.row.clone()), Some((held.rev, before))));
    }
    Ok(())
}

/// Entries in their chat and its scope.
fn messages(connection: &Connection, world: &World, to_write: &mut ToWrite) -> Result<(), StoreError> {
    let mut chats = Vec::new();
    threads::each(connection, |columns, message| {
        let Ok(mut message) = message else { return };
        let scope = world.scope_of_chat(message.chat.0).unwrap_or(message.scope);
        let in_place = columns.chat == message.chat.0 && columns.scope == scope.to_string() && message.scope == scope;
        if in_place || message.pos != Some(columns.pos) {
            return;
        }
        chats.push((columns.id, message.chat.0));
        let before = columns.scope.parse().unwrap_or(scope);
        message.scope = scope;
        to_write.insert((Kind::Message, columns.id), (Change::Put(message.into()), Some((columns.rev, before))));
    })?;
    for (id, chat) in chats {
        connection.execute("UPDATE message SET chat = ?2 WHERE id = ?1", params![id, chat])?;
    }
    Ok(())
}

/// What is there is not gone; whoever heard that it is hears of it again.
fn tombstones(connection: &Connection, world: &World, to_write: &mut ToWrite) -> Result<(), StoreError> {
    for stone in living_tombstones(connection)? {
        let sql = "DELETE FROM tombstone WHERE scope = ?1 AND kind = ?2 AND id = ?3";
        connection.execute(sql, params![stone.scope, stone.kind, stone.id])?;
        let Some(kind) = Kind::parse(&stone.kind) else { continue };
        let found = match world.rows.get(&(kind, stone.id)) {
            Some(held) => Some((held.row.clone(), held.rev)),
            // One that cannot be read stays as it is.
            None if kind == Kind::Message => {
                read_row(connection, kind, stone.id).ok().flatten().map(|found| (found.row, found.rev))
            }
            None => None,
        };
        if let Some((row, rev)) = found {
            let scope = row.scope();
            to_write.entry((kind, stone.id)).or_insert((Change::Put(row), Some((rev, scope))));
        }
    }
    connection.execute(
        "DELETE FROM alias WHERE NOT EXISTS (SELECT 1 FROM entity WHERE id = to_id) \
         AND NOT EXISTS (SELECT 1 FROM tombstone WHERE id = to_id)",
        [],
    )?;
    Ok(())
}

/// Who is to see something sees it, and nobody else does.
fn grants(world: &World, head: u64, to_write: &mut ToWrite) {
    let mut expected = access::grants(world);
    for (key, held) in &world.rows {
        let Row::Grant(grant) = &held.row else { continue };
        let before = Some((held.rev, held.row.scope()));
        if !expected.remove(&(grant.member, grant.scope)) {
            to_write.insert(*key, (Change::Delete, before));
        } else if grant.epoch > head || grant.floor / ENTRIES_PER_COMMAND > head {
            to_write.insert(*key, (Change::Grant(grant.member, grant.scope), before));
        }
    }
    for (member, scope) in expected {
        let id = Grant::id_of(member, scope);
        // One that cannot be read is in its place.
        if !world.has(Kind::Grant, id) {
            to_write.insert((Kind::Grant, id), (Change::Grant(member, scope), None));
        }
    }
}

/// Nobody who is no member is signed in or has an account.
fn strangers(connection: &Connection, now_ms: i64) -> Result<(), StoreError> {
    connection.execute(&format!("DELETE FROM account WHERE member IN ({})", people::NOBODYS_ACCOUNTS), [])?;
    connection.execute(
        &format!("UPDATE device SET revoked_ms = ?1, wrap_key = x'' WHERE id IN ({})", people::NOBODYS_DEVICES),
        [now_ms],
    )?;
    connection.execute(&format!("DELETE FROM visitor_session WHERE visitor IN ({})", people::LOST_VISITORS), [])?;
    Ok(())
}

fn write(
    store: &mut SqliteStore,
    to_write: ToWrite,
    head: u64,
    mark: &mut dyn FnMut() -> u64,
    at_ms: i64,
) -> Result<(), StoreError> {
    let mut left = to_write.into_iter().peekable();
    for seq in head + 1.. {
        if left.peek().is_none() {
            break;
        }
        let rows = left.by_ref().take(MAX_ROWS).map(|(key, (change, before))| {
            let row = match change {
                Change::Put(row) => Some(row),
                Change::Grant(member, scope) => {
                    Some(Grant { member, scope, epoch: seq, floor: pos_of(seq, ENTRIES_PER_COMMAND - 1) }.into())
                }
                Change::Delete => None,
            };
            (key, RowWrite { row, rev: seq, before })
        });
        let rows = rows.collect();
        store.write(&Writes { stamp: Stamp { seq, mark: mark() }, at_ms, rows, ..Writes::default() })?;
    }
    Ok(())
}

/// Keys as the rows have them.
fn keys(connection: &Connection, world: &World) -> Result<(), StoreError> {
    let (keys, told) = (Keys::of(world), looked_up(connection)?);
    let put = "INSERT INTO lookup (key, id) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET id = excluded.id";
    for (key, id) in &told {
        if !keys.allow(key, *id) {
            match keys.closed.get(key).and_then(|closed| closed.first()) {
                Some(closed) => connection.execute(put, params![key, closed])?,
                None => connection.execute("DELETE FROM lookup WHERE key = ?1", [key])?,
            };
        }
    }
    for (key, owners) in &keys.owners {
        if !told.get(key).is_some_and(|id| owners.contains(id)) {
            connection.execute(put, params![key, owners[0]])?;
        }
    }
    Ok(())
}

/// Sums as the rows have them.
fn digests(connection: &Connection, world: &World) -> Result<(), StoreError> {
    connection.execute("DELETE FROM scope_digest", [])?;
    for (scope, digest) in &world.digests {
        let sql = "INSERT INTO scope_digest (scope, digest) VALUES (?1, ?2)";
        connection.execute(sql, params![scope, digest.cast_signed()])?;
    }
    Ok(())
}
