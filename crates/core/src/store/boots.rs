//! Booting a scope: pages of a snapshot, in the order of keys that never change.

use super::pending::Lanes;
use super::rows::Kept;
use super::scopes::{self, BOOTING, COMPLETE};
use super::{Store, StoreError, Stored, Write, rev_of, rows, uuid_from};
use deskbell_domain::{Kind, Row, Scope};
use deskbell_protocol::Snapshot;
use rusqlite::params;
use uuid::Uuid;

/// A scope whose next page is to be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Boot {
    /// The scope.
    pub scope: Scope,
    /// Names this boot; a page of another one is dropped (S7).
    pub nonce: String,
    /// Where the next page begins.
    pub after: Option<String>,
}

impl Store {
    /// The next page to fetch: settings first, so that lists have names, then what is in the channels. `nonce` is random;
    /// it is taken where the boot has none yet.
    pub fn next_boot(&mut self, nonce: u64) -> Stored<Option<Boot>> {
        let next: Option<(i64, String, String, Option<String>)> = {
            let mut statement = self.connection.prepare_cached(
                "SELECT n, name, nonce, after FROM scope WHERE state = ?
                 ORDER BY CASE WHEN name = 'org' THEN 0 WHEN name LIKE 'member:%' THEN 1 WHEN name LIKE 'inbox:%' THEN 2
                 WHEN name LIKE 'chat:%' THEN 3 ELSE 4 END, n LIMIT 1",
            )?;
            let mut found = statement.query_map([BOOTING], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?)))?;
            found.next().transpose()?
        };
        let Some((n, name, kept, after)) = next else { return Ok(None) };
        let Ok(scope) = name.parse::<Scope>() else { return Ok(None) };
        let nonce = if kept.is_empty() {
            let fresh = format!("{nonce:016x}");
            self.write(|w| {
                w.tx.execute("UPDATE scope SET nonce = ? WHERE n = ?", params![fresh, n]).map_err(StoreError::from)
            })?;
            fresh
        } else {
            kept
        };
        Ok(Some(Boot { scope, nonce, after }))
    }

    /// Whether any scope is being booted.
    pub fn is_booting(&self) -> Stored<bool> {
        scopes::any_booting(&self.connection)
    }

    /// Applies a page of a snapshot. `false`: it belongs to another boot, epoch or generation, and was dropped (S7).
    pub fn apply_snapshot(&mut self, page: &Snapshot) -> Stored<bool> {
        let known = self.session()?.is_some_and(|s| s.r#gen == page.r#gen);
        let Some(identity) = self.identity.filter(|_| known) else { return Ok(false) };
        self.write(|w| {
            let Some(kept) = scopes::find(&w.tx, page.scope)? else { return Ok(false) };
            if kept.state != BOOTING || kept.nonce != page.boot || kept.after != page.after || kept.epoch != page.epoch
            {
                return Ok(false);
            }
            let mut parsed = Vec::with_capacity(page.rows.len());
            let mut lanes = Lanes::none();
            for row in &page.rows {
                // Of a kind or shape that only a newer program knows: it will boot again (S17).
                let Some(kind) = Kind::parse(&row.kind) else { continue };
                match Row::from_json(kind, row.row.clone()) {
                    Ok(read) => {
                        lanes.add_row(&read);
                        parsed.push((read, row.rev));
                    }
                    Err(error) => tracing::warn!(kind = row.kind, id = %row.id, %error, "a row is skipped"),
                }
            }
            let last = page.next.is_none();
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
            for (row, rev) in &parsed {
                w.confirm(row, rev_of(identity.generation, *rev), kept.n, kept.boot)?;
            }
            w.see(page.head)?;
            if last {
                w.end_boot(kept.n, kept.boot)?;
                lanes = w.drop_settled()?.and(lanes);
            } else {
                w.tx.execute("UPDATE scope SET after = ? WHERE n = ?", params![page.next, kept.n])?;
            }
            w.replay(&lanes)?;
            w.tag("status");
            Ok(true)
        })
    }
}

impl Write<'_> {
    fn end_boot(&mut self, n: i64, boot: i64) -> Stored<()> {
        let gone = self.delete_in_scope(n, boot)?;
        self.keep_own_messages(gone)?;
        self.tx.execute("UPDATE scope SET state = ?, nonce = '', after = NULL WHERE n = ?", [COMPLETE, n])?;
        if !scopes::any_booting(&self.tx)? {
            self.tx.execute("DELETE FROM tombstone", [])?;
            self.rolled_back_is_over()?;
        }
        Ok(())
    }

    /// Deletes the visible rows of a scope that were last seen before `boot`. Shadows must have been restored. Returns
    /// what went.
    pub(crate) fn delete_in_scope(&mut self, n: i64, boot: i64) -> Stored<Vec<Row>> {
        let gone: Vec<(Kind, Uuid)> = {
            let mut statement = self.tx.prepare_cached(
                "SELECT kind, id FROM entity WHERE scope = ?1 AND boot < ?2
                 UNION ALL SELECT 'message', id FROM message WHERE scope = ?1 AND boot < ?2",
            )?;
            let found = statement.query_map(params![n, boot], |r| Ok((r.get::<_, String>(0)?, r.get(1)?)))?;
            let mut gone = Vec::new();
            for row in found {
                let (kind, id) = row?;
                gone.extend(Kind::parse(&kind).map(|kind| (kind, uuid_from(id))));
            }
            gone
        };
        let mut rows = Vec::with_capacity(gone.len());
        for (kind, id) in gone {
            let Some(row) = rows::row(&self.tx, kind, id)? else { continue };
            if let Row::Grant(grant) = &row
                && self.identity.is_some_and(|i| i.me == grant.member)
            {
                self.revoked(grant.scope)?;
            }
            let counted = rows::visible(&self.tx, kind, id)?.map(|kept| kept.counted());
            self.count(kind, id, counted, None);
            self.delete_visible(kind, id)?;
            rows.push(row);
        }
        Ok(rows)
    }

    /// Writes a row as the hub has it: into the shadow where pending commands have changed it, else into the visible one.
    /// A row that is newer already stays (S5).
    pub(crate) fn confirm(&mut self, row: &Row, rev: i64, scope: i64, boot: i64) -> Stored<()> {
        let (kind, id) = (row.kind(), row.id());
        if self.tombstone(kind, id)?.is_some_and(|tomb| tomb > rev) {
            return Ok(());
        }
        let kept = Kept { json: row.to_json().to_string(), scope, rev, boot };
        if let Some(shadow) = self.shadow(kind, id)? {
            let newer = Kept { boot: shadow.boot.max(boot), ..shadow.kept() };
            // One that is newer (or gone) stays, seen under this boot all the same.
            if shadow.rev > rev {
                return if shadow.json.is_some() { self.set_shadow(kind, id, Some(&newer)) } else { Ok(()) };
            }
            self.count(kind, id, shadow.counted(), Some(kept.counted()));
            return self.set_shadow(kind, id, Some(&kept));
        }
        let before = rows::visible(&self.tx, kind, id)?;
        if let Some(newer) = before.as_ref().filter(|before| before.rev > rev) {
            return self.see_again(kind, id, newer.rev, newer.boot.max(boot));
        }
        self.count(kind, id, before.as_ref().map(Kept::counted), Some(kept.counted()));
        match before {
            Some(before) if before.json == kept.json && before.scope == scope => self.see_again(kind, id, rev, boot),
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
