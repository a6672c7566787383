//! All rows but the entries of threads, and what follows from them directly: columns, digests, tombstones.

use super::{Fault, Finding};
use crate::store::{FoundBy, Head, StoreError, parse_json, read_head};
use deskbell_domain::{Kind, MemberId, Row, Scope};
use deskbell_protocol::digest_of;
use rusqlite::Connection;
use std::collections::{BTreeMap, HashSet};
use uuid::Uuid;

/// A row as it is stored.
pub(super) struct Held {
    pub row: Row,
    pub rev: u64,
    /// As the column says.
    pub scope: String,
    /// As the columns say.
    pub found_by: FoundBy,
}

pub(super) struct World {
    pub head: Head,
    pub rows: BTreeMap<(Kind, Uuid), Held>,
    /// Entries of threads, and rows that cannot be read: they are there.
    pub others: HashSet<(String, Uuid)>,
    /// Sums over the rows of each scope, as the columns say.
    pub digests: BTreeMap<String, u64>,
    /// The greatest number that anything has.
    pub newest: u64,
}

impl World {
    pub fn load(connection: &Connection, findings: &mut Vec<Finding>) -> Result<Self, StoreError> {
        let mut world = Self {
            head: read_head(connection)?,
            rows: BTreeMap::new(),
            others: HashSet::new(),
            digests: BTreeMap::new(),
            newest: 0,
        };
        let mut statement = connection.prepare("SELECT kind, id, scope, rev, row, address, newest FROM entity")?;
        let mut found = statement.query([])?;
        while let Some(r) = found.next()? {
            let (name, id, scope, rev): (String, Uuid, String, u64) = (r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?);
            world.count(&name, id, &scope, rev);
            match read(&name, id, r.get_ref(4)?.as_str().map_err(rusqlite::Error::from)?) {
                Ok(row) => {
                    if row.scope().to_string() != scope {
                        let message = format!("it stands in {scope} and belongs to {}", row.scope());
                        findings.push(Finding::new(Fault::WrongColumn, format_args!("{name} {id}"), message));
                    }
                    let found_by = FoundBy { address: r.get(5)?, newest: r.get(6)? };
                    if found_by != FoundBy::of(&row) {
                        let message = "what it is found by is not what stands in it";
                        findings.push(Finding::new(Fault::WrongColumn, format_args!("{name} {id}"), message));
                    }
                    world.rows.insert((row.kind(), id), Held { row, rev, scope, found_by });
                }
                Err(problem) => {
                    findings.push(Finding::new(Fault::UnreadableRow, format_args!("{name} {id}"), problem));
                    world.others.insert((name, id));
                }
            }
        }
        Ok(world)
    }

    /// Adds a row to the sums.
    pub fn count(&mut self, kind: &str, id: Uuid, scope: &str, rev: u64) {
        let sum = self.digests.entry(scope.to_owned()).or_default();
        *sum = sum.wrapping_add(digest_of(kind, id, rev));
        self.newest = self.newest.max(rev);
    }

    pub fn row(&self, kind: Kind, id: Uuid) -> Option<&Row> {
        self.rows.get(&(kind, id)).map(|held| &held.row)
    }

    /// Whether there is such a row, though it may not be readable.
    pub fn has(&self, kind: Kind, id: Uuid) -> bool {
        self.rows.contains_key(&(kind, id)) || self.others.contains(&(kind.as_str().to_owned(), id))
    }

    pub fn has_member(&self, member: MemberId) -> bool {
        self.has(Kind::Member, member.0)
    }

    /// The scope of a chat.
    pub fn scope_of_chat(&self, chat: Uuid) -> Option<Scope> {
        Kind::CHATS.into_iter().find_map(|kind| self.row(kind, chat)).map(Row::scope)
    }

    pub fn all(&self) -> impl Iterator<Item = &Row> {
        self.rows.values().map(|held| &held.row)
    }
}

