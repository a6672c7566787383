//! Committing: commands in, one transaction, outcomes out.
//!
//! [`commit_batch`] neither spawns, sleeps, reads a clock nor draws a random number. The whole batch is decided in
//! memory on an overlay, where later commands see the effects of earlier ones, and written at once: a savepoint per
//! command costs several times the whole batch. What is refused takes no `seq`, so that `seq` has no gaps (S1).

mod committer;
mod overlay;
mod submission;
mod writer;

pub use committer::{Committer, Job};
pub use submission::{History, Item, Origin, Refused, Seen, Submission, problem_of};
pub use writer::Writer;

use crate::store::{NewCommand, RowWrite, Store, StoreError, StoredCommand, Writes};
use deskbell_domain::plant::{Plant, planted};
use deskbell_domain::{CommandId, Kind, Outcome, Rejection, Scope};
use deskbell_protocol::{CommandResult, Stamp};
use overlay::Overlay;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// Most rows that one command may touch: a page of the feed never splits a `seq` (S2).
pub const MAX_ROWS: usize = 500;

/// What became of a batch.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Committed {
    /// An answer for each submission.
    pub answers: Vec<Result<Vec<CommandResult>, Refused>>,
    /// The head afterwards.
    pub head: Stamp,
    /// The rows that it wrote.
    pub rows: BTreeMap<(Kind, Uuid), RowWrite>,
    /// The digests of the scopes that it changed, as they are afterwards.
    pub digests: Vec<(Scope, u64)>,
}

/// Decides and writes a batch in one transaction. `mark` is random.
pub fn commit_batch(store: &mut dyn Store, batch: &[Submission], mark: u64) -> Result<Committed, StoreError> {
    let head = store.begin()?;
    let committed = decide_and_write(store, batch, mark, head);
    if committed.is_err() {
        store.rollback();
    }
    committed
}

fn decide_and_write(
    store: &mut dyn Store,
    batch: &[Submission],
    mark: u64,
    head: crate::store::Head,
) -> Result<Committed, StoreError> {
    let mut known = Known::load(store, batch)?;
    let begin = if planted(Plant::S1Sequence) && mark.is_multiple_of(8) { head.stamp.seq - 1 } else { head.stamp.seq };
    let mut overlay = Overlay::load(store, batch, begin)?;
    let mut commands = Vec::new();
    let mut answers = Vec::with_capacity(batch.len());
    for submission in batch {
        if let Some(seen) = &submission.seen {
            let refused = match seen.compare(&head, |seq| store.mark_of(seq))? {
                History::Same => None,
                History::Forgotten => Some(Refused::Resync),
                History::Other => Some(Refused::RolledBack),
            };
            if let Some(refused) = refused {
                answers.push(Err(refused));
                continue;
            }
        }
        if let Some(refused) = known.refusal(submission) {
            answers.push(Err(refused));
            continue;
        }
        let mut results = Vec::with_capacity(submission.items.len());
        for item in &submission.items {
            if let Some(before) = known.commands.get(&item.id).filter(|_| !planted(Plant::S9Once)) {
                results.push(CommandResult { id: item.id, seq: before.seq, outcome: before.outcome.clone() });
                continue;
            }
            let outcome = match known.unmet(&item.depends_on) {
                Some(command) => Outcome::Rejected { reason: Rejection::DependsOn { command } },
                None => overlay.carry_out(store, item)?,
            };
            let seq = overlay.seq();
            results.push(CommandResult { id: item.id, seq, outcome: outcome.clone() });
            if let Some(origin) = &item.origin {
                let stored = StoredCommand { member: origin.member, payload_hash: origin.payload_hash, seq, outcome };
                known.commands.insert(item.id, stored.clone());
                known.numbers.insert((origin.device, origin.n), item.id);
                commands.push(NewCommand {
                    id: item.id,
                    device: origin.device,
                    n: origin.n,
                    kind: origin.kind.clone(),
                    stored,
                    received_ms: item.now_ms,
                });
            }
        }
        answers.push(Ok(results));
    }
    let seq = overlay.seq();
    let mark = if planted(Plant::MarkKept) { head.stamp.mark } else { mark };
    let stamp = if seq == head.stamp.seq { head.stamp } else { Stamp { seq, mark } };
    let at_ms = batch.iter().flat_map(|s| &s.items).map(|i| i.now_ms).max().unwrap_or_default();
    let writes = Writes { stamp, at_ms, commands, ..overlay.into_writes() };
    if writes.is_empty() {
        store.rollback();
        return Ok(Committed { answers, head: stamp, ..Committed::default() });
    }
    let digests = store.write(&writes)?;
    store.commit()?;
    Ok(Committed { answers, head: stamp, rows: writes.rows, digests })
}

/// Commands whose outcome is known, and the numbers that devices have used.
struct Known {
    commands: HashMap<CommandId, StoredCommand>,
    numbers: HashMap<(deskbell_domain::DeviceId, u64), CommandId>,
}

impl Known {
    fn load(store: &mut dyn Store, batch: &[Submission]) -> Result<Self, StoreError> {
        let items = || batch.iter().flat_map(|s| &s.items);
        let own = items().filter(|i| i.origin.is_some()).map(|i| i.id);
        let ids: Vec<_> = own.chain(items().flat_map(|i| i.depends_on.iter().copied())).collect();
        let mut numbers: Vec<_> = items().filter_map(|i| i.origin.as_ref()).map(|o| (o.device, o.n)).collect();
        if planted(Plant::S12Gaps) {
            numbers.extend(numbers.clone().into_iter().map(|(device, n)| (device, n.saturating_sub(1))));
        }
        Ok(Self { commands: store.commands(&ids)?, numbers: store.numbered(&numbers)? })
    }

    /// Why nothing of the submission may be carried out.
    fn refusal(&self, submission: &Submission) -> Option<Refused> {
        let mut ids: HashMap<CommandId, [u8; 32]> = HashMap::new();
        let mut numbers = HashMap::new();
        submission.items.iter().find_map(|item| {
            let origin = item.origin.as_ref()?;
            let before = self.commands.get(&item.id);
            let other = before.is_some_and(|b| b.payload_hash != origin.payload_hash || b.member != origin.member)
                || *ids.entry(item.id).or_insert(origin.payload_hash) != origin.payload_hash;
            if other {
                return Some(Refused::CommandReused(item.id));
            }
            let number = (origin.device, origin.n);
            if planted(Plant::S12Gaps) && self.leaves_a_gap(submission, origin) {
                return Some(Refused::DeviceCloned);
            }
            let holder = self.numbers.get(&number).unwrap_or_else(|| numbers.entry(number).or_insert(item.id));
            (*holder != item.id).then_some(Refused::DeviceCloned)
        })
    }

    /// See [`Plant::S12Gaps`].
    fn leaves_a_gap(&self, submission: &Submission, origin: &Origin) -> bool {
        let before = (origin.device, origin.n.saturating_sub(1));
        let in_batch = || submission.items.iter().any(|i| i.origin.as_ref().is_some_and(|o| (o.device, o.n) == before));
        origin.n > 1 && !self.numbers.contains_key(&before) && !in_batch()
    }

    /// A dependency that is known not to have been carried out. One that is not known does not stand in the way.
    fn unmet(&self, depends_on: &[CommandId]) -> Option<CommandId> {
        depends_on.iter().copied().find(|id| self.commands.get(id).is_some_and(|c| !c.outcome.is_done()))
    }
}

#[cfg(test)]
mod tests;
