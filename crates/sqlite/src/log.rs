//! Keeps a write-ahead log short, out of the way of whoever waits for a commit.
//!
//! By itself SQLite copies the log back within whichever commit makes it long, and waits for the disk twice more: a click's, or
//! that of 64 commands. Here a thread does it with a connection of its own: writing goes on meanwhile. A log begins anew only
//! when all of it was copied and nobody reads it, and where much is written there is always something new in it; so from some
//! length on the writer itself copies the little that is left, at a moment when nobody waits ([`LogLength::is_long`]).

use rusqlite::{Connection, Result};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

/// From so many pages on (4 KiB each) the log is copied. Each time the disk is waited for twice, by whoever commits meanwhile too;
/// and a page that was written often is copied once.
const COPIED_FROM: u32 = 8000;
/// From so many pages on the writer makes it begin anew.
const LONG: u32 = 2 * COPIED_FROM;
/// The same for what is written while nobody waits: it can wait for the disk more often, and takes no room from what must be
/// written.
const UNHURRIED: u32 = 500;

/// How long the log is, as the last commit found it.
#[derive(Debug, Clone, Default)]
pub struct LogLength(Arc<Lengths>);

#[derive(Debug, Default)]
struct Lengths {
    now: AtomicU32,
    /// When the thread was asked last, and when the writer tried last. Somebody who reads for long holds the log as it is, and to
    /// look through it costs the more the longer it is: so it is not tried again before it has grown.
    asked: AtomicU32,
    tried: AtomicU32,
    unhurried: AtomicU32,
}

/// Whether it has grown by so many pages since it was `before`, and if so, remembers it.
fn has_grown(now: u32, before: &AtomicU32, by: u32) -> bool {
    // A shorter one has begun anew.
    let since = before.load(Ordering::Relaxed);
    let since = if now < since { 0 } else { since };
    let grown = now >= since.saturating_add(by);
    before.store(if grown { now } else { since }, Ordering::Relaxed);
    grown
}

impl LogLength {
    /// Watches the commits of the one writer, which copies nothing by itself from now on.
    pub fn watch(writer: &mut Connection) -> Result<Self> {
        let length = Self::default();
        let noted = length.clone();
        writer.wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, pages: i32| {
            noted.0.now.store(pages.unsigned_abs(), Ordering::Relaxed);
            Ok(())
        }))?;
        Ok(length)
    }

    fn pages(&self) -> u32 {
        self.0.now.load(Ordering::Relaxed)
    }

    fn is_to_be_copied(&self) -> bool {
        has_grown(self.pages(), &self.0.asked, COPIED_FROM)
    }

    /// Whether it should begin anew now, though that takes a moment.
    pub fn is_long(&self) -> bool {
        self.pages() >= LONG && has_grown(self.pages(), &self.0.tried, COPIED_FROM)
    }

    /// Whether it should begin anew while nobody waits.
    pub fn is_worth_a_pause(&self) -> bool {
        has_grown(self.pages(), &self.0.unhurried, UNHURRIED)
    }
}

/// Copies as much of the log as nobody is in the way of.
pub fn copy(c: &Connection) -> Result<()> {
    c.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))
}

#[derive(Default)]
struct Wanted {
    now: bool,
    closed: bool,
}

