//! What the hub answers to commands.

use super::pending::Lanes;
use super::{OutboxItem, OutboxState, Reason, Store, StoreError, Stored, Write, outbox, rev_of};
use crate::rpc::types::RpcError;
use deskbell_domain::plant::{Plant, planted};
use deskbell_domain::{CommandId, DeviceId, Outcome, Rejection};
use deskbell_protocol::{CommandResult, Commands, PushedCommand, Results};
use rusqlite::params;
use serde_json::value::RawValue;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Commands to send, with what names the answer.
#[derive(Debug, Clone)]
pub struct Pushed {
    /// What travels.
    pub commands: Commands,
}

/// Most bytes of arguments in a batch: with escapes it stays well below what a hub takes.
const BATCH_BYTES: usize = 8 * 1024 * 1024;

/// Whether a command waits to be sent, now or once nothing holds it back.
pub fn has_waiting(store: &Store) -> Stored<bool> {
    Ok(has_ready(store)? || store.next_hold_end()?.is_some())
}

/// Whether a command waits that can be sent now.
pub(crate) fn has_ready(store: &Store) -> Stored<bool> {
    Ok(!outbox::waiting(&store.connection, 1)?.is_empty())
}

impl Store {
    /// The next commands to send, at most `limit`, marked as transmitted before they are: should the program die, they
    /// count as sent.
    pub fn next_push(&mut self, now_local_ms: i64, limit: usize) -> Stored<Option<Pushed>> {
        let (Some(identity), Some(session)) = (self.identity, self.session()?) else { return Ok(None) };
        let items = outbox::waiting(&self.connection, limit)?;
        let mut commands = Vec::with_capacity(items.len());
        let mut bytes = 0;
        for item in &items {
            bytes += item.args.len();
            if bytes > BATCH_BYTES && !commands.is_empty() {
                break;
            }
            commands.push(travelling(item, now_local_ms)?);
        }
        if commands.is_empty() {
            return Ok(None);
        }
        let first: Vec<i64> = items
            .iter()
            .take(commands.len())
            .filter(|i| !i.transmitted && !planted(Plant::SentUnmarked))
            .map(|i| i.n)
            .collect();
        if !first.is_empty() {
            self.write(|w| {
                for n in first {
                    w.tx.prepare_cached("UPDATE outbox SET transmitted = 1 WHERE n = ?")?.execute([n])?;
                }
                Ok::<_, StoreError>(())
            })?;
        }
        let device: DeviceId = identity.device;
        let seen = self.stamp()?;
        Ok(Some(Pushed { commands: Commands { device, r#gen: session.r#gen, seen, commands } }))
    }

    /// Applies the answer to a batch. The hub gives it again to who asks again.
    pub fn apply_results(&mut self, results: &Results) -> Stored<()> {
        let Some(identity) = self.identity else { return Ok(()) };
        self.write_unhurried(|w| {
            let mut lanes = Lanes::none();
            for result in &results.results {
                if let Some(item) = outbox::find(&w.tx, result.id)? {
                    // What is shown of a command that was done stays as it is, unless its rows are here already.
                    let seq = rev_of(identity.generation, result.seq);
                    if !matches!(result.outcome, Outcome::Applied) || w.is_confirmed_since(item.lane, seq)? {
                        lanes.add(item.lane);
                    }
                    if matches!(result.outcome, Outcome::Joined { .. }) {
                        lanes = Lanes::All;
                    }
                }
            }
            w.restore(&lanes)?;
            let mut refused = BTreeSet::new();
            for result in &results.results {
                w.apply_result(result, identity.generation, &mut refused)?;
            }
            let lanes = w.refuse_dependants(refused)?.and(lanes);
            w.see(results.head)?;
            let lanes = w.drop_settled()?.and(lanes);
            w.replay(&lanes)
        })
    }

    /// The hub refused the request that held this one command.
    pub fn refuse_request(&mut self, command: CommandId, error: RpcError) -> Stored<()> {
        self.write(|w| {
            let Some(item) = outbox::find(&w.tx, command)? else { return Ok(()) };
            w.restore(&Lanes::one(item.lane))?;
            w.set_outbox(&item, OutboxState::Refused, None, Some(&Reason::Request { error }))?;
            let lanes = w.refuse_dependants(BTreeSet::from([command]))?.and(Lanes::one(item.lane));
            w.replay(&lanes)
        })
    }
}

fn travelling(item: &OutboxItem, now_local_ms: i64) -> Stored<PushedCommand> {
    Ok(PushedCommand {
        n: item.n as u64,
        id: item.id,
        kind: item.kind.clone(),
        version: item.version,
        args: RawValue::from_string(item.args.clone())?,
        depends_on: item.depends_on.clone(),
        age_ms: u64::try_from(now_local_ms.saturating_sub(item.created_local_ms)).unwrap_or(0),
    })
}

impl Write<'_> {
    /// Takes a command away that the person does not want any more; what stands on it is refused.
    pub(crate) fn discard(&mut self, item: &OutboxItem) -> Stored<()> {
        self.restore(&Lanes::one(item.lane))?;
        self.delete_outbox(item.id)?;
        let lanes = self.refuse_dependants(BTreeSet::from([item.id]))?.and(Lanes::one(item.lane));
        self.replay(&lanes)
    }

    fn apply_result(
        &mut self,
        result: &CommandResult,
        generation: i64,
        refused: &mut BTreeSet<CommandId>,
    ) -> Stored<()> {
        let Some(item) = outbox::find(&self.tx, result.id)? else { return Ok(()) };
        if item.state != OutboxState::Waiting {
            return Ok(());
        }
        let seq = Some(rev_of(generation, result.seq));
        match &result.outcome {
            Outcome::Applied if planted(Plant::S8Settled) => self.delete_outbox(item.id),
            Outcome::Applied => self.set_outbox(&item, OutboxState::Done, seq, None),
            Outcome::Joined { id } => {
                if let Some(made) = item.command().and_then(|command| command.made()) {
                    self.join(made, *id)?;
                }
                // Read again: the alias may have changed it.
                let item = outbox::find(&self.tx, result.id)?.unwrap_or(item);
                self.set_outbox(&item, OutboxState::Done, seq, None)
            }
            // Another command has sent this message: it is where it should be.
            Outcome::Rejected { reason: Rejection::AlreadySent } => {
                self.set_outbox(&item, OutboxState::Done, seq, None)
            }
            // Nobody needs to decide about a read position.
            Outcome::Held { .. } | Outcome::Rejected { .. } if item.is_reading() => self.delete_outbox(item.id),
            Outcome::Held { reason } => {
                refused.insert(item.id);
                self.set_outbox(&item, OutboxState::Held, None, Some(&Reason::Held { hold: reason.clone() }))
            }
            Outcome::Rejected { reason } => {
                refused.insert(item.id);
                self.set_outbox(&item, OutboxState::Refused, None, Some(&Reason::Refused { rejection: reason.clone() }))
            }
        }
    }

    /// What stands on a refused or held command is refused too; what has been on the wire hears it from the hub.
    pub(crate) fn refuse_dependants(&mut self, mut refused: BTreeSet<CommandId>) -> Stored<Lanes> {
        let mut lanes = Lanes::none();
        if refused.is_empty() {
            return Ok(lanes);
        }
        for item in outbox::pending(&self.tx)? {
            if item.state != OutboxState::Waiting || item.transmitted {
                continue;
            }
            let Some(on) = item.depends_on.iter().find(|id| refused.contains(id)).copied() else { continue };
            self.restore(&Lanes::one(item.lane))?;
            let rejection = Rejection::DependsOn { command: on };
            self.set_outbox(&item, OutboxState::Refused, None, Some(&Reason::Refused { rejection }))?;
            refused.insert(item.id);
            lanes.add(item.lane);
        }
        Ok(lanes)
    }

    /// What was made here as `made` existed as `existing`: it is that in everything that has not travelled, in drafts and
    /// in the order of lanes (S16). The shadows must have been restored.
    fn join(&mut self, made: Uuid, existing: Uuid) -> Stored<()> {
        if made == existing {
            return Ok(());
        }
        self.record_alias(made, existing)?;
        let (from, to) = (made.into_bytes(), existing.into_bytes());
        for item in outbox::unfinished(&self.tx)? {
            let Some(before) = item.command().filter(|_| !item.transmitted) else { continue };
            let mut command = before.clone();
            self.resolve(&mut command)?;
            // What mentions neither keeps its bytes; what is written anew is of the newest version.
            if command != before {
                self.tx.prepare_cached("UPDATE outbox SET args = ?, version = ? WHERE n = ?")?.execute(params![
                    command.args().to_string(),
                    command.version(),
                    item.n
                ])?;
            }
        }
        self.tx.execute("UPDATE outbox SET lane = ?2 WHERE lane = ?1", params![from, to])?;
        self.tx.execute("UPDATE outbox SET chat = ?2 WHERE chat = ?1", params![from, to])?;
        if !planted(Plant::DraftKey) {
            self.join_drafts(made, existing)?;
        }
        self.touch_chat(made);
        self.touch_chat(existing);
        self.tag("tags");
        self.tag("outbox");
        Ok(())
    }
}
