//! The one thread that writes the cache, and the readers beside it.
//!
//! Two queues, a person's first: a click never waits behind more than the one piece of the sync that is being written, and a
//! long one of them gives way.

use crate::store::Store;
use rusqlite::Connection;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::{Semaphore, oneshot};

/// The cache was closed meanwhile.
#[derive(Debug, thiserror::Error)]
#[error("the profile was closed")]
pub struct Closed;

/// Who waits for the write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// A person.
    Click,
    /// The network.
    Sync,
}

/// Works on the store, and returns what is to be said once the change was published.
type Job = Box<dyn FnOnce(&mut Store) -> Box<dyn FnOnce() + Send> + Send>;

#[derive(Default)]
struct Jobs {
    clicks: VecDeque<Job>,
    sync: VecDeque<Job>,
    closed: bool,
}

/// What the thread does next.
enum Next {
    Work(Job),
    /// What was kept back is said now.
    Due,
    /// Nothing was written for a while.
    Idle,
    /// Closed and empty.
    Closed,
}

#[derive(Default)]
struct Queue {
    jobs: Mutex<Jobs>,
    ready: Condvar,
    /// Set while there are clicks; what is being written may look at it.
    clicked: Arc<AtomicBool>,
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Jobs> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn has_clicks(&self) -> bool {
        self.clicked.load(Ordering::Relaxed)
    }

    /// The next job, as soon as there is one. At `due` it is not waited for any longer, nor from `idle` on, from when on there
    /// is something else to do.
    fn next(&self, due: Option<Instant>, idle: Option<Instant>) -> Next {
        let mut jobs = self.lock();
        loop {
            let click = jobs.clicks.pop_front();
            self.clicked.store(!jobs.clicks.is_empty(), Ordering::Relaxed);
            if let Some(job) = click.or_else(|| jobs.sync.pop_front()) {
                return Next::Work(job);
            }
            if jobs.closed {
                return Next::Closed;
            }
            let now = Instant::now();
            let passed = |at: Option<Instant>| at.is_some_and(|at| at <= now);
            if passed(due) {
                return Next::Due;
            }
            if passed(idle) {
                return Next::Idle;
            }
            jobs = match [due, idle].into_iter().flatten().min().map(|at| at.saturating_duration_since(now)) {
                None => self.ready.wait(jobs).unwrap_or_else(PoisonError::into_inner),
                Some(left) => self.ready.wait_timeout(jobs, left).unwrap_or_else(PoisonError::into_inner).0,
            };
        }
    }
}

/// So long after a write what it has led to is on the screen, and nobody minds that the index is merged.
const RESTS_AFTER: Duration = Duration::from_millis(300);

/// After so much work without such a rest it is merged in between.
const MUCH: Duration = Duration::from_millis(100);

/// How long the search index was merged, and what else was done since there was something to merge.
#[derive(Default)]
struct Merging {
    worked: Duration,
    merged: Duration,
}

impl Merging {
    /// Whether it is to go on though others wait: a third of the time at most goes into it, which keeps the index in few
    /// pieces while much is written without a pause.
    fn is_behind(&self, store: &Store) -> bool {
        store.is_to_be_merged() && self.worked > MUCH && self.merged * 2 < self.worked
    }

    /// `false`: it failed, and goes on after the next change.
    fn go_on(&mut self, store: &mut Store) -> bool {
        let began = Instant::now();
        let merged = store.merge_index();
        if let Err(error) = &merged {
            tracing::warn!(%error, "the search index stays in pieces");
        }
        self.merged += began.elapsed();
        if !store.is_to_be_merged() {
            *self = Self::default();
        }
        merged.is_ok()
    }
}

fn copy_log(store: &Store) {
    if let Err(error) = store.copy_log() {
        tracing::warn!(%error, "the log of the cache grows");
    }
}

/// A handle of the writer thread.
pub struct Writer {
    queue: Arc<Queue>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// Starts the thread. `prepare` is called before every job, `publish` after it, before its answer is given. What
    /// `publish` returns is when it wants to be called again, if no job comes before.
    pub fn start(
        mut store: Store,
        prepare: impl Fn(&mut Store) + Send + 'static,
        mut publish: impl FnMut(&mut Store) -> Option<Duration> + Send + 'static,
    ) -> std::io::Result<Self> {
        let queue = Arc::new(Queue { clicked: store.waits(), ..Queue::default() });
        let jobs = queue.clone();
        let thread = std::thread::Builder::new().name("cache".into()).spawn(move || {
            let mut due = None;
            let mut merging = Merging::default();
            let mut rests = Instant::now() + RESTS_AFTER;
            loop {
                let job = match jobs.next(due, store.is_to_be_merged().then_some(rests)) {
                    Next::Work(job) => job,
                    Next::Idle => {
                        let went = merging.go_on(&mut store);
                        // What must be written finds as much room as before, also where that was little.
                        if !went || store.log().is_worth_a_pause() {
                            copy_log(&store);
                        }
                        continue;
                    }
                    Next::Due => {
                        due = publish(&mut store).map(|after| Instant::now() + after);
                        continue;
                    }
                    Next::Closed => break,
                };
                let began = store.is_to_be_merged().then(Instant::now);
                prepare(&mut store);
                let answer = job(&mut store);
                due = publish(&mut store).map(|after| Instant::now() + after);
                answer();
                rests = Instant::now() + RESTS_AFTER;
                if let Some(began) = began {
                    merging.worked += began.elapsed();
                }
                while merging.is_behind(&store) && !jobs.has_clicks() {
                    merging.go_on(&mut store);
                }
                if store.log().is_long() && !jobs.has_clicks() {
                    copy_log(&store);
                }
            }
            if let Err(error) = store.checkpoint() {
                tracing::warn!(%error, "the log of the cache stays beside it");
            }
        })?;
        Ok(Self { queue, thread: Mutex::new(Some(thread)) })
    }