#[derive(Default)]
struct Shared {
    wanted: Mutex<Wanted>,
    ready: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Wanted> {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `false` once closed.
    fn wait(&self) -> bool {
        let mut wanted = self.lock();
        while !wanted.now && !wanted.closed {
            wanted = self.ready.wait(wanted).unwrap_or_else(PoisonError::into_inner);
        }
        wanted.now = false;
        !wanted.closed
    }
}

/// A handle of the thread that copies the log.
pub struct LogKeeper {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl LogKeeper {
    /// Starts the thread. It needs a connection of its own, which may be one that changes no rows.
    pub fn start(connection: Connection) -> std::io::Result<Self> {
        let shared = Arc::<Shared>::default();
        let waits = shared.clone();
        let thread = std::thread::Builder::new().name("log".into()).spawn(move || {
            while waits.wait() {
                if let Err(error) = copy(&connection) {
                    // A full disk, say: what is in the log is safe there, and the next commit asks again.
                    tracing::warn!(%error, "the log of a database grows");
                }
            }
        })?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Something was written.
    pub fn look(&self, length: &LogLength) {
        if length.is_to_be_copied() {
            self.shared.lock().now = true;
            self.shared.ready.notify_one();
        }
    }
}

impl Drop for LogKeeper {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.ready.notify_one();
        if let Some(Err(_)) = self.thread.take().map(JoinHandle::join) {
            tracing::error!("the thread that copies the log of a database did not end well");
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use std::path::Path;
    use std::time::{Duration, Instant};

    fn length_of(path: &Path) -> u64 {
        path.with_extension("db-wal").metadata().map_or(0, |about| about.len())
    }

    fn write(c: &Connection, rows: usize) {
        let tx = c.unchecked_transaction().unwrap();
        for _ in 0..rows {
            tx.execute("INSERT INTO t (x) VALUES (randomblob(2000))", []).unwrap();
        }
        tx.commit().unwrap();
    }

    /// So many fill these pages.
    fn rows_of(pages: u32) -> usize {
        2 * pages as usize
    }

    fn writer(path: &Path) -> (Connection, LogLength) {
        let mut writer = crate::open_writer(path).unwrap();
        writer.execute_batch("CREATE TABLE t (x BLOB NOT NULL) STRICT").unwrap();
        let length = LogLength::watch(&mut writer).unwrap();
        (writer, length)
    }

    #[test]
    fn what_is_written_is_copied_by_another_thread_and_the_log_begins_anew() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("cache.db");
        let (writer, length) = writer(&path);
        let keeper = LogKeeper::start(crate::open_reader(&path).unwrap()).unwrap();
        write(&writer, rows_of(3 * COPIED_FROM / 2));
        let before = path.metadata().unwrap().len();
        assert!(length.pages() >= COPIED_FROM, "the commit itself copies nothing");
        keeper.look(&length);
        let end = Instant::now() + Duration::from_secs(20);
        while path.metadata().unwrap().len() == before && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(5));
        }
        assert!(path.metadata().unwrap().len() > before, "it was copied");
        drop(keeper);
        copy(&writer).unwrap();
        write(&writer, 1);
        assert!(length.pages() < COPIED_FROM, "{} pages", length.pages());
    }

    #[test]
    fn a_log_that_somebody_reads_for_long_is_not_looked_through_with_every_commit() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("cache.db");
        let (writer, length) = writer(&path);
        let reader = crate::open_reader(&path).unwrap();
        let reads = reader.unchecked_transaction().unwrap();
        reads.query_row("SELECT count(*) FROM t", [], |r| r.get::<_, i64>(0)).unwrap();
        let (mut asked, mut tried) = (0, 0);
        for _ in 0..200 {
            write(&writer, rows_of(3 * LONG / 2) / 200);
            asked += u32::from(length.is_to_be_copied());
            if length.is_long() {
                tried += 1;
                copy(&writer).unwrap();
            }
        }
        assert!(length.pages() > LONG, "nothing could begin anew");
        assert!((1..=20).contains(&asked) && (1..=20).contains(&tried), "{asked} and {tried} of 200 commits");
        drop(reads);
        copy(&writer).unwrap();
        write(&writer, 1);
        assert!(length.pages() < COPIED_FROM);
    }

    #[test]
    fn what_is_written_while_nobody_waits_leaves_a_short_log() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("cache.db");
        let (writer, length) = writer(&path);
        let mut copied = 0;
        for _ in 0..200 {
            write(&writer, 60);
            if length.is_worth_a_pause() {
                copied += 1;
                copy(&writer).unwrap();
            }
        }
        assert!(length_of(&path) < u64::from(UNHURRIED + 200) * 4200, "{} bytes", length_of(&path));
        assert!((10..100).contains(&copied), "{copied} times");
    }

    #[test]
    fn a_log_that_is_written_without_a_pause_is_bounded() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("cache.db");
        let (writer, length) = writer(&path);
        for _ in 0..400 {
            write(&writer, rows_of(3 * LONG / 2) / 400);
            if length.is_long() {
                copy(&writer).unwrap();
            }
        }
        assert!(length_of(&path) < u64::from(LONG + 2000) * 4200, "{} bytes", length_of(&path));
        assert!(path.metadata().unwrap().len() > u64::from(LONG) * 2048, "so much was written that it was long");
    }
}
