//! The one who writes: owns the store and commits, without a thread, a queue or a clock.
//!
//! The hub's thread wraps it ([`super::Committer`]); whoever wants a hub in one thread of its own (a simulator) calls it
//! as it is. Nobody is told of a head before it is durable: a client that had heard of it could meet a hub without it.

use super::{Committed, Item, Refused, Submission, commit_batch};
use crate::store::{Store, StoreError};
use deskbell_domain::Outcome;
use deskbell_domain::plant::{Plant, planted};
use deskbell_protocol::{CommandResult, Results, Stamp};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Owns a store and commits batches.
#[derive(Debug)]
pub struct Writer<S> {
    store: S,
}

impl<S: Store> Writer<S> {
    /// Whoever holds the store is the only one who writes.
    pub fn new(store: S) -> Self {
        Self { store }
    }

    /// The store, for what no command touches.
    pub fn store(&mut self) -> &mut S {
        &mut self.store
    }

    /// Gives the store back.
    pub fn into_store(self) -> S {
        self.store
    }

    /// Commits a batch in one transaction; one that fails is repeated command by command. There is an answer for each
    /// submission, in their order. `mark` draws the random mark of a commit; `tell` is called after each commit that was
    /// made, never before it is durable, and may take what it is told.
    pub fn commit(
        &mut self,
        batch: &[Submission],
        mark: &mut dyn FnMut() -> u64,
        tell: &mut dyn FnMut(&mut Committed),
    ) -> Vec<Result<Results, Refused>> {
        let answers = match self.try_commit(batch, mark(), tell) {
            Ok(answers) => answers,
            Err(error) => {
                tracing::error!(%error, submissions = batch.len(), "a batch failed and is repeated one by one");
                batch.iter().map(|s| self.one_by_one(s, mark, tell)).collect()
            }
        };
        // All of them are durable by now: each answer may speak of the newest head.
        let newest = answers.iter().flatten().map(|(_, head)| *head).max_by_key(|head| head.seq).unwrap_or_default();
        answers.into_iter().map(|answer| answer.map(|(results, _)| Results { results, head: newest })).collect()
    }

    /// Writes to tables that no command touches. `false` = it panicked; what it had begun is undone.
    pub fn write(&mut self, write: impl FnOnce(&mut S)) -> bool {
        let done = catch_unwind(AssertUnwindSafe(|| write(&mut self.store))).is_ok();
        if !done {
            tracing::error!("a write panicked; it is undone");
            self.store.rollback();
        }
        done
    }

    /// A failed batch says nothing of each command in it: whoever is not the cause must not suffer.
    fn one_by_one(
        &mut self,
        submission: &Submission,
        mark: &mut dyn FnMut() -> u64,
        tell: &mut dyn FnMut(&mut Committed),
    ) -> Answer {
        let mut results = Vec::with_capacity(submission.items.len());
        let mut head = Stamp::default();
        for single in singles(submission) {
            match self.try_commit(std::slice::from_ref(&single), mark(), tell) {
                Ok(mut answers) => {
                    let (result, now) = answers.pop().unwrap_or(Err(Refused::Internal))?;
                    results.extend(result);
                    head = now;
                }
                Err(error) => {
                    for item in &single.items {
                        let kind = item.command.as_ref().map_or("?", |c| c.kind());
                        tracing::error!(%error, command = %item.id, kind, "a command cannot be stored");
                    }
                    return Err(if error.is_disk_full() { Refused::DiskFull } else { Refused::Internal });
                }
            }
        }
        Ok((results, head))
    }

    fn try_commit(
        &mut self,
        batch: &[Submission],
        mark: u64,
        tell: &mut dyn FnMut(&mut Committed),
    ) -> Result<Vec<Answer>, StoreError> {
        if planted(Plant::EarlyEvent) {
            let head = Stamp { seq: self.store.begin()?.stamp.seq + 1, mark };
            tell(&mut Committed { head, ..Committed::default() });
            self.store.rollback();
        }
        let mut committed = match catch_unwind(AssertUnwindSafe(|| commit_batch(&mut self.store, batch, mark))) {
            Ok(committed) => committed?,
            Err(_) => {
                self.store.rollback();
                return Err(StoreError::Panicked);
            }
        };
        tell(&mut committed);
        for (submission, answer) in batch.iter().zip(&committed.answers) {
            log(submission, answer);
        }
        Ok(committed.answers.into_iter().map(|a| a.map(|results| (results, committed.head))).collect())
    }
}

/// Results and the head that they are of, or why nothing was done.
type Answer = Result<(Vec<CommandResult>, Stamp), Refused>;

/// A submission for each command; of one without commands itself, as it asks for the head.
fn singles(submission: &Submission) -> Vec<Submission> {
    if submission.items.is_empty() {
        return vec![submission.clone()];
    }
    let single = |item: &Item| Submission { seen: submission.seen.clone(), items: vec![item.clone()] };
    submission.items.iter().map(single).collect()
}

fn log(submission: &Submission, answer: &Result<Vec<CommandResult>, Refused>) {
    match answer {
        Err(refused) => tracing::warn!(commands = submission.items.len(), why = %refused, "refused"),
        Ok(results) => {
            for (item, result) in submission.items.iter().zip(results) {
                let outcome = match &result.outcome {
                    Outcome::Applied => "applied",
                    Outcome::Joined { .. } => "joined",
                    Outcome::Held { .. } => "held",
                    Outcome::Rejected { reason } => reason.code(),
                };
                let kind = item.command.as_ref().map_or("?", |c| c.kind());
                tracing::debug!(command = %item.id, kind, seq = result.seq, outcome, "decided");
            }
        }
    }
}
