//! What pending commands show: shadows, and replaying the commands over the confirmed rows.
//!
//! The rows that commands of one lane write are that lane's alone, so a rebase is done lane by lane: restore the confirmed
//! rows, change them, replay the lane's commands in outbox order. A replay never rejects (S15): a command that the rules
//! refuse now shows no effect and waits for the hub.

use super::digests::Counted;
use super::rare::Rare;
use super::rows::Kept;
use super::{OutboxState, Reason, Stored, Write, outbox, rev_of, rows, uuid_from};
use deskbell_domain::plant::{Plant, planted};
use deskbell_domain::{
    Actor, Command, CommandId, Content, Context, Decision, Effect, Kind, Lane, MemberId, Refusal, Row, Rows,
    command::MAX_READ_ROUNDS, decide, reads,
};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Lanes that a change touches.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Lanes {
    /// Every lane: what changed is read across lanes.
    All,
    /// These.
    Some(BTreeSet<Uuid>),
}

impl Lanes {
    pub fn none() -> Self {
        Lanes::Some(BTreeSet::new())
    }

    pub fn one(lane: Uuid) -> Self {
        Lanes::Some(BTreeSet::from([lane]))
    }

    pub fn add(&mut self, lane: Uuid) {
        if let Lanes::Some(lanes) = self {
            lanes.insert(lane);
        }
    }

    pub fn and(self, other: Lanes) -> Lanes {
        match (self, other) {
            (Lanes::Some(mut a), Lanes::Some(b)) => {
                a.extend(b);
                Lanes::Some(a)
            }
            _ => Lanes::All,
        }
    }

    pub fn add_row(&mut self, row: &Row) {
        match row {
            Row::Conversation(r) => self.add(r.id.0),
            Row::TeamChat(r) => self.add(r.id.0),
            Row::DirectChat(r) => {
                self.add(r.id.0);
                // It may be the one that a pending command means to make.
                *self = Lanes::All;
            }
            Row::Message(r) => self.add(r.chat.0),
            Row::ReadPosition(r) => self.add(r.chat.0),
            Row::Pin(r) => self.add(r.chat.0),
            Row::Contact(_) | Row::Favorite(_) => self.add(Lane::CONTACTS.0),
            _ => *self = Lanes::All,
        }
    }
}

/// A confirmed row behind a visible one.
pub(crate) struct Shadow {
    pub json: Option<String>,
    pub scope: i64,
    pub rev: i64,
    pub boot: i64,
}

impl Shadow {
    /// As digests see it: nothing, where the hub has none.
    pub fn counted(&self) -> Option<Counted> {
        self.json.is_some().then_some(Counted { scope: self.scope, rev: self.rev })
    }

    pub fn kept(&self) -> Kept {
        Kept { json: self.json.clone().unwrap_or_default(), scope: self.scope, rev: self.rev, boot: self.boot }
    }
}

/// Which command decides or shows its effects.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Replayed {
    /// Its number in the outbox.
    pub n: i64,
    /// Its lane.
    pub lane: Uuid,
    /// Where the hub has it already: what it did to rows that are as new is in them.
    pub acknowledged: Option<i64>,
}