    /// Runs `f` on the store and returns what it returns, after what it changed was published.
    pub async fn run<T: Send + 'static>(
        &self,
        urgency: Urgency,
        f: impl FnOnce(&mut Store) -> T + Send + 'static,
    ) -> Result<T, Closed> {
        let (sender, receiver) = oneshot::channel();
        let job: Job = Box::new(move |store| {
            let value = f(store);
            // Whoever asked may have gone; what was written stays written.
            Box::new(move || drop(sender.send(value)))
        });
        {
            let mut jobs = self.queue.lock();
            if jobs.closed {
                return Err(Closed);
            }
            match urgency {
                Urgency::Click => {
                    jobs.clicks.push_back(job);
                    self.queue.clicked.store(true, Ordering::Relaxed);
                }
                Urgency::Sync => jobs.sync.push_back(job),
            }
        }
        self.queue.ready.notify_one();
        receiver.await.map_err(|_| Closed)
    }

    /// Finishes what is queued, writes the log back and ends the thread.
    pub async fn close(&self) {
        self.queue.lock().closed = true;
        self.queue.ready.notify_all();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            let joined = tokio::task::spawn_blocking(move || thread.join()).await;
            if !matches!(joined, Ok(Ok(()))) {
                tracing::error!("the writer of the cache did not end well");
            }
        }
    }
}

impl Drop for Writer {
    /// Waits for the thread, so that no connection is still being closed when the process ends: see
    /// [`deskbell_sqlite::encrypted::leave`]. A job may hold the last handle; its thread can't wait for itself.
    fn drop(&mut self) {
        self.queue.lock().closed = true;
        self.queue.ready.notify_all();
        let thread = self.thread.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread
            && thread.thread().id() != std::thread::current().id()
            && thread.join().is_err()
        {
            tracing::error!("the writer of the cache did not end well");
        }
    }
}

/// Readers of the cache: `query_only`, as many at once as there are connections.
pub struct Readers {
    pool: Mutex<Vec<Connection>>,
    free: Semaphore,
}

impl Readers {
    /// Readers over these connections.
    pub fn new(connections: Vec<Connection>) -> Self {
        Self { free: Semaphore::new(connections.len()), pool: Mutex::new(connections) }
    }

    /// Runs `f` on a connection that sees the newest commit.
    pub async fn run<T: Send + 'static>(
        self: &Arc<Self>,
        f: impl FnOnce(&Connection) -> T + Send + 'static,
    ) -> Result<T, Closed> {
        let permit = self.free.acquire().await.map_err(|_| Closed)?;
        let connection = self.lock().pop().ok_or(Closed)?;
        let ran = tokio::task::spawn_blocking(move || {
            let value = f(&connection);
            (connection, value)
        });
        let (connection, value) = ran.await.map_err(|_| Closed)?;
        self.lock().push(connection);
        drop(permit);
        Ok(value)
    }

    /// Closes the connections that are free; those that work close when they are done.
    pub fn close(&self) {
        self.free.close();
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::store::testing::FakeHub;

    fn receive(store: &mut Store, hub: &mut FakeHub, n: u32) {
        hub.customer(n % 3, &format!("Where is my order {n}?"));
        let changes = hub.page(store.cursor().unwrap());
        store.apply_changes(&changes).unwrap();
    }

    fn pieces(store: &Store) -> u32 {
        let sql = "SELECT count(DISTINCT segid) FROM message_index_idx";
        store.connection().query_row(sql, [], |r| r.get(0)).unwrap()
    }

    #[tokio::test]
    async fn once_nothing_is_written_for_a_while_the_index_is_merged() {
        let mut store = Store::new(crate::store::memory().unwrap()).unwrap();
        let mut hub = FakeHub::new();
        store.sign_in("http://hub", "me@example.org", &hub.session()).unwrap();
        let writer = Writer::start(store, |_| (), |_| None).unwrap();
        let (hub, written) = writer
            .run(Urgency::Sync, move |store| {
                (0..40).for_each(|n| receive(store, &mut hub, n));
                (hub, pieces(store))
            })
            .await
            .unwrap();
        assert!(written > 20, "{written} pieces");
        let mut left = written;
        for _ in 0..40 {
            // Whoever asks begins the pause anew.
            tokio::time::sleep(2 * RESTS_AFTER).await;
            left = writer.run(Urgency::Sync, |store| pieces(store)).await.unwrap();
            if left < 10 {
                break;
            }
        }
        assert!(left < 10, "{left} pieces of {written}");
        drop(hub);
        writer.close().await;
    }

    #[test]
    fn what_is_written_without_a_pause_is_merged_in_between_for_a_third_of_the_time() {
        let mut store = Store::new(crate::store::memory().unwrap()).unwrap();
        let mut hub = FakeHub::new();
        store.sign_in("http://hub", "me@example.org", &hub.session()).unwrap();
        (0..40).for_each(|n| receive(&mut store, &mut hub, n));
        let behind = |worked: u64, merged: u64, store: &Store| {
            let ms = Duration::from_millis;
            Merging { worked: ms(worked), merged: ms(merged) }.is_behind(store)
        };
        assert!(!behind(50, 0, &store), "a few messages are merged in the pause after them");
        assert!(behind(300, 149, &store) && !behind(300, 150, &store));
        let mut merging = Merging { worked: Duration::from_secs(9), merged: Duration::ZERO };
        for _ in 0..200 {
            if merging.is_behind(&store) {
                merging.go_on(&mut store);
            }
        }
        assert!(pieces(&store) < 10);
        assert!(!behind(9000, 0, &store), "there is nothing to merge");
    }
}
