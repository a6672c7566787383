//! What is taken away a little at a time: the rows of scopes that were lost, and at the end of a boot those that the hub has
//! no more.
//!
//! A channel that is taken from a member may have a million messages, and nobody may see one of them from that moment on, in
//! a list or by searching. So the moment is one small write: the scope gets another number, and the old one, which all its
//! rows carry, is written down as dead. Every read goes through views that leave dead rows out; the lists of a channel stand
//! under its number, so they are empty and their counts are gone. What was on the screen is read again. Then the rows are
//! swept, and a program that dies meanwhile goes on where it was. Given anew, the same rows come under the new number: one
//! that is not swept yet is written over.

use super::listed::ListId;
use super::pending::Lanes;
use super::scopes::{BOOTING, COMPLETE};
use super::{EVERYTHING, Store, StoreError, Stored, Write, rows, scopes, uuid_from};
use deskbell_domain::{Grant, Kind, Row, Scope};
use rusqlite::{OptionalExtension, params};
use uuid::Uuid;

/// Rows that go with the last page of a boot itself: mostly there is none, and then the boot is over with it.
pub(super) const AT_ONCE: usize = 64;

impl Store {
    /// Whether there is something to sweep.
    pub fn has_to_sweep(&self) -> Stored<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM dead) OR EXISTS (SELECT 1 FROM scope WHERE ending = 1)";
        Ok(self.connection.prepare_cached(sql)?.query_row([], |r| r.get(0))?)
    }

    /// Sweeps at most so many rows. First what ends a boot: commands wait for that (S8).
    pub fn sweep(&mut self, most: usize) -> Stored<()> {
        let ending: Option<(i64, i64)> = self
            .connection
            .prepare_cached("SELECT n, boot FROM scope WHERE ending = 1 ORDER BY n LIMIT 1")?
            .query_row([], |r| Ok((r.get(0)?, r.get(1)?)))
            .optional()?;
        if let Some((n, boot)) = ending {
            return self.write_lazily(|w| {
                w.restore(&Lanes::All)?;
                w.end_boot(n, boot, most)?;
                w.drop_settled()?;
                w.replay(&Lanes::All)?;
                w.tag("status");
                Ok(())
            });
        }
        let dead: Option<i64> = self
            .connection
            .prepare_cached("SELECT n FROM dead ORDER BY n LIMIT 1")?
            .query_row([], |r| r.get(0))
            .optional()?;
        match dead {
            Some(n) => self.write_lazily::<_, StoreError>(|w| w.sweep_dead(n, most)),
            None => Ok(()),
        }
    }
}

