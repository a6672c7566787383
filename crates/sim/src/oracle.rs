//! What must hold of everything that the hub ever answered.

use crate::failure::Broken;
use anyhow::Result;
use deskbell_domain::{Command, CommandId, DeviceId, Outcome};
use deskbell_hub::Refused;
use deskbell_hub::commit::Submission;
use deskbell_protocol::{Results, Stamp};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// Remembers what was answered.
#[derive(Debug, Default)]
pub struct Oracle {
    outcomes: HashMap<CommandId, (u64, Outcome)>,
    /// The newest number of a device that was carried out in a lane.
    newest: HashMap<(DeviceId, Uuid), u64>,
    /// What was made and turned out to be something else, with what that is.
    joined: HashMap<Uuid, Uuid>,
    /// Chats that the hub was told to delete: it may die before it says that they are gone.
    deleted: BTreeSet<Uuid>,
    gone_back: bool,
    /// Devices that two programs believe to be: neither knows what the other does.
    copied: BTreeSet<DeviceId>,
    /// What each of these was given behind, and must not be carried out without.
    behind: HashMap<CommandId, Vec<CommandId>>,
    /// How far each member has read in each chat.
    read: HashMap<Uuid, u64>,
}

impl Oracle {
    /// The outcome of a command, where it was answered.
    pub fn outcome(&self, command: CommandId) -> Option<&Outcome> {
        self.outcomes.get(&command).map(|(_, outcome)| outcome)
    }

    /// Whether the hub ever went back: what it said before may be unknown to it.
    pub fn has_gone_back(&self) -> bool {
        self.gone_back
    }

    /// The disk of this device was copied.
    pub fn copied(&mut self, device: DeviceId) {
        self.copied.insert(device);
    }

    /// The hub is about to do something by itself.
    pub fn about_to(&mut self, command: &Command) {
        if let Command::DeleteChat(delete) = command
            && delete.last
        {
            self.deleted.insert(delete.chat.0);
        }
    }

    /// A command was given behind replies of its author that were on their way.
    pub fn given_behind(&mut self, command: CommandId, replies: Vec<CommandId>) {
        self.behind.insert(command, replies);
    }

    /// A read position only ever rises.
    pub fn read_to(&mut self, position: Uuid, pos: u64) -> Result<()> {
        let before = self.read.entry(position).or_default();
        if *before > pos {
            return Err(Broken::error("read", format!("a read position went from {before} back to {pos}")));
        }
        *before = pos;
        Ok(())
    }

    /// A submission was answered.
    pub fn answered(&mut self, submission: &Submission, results: &Results) -> Result<()> {
        for (item, result) in submission.items.iter().zip(&results.results) {
            let Some(origin) = &item.origin else { continue };
            if let Some((seq, before)) = self.outcomes.get(&item.id) {
                if (*seq, before) != (result.seq, &result.outcome) {
                    return Err(Broken::error(
                        "decided-once",
                        format!(
                            "the command {} ({}) was decided twice: {before:?} at {seq}, then {:?} at {}",
                            item.id, origin.kind, result.outcome, result.seq
                        ),
                    ));
                }
                continue;
            }
            self.outcomes.insert(item.id, (result.seq, result.outcome.clone()));
            let unmet = self
                .behind
                .get(&item.id)
                .into_iter()
                .flatten()
                .find(|reply| self.outcomes.get(reply).is_some_and(|(_, outcome)| !outcome.is_done()));
            if let Some(reply) = unmet.filter(|_| result.outcome.is_done()) {
                return Err(Broken::error(
                    "behind",
                    format!("{} {} was carried out, and the reply {reply} before it was not", origin.kind, item.id),
                ));
            }
            let Ok(command) = &item.command else { continue };
            self.follows_order(command, origin.device, origin.n, &result.outcome)?;
            if let Outcome::Joined { id } = result.outcome {
                self.joined.insert(command.lane().0, id);
            }
            let known = command.chat().and_then(|chat| self.joined.get(&chat.0));
            if matches!(result.outcome, Outcome::Rejected { reason: deskbell_domain::Rejection::NotFound })
                && known.is_some_and(|chat| !self.deleted.contains(chat))
            {
                return Err(Broken::error(
                    "alias",
                    format!(
                        "{} {} was refused as not found, but its chat was only known by another identifier",
                        origin.kind, item.id
                    ),
                ));
            }
        }
        Ok(())
    }

    /// What one device did in one chat is carried out in the order in which it was done.
    fn follows_order(&mut self, command: &Command, device: DeviceId, n: u64, outcome: &Outcome) -> Result<()> {
        if !outcome.is_done() || self.copied.contains(&device) {
            return Ok(());
        }
        let newest = self.newest.entry((device, command.lane().0)).or_default();
        if *newest > n {
            return Err(Broken::error(
                "order",
                format!(
                    "a {} with the number {n} was carried out after number {newest} of the same chat",
                    command.kind()
                ),
            ));
        }
        *newest = n;
        Ok(())
    }

    /// A batch was committed: the numbers that it gave follow each other without a gap (S1).
    pub fn committed(&mut self, before: Stamp, after: Stamp, answers: &[Result<Results, Refused>]) -> Result<()> {
        let given: BTreeSet<u64> = answers
            .iter()
            .flatten()
            .flat_map(|results| &results.results)
            .map(|result| result.seq)
            .filter(|seq| *seq > before.seq)
            .collect();
        let expected: BTreeSet<u64> = (before.seq + 1..=after.seq).collect();
        if answers.iter().all(Result::is_ok) && given != expected {
            return Err(Broken::error(
                "sequence",
                format!("a commit moved the hub from {} to {} and gave {given:?}", before.seq, after.seq),
            ));
        }
        if after.seq != before.seq && after.mark == before.mark {
            return Err(Broken::error("mark", format!("the commits {} and {} have one mark", before.seq, after.seq)));
        }
        Ok(())
    }

    /// The hub went back: what it answered since is answered anew.
    pub fn went_back(&mut self, known: BTreeSet<CommandId>) {
        self.outcomes.retain(|id, _| known.contains(id));
        self.newest.clear();
        self.read.clear();
        self.gone_back = true;
    }
}
