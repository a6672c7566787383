//! The whole of what is visible, for checks: a doctor, a simulator, a test.

use super::{Store, StoreError, Stored, query, rows, uuid_from};
use deskbell_domain::{ChatId, Kind, Row};
use rusqlite::Connection;
use std::collections::BTreeMap;
use uuid::Uuid;

impl Store {
    /// Every visible row.
    pub fn visible_rows(&self) -> Stored<BTreeMap<(Kind, Uuid), Row>> {
        let mut all = BTreeMap::new();
        for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::Message) {
            all.extend(rows::all(&self.connection, kind)?.into_iter().map(|row| ((kind, row.id()), row)));
        }
        let mut statement = self.connection.prepare("SELECT id FROM live_message")?;
        let ids: Vec<[u8; 16]> = statement.query_map([], |r| r.get(0))?.collect::<Result<_, _>>()?;
        for id in ids.into_iter().map(uuid_from) {
            all.extend(rows::row(&self.connection, Kind::Message, id)?.map(|row| ((Kind::Message, id), row)));
        }
        Ok(all)
    }

    /// How many rows pending commands have changed.
    pub fn shadows(&self) -> Stored<u64> {
        Ok(self.connection.query_row("SELECT count(*) FROM shadow", [], |r| r.get::<_, i64>(0))?.unsigned_abs())
    }

    /// Everything in the outbox, what the hub has done too.
    pub fn outbox(&self) -> Stored<Vec<super::OutboxItem>> {
        super::outbox::everything(&self.connection)
    }

    /// Position of the newest entry of a chat that the hub has; 0 = none.
    pub fn last_pos(&self, chat: ChatId) -> Stored<u64> {
        query::last_pos(&self.connection, chat)
    }

    /// How often a scope was loaded again because it differed from the hub's.
    pub fn heals(&self) -> Stored<u64> {
        let heals = self.connection.query_row("SELECT ifnull(sum(heals), 0) FROM scope", [], |r| r.get::<_, i64>(0))?;
        Ok(heals.unsigned_abs())
    }

    /// What SQLite says of its own file: nothing, where it is sound.
    pub fn integrity(connection: &Connection) -> Stored<Vec<String>> {
        let mut statement = connection.prepare("PRAGMA integrity_check")?;
        let said: Result<Vec<String>, _> = statement.query_map([], |r| r.get(0)).and_then(Iterator::collect);
        match said.map_err(StoreError::from) {
            Ok(said) => Ok(said.into_iter().filter(|line| line != "ok").collect()),
            // Of some damage it says nothing but that.
            Err(error) if error.is_damaged() => Ok(vec![error.to_string()]),
            Err(error) => Err(error),
        }
    }
}

/// All that is derived from the rows and does not follow from them, at one moment.
pub(crate) fn differences(c: &Connection) -> Stored<Vec<String>> {
    let moment = c.unchecked_transaction()?;
    let mut found = super::index_differences(&moment)?;
    found.extend(super::derived_differences(&moment)?);
    Ok(found)
}

/// A connection for a cache that lives in memory only.
pub fn memory() -> Result<Connection, deskbell_sqlite::OpenError> {
    deskbell_sqlite::open_memory()
}
