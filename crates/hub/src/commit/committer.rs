//! The thread of the one who writes.
//!
//! It takes what is queued while the last batch was written, at most 64 commands, and never waits for more when idle: a
//! lone command is written at once, and the more there are the fewer commits each of them costs.

use super::{Committed, Refused, Submission, Writer};
use crate::clock::{Random, number};
use crate::feed::Recent;
use crate::store::SqliteStore;
use deskbell_protocol::{MAX_COMMANDS, Results, Stamp};
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot, watch};

/// Where an answer goes.
pub type Sender = oneshot::Sender<Result<Results, Refused>>;

/// Something for the writer to do.
pub enum Job {
    /// Commands.
    Submit(Submission, Sender),
    /// A write to tables that no command touches.
    Write(Box<dyn FnOnce(&mut SqliteStore) + Send>),
}

/// The writer on its thread.
pub struct Committer {
    writer: Writer<SqliteStore>,
    jobs: mpsc::Receiver<Job>,
    head: watch::Sender<Stamp>,
    recent: Arc<Recent>,
    random: Arc<dyn Random>,
}

impl Committer {
    /// A writer that tells `head` after each commit, once `recent` has what it did.
    pub fn new(
        store: SqliteStore,
        jobs: mpsc::Receiver<Job>,
        head: watch::Sender<Stamp>,
        recent: Arc<Recent>,
        random: Arc<dyn Random>,
    ) -> Self {
        Self { writer: Writer::new(store), jobs, head, recent, random }
    }

    /// Works until every sender is gone and everything queued is done.
    pub fn run(mut self) {
        let mut kept = None;
        while let Some(job) = kept.take().or_else(|| self.jobs.blocking_recv()) {
            match job {
                Job::Write(write) => {
                    self.writer.write(write);
                }
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
        if let Err(error) = self.writer.store().checkpoint() {
            tracing::warn!(%error, "the log could not be moved into the file; the next start does it");
        }
    }

    fn commit(&mut self, batch: Vec<(Submission, Sender)>) {
        let (submissions, senders): (Vec<_>, Vec<_>) = batch.into_iter().unzip();
        let (head, recent, random) = (&self.head, &self.recent, &self.random);
        let mut tell = |committed: &mut Committed| {
            recent.keep(committed);
            let now = committed.head;
            head.send_if_modified(|known| std::mem::replace(known, now) != now);
        };
        let answers = self.writer.commit(&submissions, &mut || number(&**random), &mut tell);
        for (sender, answer) in senders.into_iter().zip(answers) {
            // Who asked may have gone away; what was decided stands all the same.
            let _ = sender.send(answer);
        }
    }
}
