//! The store on SQLite: one file, one writer.
//!
//! Loads are prepared statements in a loop: with the file in the process a statement costs microseconds, and a set
//! query would only build a temporary table first.

use super::found_by::{FoundBy, newest_of};
use super::{Head, Loaded, NewCommand, RowWrite, Store, StoreError, StoredCommand, StoredRow, Writes};
use deskbell_domain::plant::{Plant, planted};
use deskbell_domain::{CommandId, DeviceId, Kind, MemberId, Organization, OrganizationId, Outcome, Ref, Row, Scope};
use deskbell_protocol::{Generation, Stamp, digest_of};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use uuid::Uuid;

mod embedded {
    refinery::embed_migrations!("src/store/migrations");
}

/// The store of one organization in one SQLite file.
#[derive(Debug)]
pub struct SqliteStore {
    connection: Connection,
}

impl SqliteStore {
    /// Opens the file, making it where there is none, and brings its tables up to date.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Self::from_connection(deskbell_sqlite::open_writer(path)?)
    }

    /// Version of the tables as this program has them; those of a newer one cannot be read.
    pub fn newest_version() -> i32 {
        let runner = embedded::migrations::runner();
        runner.get_migrations().iter().map(|m| m.version()).max().unwrap_or_default()
    }

    /// A store in memory.
    pub fn in_memory() -> Result<Self, StoreError> {
        Self::from_connection(deskbell_sqlite::open_memory()?)
    }

    /// A store over a connection that is open already.
    pub fn from_connection(mut connection: Connection) -> Result<Self, StoreError> {
        deskbell_sqlite::migrate(&mut connection, embedded::migrations::runner())?;
        Ok(Self { connection })
    }

    /// The writing connection, for tables that no command touches (accounts, devices, visitor sessions).
    pub fn connection(&mut self) -> &mut Connection {
        &mut self.connection
    }

    /// Makes the organization's row. Its entity is written by the first commit.
    pub fn create(&mut self, id: OrganizationId, generation: &Generation, now_ms: i64) -> Result<(), StoreError> {
        let made = self.connection.execute(
            "INSERT INTO organization (one, id, gen, created_ms) VALUES (1, ?1, ?2, ?3) ON CONFLICT DO NOTHING",
            params![id.0, generation.0, now_ms],
        )?;
        if made == 0 { Err(StoreError::OrganizationExists) } else { Ok(()) }
    }

    /// Makes the organization with its entity, as the first commit. `mark` is random, `now_ms` UTC milliseconds.
    pub fn found(
        &mut self,
        organization: Organization,
        generation: &Generation,
        mark: u64,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        let id = organization.id;
        self.create(id, generation, now_ms)?;
        let write = RowWrite { row: Some(organization.into()), rev: 1, before: None };
        let rows = [((Kind::Organization, id.0), write)].into();
        self.begin()?;
        self.write(&Writes { stamp: Stamp { seq: 1, mark }, at_ms: now_ms, rows, ..Writes::default() })?;
        self.commit()
    }

    /// Takes away an organization that was begun and in which nothing ever happened: nobody can sign in there, and making it
    /// again must work.
    pub fn forget_a_false_start(&mut self) -> Result<(), StoreError> {
        let transaction = self.connection.transaction()?;
        let begun: Option<u64> =
            transaction.query_row("SELECT seq FROM organization WHERE one = 1", [], |r| r.get(0)).optional()?;
        if begun.is_some_and(|seq| seq <= 1) {
            transaction.execute_batch(
                "DELETE FROM account; DELETE FROM entity; DELETE FROM scope_digest; DELETE FROM lookup; DELETE FROM mark;
                 DELETE FROM organization;",
            )?;
        }
        Ok(transaction.commit()?)
    }

    /// The organization as it is.
    pub fn head(&self) -> Result<Head, StoreError> {
        read_head(&self.connection)
    }

    /// Moves the log into the file; a stop leaves one plain file behind.
    pub fn checkpoint(&mut self) -> Result<(), StoreError> {
        self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(())
    }
}

/// The organization as a connection sees it.
pub fn read_head(connection: &Connection) -> Result<Head, StoreError> {
    connection
        .prepare_cached(
            "SELECT o.id, o.gen, o.seq, o.low_seq, coalesce(m.mark, 0), o.low_mark FROM organization o \
             LEFT JOIN mark m ON m.seq = o.seq WHERE o.one = 1",
        )?
        .query_row([], |r| {
            Ok(Head {
                organization: OrganizationId(r.get(0)?),
                r#gen: Generation(r.get(1)?),
                stamp: Stamp { seq: r.get(2)?, mark: r.get::<_, i64>(4)?.cast_unsigned() },
                low_seq: r.get(3)?,
                low_mark: r.get(5)?,
            })
        })
        .optional()?
        .ok_or(StoreError::NoOrganization)
}

