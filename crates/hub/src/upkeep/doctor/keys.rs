//! Natural keys (S16): worked out from the rows and compared with those that are looked up.

use super::world::World;
use super::{Fault, Finding};
use crate::store::StoreError;
use deskbell_domain::{Conversation, Row};
use rusqlite::Connection;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Where keys are to lead.
#[derive(Default)]
pub(super) struct Keys {
    /// Whose they are: one each, where all is well. The newest first.
    pub owners: BTreeMap<String, Vec<Uuid>>,
    /// Closed conversations: they keep the key that they had until an open one takes it. Which of several had it last is
    /// known by the key alone, and where that one was deleted, none has it. The newest first.
    pub closed: BTreeMap<String, Vec<Uuid>>,
}

impl Keys {
    pub fn of(world: &World) -> Self {
        let mut keys = Self::default();
        let mut rows: Vec<_> = world.rows.values().collect();
        rows.sort_by_key(|held| std::cmp::Reverse(held.rev));
        for held in rows {
            for key in held.row.keys() {
                keys.owners.entry(key.to_string()).or_default().push(held.row.id());
            }
            if let Row::Conversation(closed) = &held.row
                && !closed.is_open()
            {
                let open = Row::from(Conversation { closed: None, ..closed.clone() });
                for key in open.keys() {
                    keys.closed.entry(key.to_string()).or_default().push(closed.id.0);
                }
            }
        }
        keys
    }

    /// Whether the key may lead there.
    pub fn allow(&self, key: &str, id: Uuid) -> bool {
        match self.owners.get(key) {
            Some(owners) => owners.contains(&id),
            None => self.closed.get(key).is_some_and(|closed| closed.contains(&id)),
        }
    }
}

/// All keys that are looked up.
pub(super) fn looked_up(connection: &Connection) -> Result<BTreeMap<String, Uuid>, StoreError> {
    let mut statement = connection.prepare("SELECT key, id FROM lookup")?;
    let found = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?;
    Ok(found.collect::<Result<_, _>>()?)
}

pub(super) fn examine(connection: &Connection, world: &World, findings: &mut Vec<Finding>) -> Result<(), StoreError> {
    let (keys, told) = (Keys::of(world), looked_up(connection)?);
    for (key, owners) in &keys.owners {
        if let [first, second, ..] = owners[..] {
            let message = format!("it has the natural key that {second} has too");
            findings.push(Finding::new(Fault::DoubleKey, first, message));
        }
        if !told.contains_key(key) {
            let message = "its natural key does not lead to it";
            findings.push(Finding::new(Fault::WrongKey, owners[0], message));
        }
    }
    for (key, id) in &told {
        if !keys.allow(key, *id) {
            findings.push(Finding::new(Fault::WrongKey, id, "a natural key leads there that is not its own"));
        }
    }
    Ok(())
}
