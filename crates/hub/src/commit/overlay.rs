//! Rows as they are while a batch is decided: what the store has, under what the batch has done so far.

use super::submission::not_understood;
use super::{Item, MAX_ROWS, Submission};
use crate::store::{Loaded, RowWrite, Store, StoreError, Writes};
use deskbell_domain::command::MAX_READ_ROUNDS;
use deskbell_domain::plant::{Plant, planted};
use deskbell_domain::{
    Actor, Command, Context, Decision, Effect, Grant, Kind, MemberId, NaturalKey, Outcome, Ref, Refusal,
};
use deskbell_domain::{Rejection, Row, Rows, Scope, decide, pos_of, reads};
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

/// Kinds whose identifiers a device makes up, or may mean by an alias.
const MADE_BY_DEVICES: [Kind; 5] = [Kind::Conversation, Kind::DirectChat, Kind::TeamChat, Kind::Tag, Kind::Contact];

pub(super) struct Overlay {
    rows: Rows,
    /// `rev` and scope of the rows in the store, as far as they were loaded.
    before: HashMap<(Kind, Uuid), Option<(u64, Scope)>>,
    written: BTreeMap<(Kind, Uuid), RowWrite>,
    aliases: HashMap<Uuid, Uuid>,
    new_aliases: Vec<(Uuid, Uuid)>,
    seq: u64,
}

impl Overlay {
    /// Loads what the batch will read, round by round for all commands together.
    pub fn load(store: &mut dyn Store, batch: &[Submission], seq: u64) -> Result<Self, StoreError> {
        let items = || batch.iter().flat_map(|s| &s.items).filter_map(|i| Some((i.actor, i.command.as_ref().ok()?)));
        let mentioned: Vec<Uuid> = items().flat_map(|(_, command)| mentions(command)).collect();
        let mut overlay = Self {
            rows: Rows::new(),
            before: HashMap::new(),
            written: BTreeMap::new(),
            aliases: store.aliases(&mentioned)?,
            new_aliases: Vec::new(),
            seq,
        };
        let resolved: Vec<(Actor, Command)> = items().map(|(actor, c)| (actor, overlay.resolve(c))).collect();
        for _ in 0..MAX_READ_ROUNDS {
            let missing: HashSet<Ref> =
                resolved.iter().flat_map(|(actor, command)| reads(command, *actor, &overlay.rows)).collect();
            if missing.is_empty() {
                break;
            }
            overlay.fetch(store, &missing.into_iter().collect::<Vec<_>>())?;
        }
        Ok(overlay)
    }

    /// The newest `seq` so far.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// All that is to be written.
    pub fn into_writes(self) -> Writes {
        Writes { rows: self.written, aliases: self.new_aliases, ..Writes::default() }
    }

    /// Decides one command and keeps its effects.
    pub fn carry_out(&mut self, store: &mut dyn Store, item: &Item) -> Result<Outcome, StoreError> {
        let command = match &item.command {
            Ok(command) => self.resolve(command),
            Err(error) => return Ok(Outcome::Rejected { reason: not_understood(error) }),
        };
        // An earlier command of the batch may have changed what this one has to look at.
        for _ in 0..MAX_READ_ROUNDS {
            let missing = reads(&command, item.actor, &self.rows);
            if missing.is_empty() {
                break;
            }
            self.fetch(store, &missing)?;
        }
        let seq = self.seq + 1;
        let context = Context { actor: item.actor, now_ms: item.now_ms, age_ms: item.age_ms, seq: Some(seq) };
        let decided = decide(&command, &self.rows, &context).and_then(|decision| {
            if decision.effects.len() > MAX_ROWS {
                let reason = Rejection::Invalid { field: "rows".into(), problem: "too_many".into() };
                return Err(Refusal::Rejected(reason));
            }
            Ok(decision)
        });
        let decided = match decided {
            Ok(decision) if self.takes_from_others(store, item.actor, &decision.effects)? => {
                Err(Refusal::Rejected(Rejection::Exists))
            }
            other => other,
        };
        let outcome = Outcome::of(&decided);
        if let Ok(Decision { effects, .. }) = decided {
            self.apply(store, effects, seq)?;
        }
        Ok(outcome)
    }

