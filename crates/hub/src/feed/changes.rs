//! The feed: what changed in a member's scopes after a cursor.
//!
//! Each scope is read by its own index and the parts are merged: one index over all scopes would read everybody's rows
//! to find one member's. First only keys, cut at a `seq`, then the rows that remain.

use super::{FeedError, MAX_PAGE_BYTES, grants_of, head_for};
use crate::commit::{MAX_ROWS, Seen};
use crate::store::{StoreError, parse_json, read_digest};
use deskbell_domain::plant::{Plant, planted};
use deskbell_domain::{Kind, MemberId, Scope};
use deskbell_protocol::{Change, Changes, Op};
use rusqlite::{CachedStatement, Connection, params};
use serde_json::Value;
use uuid::Uuid;

struct Key {
    rev: u64,
    op: Op,
    kind: String,
    id: Uuid,
    scope: Scope,
}

/// The page after `since`, of about `limit` changes.
pub fn changes(
    connection: &Connection,
    member: MemberId,
    since: u64,
    seen: &Seen,
    limit: usize,
) -> Result<Changes, FeedError> {
    let head = head_for(connection, seen)?;
    let low_seq = if planted(Plant::LowSeqOff) { head.low_seq.saturating_sub(1) } else { head.low_seq };
    if since > head.stamp.seq || since < low_seq {
        return Err(FeedError::Resync);
    }
    let grants = grants_of(connection, member)?;
    let mut page = Changes {
        r#gen: head.r#gen,
        from: since,
        to: head.stamp.seq,
        head: head.stamp,
        more: false,
        changes: Vec::new(),
        digests: Default::default(),
    };
    if since < head.stamp.seq {
        let (keys, complete_to) = keys(connection, grants.iter().map(|g| g.scope), since, limit)?;
        fill(connection, &mut page, keys, complete_to, limit)?;
    }
    page.more = page.to < head.stamp.seq;
    if !page.more {
        for grant in &grants {
            let digest = read_digest(connection, grant.scope)?;
            page.digests.insert(grant.scope.to_string(), format!("{digest:016x}"));
        }
    }
    Ok(page)
}

/// Keys in the order of `rev`, and the `seq` up to which they are all of them.
fn keys(
    connection: &Connection,
    scopes: impl Iterator<Item = Scope>,
    since: u64,
    limit: usize,
) -> Result<(Vec<Key>, u64), StoreError> {
    let mut put = connection
        .prepare_cached("SELECT rev, kind, id FROM entity WHERE scope = ?1 AND rev > ?2 ORDER BY rev LIMIT ?3")?;
    let mut message = connection
        .prepare_cached("SELECT rev, 'message', id FROM message WHERE scope = ?1 AND rev > ?2 ORDER BY rev LIMIT ?3")?;
    let mut gone = connection
        .prepare_cached("SELECT seq, kind, id FROM tombstone WHERE scope = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3")?;
    // With room for one whole command beyond the limit a source that is cut still holds complete ones.
    let most = limit + MAX_ROWS + 1;
    let mut keys = Vec::new();
    let mut complete_to = u64::MAX;
    for scope in scopes {
        for (statement, op) in [(&mut put, Op::Put), (&mut message, Op::Put), (&mut gone, Op::Del)] {
            let found = keys_of(statement, scope, since, most, op)?;
            if found.len() == most
                && let Some(last) = found.last()
            {
                complete_to = complete_to.min(last.rev - 1);
            }
            keys.extend(found);
        }
    }
    // What moved leaves its old scope before it appears in the new one: the other way round it would be gone.
    keys.sort_by_key(|k| (k.rev, k.op == Op::Put));
    Ok((keys, complete_to))
}

fn keys_of(
    statement: &mut CachedStatement<'_>,
    scope: Scope,
    since: u64,
    most: usize,
    op: Op,
) -> Result<Vec<Key>, StoreError> {
    let rows = statement.query_map(params![scope.to_string(), since, most], |r| {
        Ok(Key { rev: r.get(0)?, op, kind: r.get(1)?, id: r.get(2)?, scope })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Adds whole commands until the page is full.
fn fill(
    connection: &Connection,
    page: &mut Changes,
    keys: Vec<Key>,
    complete_to: u64,
    limit: usize,
) -> Result<(), FeedError> {
    let mut bytes = 0;
    let mut last = page.from;
    for key in keys {
        let next_command = key.rev != last;
        if key.rev > complete_to {
            page.to = complete_to;
            return Ok(());
        }
        if next_command && (page.changes.len() >= limit || bytes >= MAX_PAGE_BYTES) {
            page.to = last;
            return Ok(());
        }
        last = key.rev;
        let row = match key.op {
            Op::Put => {
                let text = row_text(connection, &key)?;
                bytes += text.len();
                Some(parse_json::<Value>(&text)?)
            }
            Op::Del => None,
        };
        page.changes.push(Change { op: key.op, kind: key.kind, id: key.id, scope: key.scope, rev: key.rev, row });
    }
    Ok(())
}

fn row_text(connection: &Connection, key: &Key) -> Result<String, StoreError> {
    if key.kind == Kind::Message.as_str() {
        let mut statement = connection.prepare_cached("SELECT row FROM message WHERE id = ?1")?;
        return Ok(statement.query_row([key.id], |r| r.get(0))?);
    }
    let mut statement = connection.prepare_cached("SELECT row FROM entity WHERE kind = ?1 AND id = ?2")?;
    Ok(statement.query_row(params![key.kind, key.id], |r| r.get(0))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commit::{Item, Submission, commit_batch};
    use crate::store::{RowWrite, SqliteStore, Store, Writes};
    use deskbell_domain::command::AddMember;
    use deskbell_domain::{
        Actor, CommandId, Contact, ContactId, EmailAddress, Member, Name, OrganizationId, Role, Row,
    };
    use deskbell_protocol::{Generation, Stamp};

    #[test]
    fn a_contact_that_is_shared_goes_before_it_comes() {
        let mut store = SqliteStore::in_memory().unwrap();
        let generation = Generation("g".into());
        store.create(OrganizationId(Uuid::from_u128(9)), &generation, 0).unwrap();
        let member = Member {
            id: MemberId(Uuid::from_u128(1)),
            name: Name::parse("Ada").unwrap(),
            email: EmailAddress::parse("ada@example.com").unwrap(),
            role: Role::Agent,
            active: true,
        };
        let me = member.id;
        let item = Item::own(CommandId(Uuid::nil()), Actor::System, AddMember { member }.into(), 0);
        commit_batch(&mut store, &[Submission { seen: None, items: vec![item] }], 1).unwrap();
        let id = Uuid::from_u128(2);
        let mut write = |private_to, rev, before| {
            let name = Name::parse("Layla").unwrap();
            let row: Row = Contact { id: ContactId(id), name, company: None, addresses: vec![], private_to }.into();
            let rows = [((Kind::Contact, id), RowWrite { row: Some(row), rev, before })].into();
            store.begin().unwrap();
            store.write(&Writes { stamp: Stamp { seq: rev, mark: rev }, rows, ..Writes::default() }).unwrap();
            store.commit().unwrap();
        };
        write(Some(me), 2, None);
        write(None, 3, Some((2, Scope::Member(me))));
        let seen = Seen { r#gen: generation, stamp: Stamp::default() };
        let page = changes(store.connection(), me, 2, &seen, 1).unwrap();
        let told: Vec<_> = page.changes.iter().map(|c| (c.op, c.scope, c.rev)).collect();
        assert_eq!(told, [(Op::Del, Scope::Member(me), 3), (Op::Put, Scope::Org, 3)]);
    }
}
