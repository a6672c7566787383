//! Looks through the file of a cache for damage: it is to be said soon after the start, not when somebody comes upon it days
//! later.

use deskbell_sqlite::OpenError;
use deskbell_sqlite::encrypted::Key;
use rusqlite::{Connection, InterruptHandle};
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

/// Reading all of a file that is no larger takes a moment that nobody notices.
const SMALL_FILE: u64 = 4 * 1024 * 1024;

/// So long after the start nobody waits for a list any more.
const BEGINS_AFTER: Duration = Duration::from_secs(10);

/// Whether looking through the file would keep its owner waiting.
pub(super) fn is_large(path: &Path) -> bool {
    path.metadata().is_ok_and(|about| about.len() > SMALL_FILE)
}

/// Reads every page of every table.
pub(super) fn check_file(connection: &Connection) -> Result<(), OpenError> {
    let said: String = connection.query_row("PRAGMA quick_check(1)", [], |r| r.get(0))?;
    if said == "ok" { Ok(()) } else { Err(OpenError::damaged(said)) }
}

/// Somebody looks through a large file while its owner works.
pub(super) struct Check {
    reads: InterruptHandle,
    /// Dropped when it is given up.
    goes_on: mpsc::Sender<()>,
}

impl Check {
    /// Begins, in a moment and behind everything else that the computer does. `damaged` is called where a part of the file
    /// cannot be read.
    pub fn begin(path: &Path, key: &Key, damaged: impl FnOnce() + Send + 'static) -> Result<Self, OpenError> {
        let reader = deskbell_sqlite::encrypted::open_reader(path, key)?;
        // The pages of a whole file pass through: they are not wanted again.
        deskbell_sqlite::keep_in_memory(&reader, 512)?;
        let reads = reader.get_interrupt_handle();
        let (goes_on, given_up) = mpsc::channel();
        let looks = move || {
            yield_to_all();
            if waits(&given_up, BEGINS_AFTER) && check_tables(&reader, &given_up).is_err_and(|error| is_damage(&error))
            {
                damaged();
            }
        };
        match std::thread::Builder::new().name("check".into()).spawn(looks) {
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "the cache is not looked through"),
        }
        Ok(Self { reads, goes_on })
    }

    /// The file is about to be closed.
    pub fn give_up(self) {
        drop(self.goes_on);
        self.reads.interrupt();
    }
}

/// Waits so long; `false`: it was given up.
fn waits(given_up: &mpsc::Receiver<()>, moment: Duration) -> bool {
    matches!(given_up.recv_timeout(moment), Err(mpsc::RecvTimeoutError::Timeout))
}

/// This thread runs when no other wants to.
fn yield_to_all() {
    // Elsewhere a process has one priority for all of its threads.
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, 19) {
        tracing::debug!(%error, "looking through the cache may be felt");
    }
}

fn is_damage(error: &OpenError) -> bool {
    matches!(error, OpenError::Damaged(_) | OpenError::NotADatabase(_))
}

/// Table by table: who reads a gigabyte in one go holds the log as it is, and it grows for as long.
fn check_tables(connection: &Connection, given_up: &mpsc::Receiver<()>) -> Result<(), OpenError> {
    let tables: Vec<String> = connection
        .prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY rootpage")?
        .query_map([], |r| r.get(0))?
        .collect::<Result<_, _>>()?;
    for table in tables {
        if !waits(given_up, Duration::ZERO) {
            break;
        }
        let sql = format!("PRAGMA quick_check('{}')", table.replace('\'', "''"));
        let said: String = connection.query_row(&sql, [], |r| r.get(0))?;
        if said != "ok" {
            return Err(OpenError::damaged(said));
        }
    }
    Ok(())
}