    /// Whether an identifier that a member's command claims to have made stands for something else already. A device
    /// makes them up, and a rule reads only its own kind; but an alias, a natural key and a thread's entry count for
    /// everybody: what is there is never taken away from under an identifier. The system's own come from the hub.
    fn takes_from_others(
        &mut self,
        store: &mut dyn Store,
        actor: Actor,
        effects: &[Effect],
    ) -> Result<bool, StoreError> {
        if actor == Actor::System {
            return Ok(false);
        }
        for effect in effects {
            let (id, own) = match effect {
                Effect::Put(Row::Message(new)) => {
                    self.require(store, Kind::Message, new.id.0)?;
                    if self.rows.message(new.id).is_some_and(|old| (old.chat, old.pos) != (new.chat, new.pos)) {
                        return Ok(true);
                    }
                    continue;
                }
                Effect::Put(row) if MADE_BY_DEVICES.contains(&row.kind()) => (row.id(), Some(row.kind())),
                // What the same decision deletes leaves its identifier to the alias.
                Effect::Alias { from, .. }
                    if effects.iter().any(|e| matches!(e, Effect::Delete(_, id) if id == from)) =>
                {
                    continue;
                }
                Effect::Alias { from, .. } => (*from, None),
                Effect::Put(_) | Effect::Delete(..) | Effect::Grant(..) | Effect::Revoke(..) => continue,
            };
            // What is there as what it is was looked at when it was made.
            if let Some(own) = own {
                self.require(store, own, id)?;
                if self.rows.row(own, id).is_some() {
                    continue;
                }
            }
            for kind in MADE_BY_DEVICES {
                self.require(store, kind, id)?;
                if own != Some(kind) && self.rows.row(kind, id).is_some() {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    fn apply(&mut self, store: &mut dyn Store, effects: Vec<Effect>, seq: u64) -> Result<(), StoreError> {
        let mut changed = false;
        for effect in effects {
            match effect {
                Effect::Put(row) => changed |= self.put(store, row, seq)?,
                Effect::Delete(kind, id) => changed |= self.delete(store, kind, id, seq)?,
                Effect::Grant(member, scope) => {
                    // Given again it would be a new epoch, and every client would load the scope anew.
                    if self.grant(store, member, scope)?.is_none() {
                        let grant = Grant { member, scope, epoch: seq, floor: pos_of(seq, 15) };
                        changed |= self.put(store, grant.into(), seq)?;
                    }
                }
                Effect::Revoke(member, scope) => {
                    changed |= self.delete(store, Kind::Grant, Grant::id_of(member, scope), seq)?;
                }
                Effect::Alias { from, to } => {
                    if self.aliases.insert(from, to) != Some(to) && !planted(Plant::S16Alias) {
                        self.new_aliases.push((from, to));
                    }
                }
            }
        }
        if changed {
            self.seq = seq;
        }
        Ok(())
    }

    fn grant(&mut self, store: &mut dyn Store, member: MemberId, scope: Scope) -> Result<Option<&Grant>, StoreError> {
        self.require(store, Kind::Grant, Grant::id_of(member, scope))?;
        Ok(self.rows.grant(member, scope))
    }

    fn put(&mut self, store: &mut dyn Store, row: Row, seq: u64) -> Result<bool, StoreError> {
        let (kind, id) = (row.kind(), row.id());
        self.require(store, kind, id)?;
        if self.rows.row(kind, id) == Some(&row) {
            return Ok(false);
        }
        let before = self.before.get(&(kind, id)).copied().flatten();
        if !planted(Plant::BatchBlind) {
            self.rows.apply(&[Effect::Put(row.clone())]);
        }
        self.written.insert((kind, id), RowWrite { row: Some(row), rev: seq, before });
        Ok(true)
    }

    fn delete(&mut self, store: &mut dyn Store, kind: Kind, id: Uuid, seq: u64) -> Result<bool, StoreError> {
        self.require(store, kind, id)?;
        if self.rows.row(kind, id).is_none() {
            return Ok(false);
        }
        let before = self.before.get(&(kind, id)).copied().flatten();
        self.rows.apply(&[Effect::Delete(kind, id)]);
        self.written.insert((kind, id), RowWrite { row: None, rev: seq, before });
        Ok(true)
    }

    fn require(&mut self, store: &mut dyn Store, kind: Kind, id: Uuid) -> Result<(), StoreError> {
        let wanted = Ref::Row(kind, id);
        if self.rows.has(&wanted) { Ok(()) } else { self.fetch(store, &[wanted]) }
    }

    fn fetch(&mut self, store: &mut dyn Store, refs: &[Ref]) -> Result<(), StoreError> {
        for loaded in store.load(refs)? {
            match loaded {
                Loaded::Row(kind, id, found) => {
                    self.before.insert((kind, id), found.as_ref().map(|f| (f.rev, f.row.scope())));
                    self.rows.insert(kind, id, found.map(|f| f.row));
                }
                Loaded::Key(key, id) => {
                    let id = id.filter(|id| !self.gave_up(&key, *id));
                    self.rows.insert_key(key, id);
                }
            }
        }
        Ok(())
    }

    /// Whether the store's word of a natural key is of before this batch: what had it is gone, or has it no more.
    fn gave_up(&self, key: &NaturalKey, id: Uuid) -> bool {
        let keyed = MADE_BY_DEVICES.into_iter().chain([Kind::Channel]);
        keyed.filter_map(|kind| self.written.get(&(kind, id))).any(|write| match &write.row {
            None => true,
            // A closed conversation keeps its key until an open one takes it.
            Some(row) => row.kind() != Kind::Conversation && !row.keys().contains(key),
        })
    }

    fn resolve(&self, command: &Command) -> Command {
        let mut command = command.clone();
        command.resolve(&|id| self.aliases.get(&id).copied().unwrap_or(id));
        command
    }
}

/// Identifiers in a command that may be aliases.
fn mentions(command: &Command) -> Vec<Uuid> {
    let found = RefCell::new(Vec::new());
    command.clone().resolve(&|id| {
        found.borrow_mut().push(id);
        id
    });
    found.into_inner()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::SqliteStore;
    use deskbell_domain::{OrganizationId, Tag, TagId, TagName, Tint};
    use deskbell_protocol::{Generation, Stamp};

    #[test]
    fn a_key_that_is_loaded_late_is_not_what_the_store_says_of_a_row_that_the_batch_has_changed() {
        let mut store = SqliteStore::in_memory().unwrap();
        store.create(OrganizationId(Uuid::from_u128(9)), &Generation("g".into()), 0).unwrap();
        let named = |n, name: &str| {
            let name = TagName::parse(name).unwrap();
            Row::from(Tag { id: TagId(Uuid::from_u128(n)), name, color: Tint::Moss })
        };
        let key = |name: &str| NaturalKey::TagName(TagName::parse(name).unwrap().key());
        let write = |row: Row| ((row.kind(), row.id()), RowWrite { row: Some(row), rev: 1, before: None });
        let rows = [named(1, "Rush"), named(2, "Later"), named(3, "Kept")].map(write).into();
        store.begin().unwrap();
        store.write(&Writes { stamp: Stamp { seq: 1, mark: 1 }, rows, ..Writes::default() }).unwrap();
        let mut overlay = Overlay::load(&mut store, &[], 1).unwrap();
        overlay.put(&mut store, named(1, "Urgent"), 2).unwrap();
        overlay.delete(&mut store, Kind::Tag, Uuid::from_u128(2), 2).unwrap();
        for (name, leads_to) in [("Rush", None), ("Urgent", Some(1)), ("Later", None), ("Kept", Some(3))] {
            let wanted = Ref::Key(key(name));
            if !overlay.rows.has(&wanted) {
                overlay.fetch(&mut store, &[wanted]).unwrap();
            }
            assert_eq!(overlay.rows.key(&key(name)), leads_to.map(Uuid::from_u128), "{name}");
        }
    }
}
