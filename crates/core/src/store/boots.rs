//! Booting a scope: pages of a snapshot, in the order of keys that never change.
//!
//! What may be large and boots from nothing has a hint phase before: a channel its open conversations with their newest entries,
//! the organization its settings and the names at the top of lists, the member how far those were read, so that they can be worked with while a million older rows
//! come. What a hint brings is written under the boot before this one:
//! it is shown, and goes at the end of the full pass like everything that the pass has not seen. A hint is read in an
//! order that changes, so it may miss rows and repeat them, and nothing may follow from it.

use super::pending::Lanes;
use super::rows::Kept;
use super::scopes::{self, BOOTING};
use super::sweep::AT_ONCE;
use super::unknown::Name;
use super::{Store, StoreError, Stored, Write, rev_of, rows};
use deskbell_domain::plant::{Plant, planted};
use deskbell_domain::{Kind, Row, Scope};
use deskbell_protocol::{Phase, Snapshot};
use rusqlite::params;
use std::ops::Range;
use uuid::Uuid;

/// A scope whose next page is to be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Boot {
    /// The scope.
    pub scope: Scope,
    /// Names this boot; a page of another one is dropped (S7).
    pub nonce: String,
    /// What the next page is of.
    pub phase: Phase,
    /// Where it begins.
    pub after: Option<String>,
}

impl Store {
    /// The next page to fetch: settings first, then the top of every list, then what lists show, the names of all contacts, and
    /// then all that was ever said. `nonce` is random; it is taken where the boot has none yet. Scopes that are `resting` wait
    /// until later.
    pub fn next_boot(&mut self, nonce: u64, resting: &[Scope]) -> Stored<Option<Boot>> {
        let next: Option<(i64, Scope, String, Option<String>, bool)> = {
            let mut statement = self.connection.prepare_cached(
                "SELECT n, name, nonce, after, hint FROM scope WHERE state = ? AND ending = 0
                 ORDER BY CASE WHEN name = 'org' AND hint = 1 THEN 0 WHEN name LIKE 'member:%' AND hint = 1 THEN 1
                 WHEN name LIKE 'inbox:%' THEN 2 WHEN hint = 1 AND after IS NOT NULL THEN 6
                 WHEN hint = 1 AND name LIKE 'channel:%' THEN 3 WHEN hint = 1 THEN 4 WHEN name LIKE 'member:%' THEN 5
                 WHEN name = 'org' THEN 7 WHEN name LIKE 'chat:%' THEN 8 ELSE 9 END, n",
            )?;
            let read = |r: &rusqlite::Row<'_>| Ok((r.get(0)?, r.get::<_, String>(1)?, r.get(2)?, r.get(3)?, r.get(4)?));
            let mut next = None;
            for found in statement.query_map([BOOTING], read)? {
                let (n, name, kept, after, hint) = found?;
                let scope = name.parse::<Scope>().ok().filter(|scope| !resting.contains(scope));
                if let Some(scope) = scope {
                    next = Some((n, scope, kept, after, hint));
                    break;
                }
            }
            next
        };
        let Some((n, scope, kept, after, hint)) = next else { return Ok(None) };
        let nonce = if kept.is_empty() {
            let fresh = format!("{nonce:016x}");
            self.write(|w| {
                w.tx.execute("UPDATE scope SET nonce = ? WHERE n = ?", params![fresh, n]).map_err(StoreError::from)
            })?;
            fresh
        } else {
            kept
        };
        Ok(Some(Boot { scope, nonce, phase: scopes::phase_of(hint), after }))
    }

    /// Whether any scope but these is being booted.
    pub fn is_booting_but(&self, resting: &[Scope]) -> Stored<bool> {
        let mut statement = self.connection.prepare_cached("SELECT name FROM scope WHERE state = ?")?;
        let names: Vec<String> = statement.query_map([BOOTING], |r| r.get(0))?.collect::<Result<_, _>>()?;
        Ok(names.iter().any(|name| !name.parse().is_ok_and(|scope| resting.contains(&scope))))
    }

    /// A scope whose snapshot did not end and was given up, since the last call.
    pub fn take_endless(&mut self) -> Option<Scope> {
        self.endless.take()
    }

    /// Whether any scope is being booted.
    pub fn is_booting(&self) -> Stored<bool> {
        scopes::any_booting(&self.connection)
    }

    /// Applies a page of a snapshot. `false`: it belongs to another boot, phase, epoch or generation, and was dropped (S7).
    pub fn apply_snapshot(&mut self, page: &Snapshot) -> Stored<bool> {
        self.apply_snapshot_rows(page, 0..page.rows.len())
    }

