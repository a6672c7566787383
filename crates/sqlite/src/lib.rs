//! How we open SQLite: one writer, `query_only` readers, write-ahead log, and with the feature `encryption` the key of a file.
//!
//! One connection writes and many read: SQLite has one writer at a time anyway, and a known writer never meets
//! `SQLITE_BUSY`. `synchronous=FULL`: what was answered is durable. Migrations are the owner's (refinery, embedded there).

#[cfg(feature = "encryption")]
pub mod encrypted;
mod log;

pub use log::{LogKeeper, LogLength, copy as copy_log};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::path::Path;

/// Why a file cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Encrypted with another key, or not a database at all: SQLCipher cannot tell the two apart.
    #[error("the file cannot be read with this key")]
    WrongKey(#[source] rusqlite::Error),
    /// Opened without a key, and not a database; or encrypted, which looks the same.
    #[error("the file is not a database that is readable without a key")]
    NotADatabase(#[source] rusqlite::Error),
    /// Read as a database, and damaged.
    #[error("the file is damaged")]
    Damaged(#[source] rusqlite::Error),
    /// No room on the disk.
    #[error("the disk is full: make room")]
    DiskFull(#[source] rusqlite::Error),
    /// Anything else (rights, a folder in the way, ...).
    #[error("the file cannot be opened: {0}")]
    Other(#[source] rusqlite::Error),
}

impl OpenError {
    /// Read as a database that says of itself that it is damaged.
    pub fn damaged(said: String) -> Self {
        let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT);
        OpenError::Damaged(rusqlite::Error::SqliteFailure(code, Some(said)))
    }
}

impl From<rusqlite::Error> for OpenError {
    fn from(e: rusqlite::Error) -> Self {
        match e.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => OpenError::NotADatabase(e),
            Some(ErrorCode::DatabaseCorrupt) => OpenError::Damaged(e),
            Some(ErrorCode::DiskFull) => OpenError::DiskFull(e),
            _ => OpenError::Other(e),
        }
    }
}

/// Pages that a connection keeps in memory, in KiB.
const CACHE_KIB: i64 = 8 * 1024;

/// Opens the one writer of a plain file, making the file where there is none.
pub fn open_writer(path: &Path) -> Result<Connection, OpenError> {
    write_into(open(path, OpenFlags::default())?)
}

fn write_into(connection: Connection) -> Result<Connection, OpenError> {
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    prepare(&connection)?;
    Ok(connection)
}

/// What a reader opens its file with; a writer has made it.
const READER: OpenFlags =
    OpenFlags::SQLITE_OPEN_READ_WRITE.union(OpenFlags::SQLITE_OPEN_NO_MUTEX).union(OpenFlags::SQLITE_OPEN_URI);

/// Opens a reader of a plain file that a writer has made.
pub fn open_reader(path: &Path) -> Result<Connection, OpenError> {
    read_from(open(path, READER)?)
}

fn read_from(connection: Connection) -> Result<Connection, OpenError> {
    prepare(&connection)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

/// Lets a connection keep so much of the file in memory, in KiB: for one of many.
pub fn keep_in_memory(connection: &Connection, kib: i64) -> Result<(), OpenError> {
    // SQLite counts pages; what is negative is KiB.
    Ok(connection.pragma_update(None, "cache_size", -kib)?)
}

/// Brings the tables up to date, in one transaction: by itself a migration and the note that it was made are two, and whoever
/// ends between them finds tables that cannot be made anew.
pub fn migrate(connection: &mut Connection, runner: refinery::Runner) -> Result<(), refinery::Error> {
    runner.set_grouped(true).run(connection).map(drop)
}

/// Opens a plain file that nobody writes, without changing anything, also on a disk that cannot be written. A log beside
/// it is not read.
pub fn open_immutable(path: &Path) -> Result<Connection, OpenError> {
    let path = path.canonicalize().unwrap_or_else(|_| path.into());
    let escaped: String = path.to_string_lossy().chars().fold(String::new(), |mut text, c| {
        match c {
            '%' => text.push_str("%25"),
            '?' => text.push_str("%3f"),
            '#' => text.push_str("%23"),
            c => text.push(c),
        }
        text
    });
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    open(Path::new(&format!("file:{escaped}?immutable=1")), flags)
}

/// A plain database in memory, for simulators and tests of a store.
pub fn open_memory() -> Result<Connection, OpenError> {
    start();
    let connection = Connection::open_in_memory()?;
    prepare(&connection)?;
    Ok(connection)
}

fn open(path: &Path, flags: OpenFlags) -> Result<Connection, OpenError> {
    let connection = connect(path, flags)?;
    read_first(&connection)?;
    Ok(connection)
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, OpenError> {
    start();
    let connection = Connection::open_with_flags(path, flags)?;
    // What is wrong with a file is an error for who asked; SQLCipher would also write it to stderr, where a program's
    // answer stands.
    #[cfg(feature = "encryption")]
    connection.pragma_update(None, "cipher_log_level", "NONE")?;
    Ok(connection)
}

/// What is to be done before SQLite is used.
fn start() {
    #[cfg(feature = "encryption")]
    encrypted::keep_openssl();
}

/// The first read is what proves that it is a database, and the key of one.
fn read_first(connection: &Connection) -> Result<(), OpenError> {
    Ok(connection.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(()))?)
}

fn prepare(connection: &Connection) -> Result<(), OpenError> {
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    keep_in_memory(connection, CACHE_KIB)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "secure_delete", true)?;
    connection.set_prepared_statement_cache_capacity(128);
    // Where a partial index might serve, the planner looks at bound values, and prepares the statement anew whenever one
    // changes: the hub's feed and the client's outbox spent a quarter of their time on that. No plan of ours needs it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}
