//! Messages that are held back on this computer for some seconds, so that their author can take them back.
//!
//! The end of the wait stands in the outbox: it survives a crash, and whoever finds it over lets the message go. Nothing
//! of the lane overtakes it, as nothing of a lane overtakes anything.

use super::acts::Deed;
use super::{NewCommand, Store, StoreError, Stored, SubmitError, Write, uuid_from};
use crate::store::Moment;
use deskbell_domain::{ChatId, CommandId};
use rusqlite::{Connection, OptionalExtension, params};

/// Rows of the outbox that a held-back message lets go: what may go in a query over `outbox`. A held-back row was never on
/// the wire.
pub(super) const MAY_GO: &str = "NOT EXISTS (
    SELECT 1 FROM outbox AS held INDEXED BY outbox_held_back
    WHERE held.not_before IS NOT NULL AND held.lane = outbox.lane AND held.n <= outbox.n)";

/// Until when a command is held back (UTC milliseconds by this computer); `None` = nothing holds it.
pub(crate) fn held_until(c: &Connection, command: CommandId) -> Stored<Option<i64>> {
    let until = c
        .prepare_cached("SELECT not_before FROM outbox WHERE id = ?")?
        .query_row([command.0.into_bytes()], |r| r.get(0))
        .optional()?;
    Ok(until.flatten())
}

/// How many of the commands that wait are held back, or wait behind one that is.
pub(crate) fn held_back(c: &Connection) -> Stored<u32> {
    let [read, unread] = super::outbox::READING;
    let sql = format!("SELECT count(*) FROM outbox WHERE state = 'waiting' AND kind NOT IN (?, ?) AND NOT ({MAY_GO})");
    Ok(c.prepare_cached(&sql)?.query_row([read, unread], |r| r.get(0))?)
}

impl Store {
    /// As [`Store::send`]; the message stays on this computer for so long, and can be undone until then.
    pub fn send_later(&mut self, new: &NewCommand, chat: ChatId, at: Moment, hold_ms: i64) -> Result<(), SubmitError> {
        self.write(|w| {
            w.submit(new, at)?;
            if hold_ms > 0 {
                w.hold_back(new.id, at.local_ms.saturating_add(hold_ms))?;
                w.remember(new.id, chat, Deed::Send, None, at)?;
            }
            Ok(w.save_draft(chat, "")?)
        })
    }

    /// Lets go what has been held back for long enough. A clock that was set back holds nothing for longer.
    pub fn end_holds(&mut self, now_local_ms: i64) -> Stored<()> {
        self.let_go_where("not_before <= ?1 OR created_local_ms > ?1", now_local_ms)
    }

    /// Lets go everything that is held back: the program ends, and nobody is there to take it back. Says whether there was
    /// anything.
    pub fn let_go(&mut self) -> Stored<bool> {
        let any = self.next_hold_end()?.is_some();
        self.let_go_where("?1 = ?1", 0)?;
        Ok(any)
    }

    /// When the first wait is over (UTC milliseconds by this computer).
    pub fn next_hold_end(&self) -> Stored<Option<i64>> {
        let sql = "SELECT min(not_before) FROM outbox WHERE not_before IS NOT NULL";
        Ok(self.connection.prepare_cached(sql)?.query_row([], |r| r.get(0))?)
    }

    fn let_go_where(&mut self, over: &str, now_local_ms: i64) -> Stored<()> {
        let sql = format!("SELECT id, chat FROM outbox WHERE not_before IS NOT NULL AND ({over})");
        let found: Vec<(CommandId, Option<ChatId>)> = {
            let mut statement = self.connection.prepare_cached(&sql)?;
            let rows = statement.query_map([now_local_ms], |r| {
                let chat: Option<[u8; 16]> = r.get(1)?;
                Ok((CommandId(r.get(0).map(uuid_from)?), chat.map(|id| ChatId(uuid_from(id)))))
            })?;
            rows.collect::<Result<_, _>>()?
        };
        if found.is_empty() {
            return Ok(());
        }
        self.write(|w| {
            for (id, chat) in found {
                let sql = "UPDATE outbox SET not_before = NULL WHERE id = ?";
                w.tx.prepare_cached(sql)?.execute([id.0.into_bytes()])?;
                w.tag("undo");
                w.touch_outbox(chat);
            }
            Ok::<_, StoreError>(())
        })
    }
}

impl Write<'_> {
    fn hold_back(&mut self, command: CommandId, until_local_ms: i64) -> Stored<()> {
        self.tx
            .prepare_cached("UPDATE outbox SET not_before = ? WHERE id = ?")?
            .execute(params![until_local_ms, command.0.into_bytes()])?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
