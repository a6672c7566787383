//! Crashes: SQLite itself is asked before each commit, and says no once the commits that are left are used up. So a
//! program dies exactly before or after a durable write, wherever in its code that is.

use anyhow::Result;
use rusqlite::Connection;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// More than any history commits.
const UNLIMITED: i64 = i64::MAX;

/// How many commits a program makes before it dies.
#[derive(Debug, Clone)]
pub struct Budget {
    left: Arc<AtomicI64>,
    made: Arc<AtomicI64>,
}

impl Budget {
    /// Of whoever uses this connection; without a limit for now.
    pub fn watch(connection: &mut Connection) -> Result<Self> {
        let budget = Self { left: Arc::new(AtomicI64::new(UNLIMITED)), made: Arc::default() };
        let asked = budget.clone();
        connection.commit_hook(Some(move || {
            let left = asked.left.load(Ordering::Relaxed);
            if left > 0 {
                asked.made.fetch_add(1, Ordering::Relaxed);
                if left != UNLIMITED {
                    asked.allow(left - 1);
                }
            }
            left <= 0
        }))?;
        Ok(budget)
    }

    /// So many more.
    pub fn allow(&self, commits: i64) {
        self.left.store(commits, Ordering::Relaxed);
    }

    /// No limit.
    pub fn unlimited(&self) {
        self.allow(UNLIMITED);
    }

    /// Whether the program is dead.
    pub fn is_used_up(&self) -> bool {
        self.left.load(Ordering::Relaxed) <= 0
    }

    /// Commits made so far.
    pub fn made(&self) -> i64 {
        self.made.load(Ordering::Relaxed)
    }
}
