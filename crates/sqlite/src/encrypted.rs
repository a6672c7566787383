//! A file that SQLCipher encrypts. Only who has the feature `encryption` is linked with it, and with OpenSSL: SQLite without it
//! takes a key and does nothing with it, so here is all that knows of one.

mod seal;

pub use seal::Seal;

use crate::{OpenError, READER, connect, read_first, read_from, write_into};
use rusqlite::{Connection, OpenFlags};
use std::path::Path;

/// Key of an encrypted file: 256 random bits, used as they are (no key derivation).
#[derive(Clone, PartialEq, Eq)]
pub struct Key(pub [u8; 32]);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(..)")
    }
}

/// Opens the one writer, making the file where there is none.
pub fn open_writer(path: &Path, key: &Key) -> Result<Connection, OpenError> {
    write_into(open(path, OpenFlags::default(), key)?)
}

/// As [`open_writer`], with seals that somebody has chosen.
pub fn open_writer_sealed(path: &Path, key: &Key, seal: Seal) -> Result<Connection, OpenError> {
    write_into(open_sealed(path, OpenFlags::default(), key, seal)?)
}

/// Opens a reader of a file that a writer has made.
pub fn open_reader(path: &Path, key: &Key) -> Result<Connection, OpenError> {
    read_from(open(path, READER, key)?)
}

fn open(path: &Path, flags: OpenFlags, key: &Key) -> Result<Connection, OpenError> {
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

/// Starts OpenSSL, which SQLCipher uses, so that it takes nothing down at the end of the process. A thread that ends in the
/// same moment (one of a program that does not wait for a slow hub) would free again what it had freed: a program that
/// had done its work was killed by a signal now and then.
pub(crate) fn keep_openssl() {
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

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn an_encrypted_file_opens_with_its_key_only_and_shows_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("cache.db");
        let key = Key([7; 32]);
        let writer = open_writer(&path, &key).unwrap();
        writer
            .execute_batch("CREATE TABLE t(x TEXT) STRICT; INSERT INTO t(x) VALUES ('needle in a haystack');")
            .unwrap();
        let reader = open_reader(&path, &key).unwrap();
        let text: String = reader.query_row("SELECT x FROM t", [], |r| r.get(0)).unwrap();
        assert_eq!(text, "needle in a haystack");
        assert!(reader.execute("INSERT INTO t(x) VALUES ('no')", []).is_err(), "a reader must not write");
        drop((writer, reader));
        assert!(matches!(open_writer(&path, &Key([8; 32])), Err(OpenError::WrongKey(_))));
        assert!(matches!(crate::open_writer(&path), Err(OpenError::NotADatabase(_))), "there is no key to be wrong");
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
            let writer = open_writer(&path, &key).unwrap();
            writer.execute("INSERT INTO t(x) VALUES ('added')", []).unwrap();
            drop(writer);
            let count = |c: &Connection| c.query_row("SELECT group_concat(x) FROM t", [], |r| r.get::<_, String>(0));
            assert_eq!(count(&open_reader(&path, &key).unwrap()).unwrap(), "kept,added", "{seal:?}");
            let other = Seal::by_speed().into_iter().find(|other| *other != seal).unwrap();
            assert!(matches!(open_writer_sealed(&path, &key, other), Err(OpenError::WrongKey(_))), "{seal:?}");
            let mut bytes = std::fs::read(&path).unwrap();
            let last = bytes.len() - 2000;
            bytes[last] ^= 1;
            std::fs::write(&path, bytes).unwrap();
            let reader = open_reader(&path, &key).unwrap();
            assert!(count(&reader).is_err(), "one bit of a page was changed, {seal:?}");
        }
    }
}
