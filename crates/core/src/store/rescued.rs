//! A new cache for what was rescued of a damaged one.
//!
//! A row of the outbox that is whole goes again as it is, with its identifier and its number: what the hub has done
//! already it answers as before (S9). Where something newer than the row may have been lost, or the hub's history is not
//! known any more (S13), only the author can tell whether a message is to go out.

use super::{OutboxState, Reason, Store, Stored, Write, meta};
use crate::rescue::{Found, FoundItem};
use deskbell_domain::ChatId;
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What was rescued, until the person has read it.
const RESCUE: &str = "rescue";
/// Where the rows are still to be fetched: `true` before the hub was asked which.
const REBUILD: &str = "rebuild";

/// What was rescued of a damaged cache.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rescue {
    /// When (UTC milliseconds by this computer).
    pub at_ms: i64,
    /// Messages.
    pub messages: usize,
    /// Everything else in the outbox but read positions.
    pub others: usize,
    /// Drafts.
    pub drafts: usize,
    /// Name of the file in which the damaged cache is kept.
    pub file: String,
}

/// Whether the fact of that name is looked for in a damaged cache.
pub(crate) fn is_rescued_fact(key: &str) -> bool {
    [meta::SESSION, meta::IDENTITY, meta::CURSOR, meta::STAMP, meta::SKEW].contains(&key)
}

/// What was rescued, where the person has not read it yet.
pub(crate) fn rescue_of(c: &Connection) -> Stored<Option<Rescue>> {
    meta::get(c, RESCUE)
}

impl Store {
    /// Puts what was found into this new cache. The damaged one is kept in `file`.
    pub fn put_rescued(&mut self, found: &Found, now_ms: i64, file: &str) -> Stored<()> {
        self.write(|w| w.put_rescued(found, now_ms, file))
    }

    /// The person has read what was rescued.
    pub fn forget_rescue(&mut self) -> Stored<()> {
        self.write(|w| {
            w.tag("status");
            w.tx.execute("DELETE FROM meta WHERE key = ?", [RESCUE])?;
            Ok(())
        })
    }

    /// Whether the hub is still to be asked what belongs here.
    pub fn is_rebuilding(&self) -> Stored<bool> {
        Ok(meta::get(&self.connection, REBUILD)? == Some(true))
    }
}

impl Write<'_> {
    fn put_rescued(&mut self, found: &Found, now_ms: i64, file: &str) -> Stored<()> {
        // One without the other is of no use: then somebody signs in.
        let session = found.session.as_ref().zip(found.identity);
        let same_history = session.is_some() && found.stamp.is_some() && found.cursor.is_some();
        if let Some((session, identity)) = session {
            let cursor = found.cursor.unwrap_or_default();
            self.set_session(session, identity)?;
            self.set_cursor(cursor)?;
            self.set_stamp(found.stamp.unwrap_or_default())?;
            self.notices_begin(cursor)?;
        }
        if let Some(skew_ms) = found.skew_ms {
            self.set(meta::SKEW, &skew_ms)?;
        }
        for (chat, text) in &found.drafts {
            self.save_draft(ChatId(*chat), text)?;
        }
        let mut held = BTreeSet::new();
        for item in &found.outbox {
            if self.put_rescued_item(item, same_history)? == OutboxState::Held {
                held.insert(item.item.id);
            }
        }
        self.refuse_dependants(held)?;
        self.number_from(now_ms)?;
        let counted = |message: bool| {
            let of_kind = |found: &&FoundItem| found.item.message.is_some() == message;
            found.outbox.iter().filter(of_kind).filter(|found| !found.item.is_reading()).count()
        };
        let rescue = Rescue {
            at_ms: now_ms,
            messages: counted(true),
            others: counted(false),
            drafts: found.drafts.len(),
            file: file.into(),
        };
        self.set(RESCUE, &rescue)?;
        self.set(REBUILD, &true)
    }

    fn put_rescued_item(&mut self, found: &FoundItem, same_history: bool) -> Stored<OutboxState> {
        let mut item = found.item.clone();
        let sure = found.sound && (same_history || !item.transmitted || item.message.is_none());
        match item.state {
            // What the hub had done is not here either: asked again, it says so again.
            OutboxState::Waiting | OutboxState::Done if sure => {
                (item.transmitted, item.state) =
                    (item.transmitted || item.state == OutboxState::Done, OutboxState::Waiting);
                item.reason = None;
            }
            OutboxState::Held | OutboxState::Refused if item.reason.is_some() => {}
            _ if item.is_reading() => return Ok(OutboxState::Done),
            _ => (item.state, item.reason) = (OutboxState::Held, Some(Reason::Rescued)),
        }
        self.insert_outbox(&item)?;
        // Its number on the device is what it was sent with (S12).
        self.tx.execute("UPDATE OR IGNORE outbox SET n = ? WHERE id = ?", params![item.n, item.id.0.into_bytes()])?;
        Ok(item.state)
    }

    /// Numbers new commands above all that this device may have used (S12). How far it had come was in the damaged file;
    /// the clock is beyond that.
    fn number_from(&mut self, now_ms: i64) -> Stored<()> {
        let highest: i64 =
            self.tx.query_row("SELECT ifnull(max(n), 0) FROM outbox", [], |r| r.get(0)).map(|n: i64| n.max(now_ms))?;
        self.tx.execute("DELETE FROM sqlite_sequence WHERE name = 'outbox'", [])?;
        self.tx.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('outbox', ?)", [highest])?;
        Ok(())
    }

    /// The hub has said what belongs here, and it is being fetched.
    pub(super) fn rebuild_has_begun(&mut self) -> Stored<()> {
        if meta::get::<bool>(&self.tx, REBUILD)?.is_some() {
            self.set(REBUILD, &false)?;
        }
        Ok(())
    }

    /// Says once that everything that was to be fetched is here.
    pub(super) fn rebuilt(&mut self) -> Stored<()> {
        if meta::get::<bool>(&self.tx, REBUILD)? != Some(false) {
            return Ok(());
        }
        self.tx.execute("DELETE FROM meta WHERE key = ?", [REBUILD])?;
        Ok(())
    }
}
