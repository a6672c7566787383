//! The one writer: a thread that owns the store.
//!
//! It takes what is queued while the last batch was written, at most 64 commands, and never waits for more when idle: a
//! lone command is written at once, and the more there are the fewer commits each of them costs.

use super::{Refused, Submission, commit_batch};
use crate::clock::{Random, number};
use crate::store::{SqliteStore, StoreError};
use deskbell_domain::Outcome;
use deskbell_protocol::{CommandResult, MAX_COMMANDS, Results, Stamp};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot, watch};

/// Something for the writer to do.
pub enum Job {
    /// Commands.
    Submit(Submission, oneshot::Sender<Result<Results, Refused>>),
    /// A write to tables that no command touches.
    Write(Box<dyn FnOnce(&mut SqliteStore) + Send>),
}

/// The writer.
pub struct Committer {
    store: SqliteStore,
    jobs: mpsc::Receiver<Job>,
    head: watch::Sender<Stamp>,
    random: Arc<dyn Random>,
}

impl Committer {
    /// A writer that tells `head` after each commit.
    pub fn new(
        store: SqliteStore,
        jobs: mpsc::Receiver<Job>,
        head: watch::Sender<Stamp>,
        random: Arc<dyn Random>,
    ) -> Self {
        Self { store, jobs, head, random }
    }

    /// Works until every sender is gone and everything queued is done.
    pub fn run(mut self) {
        let mut kept = None;
        while let Some(job) = kept.take().or_else(|| self.jobs.blocking_recv()) {
            match job {
                Job::Write(write) => self.carry_out(write),
                Job::Submit(submission, answer) => {
                    let mut batch = vec![(submission, answer)];
                    let mut commands = batch[0].0.items.len();
                    while commands < MAX_COMMANDS {
                        match self.jobs.try_recv() {
                            Ok(Job::Submit(next, answer)) if commands + next.items.len() <= MAX_COMMANDS => {
                                commands += next.items.len();
                                batch.push((next, answer));
                            }
                            Ok(other) => {
                                kept = Some(other);
                                break;
                            }
                            Err(_) => break,
                        }
                    }
                    self.commit(batch);
                }
            }
        }
        if let Err(error) = self.store.checkpoint() {
            tracing::warn!(%error, "the log could not be moved into the file; the next start does it");
        }
    }

    fn carry_out(&mut self, write: Box<dyn FnOnce(&mut SqliteStore) + Send>) {
        if catch_unwind(AssertUnwindSafe(|| write(&mut self.store))).is_err() {
            tracing::error!("a write panicked; it is undone");
            undo(&mut self.store);
        }
    }

    fn commit(&mut self, batch: Vec<(Submission, oneshot::Sender<Result<Results, Refused>>)>) {
        let (submissions, senders): (Vec<_>, Vec<_>) = batch.into_iter().unzip();
        let answers = match self.try_commit(&submissions) {
            Ok((answers, head)) => {
                self.head.send_if_modified(|known| std::mem::replace(known, head) != head);
                answers
            }
            Err(error) => {
                tracing::error!(%error, commands = submissions.len(), "a batch failed and is repeated one by one");
                submissions.iter().map(|s| self.one_by_one(s)).collect()
            }
        };
        let head = *self.head.borrow();
        for (sender, answer) in senders.into_iter().zip(answers) {
            // Who asked may have gone away; what was decided stands all the same.
            let _ = sender.send(answer.map(|results| Results { results, head }));
        }
    }

    /// A failed batch says nothing of each command in it: whoever is not the cause must not suffer.
    fn one_by_one(&mut self, submission: &Submission) -> Result<Vec<CommandResult>, Refused> {
        let mut results = Vec::with_capacity(submission.items.len());
        for item in &submission.items {
            let single = Submission { seen: submission.seen.clone(), items: vec![item.clone()] };
            match self.try_commit(std::slice::from_ref(&single)) {
                Ok((mut answers, head)) => {
                    self.head.send_if_modified(|known| std::mem::replace(known, head) != head);
                    results.extend(answers.pop().unwrap_or(Err(Refused::Internal))?);
                }
                Err(error) => {
                    let kind = item.command.as_ref().map_or("?", |c| c.kind());
                    tracing::error!(%error, command = %item.id, kind, "a command cannot be stored");
                    return Err(Refused::Internal);
                }
            }
        }
        Ok(results)
    }

    #[allow(clippy::type_complexity, reason = "said once, here")]
    fn try_commit(
        &mut self,
        submissions: &[Submission],
    ) -> Result<(Vec<Result<Vec<CommandResult>, Refused>>, Stamp), StoreError> {
        let mark = number(&*self.random);
        let committed = match catch_unwind(AssertUnwindSafe(|| commit_batch(&mut self.store, submissions, mark))) {
            Ok(committed) => committed?,
            Err(_) => {
                undo(&mut self.store);
                return Err(StoreError::Panicked);
            }
        };
        for (submission, answer) in submissions.iter().zip(&committed.answers) {
            log(submission, answer);
        }
        Ok((committed.answers, committed.head))
    }
}

fn undo(store: &mut SqliteStore) {
    crate::store::Store::rollback(store);
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
