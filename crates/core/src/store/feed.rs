//! Pages of the feed.

use super::pending::Lanes;
use super::rare::Rare;
use super::scopes::{self, NONE};
use super::unknown::Name;
use super::{Store, Stored, Write, meta, rev_of, rows};
use deskbell_domain::plant::{Plant, planted};
use deskbell_domain::{Kind, Lane, Row, Scope};
use deskbell_protocol::{Change, Changes, Op};
use rusqlite::{OptionalExtension, params};
use uuid::Uuid;

/// What came of a page.
#[derive(Debug, Clone, PartialEq)]
pub enum Applied {
    /// It is in the cache, and so is the cursor.
    Done,
    /// It does not begin at the cursor: pull again from there (S2).
    OutOfTurn,
    /// It is of another generation of the hub.
    OtherGeneration,
}

impl Store {
    /// Applies a page together with the cursor (S2).
    pub fn apply_changes(&mut self, page: &Changes) -> Stored<Applied> {
        let Some(identity) = self.identity else { return Ok(Applied::OtherGeneration) };
        if self.session()?.is_none_or(|s| s.r#gen != page.r#gen) {
            return Ok(Applied::OtherGeneration);
        }
        if page.from != meta::cursor(&self.connection)? && !planted(Plant::S2Cursor) {
            return Ok(Applied::OutOfTurn);
        }
        if planted(Plant::CursorApart) {
            self.write(|w| w.set_cursor(page.to))?;
        }
        self.write(|w| {
            let changes = w.read_changes(page);
            let mut lanes = Lanes::none();
            for change in &changes {
                w.lanes_of(change, &mut lanes)?;
            }
            w.restore(&lanes)?;
            // Grants first: what else is in the page is judged by them (S3, S4).
            for change in changes.iter().filter(|c| c.kind == Kind::Grant) {
                w.apply_grant(change, identity.me)?;
            }
            for change in &changes {
                w.apply_change(change, rev_of(identity.generation, change.rev))?;
            }
            for change in page.changes.iter().filter(|change| read_change(change).is_none()) {
                w.apply_unknown(change, rev_of(identity.generation, change.rev))?;
            }
            w.set_cursor(page.to)?;
            if !page.more {
                w.set_whole(page.to)?;
            }
            w.see(page.head)?;
            let lanes = w.drop_settled()?.and(lanes);
            w.replay(&lanes)?;
            w.compare_digests(page)?;
            w.tag("status");
            Ok(Applied::Done)
        })
    }

    /// Cursor of the feed.
    pub fn cursor(&self) -> Stored<u64> {
        meta::cursor(&self.connection)
    }

    /// Newest point of the hub's history that was seen.
    pub fn stamp(&self) -> Stored<deskbell_protocol::Stamp> {
        meta::stamp(&self.connection)
    }
}

/// A change that this program understands.
struct ReadChange {
    kind: Kind,
    id: Uuid,
    scope: Scope,
    rev: u64,
    row: Option<Row>,
}