impl Write<'_> {
    pub(crate) fn shadow(&self, kind: Kind, id: Uuid) -> Stored<Option<Shadow>> {
        if !self.may_have(Rare::Shadow)? {
            return Ok(None);
        }
        let shadow = self
            .tx
            .prepare_cached("SELECT json, scope, rev, boot FROM shadow WHERE kind = ? AND id = ?")?
            .query_row(params![kind.as_str(), id.into_bytes()], |r| {
                Ok(Shadow { json: r.get(0)?, scope: r.get(1)?, rev: r.get(2)?, boot: r.get(3)? })
            });
        Ok(shadow.optional()?)
    }

    /// Whether a row that commands of this lane have changed was confirmed as of `rev` or later.
    pub(super) fn is_confirmed_since(&self, lane: Uuid, rev: i64) -> Stored<bool> {
        let mut since = self.tx.prepare_cached("SELECT EXISTS (SELECT 1 FROM shadow WHERE lane = ? AND rev >= ?)")?;
        Ok(since.query_row(params![lane.into_bytes(), rev], |r| r.get(0))?)
    }

    /// Replaces the confirmed row behind a shadow; `None` = there is none any more.
    pub(crate) fn set_shadow(&mut self, kind: Kind, id: Uuid, kept: Option<&Kept>) -> Stored<()> {
        let key = params![kind.as_str(), id.into_bytes()];
        match kept {
            Some(k) => self
                .tx
                .prepare_cached(
                    "UPDATE shadow SET json = ?3, scope = ?4, rev = ?5, boot = ?6 WHERE kind = ?1 AND id = ?2",
                )?
                .execute(params![kind.as_str(), id.into_bytes(), k.json, k.scope, k.rev, k.boot])?,
            None => self.tx.prepare_cached("UPDATE shadow SET json = NULL WHERE kind = ? AND id = ?")?.execute(key)?,
        };
        Ok(())
    }

    /// Puts the confirmed rows of the lanes back.
    pub(crate) fn restore(&mut self, lanes: &Lanes) -> Stored<()> {
        let found: Vec<(Kind, Uuid)> = {
            let read = |r: &rusqlite::Row<'_>| Ok((r.get::<_, String>(0)?, r.get(1).map(uuid_from)?));
            let mut found: Vec<(String, Uuid)> = Vec::new();
            match lanes {
                Lanes::All => {
                    let mut statement = self.tx.prepare_cached("SELECT kind, id FROM shadow")?;
                    found.extend(statement.query_map([], read)?.collect::<Result<Vec<_>, _>>()?);
                }
                Lanes::Some(lanes) => {
                    let mut statement = self.tx.prepare_cached("SELECT kind, id FROM shadow WHERE lane = ?")?;
                    for lane in lanes {
                        found.extend(statement.query_map([lane.into_bytes()], read)?.collect::<Result<Vec<_>, _>>()?);
                    }
                }
            }
            found.into_iter().filter_map(|(kind, id)| Some((Kind::parse(&kind)?, id))).collect()
        };
        for (kind, id) in found {
            let Some(shadow) = self.shadow(kind, id)? else { continue };
            if shadow.json.is_some() {
                let kept = shadow.kept();
                self.put_visible(&kept.row(kind)?, &kept, 0)?;
            } else {
                self.delete_visible(kind, id)?;
            }
            self.tx
                .prepare_cached("DELETE FROM shadow WHERE kind = ? AND id = ?")?
                .execute(params![kind.as_str(), id.into_bytes()])?;
        }
        Ok(())
    }

    /// Shows what the lanes' pending commands do to the confirmed rows.
    pub(crate) fn replay(&mut self, lanes: &Lanes) -> Stored<()> {
        let pending = match lanes {
            Lanes::All => outbox::pending(&self.tx)?,
            Lanes::Some(lanes) => outbox::pending_of(&self.tx, lanes)?,
        };
        for item in pending {
            let Some(mut command) = item.command() else { continue };
            self.resolve(&mut command)?;
            let replayed = Replayed {
                n: item.n,
                lane: item.lane,
                acknowledged: item.seq.filter(|_| item.state == OutboxState::Done),
            };
            match self.decide(&command, item.created_ms)? {
                Ok(decision) => self.show(&decision.effects, replayed)?,
                Err(Refusal::Rejected(rejection)) if planted(Plant::S15Rebase) => {
                    self.set_outbox(&item, OutboxState::Refused, None, Some(&Reason::Refused { rejection }))?;
                }
                Err(_) => {}
            }
        }
        Ok(())
    }

    /// Loads what the command names, and decides.
    pub(crate) fn decide(&mut self, command: &Command, at_ms: i64) -> Stored<Result<Decision, Refusal>> {
        Ok(match self.identity {
            Some(identity) => decide_on(command, identity.me, &loaded(&self.tx, command, identity.me)?, at_ms),
            None => Err(deskbell_domain::Rejection::Forbidden.into()),
        })
    }

    /// Writes effects as visible rows, keeping the confirmed ones behind them.
    pub(crate) fn show(&mut self, effects: &[Effect], by: Replayed) -> Stored<()> {
        let mut local = by.n.saturating_mul(16);
        for effect in effects {
            match effect {
                Effect::Put(row) => {
                    let (kind, id) = (row.kind(), row.id());
                    let shadow = self.shadow(kind, id)?;
                    let visible = rows::visible(&self.tx, kind, id)?;
                    let confirmed = shadow.as_ref().map_or(visible.as_ref().map_or(0, |v| v.rev), |s| s.rev);
                    if by.acknowledged.is_some_and(|seq| confirmed >= seq) {
                        continue;
                    }
                    let scope = self.scope_no(row.scope())?;
                    let before = visible.unwrap_or(Kept { json: String::new(), scope, rev: 0, boot: 0 });
                    let forgotten =
                        planted(Plant::ShadowForgotten) && kind == Kind::Conversation && is_assignment(effects);
                    if shadow.is_none() && !forgotten {
                        self.keep_behind(kind, id, by.lane, &before)?;
                    }
                    let kept = Kept { json: row.to_text(), scope, rev: before.rev, boot: before.boot };
                    self.put_visible(row, &kept, local)?;
                    local += 1;
                }
                Effect::Delete(kind, id) => {
                    if let Some(visible) = rows::visible(&self.tx, *kind, *id)? {
                        if self.shadow(*kind, *id)?.is_none() {
                            self.keep_behind(*kind, *id, by.lane, &visible)?;
                        }
                        self.delete_visible(*kind, *id)?;
                    }
                }
                // Only the hub says who sees what.
                Effect::Grant(..) | Effect::Revoke(..) => {}
                Effect::Alias { from, to } => {
                    self.record_alias(*from, *to)?;
                    // What was typed in the chat that is no more stands in the one that it turned out to be.
                    if !planted(Plant::DraftKey) {
                        self.join_drafts(*from, *to)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn keep_behind(&mut self, kind: Kind, id: Uuid, lane: Uuid, kept: &Kept) -> Stored<()> {
        let json = (!kept.json.is_empty()).then_some(&kept.json);
        self.will_have(Rare::Shadow);
        self.tx
            .prepare_cached("INSERT INTO shadow (kind, id, lane, scope, rev, boot, json) VALUES (?, ?, ?, ?, ?, ?, ?)")?
            .execute(params![
                kind.as_str(),
                id.into_bytes(),
                lane.into_bytes(),
                kept.scope,
                kept.rev,
                kept.boot,
                json
            ])?;
        Ok(())
    }

    /// Removes acknowledged commands whose rows are here: the feed was read to its head behind them, and nothing is being
    /// booted (S8). The cursor alone proves nothing: a row that has changed again since is in a later page.
    /// Their lanes are restored; the caller replays them.
    pub(crate) fn drop_settled(&mut self) -> Stored<Lanes> {
        let Some(identity) = self.identity else { return Ok(Lanes::none()) };
        if super::scopes::any_booting(&self.tx)? {
            return Ok(Lanes::none());
        }
        let upto = rev_of(identity.generation, super::meta::whole(&self.tx)?);
        let settled: Vec<(CommandId, Uuid)> = {
            let mut statement =
                self.tx.prepare_cached("SELECT id, lane FROM outbox WHERE state = 'done' AND seq <= ?")?;
            let rows =
                statement.query_map([upto], |r| Ok((CommandId(r.get(0).map(uuid_from)?), r.get(1).map(uuid_from)?)))?;
            rows.collect::<Result<_, _>>()?
        };
        if settled.is_empty() {
            return Ok(Lanes::none());
        }
        let lanes = Lanes::Some(settled.iter().map(|(_, lane)| *lane).collect());
        self.restore(&lanes)?;
        for (id, _) in settled {
            self.delete_outbox(id)?;
        }
        // A chat that turned out to be another one was on the screen until now, and could be typed in.
        self.join_late_drafts()?;
        Ok(lanes)
    }
}

/// The rows that a command of this member is decided on.
pub(super) fn loaded(c: &Connection, command: &Command, me: MemberId) -> Stored<Rows> {
    let mut rows = Rows::new();
    for _ in 0..MAX_READ_ROUNDS {
        let refs = reads(command, Actor::Member(me), &rows);
        if refs.is_empty() {
            break;
        }
        rows::load(c, refs, &mut rows)?;
    }
    Ok(rows)
}

/// What a command of this member does. The client's own age says nothing yet: whether it waited too long is the hub's to
/// judge.
pub(super) fn decide_on(command: &Command, me: MemberId, rows: &Rows, at_ms: i64) -> Result<Decision, Refusal> {
    decide(command, rows, &Context { actor: Actor::Member(me), now_ms: at_ms, age_ms: 0, seq: None })
}

/// See [`Plant::ShadowForgotten`].
fn is_assignment(effects: &[Effect]) -> bool {
    matches!(effects, [_, Effect::Put(Row::Message(line))] if matches!(line.content, Content::Assigned { .. }))
}
