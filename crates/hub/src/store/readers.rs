//! Readers: `query_only` connections beside the one writer, each used by one request at a time.

use super::StoreError;
use rusqlite::Connection;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use tokio::sync::Semaphore;

/// Readers at the same time. Reads are short; more would only share the same two cores.
const MOST: usize = 8;

/// What each of them keeps of the file in memory, in KiB: what they read are single pages here and there, and the system keeps
/// those that are read often.
const KEPT_KIB: i64 = 1024;

/// A few readers of one file.
#[derive(Debug)]
pub struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
    free: Semaphore,
}

impl Readers {
    /// Readers of the file, opened as they are needed.
    pub fn new(path: PathBuf) -> Self {
        Self { path, idle: Mutex::new(Vec::new()), free: Semaphore::new(MOST) }
    }

    /// Waits for its turn.
    pub(crate) async fn turn(&self) -> tokio::sync::SemaphorePermit<'_> {
        self.free.acquire().await.expect("the semaphore is never closed")
    }

    /// Runs `read` in one transaction, so that everything that it reads is of one moment.
    pub fn with<T>(&self, read: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let taken = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut connection = match taken {
            Some(connection) => connection,
            None => {
                let reader = deskbell_sqlite::open_reader(&self.path)?;
                deskbell_sqlite::keep_in_memory(&reader, KEPT_KIB)?;
                reader
            }
        };
        let transaction = connection.transaction()?;
        let answer = read(&transaction);
        transaction.finish()?;
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        answer
    }
}
