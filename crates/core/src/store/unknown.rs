//! Rows that this program does not understand: of a kind, or with contents, that only a newer one knows (S17).
//!
//! They are not shown, but they count: without them the digest of their scope would differ from the hub's for ever, and
//! the scope would be loaded again and again. The same rules hold for them as for every other row (S4 to S6). Where an
//! older version of the row is shown, it stays, under the newer `rev`: what was known of it is better than nothing.

use super::digests::Counted;
use super::pending::Shadow;
use super::rare::Rare;
use super::rows::{self, Kept};
use super::{Stored, Write, uuid_from};
use deskbell_domain::Kind;
use rusqlite::{OptionalExtension, params};
use uuid::Uuid;

/// What a row is called that is not understood.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Name {
    pub kind: String,
    pub id: Uuid,
}

impl Write<'_> {
    /// The hub has it, as of `rev`.
    pub(super) fn confirm_unknown(&mut self, name: &Name, rev: i64, scope: i64, boot: i64) -> Stored<()> {
        if self.tomb_of(&name.kind, name.id)?.is_some_and(|tomb| tomb > rev) {
            return Ok(());
        }
        if let Some(kind) = Kind::parse(&name.kind)
            && self.confirm_unread(kind, name.id, rev, scope, boot)?
        {
            return Ok(());
        }
        let before = self.unknown(name)?;
        if let Some((newer, _)) = before.filter(|(before, _)| before.rev > rev) {
            let seen = "UPDATE unknown SET boot = max(boot, ?3) WHERE kind = ?1 AND id = ?2 AND scope = ?4";
            self.tx.prepare_cached(seen)?.execute(params![name.kind, name.id.into_bytes(), boot, newer.scope])?;
            return Ok(());
        }
        self.count_as(&name.kind, name.id, before.map(|(before, _)| before), Some(Counted { scope, rev }));
        self.will_have(Rare::Unknown);
        self.tx
            .prepare_cached(
                "INSERT INTO unknown (kind, id, scope, rev, boot) VALUES (?, ?, ?, ?, ?)
                 ON CONFLICT (kind, id) DO UPDATE SET scope = excluded.scope, rev = excluded.rev, boot = excluded.boot",
            )?
            .execute(params![name.kind, name.id.into_bytes(), scope, rev, boot])?;
        Ok(())
    }

    /// An older version of it is shown. `false`: none is.
    fn confirm_unread(&mut self, kind: Kind, id: Uuid, rev: i64, scope: i64, boot: i64) -> Stored<bool> {
        if let Some(shadow) = self.shadow(kind, id)?.filter(|shadow| shadow.json.is_some()) {
            let rev = rev.max(shadow.rev);
            let kept = Kept { json: Shadow::kept(&shadow).json, scope, rev, boot: boot.max(shadow.boot) };
            self.count(kind, id, shadow.counted(), Some(kept.counted()));
            self.set_shadow(kind, id, Some(&kept))?;
            return Ok(true);
        }
        let Some(before) = rows::visible(&self.tx, kind, id)?.filter(|before| before.rev > 0) else { return Ok(false) };
        let kept = Kept { scope, rev: rev.max(before.rev), boot: boot.max(before.boot), ..before.clone() };
        self.count(kind, id, Some(before.counted()), Some(kept.counted()));
        self.put_visible(&kept.row(kind)?, &kept, 0)?;
        Ok(true)
    }

    /// An older version of the row is understood: it is not the one that the hub has. The newer one was seen under `boot`.
    pub(super) fn is_unknown_newer(&mut self, kind: &str, id: Uuid, rev: i64, boot: i64) -> Stored<bool> {
        if !self.may_have(Rare::Unknown)? {
            return Ok(false);
        }
        let seen = "UPDATE unknown SET boot = max(boot, ?3) WHERE kind = ?1 AND id = ?2 AND rev > ?4";
        Ok(self.tx.prepare_cached(seen)?.execute(params![kind, id.into_bytes(), boot, rev])? > 0)
    }

    /// The hub has it no more, or not in `scope`; or its contents are understood now (`scope` is `None`).
    pub(super) fn unknown_gone(&mut self, kind: &str, id: Uuid, scope: Option<i64>, rev: i64) -> Stored<()> {
        if !self.may_have(Rare::Unknown)? {
            return Ok(());
        }
        let name = Name { kind: kind.into(), id };
        let Some((known, _)) = self.unknown(&name)? else { return Ok(()) };
        if known.rev > rev || scope.is_some_and(|scope| scope != known.scope) {
            return Ok(());
        }
        self.forget_unknown(&name, known)
    }

    /// Those of a scope that were last seen before `boot` are gone.
    pub(super) fn delete_unknown_in_scope(&mut self, scope: i64, boot: i64) -> Stored<()> {
        let gone: Vec<(Name, Counted)> = {
            let mut statement =
                self.tx.prepare_cached("SELECT kind, id, rev FROM unknown WHERE scope = ? AND boot < ?")?;
            let found = statement.query_map([scope, boot], |r| {
                Ok((Name { kind: r.get(0)?, id: r.get(1).map(uuid_from)? }, Counted { scope, rev: r.get(2)? }))
            })?;
            found.collect::<Result<_, _>>()?
        };
        for (name, known) in gone {
            self.forget_unknown(&name, known)?;
        }
        Ok(())
    }

    fn forget_unknown(&mut self, name: &Name, known: Counted) -> Stored<()> {
        self.count_as(&name.kind, name.id, Some(known), None);
        self.tx
            .prepare_cached("DELETE FROM unknown WHERE kind = ? AND id = ?")?
            .execute(params![name.kind, name.id.into_bytes()])?;
        Ok(())
    }

    fn unknown(&self, name: &Name) -> Stored<Option<(Counted, i64)>> {
        let found = self
            .tx
            .prepare_cached("SELECT scope, rev, boot FROM unknown WHERE kind = ? AND id = ?")?
            .query_row(params![name.kind, name.id.into_bytes()], |r| {
                Ok((Counted { scope: r.get(0)?, rev: r.get(1)? }, r.get(2)?))
            });
        Ok(found.optional()?)
    }
}

#[cfg(test)]
mod tests;