/// The mark of the commit that ended at that `seq`.
pub fn read_mark(connection: &Connection, seq: u64) -> Result<Option<u64>, StoreError> {
    let mark = connection
        .prepare_cached("SELECT mark FROM mark WHERE seq = ?1")?
        .query_row([seq], |r| r.get::<_, i64>(0))
        .optional()?;
    Ok(mark.map(i64::cast_unsigned))
}

/// A row, where it is.
pub fn read_row(connection: &Connection, kind: Kind, id: Uuid) -> Result<Option<StoredRow>, StoreError> {
    let found: Option<(u64, String)> = match kind {
        Kind::Message => connection
            .prepare_cached("SELECT rev, row FROM message WHERE id = ?1")?
            .query_row([id], |r| Ok((r.get(0)?, r.get(1)?)))
            .optional()?,
        _ => connection
            .prepare_cached("SELECT rev, row FROM entity WHERE kind = ?1 AND id = ?2")?
            .query_row(params![kind.as_str(), id], |r| Ok((r.get(0)?, r.get(1)?)))
            .optional()?,
    };
    found.map(|(rev, text)| Ok(StoredRow { row: parse_row(kind, &text)?, rev })).transpose()
}

/// All rows of a kind, in the order of their identifiers.
pub fn read_all(connection: &Connection, kind: Kind) -> Result<Vec<StoredRow>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT rev, row FROM entity WHERE kind = ?1 ORDER BY id")?;
    let rows = statement.query_map([kind.as_str()], |r| Ok((r.get(0)?, r.get::<_, String>(1)?)))?;
    rows.map(|found| {
        let (rev, text) = found?;
        Ok(StoredRow { row: parse_row(kind, &text)?, rev })
    })
    .collect()
}

fn parse_row(kind: Kind, text: &str) -> Result<Row, StoreError> {
    Ok(Row::from_text(kind, text)?)
}

/// JSON that the hub stored.
pub fn parse_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|e| StoreError::Value(e.to_string()))
}

impl Store for SqliteStore {
    fn begin(&mut self) -> Result<Head, StoreError> {
        self.connection.execute_batch("BEGIN IMMEDIATE")?;
        let head = self.head();
        if head.is_err() {
            self.rollback();
        }
        head
    }

    fn load(&mut self, refs: &[Ref]) -> Result<Vec<Loaded>, StoreError> {
        let mut key_of = self.connection.prepare_cached("SELECT id FROM lookup WHERE key = ?1")?;
        refs.iter()
            .map(|r| match r {
                Ref::Row(kind, id) => Ok(Loaded::Row(*kind, *id, read_row(&self.connection, *kind, *id)?)),
                Ref::Key(key) => {
                    let id = key_of.query_row([key.to_string()], |r| r.get(0)).optional()?;
                    Ok(Loaded::Key(key.clone(), id))
                }
            })
            .collect()
    }

    fn aliases(&mut self, ids: &[Uuid]) -> Result<HashMap<Uuid, Uuid>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT to_id FROM alias WHERE from_id = ?1")?;
        let mut found = HashMap::new();
        for id in ids {
            if let Some(to) = statement.query_row([id], |r| r.get(0)).optional()? {
                found.insert(*id, to);
            }
        }
        Ok(found)
    }

    fn commands(&mut self, ids: &[CommandId]) -> Result<HashMap<CommandId, StoredCommand>, StoreError> {
        let mut statement =
            self.connection.prepare_cached("SELECT member, payload_hash, seq, outcome FROM command WHERE id = ?1")?;
        let mut found = HashMap::new();
        for id in ids {
            let row: Option<(Uuid, [u8; 32], u64, String)> =
                statement.query_row([id.0], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?))).optional()?;
            if let Some((member, payload_hash, seq, outcome)) = row {
                let outcome: Outcome = parse_json(&outcome)?;
                found.insert(*id, StoredCommand { member: MemberId(member), payload_hash, seq, outcome });
            }
        }
        Ok(found)
    }

    fn numbered(&mut self, numbers: &[(DeviceId, u64)]) -> Result<HashMap<(DeviceId, u64), CommandId>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT id FROM command WHERE device = ?1 AND n = ?2")?;
        let mut found = HashMap::new();
        for (device, n) in numbers {
            if let Some(id) = statement.query_row(params![device.0, n], |r| r.get(0)).optional()? {
                found.insert((*device, *n), CommandId(id));
            }
        }
        Ok(found)
    }

    fn mark_of(&mut self, seq: u64) -> Result<Option<u64>, StoreError> {
        read_mark(&self.connection, seq)
    }

    fn write(&mut self, writes: &Writes) -> Result<Vec<(Scope, u64)>, StoreError> {
        let mut digests: BTreeMap<Scope, u64> = BTreeMap::new();
        for ((kind, id), write) in &writes.rows {
            write_row(&self.connection, *kind, *id, write)?;
            if let Some((rev, scope)) = write.before {
                let sum = digests.entry(scope).or_default();
                *sum = sum.wrapping_sub(digest_of(kind.as_str(), *id, rev));
            }
            if let Some(row) = &write.row {
                let sum = digests.entry(row.scope()).or_default();
                *sum = sum.wrapping_add(digest_of(kind.as_str(), *id, write.rev));
            }
        }
        let add = |(scope, change)| Ok((scope, add_to_digest(&self.connection, scope, change)?));
        let digests = digests.into_iter().map(add).collect::<Result<_, StoreError>>()?;
        for (from, to) in &writes.aliases {
            self.connection
                .prepare_cached("INSERT INTO alias (from_id, to_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
                .execute(params![from, to])?;
        }
        for command in &writes.commands {
            write_command(&self.connection, command)?;
        }
        self.connection
            .prepare_cached("UPDATE organization SET seq = ?1 WHERE one = 1")?
            .execute([writes.stamp.seq])?;
        self.connection
            .prepare_cached("INSERT INTO mark (seq, mark, at_ms) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING")?
            .execute(params![writes.stamp.seq, writes.stamp.mark.cast_signed(), writes.at_ms])?;
        Ok(digests)
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        Ok(self.connection.execute_batch("COMMIT")?)
    }

    fn rollback(&mut self) {
        // A failed statement may have ended the transaction already (a full disk does).
        if !self.connection.is_autocommit()
            && let Err(error) = self.connection.execute_batch("ROLLBACK")
        {
            tracing::error!(%error, "a transaction could not be undone");
        }
    }
}