/// The row of that kind and identifier, or what is wrong with it; never what stands in it.
pub(super) fn read(kind: &str, id: Uuid, text: &str) -> Result<Row, String> {
    let kind = Kind::parse(kind).ok_or("no program of this version knows that kind")?;
    let json: serde_json::Value = parse_json(text).map_err(|_| "it is no JSON")?;
    let row = Row::from_json(kind, &json).map_err(|error| match error {
        deskbell_domain::RowError::Newer(v) => format!("it was made by a newer program (version {v} of the rows)"),
        deskbell_domain::RowError::Shape { .. } => "it does not have the shape of its kind".to_owned(),
    })?;
    if row.id() == id { Ok(row) } else { Err(format!("it is the row of {}", row.id())) }
}

/// What is gone from a scope is not in it.
pub(super) fn examine_tombstones(
    connection: &Connection,
    world: &World,
    findings: &mut Vec<Finding>,
) -> Result<(), StoreError> {
    for stone in living_tombstones(connection)? {
        let message = format!("it is in {} and is said to be gone from it", stone.scope);
        findings.push(Finding::new(Fault::LivingTombstone, format_args!("{} {}", stone.kind, stone.id), message));
    }
    let mut statement = connection.prepare("SELECT DISTINCT id FROM tombstone")?;
    let gone = statement.query_map([], |r| r.get(0))?.collect::<Result<HashSet<Uuid>, _>>()?;
    let there: HashSet<Uuid> =
        world.rows.keys().map(|(_, id)| *id).chain(world.others.iter().map(|(_, id)| *id)).collect();
    let mut statement = connection.prepare("SELECT from_id, to_id FROM alias")?;
    let mut aliases = statement.query([])?;
    while let Some(r) = aliases.next()? {
        let (from, to): (Uuid, Uuid) = (r.get(0)?, r.get(1)?);
        if !there.contains(&to) && !gone.contains(&to) {
            let message = format!("it stands for {to}, which is not there");
            findings.push(Finding::new(Fault::LooseAlias, format_args!("alias {from}"), message));
        }
    }
    Ok(())
}

pub(super) struct Tombstone {
    pub scope: String,
    pub kind: String,
    pub id: Uuid,
}

/// Tombstones of what is there, in its scope.
pub(super) fn living_tombstones(connection: &Connection) -> Result<Vec<Tombstone>, StoreError> {
    let mut statement = connection.prepare(
        "SELECT t.scope, t.kind, t.id FROM tombstone t JOIN entity e ON e.kind = t.kind AND e.id = t.id AND e.scope = t.scope \
         UNION ALL SELECT t.scope, t.kind, t.id FROM tombstone t JOIN message m \
         ON t.kind = 'message' AND m.id = t.id AND m.scope = t.scope",
    )?;
    let found = statement.query_map([], |r| Ok(Tombstone { scope: r.get(0)?, kind: r.get(1)?, id: r.get(2)? }))?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// The sums that are told to clients are those of the rows.
pub(super) fn examine_digests(
    connection: &Connection,
    world: &World,
    findings: &mut Vec<Finding>,
) -> Result<(), StoreError> {
    let mut statement = connection.prepare("SELECT scope, digest FROM scope_digest")?;
    let told = statement
        .query_map([], |r| Ok((r.get::<_, String>(0)?, r.get::<_, i64>(1)?.cast_unsigned())))?
        .collect::<Result<BTreeMap<_, _>, _>>()?;
    let scopes: std::collections::BTreeSet<&String> = told.keys().chain(world.digests.keys()).collect();
    for scope in scopes {
        let of = |sums: &BTreeMap<String, u64>| sums.get(scope).copied().unwrap_or_default();
        if of(&told) != of(&world.digests) {
            let message = format!("{:016x} is told, {:016x} it is", of(&told), of(&world.digests));
            findings.push(Finding::new(Fault::WrongDigest, scope, message));
        }
    }
    Ok(())
}
