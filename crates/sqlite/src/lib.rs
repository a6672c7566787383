//! How we open SQLite: one writer, `query_only` readers, write-ahead log, and the key where the file is encrypted.
//!
//! One connection writes and many read: SQLite has one writer at a time anyway, and a known writer never meets
//! `SQLITE_BUSY`. `synchronous=FULL`: what was answered is durable. Migrations are the owner's (refinery, embedded there).

mod log;
mod seal;

pub use log::{LogKeeper, LogLength, copy as copy_log};
pub use seal::Seal;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::path::Path;

/// Key of an encrypted file: 256 random bits, used as they are (no key derivation).
#[derive(Clone, PartialEq, Eq)]
pub struct Key(pub [u8; 32]);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(..)")
    }
}

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

/// Opens the one writer, making the file where there is none.
pub fn open_writer(path: &Path, key: Option<&Key>) -> Result<Connection, OpenError> {
    write_into(open(path, OpenFlags::default(), key)?)
}

/// As [`open_writer`], with seals that somebody has chosen.
pub fn open_writer_sealed(path: &Path, key: &Key, seal: Seal) -> Result<Connection, OpenError> {
    write_into(open_sealed(path, OpenFlags::default(), key, seal)?)
}

fn write_into(connection: Connection) -> Result<Connection, OpenError> {
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    prepare(&connection)?;
    Ok(connection)
}

/// Opens a reader of a file that a writer has made.
pub fn open_reader(path: &Path, key: Option<&Key>) -> Result<Connection, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    let connection = open(path, flags, key)?;
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
    open(Path::new(&format!("file:{escaped}?immutable=1")), flags, None)
}

/// A plain database in memory, for simulators and tests of a store.
pub fn open_memory() -> Result<Connection, OpenError> {
    keep_openssl();
    let connection = Connection::open_in_memory()?;
    prepare(&connection)?;
    Ok(connection)
}

/// Starts OpenSSL, which SQLCipher uses, so that it takes nothing down at the end of the process. A thread that ends in the
/// same moment (one of a program that does not wait for a slow hub) would free again what it had freed: a program that
/// had done its work was killed by a signal now and then.
fn keep_openssl() {
    #[cfg(target_os = "linux")]
    openssl_sys::init();
}

/// Ends the process at once, what was printed aside: nothing is taken down. At a usual end SQLCipher frees the memory of
/// keys and ciphers of every connection, in use or not (its `sqlcipher_extra_shutdown`, registered with `atexit`): a thread
/// that reads or closes one in that moment gets a signal that kills the process. For a program with the cache open that
/// can't wait for all its threads; what they wrote until now is durable, as with a power cut.
pub fn leave(code: i32) -> ! {
    use std::io::Write;
    // Who read it has gone.
    let _ = std::io::stdout().flush();
    signal_hook::low_level::exit(code)
}

fn open(path: &Path, flags: OpenFlags, key: Option<&Key>) -> Result<Connection, OpenError> {
    let Some(key) = key else {
        let connection = connect(path, flags)?;
        read_first(&connection)?;
        return Ok(connection);
    };
    // A file does not say how it is sealed. A new one is as the first says.
    let [first, second] = Seal::by_speed();
    match open_sealed(path, flags, key, first) {
        Err(OpenError::WrongKey(_)) => open_sealed(path, flags, key, second),
        opened => opened,
    }
}

fn open_sealed(path: &Path, flags: OpenFlags, Key(bytes): &Key, seal: Seal) -> Result<Connection, OpenError> {
    let connection = connect(path, flags)?;
    let hex: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
    // A raw key is given as a blob literal; this statement is the one place where it is text.
    connection.pragma_update(None, "key", format!("x'{hex}'"))?;
    connection.pragma_update(None, "cipher_hmac_algorithm", seal.name())?;
    read_first(&connection).map_err(|error| match error {
        OpenError::NotADatabase(error) => OpenError::WrongKey(error),
        error => error,
    })?;
    Ok(connection)
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, OpenError> {
    keep_openssl();
    let connection = Connection::open_with_flags(path, flags)?;
    // What is wrong with a file is an error for who asked; SQLCipher would also write it to stderr, where a program's
    // answer stands.
    connection.pragma_update(None, "cipher_log_level", "NONE")?;
    Ok(connection)
}

/// The first read is what proves the key.
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

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn an_encrypted_file_opens_with_its_key_only_and_shows_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("cache.db");
        let key = Key([7; 32]);
        let writer = open_writer(&path, Some(&key)).unwrap();
        writer
            .execute_batch("CREATE TABLE t(x TEXT) STRICT; INSERT INTO t(x) VALUES ('needle in a haystack');")
            .unwrap();
        let reader = open_reader(&path, Some(&key)).unwrap();
        let text: String = reader.query_row("SELECT x FROM t", [], |r| r.get(0)).unwrap();
        assert_eq!(text, "needle in a haystack");
        assert!(reader.execute("INSERT INTO t(x) VALUES ('no')", []).is_err(), "a reader must not write");
        drop((writer, reader));
        assert!(matches!(open_writer(&path, Some(&Key([8; 32]))), Err(OpenError::WrongKey(_))));
        assert!(matches!(open_writer(&path, None), Err(OpenError::NotADatabase(_))), "there is no key to be wrong");
        let bytes = std::fs::read(&path).unwrap();
        assert!(!bytes.windows(6).any(|w| w == b"needle"));
        assert!(!bytes.starts_with(b"SQLite format 3"));
    }

    #[test]
    fn a_file_opens_however_it_is_sealed_and_no_changed_page_is_read() {
        for seal in [Seal::Sha256, Seal::Sha512] {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("cache.db");
            let key = Key([7; 32]);
            let made = open_writer_sealed(&path, &key, seal).unwrap();
            made.execute_batch("CREATE TABLE t(x TEXT) STRICT; INSERT INTO t(x) VALUES ('kept');").unwrap();
            drop(made);
            let writer = open_writer(&path, Some(&key)).unwrap();
            writer.execute("INSERT INTO t(x) VALUES ('added')", []).unwrap();
            drop(writer);
            let count = |c: &Connection| c.query_row("SELECT group_concat(x) FROM t", [], |r| r.get::<_, String>(0));
            assert_eq!(count(&open_reader(&path, Some(&key)).unwrap()).unwrap(), "kept,added", "{seal:?}");
            let other = Seal::by_speed().into_iter().find(|other| *other != seal).unwrap();
            assert!(matches!(open_writer_sealed(&path, &key, other), Err(OpenError::WrongKey(_))), "{seal:?}");
            let mut bytes = std::fs::read(&path).unwrap();
            let last = bytes.len() - 2000;
            bytes[last] ^= 1;
            std::fs::write(&path, bytes).unwrap();
            let reader = open_reader(&path, Some(&key)).unwrap();
            assert!(count(&reader).is_err(), "one bit of a page was changed, {seal:?}");
        }
    }
}
