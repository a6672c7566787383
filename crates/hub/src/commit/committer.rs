//! The thread of the one who writes.
//!
//! It takes what is queued while the last batch was written, at most 64 commands, and never waits for more where few are at
//! work: a lone command is written at once, and the more there are the fewer commits each of them costs.

use super::{Committed, Refused, Submission, Writer};
use crate::clock::{Random, number};
use crate::feed::Recent;
use crate::store::SqliteStore;
use deskbell_protocol::{MAX_COMMANDS, Results, Stamp};
use deskbell_sqlite::{LogKeeper, LogLength};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};

/// So many who ask at once are a crowd, of whom more are about to ask again.
const CROWD: usize = 8;
/// How often, and after how long, it is looked whether the others of a crowd are back: a fraction of what the disk takes.
const LOOKS: u32 = 8;
const LOOK_AFTER: Duration = Duration::from_micros(100);

/// Where an answer goes.
pub type Sender = oneshot::Sender<Result<Results, Refused>>;

/// Something for the writer to do.
pub enum Job {
    /// Commands.
    Submit(Submission, Sender),
    /// A write to tables that no command touches.
    Write(Box<dyn FnOnce(&mut SqliteStore) + Send>),
}

/// What is committed together.
struct Batch {
    waiting: Vec<(Submission, Sender)>,
    commands: usize,
}

/// The writer on its thread.
pub struct Committer {
    writer: Writer<SqliteStore>,
    jobs: mpsc::Receiver<Job>,
    head: watch::Sender<Stamp>,
    recent: Arc<Recent>,
    random: Arc<dyn Random>,
    length: LogLength,
    keeper: LogKeeper,
    /// Who was answered last, and who waited meanwhile.
    at_once: usize,
}

impl Committer {
    /// A writer that tells `head` after each commit, once `recent` has what it did. `keeper` copies its log.
    pub fn new(
        mut store: SqliteStore,
        keeper: LogKeeper,
        jobs: mpsc::Receiver<Job>,
        head: watch::Sender<Stamp>,
        recent: Arc<Recent>,
        random: Arc<dyn Random>,
    ) -> rusqlite::Result<Self> {
        let length = LogLength::watch(store.connection())?;
        Ok(Self { writer: Writer::new(store), jobs, head, recent, random, length, keeper, at_once: 0 })
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
                    let mut batch = Batch { commands: submission.items.len(), waiting: vec![(submission, answer)] };
                    self.collect(&mut batch, &mut kept);
                    let together = batch.waiting.len();
                    self.commit(batch.waiting);
                    self.at_once = together + self.jobs.len();
                }
            }
            self.keep_log_short();
        }
        // Nobody else is to be at the log.
        let Self { mut writer, keeper, .. } = self;
        drop(keeper);
        if let Err(error) = writer.store().checkpoint() {
            tracing::warn!(%error, "the log could not be moved into the file; the next start does it");
        }
    }

    /// Adds what waits. Where many are at work at once, those who have just been answered are back in a moment: without them
    /// there would be two halves that wait for the disk in turn, with half as many commands in each commit.
    fn collect(&mut self, batch: &mut Batch, kept: &mut Option<Job>) {
        self.take(batch, kept);
        let expected = if self.at_once >= CROWD { self.at_once } else { 0 };
        for _ in 0..LOOKS {
            if kept.is_some() || batch.commands >= MAX_COMMANDS || batch.waiting.len() >= expected {
                return;
            }
            std::thread::sleep(LOOK_AFTER);
            self.take(batch, kept);
        }
    }

    fn take(&mut self, batch: &mut Batch, kept: &mut Option<Job>) {
        while kept.is_none() && batch.commands < MAX_COMMANDS {
            match self.jobs.try_recv() {
                Ok(Job::Submit(next, answer)) if batch.commands + next.items.len() <= MAX_COMMANDS => {
                    batch.commands += next.items.len();
                    batch.waiting.push((next, answer));
                }
                Ok(other) => *kept = Some(other),
                Err(_) => return,
            }
        }
    }

    /// After the answers were given.
    fn keep_log_short(&mut self) {
        self.keeper.look(&self.length);
        if self.length.is_long()
            && let Err(error) = deskbell_sqlite::copy_log(self.writer.store().connection())
        {
            tracing::warn!(%error, "the log of the hub's database grows");
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