impl Write<'_> {
    /// Takes a scope out of sight with all that it has; it stands empty under another number then. The shadows must have
    /// been restored before.
    pub(super) fn lose(&mut self, scope: Scope) -> Stored<()> {
        let n = self.scope_no(scope)?;
        let has_rows =
            "SELECT EXISTS (SELECT 1 FROM message WHERE scope = ?1) OR EXISTS (SELECT 1 FROM entity WHERE scope = ?1)
                        OR EXISTS (SELECT 1 FROM unknown WHERE scope = ?1)";
        if !self.tx.prepare_cached(has_rows)?.query_row([n], |r| r.get::<_, bool>(0))? {
            return Ok(());
        }
        self.keep_own_messages_of(n)?;
        let grants = self.grants_in(n)?;
        let list = ListId::Channel(n).bytes();
        self.tx.execute("INSERT INTO dead (n, list) VALUES (?, ?)", params![n, list])?;
        // Above every number that was ever given.
        self.tx.execute(
            "UPDATE scope SET n = (SELECT 1 + max(n) FROM (SELECT n FROM scope UNION ALL SELECT n FROM dead)), digest = 0
             WHERE n = ?",
            [n],
        )?;
        self.touched.digests.remove(&n);
        self.tx.execute("DELETE FROM tally WHERE list = ?", [list])?;
        self.tx.execute("DELETE FROM unknown WHERE scope = ?", [n])?;
        self.touch_notified(n)?;
        if let Scope::Chat(chat) = scope {
            self.touch_listed(chat.0);
        }
        self.tag(EVERYTHING);
        // After they have gone: the grant of the member's own scope stands in that scope.
        for grant in grants {
            self.revoked(grant.scope)?;
        }
        Ok(())
    }

    /// The member's own grants that stand in a scope.
    fn grants_in(&self, n: i64) -> Stored<Vec<Grant>> {
        let mut statement =
            self.tx.prepare_cached("SELECT json FROM live_entity WHERE kind = 'grant' AND scope = ?")?;
        let found = statement.query_map([n], |r| r.get::<_, String>(0))?;
        let mut grants = Vec::new();
        for json in found {
            if let Row::Grant(grant) = rows::parsed(Kind::Grant, &json?)?
                && self.identity.is_some_and(|identity| identity.me == grant.member)
            {
                grants.push(grant);
            }
        }
        Ok(grants)
    }

    /// Notifications that may be on the screen are taken back, should their chat be lost.
    fn touch_notified(&mut self, n: i64) -> Stored<()> {
        let chats: Vec<Uuid> = {
            let mut statement = self.tx.prepare_cached(
                "SELECT chat FROM notice WHERE pos > 0 AND EXISTS (SELECT 1 FROM entity
                 WHERE kind IN ('conversation', 'direct_chat', 'team_chat') AND id = chat AND scope = ?)",
            )?;
            let found = statement.query_map([n], |r| r.get(0).map(uuid_from))?;
            found.collect::<Result<_, _>>()?
        };
        chats.into_iter().for_each(|chat| self.touch_listed(chat));
        Ok(())
    }

    fn sweep_dead(&mut self, n: i64, most: usize) -> Stored<()> {
        let entries: Vec<i64> = {
            let mut statement = self.tx.prepare_cached("SELECT pos FROM message WHERE scope = ? LIMIT ?")?;
            let found = statement.query_map(params![n, most as i64], |r| r.get(0))?;
            found.collect::<Result<_, _>>()?
        };
        for pos in &entries {
            self.touch_entry(*pos)?;
            self.tx.prepare_cached("DELETE FROM message WHERE pos = ?")?.execute([pos])?;
        }
        let left = most.saturating_sub(entries.len());
        let others: Vec<(String, Uuid)> = {
            let mut statement = self.tx.prepare_cached("SELECT kind, id FROM entity WHERE scope = ? LIMIT ?")?;
            let found = statement.query_map(params![n, left as i64], |r| Ok((r.get(0)?, r.get(1).map(uuid_from)?)))?;
            found.collect::<Result<_, _>>()?
        };
        for (word, id) in &others {
            if let Some(kind) = Kind::parse(word) {
                self.touch_name(kind, *id)?;
                self.forget_derived(kind, *id)?;
            }
            self.tx
                .prepare_cached("DELETE FROM entity WHERE kind = ? AND id = ?")?
                .execute(params![word, id.into_bytes()])?;
        }
        if others.len() < left {
            self.tx.execute("DELETE FROM dead WHERE n = ?", [n])?;
        }
        Ok(())
    }

    /// What is kept beside a row that is swept; what stands under its number goes by itself.
    fn forget_derived(&mut self, kind: Kind, id: Uuid) -> Stored<()> {
        if kind == Kind::Conversation {
            self.forget_reading(id.into())?;
        }
        Ok(())
    }

    /// Takes away what the hub has no more, at most so many rows. The boot is over when nothing is left.
    pub(super) fn end_boot(&mut self, n: i64, boot: i64, most: usize) -> Stored<()> {
        let gone = self.delete_in_scope(n, boot, most)?;
        let all = gone.len() < most;
        self.keep_own_messages(gone)?;
        if !all {
            return Ok(());
        }
        self.delete_unknown_in_scope(n, boot)?;
        self.tx.execute("UPDATE scope SET state = ?, ending = 0 WHERE n = ? AND state = ?", [COMPLETE, n, BOOTING])?;
        if !scopes::any_booting(&self.tx)? {
            self.tx.execute("DELETE FROM tombstone", [])?;
            self.rolled_back_is_over()?;
        }
        Ok(())
    }

    /// Deletes visible rows of a scope that were last seen before `boot`, at most so many. Shadows must have been restored.
    /// Returns what went. Messages first: as long as one is here, its chat has a name.
    fn delete_in_scope(&mut self, n: i64, boot: i64, most: usize) -> Stored<Vec<Row>> {
        let gone: Vec<(Kind, Uuid)> = {
            let mut statement = self.tx.prepare_cached(
                "SELECT 'message', id FROM message WHERE scope = ?1 AND boot < ?2
                 UNION ALL SELECT kind, id FROM entity WHERE scope = ?1 AND boot < ?2 LIMIT ?3",
            )?;
            let found =
                statement.query_map(params![n, boot, most as i64], |r| Ok((r.get::<_, String>(0)?, r.get(1)?)))?;
            let mut gone = Vec::new();
            for row in found {
                let (kind, id) = row?;
                gone.extend(Kind::parse(&kind).map(|kind| (kind, uuid_from(id))));
            }
            gone
        };
        let mut rows = Vec::with_capacity(gone.len());
        for (kind, id) in gone {
            let Some(kept) = rows::visible(&self.tx, kind, id)? else { continue };
            let row = kept.row(kind)?;
            self.count(kind, id, Some(kept.counted()), None);
            self.delete_visible(kind, id)?;
            // After it has gone: the grant of the member's own scope stands in that scope.
            if let Row::Grant(grant) = &row
                && self.identity.is_some_and(|identity| identity.me == grant.member)
            {
                self.revoked(grant.scope)?;
            }
            rows.push(row);
        }
        Ok(rows)
    }
}

#[cfg(test)]
mod tests;