fn write_row(connection: &Connection, kind: Kind, id: Uuid, write: &RowWrite) -> Result<(), StoreError> {
    let now_in = write.row.as_ref().map(Row::scope);
    let before = write.before.map(|(_, scope)| scope);
    if let Some(scope) = before
        && now_in != Some(scope)
    {
        connection
            .prepare_cached(
                "INSERT INTO tombstone (scope, kind, id, seq) VALUES (?1, ?2, ?3, ?4) \
                 ON CONFLICT (scope, kind, id) DO UPDATE SET seq = excluded.seq",
            )?
            .execute(params![scope.to_string(), kind.as_str(), id, write.rev])?;
    }
    let Some(row) = &write.row else { return delete_row(connection, kind, id) };
    let scope = row.scope().to_string();
    if now_in != before {
        connection
            .prepare_cached("DELETE FROM tombstone WHERE scope = ?1 AND kind = ?2 AND id = ?3")?
            .execute(params![scope, kind.as_str(), id])?;
    }
    let json = row.to_text();
    let stays = now_in == before || (before.is_some() && planted(Plant::S11Moved));
    match row {
        Row::Message(m) if write.before.is_none() => {
            let pos = m.pos.ok_or_else(|| StoreError::Value("a message without its position".into()))?;
            connection
                .prepare_cached("INSERT INTO message (pos, id, chat, scope, rev, row) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
                .execute(params![pos, id, m.chat.0, scope, write.rev, json])?;
        }
        Row::Message(_) => {
            connection
                .prepare_cached("UPDATE message SET scope = ?2, rev = ?3, row = ?4 WHERE id = ?1")?
                .execute(params![id, scope, write.rev, json])?;
        }
        // SQLite writes every index anew that a statement names a column of, though its value stays: most rows stay where
        // they are, and a conversation keeps its address.
        Row::Conversation(conversation) if stays => {
            connection
                .prepare_cached("UPDATE entity SET rev = ?3, row = ?4, newest = ?5 WHERE kind = ?1 AND id = ?2")?
                .execute(params![kind.as_str(), id, write.rev, json, newest_of(conversation)])?;
        }
        _ if stays => {
            connection
                .prepare_cached("UPDATE entity SET rev = ?3, row = ?4 WHERE kind = ?1 AND id = ?2")?
                .execute(params![kind.as_str(), id, write.rev, json])?;
        }
        _ => {
            let FoundBy { address, newest } = FoundBy::of(row);
            connection
                .prepare_cached(
                    "INSERT INTO entity (kind, id, scope, rev, row, address, newest) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) \
                     ON CONFLICT (kind, id) DO UPDATE SET scope = excluded.scope, rev = excluded.rev, row = excluded.row, \
                     address = excluded.address, newest = excluded.newest",
                )?
                .execute(params![kind.as_str(), id, scope, write.rev, json, address, newest])?;
        }
    }
    write_keys(connection, row)
}

fn write_keys(connection: &Connection, row: &Row) -> Result<(), StoreError> {
    // A closed conversation keeps its key until an open one takes it; what others do not say any more is not theirs.
    if matches!(row.kind(), Kind::Contact | Kind::Tag) {
        connection.prepare_cached("DELETE FROM lookup WHERE id = ?1")?.execute([row.id()])?;
    }
    for key in row.keys() {
        connection
            .prepare_cached(
                "INSERT INTO lookup (key, id) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET id = excluded.id \
                 WHERE id <> excluded.id",
            )?
            .execute(params![key.to_string(), row.id()])?;
    }
    Ok(())
}

fn delete_row(connection: &Connection, kind: Kind, id: Uuid) -> Result<(), StoreError> {
    match kind {
        Kind::Message => connection.prepare_cached("DELETE FROM message WHERE id = ?1")?.execute([id])?,
        _ => connection
            .prepare_cached("DELETE FROM entity WHERE kind = ?1 AND id = ?2")?
            .execute(params![kind.as_str(), id])?,
    };
    connection.prepare_cached("DELETE FROM lookup WHERE id = ?1")?.execute([id])?;
    Ok(())
}

fn add_to_digest(connection: &Connection, scope: Scope, change: u64) -> Result<u64, StoreError> {
    // Summed here: SQLite's own addition would turn into a float where it overflows.
    let after = read_digest(connection, scope)?.wrapping_add(change);
    connection
        .prepare_cached(
            "INSERT INTO scope_digest (scope, digest) VALUES (?1, ?2) \
             ON CONFLICT (scope) DO UPDATE SET digest = excluded.digest",
        )?
        .execute(params![scope.to_string(), after.cast_signed()])?;
    Ok(after)
}

/// The digest of a scope; of an empty one 0.
pub fn read_digest(connection: &Connection, scope: Scope) -> Result<u64, StoreError> {
    let sum: Option<i64> = connection
        .prepare_cached("SELECT digest FROM scope_digest WHERE scope = ?1")?
        .query_row([scope.to_string()], |r| r.get(0))
        .optional()?;
    Ok(sum.map_or(0, i64::cast_unsigned))
}

fn write_command(connection: &Connection, command: &NewCommand) -> Result<(), StoreError> {
    if planted(Plant::S9Once) {
        connection.prepare_cached("DELETE FROM command WHERE id = ?1")?.execute([command.id.0])?;
    }
    let outcome = serde_json::to_string(&command.stored.outcome).map_err(|e| StoreError::Value(e.to_string()))?;
    connection
        .prepare_cached(
            "INSERT INTO command (id, member, device, n, kind, payload_hash, seq, outcome, received_ms) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![
            command.id.0,
            command.stored.member.0,
            command.device.0,
            command.n,
            command.kind,
            command.stored.payload_hash,
            command.stored.seq,
            outcome,
            command.received_ms,
        ])?;
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::clock::{Clock, SystemClock};

    #[test]
    fn a_hub_that_ends_in_the_middle_of_its_update_starts_again() {
        for commits in 0..4 {
            let dir = tempfile::tempdir().unwrap();
            let open = || deskbell_sqlite::open_writer(&dir.path().join("hub.db")).unwrap();
            embedded::migrations::runner().set_target(refinery::Target::Version(2)).run(&mut open()).unwrap();
            let mut dies = open();
            let mut left = commits;
            dies.commit_hook(Some(move || {
                let over = left == 0;
                left -= i32::from(!over);
                over
            }))
            .unwrap();
            drop(SqliteStore::from_connection(dies));
            let mut store = SqliteStore::from_connection(open()).unwrap();
            let sql = "SELECT max(version) FROM refinery_schema_history";
            let version: i32 = store.connection().query_row(sql, [], |r| r.get(0)).unwrap();
            assert_eq!(version, SqliteStore::newest_version(), "after {commits}");
        }
    }

    #[test]
    fn marks_from_before_they_had_a_time_count_from_the_day_of_the_update() {
        let mut connection = deskbell_sqlite::open_memory().unwrap();
        let before = embedded::migrations::runner().set_target(refinery::Target::Version(2));
        before.run(&mut connection).unwrap();
        connection
            .execute_batch(
                "INSERT INTO organization (one, id, seq, gen, created_ms) VALUES (1, zeroblob(16), 7, 'g', 0);
                 INSERT INTO mark (seq, mark) VALUES (7, 77);",
            )
            .unwrap();
        let mut store = SqliteStore::from_connection(connection).unwrap();
        let head = store.head().unwrap();
        assert_eq!((head.stamp, head.low_seq, head.low_mark), (Stamp { seq: 7, mark: 77 }, 0, 0));
        let at_ms: i64 = store.connection().query_row("SELECT at_ms FROM mark", [], |r| r.get(0)).unwrap();
        assert!((SystemClock.now_ms() - at_ms).abs() < 60_000, "{at_ms}");
    }
}
