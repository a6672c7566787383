//! What the member may see, and how far each scope is booted.

use super::{Stored, Write};
use deskbell_domain::plant::{Plant, planted};
use deskbell_domain::{Grant, MemberId, Scope};
use deskbell_protocol::Phase;
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

/// Not granted.
pub(crate) const NONE: i64 = 0;
/// Being booted.
pub(crate) const BOOTING: i64 = 1;
/// Complete.
pub(crate) const COMPLETE: i64 = 2;

/// A scope as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct KeptScope {
    pub n: i64,
    pub state: i64,
    pub epoch: u64,
    pub boot: i64,
    pub nonce: String,
    pub after: Option<String>,
    pub phase: Phase,
}

/// What a boot asks for, by its column.
pub(crate) fn phase_of(hint: bool) -> Phase {
    if hint { Phase::Hint } else { Phase::Full }
}

/// The scope, where it was ever heard of.
pub(crate) fn find(c: &Connection, scope: Scope) -> Stored<Option<KeptScope>> {
    let kept = c
        .prepare_cached("SELECT n, state, epoch, boot, nonce, after, hint FROM scope WHERE name = ?")?
        .query_row([scope.to_string()], |r| {
            Ok(KeptScope {
                n: r.get(0)?,
                state: r.get(1)?,
                epoch: r.get::<_, i64>(2)? as u64,
                boot: r.get(3)?,
                nonce: r.get(4)?,
                after: r.get(5)?,
                phase: phase_of(r.get(6)?),
            })
        });
    Ok(kept.optional()?)
}

/// The granted scope, with its epoch, whose grant to `me` has this identifier.
pub(crate) fn of_grant(c: &Connection, me: MemberId, id: Uuid) -> Stored<Option<(Scope, u64)>> {
    Ok(granted_scopes(c)?.into_iter().find(|(scope, _)| Grant::id_of(me, *scope) == id))
}

/// What the member may see, with epochs.
fn granted_scopes(c: &Connection) -> Stored<Vec<(Scope, u64)>> {
    let mut statement = c.prepare_cached("SELECT name, epoch FROM scope WHERE state <> ?")?;
    let rows = statement.query_map([NONE], |r| Ok((r.get::<_, String>(0)?, r.get::<_, i64>(1)? as u64)))?;
    let mut scopes = Vec::new();
    for row in rows {
        let (name, epoch) = row?;
        scopes.extend(name.parse().ok().map(|scope| (scope, epoch)));
    }
    Ok(scopes)
}

/// Whether any scope is being booted.
pub(crate) fn any_booting(c: &Connection) -> Stored<bool> {
    Ok(c.prepare_cached("SELECT EXISTS (SELECT 1 FROM scope WHERE state = ?)")?.query_row([BOOTING], |r| r.get(0))?)
}

/// How much of all that the member may see is here, in percent; `None` while it is not known how much that is.
pub(crate) fn percent_here(c: &Connection) -> Stored<Option<u8>> {
    // What has never heard how much there is counts with the others only once it is complete.
    let sql = "SELECT total(total), total(CASE WHEN state = ?1 OR ending = 1 THEN total WHEN hint = 1 THEN 0 ELSE min(loaded, total) END),
               ifnull(max(hint = 1 AND total = 0), 0) FROM scope WHERE state <> ?2";
    let (total, here, unknown): (f64, f64, bool) =
        c.prepare_cached(sql)?.query_row([COMPLETE, NONE], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?;
    let known = !unknown && total > 0.0;
    // Not all, as long as somebody asks.
    Ok(known.then(|| (here * 100.0 / total).clamp(0.0, 99.0) as u8))
}

impl Write<'_> {
    /// The number that stands for the scope in rows.
    pub(crate) fn scope_no(&mut self, scope: Scope) -> Stored<i64> {
        if let Some(kept) = find(&self.tx, scope)? {
            return Ok(kept.n);
        }
        self.tx.prepare_cached("INSERT INTO scope (name) VALUES (?)")?.execute([scope.to_string()])?;
        Ok(self.tx.last_insert_rowid())
    }

    /// A page says that the member may see the scope. An older epoch is of a page that a snapshot has overtaken.
    pub(crate) fn granted(&mut self, scope: Scope, epoch: u64, floor: u64) -> Stored<()> {
        match find(&self.tx, scope)?.filter(|kept| kept.state != NONE) {
            Some(kept) if kept.epoch > epoch => Ok(()),
            _ => self.grant(scope, epoch, floor),
        }
    }

    /// The member may see the scope. Another epoch wipes what is there and boots it (S3); the shadows must have been
    /// restored before.
    fn grant(&mut self, scope: Scope, epoch: u64, floor: u64) -> Stored<()> {
        let n = self.scope_no(scope)?;
        let kept = find(&self.tx, scope)?;
        if kept.is_some_and(|kept| kept.state != NONE && (kept.epoch == epoch || planted(Plant::S3Epoch))) {
            self.tx.prepare_cached("UPDATE scope SET floor = ? WHERE n = ? AND floor <> ?")?.execute(params![
                floor as i64,
                n,
                floor as i64
            ])?;
            return Ok(());
        }
        self.lose(scope)?;
        self.tx
            .prepare_cached(
                "UPDATE scope SET state = ?, epoch = ?, floor = ?, boot = boot + 1, nonce = '', after = NULL, hint = ?,
                 ending = 0, total = 0 WHERE name = ?",
            )?
            .execute(params![
                BOOTING,
                epoch as i64,
                floor as i64,
                Phase::first_of(scope) == Phase::Hint,
                scope.to_string()
            ])?;
        self.tag("places");
        Ok(())
    }

    /// The member may not see the scope any more: nothing of it stays.
    pub(crate) fn revoked(&mut self, scope: Scope) -> Stored<()> {
        let Some(kept) = find(&self.tx, scope)?.filter(|kept| kept.state != NONE) else { return Ok(()) };
        // Said before the rows go: a member's own scope holds the grant of itself, and it would be revoked for ever.
        self.tx
            .prepare_cached(
                "UPDATE scope SET state = ?, epoch = 0, nonce = '', after = NULL, hint = 0, ending = 0 WHERE n = ?",
            )?
            .execute([NONE, kept.n])?;
        self.lose(scope)?;
        self.tag("places");
        Ok(())
    }

    /// Boots every granted scope anew in place. What is there stays on the screen, so there is nothing to hint at; but a
    /// scope that was being booted from nothing has little there yet.
    pub(crate) fn boot_all_in_place(&mut self) -> Stored<()> {
        self.tx
            .prepare_cached(
                "UPDATE scope SET state = ?1, boot = boot + 1, nonce = '', after = NULL, ending = 0,
                 hint = (hint AND state = ?1)
                 WHERE state <> ?2",
            )?
            .execute([BOOTING, NONE])?;
        Ok(())
    }

    /// The grants as the hub has them now: what is missing is revoked, what is new is booted.
    pub(crate) fn set_grants(&mut self, grants: &[Grant]) -> Stored<()> {
        for (scope, _) in granted_scopes(&self.tx)? {
            if !grants.iter().any(|g| g.scope == scope) {
                self.revoked(scope)?;
            }
        }
        for grant in grants {
            self.grant(grant.scope, grant.epoch, grant.floor)?;
        }
        Ok(())
    }
}