impl Write<'_> {
    fn read_changes(&self, page: &Changes) -> Vec<ReadChange> {
        page.changes.iter().filter_map(read_change).collect()
    }

    fn lanes_of(&self, change: &ReadChange, lanes: &mut Lanes) -> Stored<()> {
        match (&change.row, change.kind) {
            (Some(row), _) => lanes.add_row(row),
            (None, Kind::Message | Kind::ReadPosition | Kind::Pin) => {
                if let Some(row) = rows::row(&self.tx, change.kind, change.id)? {
                    lanes.add_row(&row);
                }
            }
            (None, Kind::Conversation | Kind::DirectChat | Kind::TeamChat) => lanes.add(change.id),
            (None, Kind::Contact | Kind::Favorite) => lanes.add(Lane::CONTACTS.0),
            (None, _) => *lanes = Lanes::All,
        }
        Ok(())
    }

    fn apply_grant(&mut self, change: &ReadChange, me: deskbell_domain::MemberId) -> Stored<()> {
        match &change.row {
            Some(Row::Grant(grant)) if grant.member == me => self.granted(grant.scope, grant.epoch, grant.floor),
            Some(_) => Ok(()),
            // Found by what it is derived from: its row may never have come here.
            None => match scopes::of_grant(&self.tx, me, change.id)? {
                // Given again later, which a snapshot has told already.
                Some((_, epoch)) if epoch > change.rev => Ok(()),
                Some((scope, _)) => self.revoked(scope),
                None => Ok(()),
            },
        }
    }

    fn apply_change(&mut self, change: &ReadChange, rev: i64) -> Stored<()> {
        let kept = scopes::find(&self.tx, change.scope)?.filter(|k| k.state != NONE);
        match (&change.row, kept) {
            (Some(row), Some(kept)) if planted(Plant::EndWipesNewer) => self.confirm(row, rev, kept.n, kept.boot - 1),
            (Some(row), Some(kept)) => self.confirm(row, rev, kept.n, kept.boot),
            (Some(row), None) if planted(Plant::S4Grants) => {
                let scope = self.scope_no(change.scope)?;
                self.confirm(row, rev, scope, 0)
            }
            // Not (or not yet) for this member (S4).
            (Some(_), None) => self.confirm_gone(change.kind, change.id, None, rev),
            (None, _) => self.confirm_gone(change.kind, change.id, Some(change.scope), rev),
        }
    }

    /// A change that this program does not understand: remembered by its name, so that the sums agree.
    fn apply_unknown(&mut self, change: &Change, rev: i64) -> Stored<()> {
        let kept = scopes::find(&self.tx, change.scope)?.filter(|kept| kept.state != NONE);
        match (change.op, kept) {
            (Op::Put, Some(kept)) => {
                let name = Name { kind: change.kind.clone(), id: change.id };
                self.confirm_unknown(&name, rev, kept.n, kept.boot)
            }
            (Op::Put, None) => self.unknown_gone(&change.kind, change.id, None, rev),
            (Op::Del, _) => {
                self.remember_gone(&change.kind, change.id, rev)?;
                let scope = self.scope_no(change.scope)?;
                self.unknown_gone(&change.kind, change.id, Some(scope), rev)
            }
        }
    }

    /// While a scope loads, what is deleted must stay deleted (S6).
    fn remember_gone(&mut self, kind: &str, id: Uuid, rev: i64) -> Stored<()> {
        if scopes::any_booting(&self.tx)? {
            self.will_have(Rare::Tombstone);
            self.tx
                .prepare_cached(
                    "INSERT INTO tombstone (kind, id, rev) VALUES (?, ?, ?)
                     ON CONFLICT (kind, id) DO UPDATE SET rev = max(rev, excluded.rev)",
                )?
                .execute(params![kind, id.into_bytes(), rev])?;
        }
        Ok(())
    }

    /// The hub has the row no more, or not in `scope` (it may have moved to another).
    fn confirm_gone(&mut self, kind: Kind, id: Uuid, scope: Option<Scope>, rev: i64) -> Stored<()> {
        if scope.is_some() {
            self.remember_gone(kind.as_str(), id, rev)?;
        }
        let scope = scope.map(|s| self.scope_no(s)).transpose()?;
        self.unknown_gone(kind.as_str(), id, scope, rev)?;
        let stays = |at: i64, in_scope: i64| at > rev || scope.is_some_and(|s| s != in_scope);
        if let Some(shadow) = self.shadow(kind, id)? {
            if stays(shadow.rev, shadow.scope) {
                return Ok(());
            }
            self.count(kind, id, shadow.counted(), None);
            return self.set_shadow(kind, id, None);
        }
        match rows::visible(&self.tx, kind, id)? {
            Some(visible) if !stays(visible.rev, visible.scope) => {
                self.count(kind, id, Some(visible.counted()), None);
                self.delete_visible(kind, id)
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn tombstone(&self, kind: Kind, id: Uuid) -> Stored<Option<i64>> {
        self.tomb_of(kind.as_str(), id)
    }

    pub(super) fn tomb_of(&self, kind: &str, id: Uuid) -> Stored<Option<i64>> {
        if !self.may_have(Rare::Tombstone)? {
            return Ok(None);
        }
        let rev = self
            .tx
            .prepare_cached("SELECT rev FROM tombstone WHERE kind = ? AND id = ?")?
            .query_row(params![kind, id.into_bytes()], |r| r.get(0));
        Ok(rev.optional()?)
    }
}

fn read_change(change: &Change) -> Option<ReadChange> {
    // Of a kind or shape that only a newer program knows: it will boot again (S17).
    let kind = Kind::parse(&change.kind)?;
    let row = match (change.op, &change.row) {
        (Op::Del, _) => None,
        (Op::Put, Some(json)) => match Row::from_json(kind, json) {
            Ok(row) => Some(row),
            Err(error) => {
                tracing::warn!(kind = change.kind, id = %change.id, %error, "a row is skipped");
                return None;
            }
        },
        (Op::Put, None) => return None,
    };
    Some(ReadChange { kind, id: change.id, scope: change.scope, rev: change.rev, row })
}