    /// The same for some of its rows. The page is done with the last of them; until then it is asked for again after a stop.
    pub fn apply_snapshot_rows(&mut self, page: &Snapshot, rows: Range<usize>) -> Stored<bool> {
        let ends = rows.end >= page.rows.len();
        let rows = page.rows.get(rows).unwrap_or_default();
        let known = self.session()?.is_some_and(|s| s.r#gen == page.r#gen);
        let Some(identity) = self.identity.filter(|_| known) else { return Ok(false) };
        let mut endless = false;
        let applied: bool = self.write_lazily::<_, StoreError>(|w| {
            let Some(kept) = scopes::find(&w.tx, page.scope)? else { return Ok(false) };
            let waited_for = (kept.nonce == page.boot && kept.phase == page.phase) && kept.after == page.after;
            let of_now = kept.state == BOOTING && kept.epoch == page.epoch;
            if !of_now || !(waited_for || planted(Plant::S7Nonce)) {
                return Ok(false);
            }
            // Looked at once for each page, however often it comes.
            endless = ends && w.never_ends(kept.n, page)?;
            if endless {
                return Ok(false);
            }
            let mut parsed = Vec::with_capacity(rows.len());
            let mut unknown = Vec::new();
            let mut lanes = Lanes::none();
            for row in rows {
                // Of a kind or shape that only a newer program knows: it will boot again (S17).
                let name = || Name { kind: row.kind.clone(), id: row.id };
                match Kind::parse(&row.kind).map(|kind| Row::from_json(kind, &row.row)) {
                    Some(Ok(read)) => {
                        lanes.add_row(&read);
                        parsed.push((read, row.rev));
                    }
                    Some(Err(error)) => {
                        tracing::warn!(kind = row.kind, id = %row.id, %error, "a row is skipped");
                        // Its older version may be shown.
                        lanes = Lanes::All;
                        unknown.push((name(), row.rev));
                    }
                    None => unknown.push((name(), row.rev)),
                }
            }
            let full = page.phase.is_full();
            let last = ends && full && page.next.is_none();
            if last {
                lanes = Lanes::All;
            }
            w.restore(&lanes)?;
            for (row, rev) in &parsed {
                // One that was taken since the page was read gives nothing (S6).
                let tomb = w.tombstone(Kind::Grant, row.id())?;
                if let Row::Grant(grant) = row
                    && grant.member == identity.me
                    && tomb.is_none_or(|tomb| tomb <= rev_of(identity.generation, *rev))
                {
                    w.granted(grant.scope, grant.epoch, grant.floor)?;
                }
            }
            // A grant in the page may have begun this very scope anew: then the page is of the past.
            if scopes::find(&w.tx, page.scope)?.is_none_or(|now| now.boot != kept.boot) {
                w.replay(&lanes)?;
                return Ok(false);
            }
            let seen_in = if full { kept.boot } else { kept.boot - 1 };
            for (row, rev) in &parsed {
                w.look_up()?;
                w.confirm(row, rev_of(identity.generation, *rev), kept.n, seen_in)?;
            }
            for (name, rev) in &unknown {
                w.confirm_unknown(name, rev_of(identity.generation, *rev), kept.n, seen_in)?;
            }
            if let Some(total) = page.total.filter(|_| ends) {
                let total = i64::try_from(total).unwrap_or(i64::MAX);
                w.tx.execute("UPDATE scope SET total = ? WHERE n = ?", [total, kept.n])?;
            }
            w.see(page.head)?;
            if last {
                w.tx.execute(
                    "UPDATE scope SET nonce = '', after = NULL, pages = 0, loaded = 0, passed = NULL, ending = 1 WHERE n = ?",
                    [kept.n],
                )?;
                w.end_boot(kept.n, kept.boot, AT_ONCE)?;
                lanes = w.drop_settled()?.and(lanes);
            } else if ends {
                // After the hint the full pass begins, from nothing.
                let hint = page.phase == Phase::Hint && page.next.is_some();
                if planted(Plant::S14Hint) && page.phase == Phase::Hint && !hint {
                    w.end_boot(kept.n, 0, AT_ONCE)?;
                }
                w.tx.execute("UPDATE scope SET after = ?, hint = ? WHERE n = ?", params![page.next, hint, kept.n])?;
            }
            w.replay(&lanes)?;
            w.tag("status");
            Ok(true)
        })?;
        if endless {
            self.endless = Some(page.scope);
        }
        Ok(applied)
    }
}

/// A command touches at most so many rows (S2), so a scope has at most so many for each.
const ROWS_PER_COMMAND: u64 = 500;

impl Write<'_> {
    /// Whether the snapshot goes in a circle, or has brought more rows than there can be. Then it begins anew, later.
    fn never_ends(&mut self, n: i64, page: &Snapshot) -> Stored<bool> {
        let Some(next) = &page.next else { return Ok(false) };
        let (pages, loaded, passed): (i64, i64, Option<String>) = self
            .tx
            .prepare_cached("SELECT pages + 1, loaded + ?2, passed FROM scope WHERE n = ?1")?
            .query_row(params![n, page.rows.len() as i64], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?;
        let (pages, loaded, passed) = match page.after {
            Some(_) => (pages, loaded, passed),
            None => (1, page.rows.len() as i64, None),
        };
        let most = page.head.seq.saturating_add(1).saturating_mul(ROWS_PER_COMMAND);
        let circle = passed.as_ref() == Some(next) || page.after.as_ref() == Some(next);
        if circle || loaded.unsigned_abs() > most || pages.unsigned_abs() > most {
            tracing::warn!(scope = %page.scope, pages, loaded, "the hub does not end a snapshot");
            // Another boot: what this one brought goes, should the hub not have it. A hint is not asked for again.
            let anew =
                "UPDATE scope SET boot = boot + 1, nonce = '', after = NULL, passed = NULL, hint = 0 WHERE n = ?";
            self.tx.prepare_cached(anew)?.execute([n])?;
            return Ok(true);
        }
        // Of the places that were passed one is remembered, later and later ones: whatever the circle, it comes to lie in it.
        let passed = if (pages.unsigned_abs()).is_power_of_two() { Some(next) } else { passed.as_ref() };
        self.tx
            .prepare_cached("UPDATE scope SET pages = ?, loaded = ?, passed = ? WHERE n = ?")?
            .execute(params![pages, loaded, passed, n])?;
        Ok(false)
    }

    /// Writes a row as the hub has it: into the shadow where pending commands have changed it, else into the visible one.
    /// A row that is newer already stays (S5).
    pub(crate) fn confirm(&mut self, row: &Row, rev: i64, scope: i64, boot: i64) -> Stored<()> {
        let (kind, id) = (row.kind(), row.id());
        let tomb = self.tombstone(kind, id)?.filter(|_| !planted(Plant::S6Tombstones));
        if tomb.is_some_and(|tomb| tomb > rev || (tomb == rev && planted(Plant::TombstoneNotStrict))) {
            return Ok(());
        }
        // It may have been of a shape that was not understood.
        if self.is_unknown_newer(kind.as_str(), id, rev, boot)? {
            return Ok(());
        }
        self.unknown_gone(kind.as_str(), id, None, rev)?;
        if kind == Kind::Message {
            self.needs_no_decision(id)?;
        }
        let kept = Kept { json: row.to_text(), scope, rev, boot };
        if let Some(shadow) = self.shadow(kind, id)? {
            let newer = Kept { boot: shadow.boot.max(boot), ..shadow.kept() };
            // One that is newer (or gone) stays, seen under this boot all the same.
            if shadow.rev > rev && !planted(Plant::S5Newer) {
                return if shadow.json.is_some() { self.set_shadow(kind, id, Some(&newer)) } else { Ok(()) };
            }
            self.count(kind, id, shadow.counted(), Some(kept.counted()));
            return self.set_shadow(kind, id, Some(&kept));
        }
        let before = rows::visible(&self.tx, kind, id)?;
        if let Some(newer) = before.as_ref().filter(|before| before.rev > rev && !planted(Plant::S5Newer)) {
            return self.see_again(kind, id, newer.rev, newer.boot.max(boot));
        }
        self.count(kind, id, before.as_ref().map(Kept::counted), Some(kept.counted()));
        match before {
            Some(before) if before.json == kept.json && before.scope == scope => {
                self.see_again(kind, id, rev, before.boot.max(boot))
            }
            _ => self.put_visible(row, &kept, 0),
        }
    }

    fn see_again(&mut self, kind: Kind, id: Uuid, rev: i64, boot: i64) -> Stored<()> {
        let sql = if kind == Kind::Message {
            "UPDATE message SET rev = ?3, boot = ?4 WHERE ?1 = 'message' AND id = ?2"
        } else {
            "UPDATE entity SET rev = ?3, boot = ?4 WHERE kind = ?1 AND id = ?2"
        };
        self.tx.prepare_cached(sql)?.execute(params![kind.as_str(), id.into_bytes(), rev, boot])?;
        Ok(())
    }
}
