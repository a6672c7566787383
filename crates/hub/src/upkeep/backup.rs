//! Backups: one private file, made while the hub works, and put back with a new history.
//!
//! A copy of a file that somebody writes to is none. [`backup`] lets SQLite write a consistent copy of one moment under
//! another name, reads it, and only then gives it its name. [`restore`] never deletes: what was there is put aside. The
//! restored hub has another generation, so every program notices and offers what it sent and the hub does not know any
//! more to its author (S13).

use super::doctor;
use crate::clock::{Random, number};
use crate::hub::{FILE, HubError, lock, open_store};
use crate::private;
use crate::store::{SqliteStore, StoreError, read_head};
use deskbell_protocol::{Generation, Stamp};
use deskbell_sqlite::OpenError;
use rusqlite::{Connection, params};
use std::fs::File;
use std::path::{Path, PathBuf};

/// A backup that was not made or not put back. The sentence is for a person.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// There is a file of that name.
    #[error("{0} is there already: choose another name, or say --replace")]
    Exists(PathBuf),
    /// The name is one of the hub's own files.
    #[error("{0} is a file that the hub works with: choose another place for the backup")]
    OwnFile(PathBuf),
    /// The file is not what `backup` makes.
    #[error("{path} is no backup of a hub ({why}): nothing was changed")]
    NotABackup {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The copy was not good.
    #[error("the copy is damaged ({0}), so there is no backup: run `deskbell-hub doctor`, and look at the disk")]
    BadCopy(String),
    /// No room.
    #[error("there is no room for {0}: make room, then try again")]
    NoRoom(PathBuf),
    /// A file or directory cannot be used.
    #[error("{path} cannot be used: {source}")]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The hub's data cannot be used.
    #[error(transparent)]
    Hub(#[from] HubError),
}

impl From<StoreError> for BackupError {
    fn from(error: StoreError) -> Self {
        BackupError::Hub(error.into())
    }
}

/// A backup that was made.
#[derive(Debug, Clone, PartialEq)]
pub struct Backup {
    /// Where it is.
    pub file: PathBuf,
    /// Size in bytes.
    pub bytes: u64,
    /// The newest point of history in it.
    pub head: Stamp,
}

/// Copies the data in `data` to the file `to`, while a hub works on them or not. The file is its owner's alone and
/// appears under its name only when it is whole and was read back; one that is there is kept unless `replace`.
pub fn backup(data: &Path, to: &Path, replace: bool) -> Result<Backup, BackupError> {
    let source = data.join(FILE);
    if !source.is_file() {
        return Err(StoreError::NoOrganization.into());
    }
    let target = target_of(data, to)?;
    if !replace && target.exists() {
        return Err(BackupError::Exists(target));
    }
    let partial = Partial::beside(&target)?;
    let connection = deskbell_sqlite::open_reader(&source).map_err(StoreError::from)?;
    copy(&connection, &partial.path)?;
    let head = check(&partial.path).map_err(BackupError::BadCopy)?;
    let bytes = std::fs::metadata(&partial.path).map_err(io(&partial.path))?.len();
    partial.keep_as(&target)?;
    Ok(Backup { file: target, bytes, head })
}

/// What was put back.
#[derive(Debug, Clone, PartialEq)]
pub struct Restored {
    /// Where what was there before is now; `None` where there was nothing.
    pub aside: Option<PathBuf>,
    /// The generation that the hub has now.
    pub generation: Generation,
    /// The newest point of its history.
    pub head: Stamp,
    /// Whether accounts, devices and visitors' sessions were taken over from what was there: who signed in, signed out or
    /// changed a password since the backup.
    pub sign_ins_kept: bool,
}

/// Puts a backup in the place of what is in `data`, which no hub may work on. `random` gives the new generation and mark;
/// `now_ms` (UTC milliseconds) names the directory in which what was there is kept.
pub fn restore(data: &Path, from: &Path, random: &dyn Random, now_ms: i64) -> Result<Restored, BackupError> {
    check(from).map_err(|why| BackupError::NotABackup { path: from.into(), why })?;
    private::make_directory(data).map_err(io(data))?;
    let _lock = lock(data)?;
    remove_leftovers(data);
    let target = data.join(FILE);
    let partial = Partial::beside(&target)?;
    let source = open_to_read(from).map_err(StoreError::from)?;
    copy(&source, &partial.path)?;
    drop(source);
    // On the copy: the backup stays as it is, whatever this program has to bring up to date in it.
    let mut store = open_store(&partial.path)?;
    let generation = Generation(format!("{:016x}", number(random)));
    let sign_ins_kept = target.is_file() && keep_sign_ins(&mut store, &target);
    let head = begin_anew(&mut store, &generation, number(random), now_ms)?;
    store.checkpoint()?;
    // Without its log it is one file, to be moved as one.
    store.connection().pragma_update(None, "journal_mode", "DELETE").map_err(StoreError::from)?;
    drop(store);
    check(&partial.path).map_err(BackupError::BadCopy)?;
    let aside = put_aside(data, now_ms)?;
    partial.keep_as(&target)?;
    Ok(Restored { aside, generation, head, sign_ins_kept })
}

/// The path of a file that is to be made, with the directory as it really is.
fn target_of(data: &Path, to: &Path) -> Result<PathBuf, BackupError> {
    let name = to.file_name().ok_or_else(|| BackupError::Io {
        path: to.into(),
        source: std::io::Error::new(std::io::ErrorKind::InvalidInput, "it is no name of a file"),
    })?;
    let parent = to.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let parent = parent.canonicalize().map_err(io(parent))?;
    let target = parent.join(name);
    let is_own = data.canonicalize().is_ok_and(|data| data == parent)
        && [FILE, "hub.db-wal", "hub.db-shm", "hub.db-journal", "hub.lock", "control.json", "public-url"]
            .contains(&name.to_string_lossy().as_ref());
    if is_own || target.is_dir() { Err(BackupError::OwnFile(target)) } else { Ok(target) }
}

/// A file that is not whole yet; gone again where it does not become whole.
struct Partial {
    path: PathBuf,
    is_done: bool,
}

impl Partial {
    fn beside(target: &Path) -> Result<Self, BackupError> {
        let mut name = target.as_os_str().to_owned();
        name.push(format!(".{}.partial", std::process::id()));
        let path = PathBuf::from(name);
        // SQLite would make it for everybody to read; one that is there and empty it takes.
        private::write_file(&path, b"").map_err(io(&path))?;
        Ok(Self { path, is_done: false })
    }

    /// Makes it durable, gives it its name, and makes that durable.
    fn keep_as(mut self, target: &Path) -> Result<(), BackupError> {
        File::open(&self.path).and_then(|file| file.sync_all()).map_err(io(&self.path))?;
        std::fs::rename(&self.path, target).map_err(io(target))?;
        self.is_done = true;
        sync_directory_of(target)
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if !self.is_done {
            let _ = std::fs::remove_file(&self.path);
            for suffix in ["-wal", "-shm", "-journal"] {
                let mut name = self.path.as_os_str().to_owned();
                name.push(suffix);
                let _ = std::fs::remove_file(name);
            }
        }
    }
}

/// What a restore that was killed left behind: copies that never became whole. Nobody else works here.
fn remove_leftovers(data: &Path) {
    for entry in std::fs::read_dir(data).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let is_ours = |name: &str| name.starts_with("hub.db.") && name.contains(".partial");
        if name.to_str().is_some_and(is_ours) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

fn copy(source: &Connection, to: &Path) -> Result<(), BackupError> {
    // It forbids the copy too.
    source.pragma_update(None, "query_only", false).map_err(StoreError::from)?;
    let copied = source.execute("VACUUM INTO ?1", [to.to_string_lossy()]).map_err(StoreError::from);
    copied.map(drop).map_err(|error| if error.is_disk_full() { BackupError::NoRoom(to.into()) } else { error.into() })
}

/// Whether the file is the database of a hub, whole, and no newer than this program. Its head, or what is wrong.
fn check(file: &Path) -> Result<Stamp, String> {
    if !file.is_file() {
        return Err("there is no such file".into());
    }
    let connection = open_to_read(file).map_err(|error| match error {
        OpenError::Damaged(_) => "it is damaged",
        _ => "it is no database",
    })?;
    let damage = doctor::damage(&connection).map_err(|_| "it is no database that can be read")?;
    if let Some(first) = damage.first() {
        return Err(format!("it is damaged: {}", first.message));
    }
    if is_cut_off(file, &connection).map_err(|_| "it cannot be read")? {
        return Err("its end is missing".into());
    }
    let version: Option<i32> = connection
        .query_row("SELECT max(version) FROM refinery_schema_history", [], |r| r.get(0))
        .map_err(|_| "it is another program's database")?;
    if version.is_none_or(|version| version > SqliteStore::newest_version()) {
        return Err("it was made by a newer deskbell-hub: use that one".into());
    }
    connection
        .query_row(
            "SELECT o.seq, coalesce(m.mark, 0) FROM organization o LEFT JOIN mark m ON m.seq = o.seq WHERE o.one = 1",
            [],
            |r| Ok(Stamp { seq: r.get(0)?, mark: r.get::<_, i64>(1)?.cast_unsigned() }),
        )
        .map_err(|_| "there is no organization in it".into())
}

/// Whether a part of the last page is missing: SQLite reads zeros in its place and finds nothing wrong with them. Beside a log
/// the file may be shorter than the database.
fn is_cut_off(file: &Path, connection: &Connection) -> Result<bool, StoreError> {
    let pragma = |name: &str| connection.pragma_query_value(None, name, |r| r.get::<_, u64>(0));
    let whole = pragma("page_count")? * pragma("page_size")?;
    Ok(!has_log(file) && std::fs::metadata(file).is_ok_and(|about| about.len() < whole))
}

fn has_log(file: &Path) -> bool {
    let mut log = file.as_os_str().to_owned();
    log.push("-wal");
    std::fs::metadata(&log).is_ok_and(|about| about.len() > 0)
}

/// Opens without changing anything, also on a disk that cannot be written. Only where a log lies beside the file (a copy of
/// a whole directory) it must be read with it.
fn open_to_read(file: &Path) -> Result<Connection, OpenError> {
    if has_log(file) {
        return deskbell_sqlite::open_reader(file);
    }
    deskbell_sqlite::open_immutable(file)
}

/// Another generation and another mark, so that every client notices (S13).
fn begin_anew(store: &mut SqliteStore, generation: &Generation, mark: u64, now_ms: i64) -> Result<Stamp, BackupError> {
    let renew = |connection: &mut Connection| {
        let transaction = connection.transaction()?;
        transaction.execute("UPDATE organization SET gen = ?1 WHERE one = 1", [&generation.0])?;
        transaction.execute(
            "INSERT INTO mark (seq, mark, at_ms) SELECT seq, ?1, ?2 FROM organization WHERE one = 1 \
             ON CONFLICT (seq) DO UPDATE SET mark = excluded.mark",
            params![mark.cast_signed(), now_ms],
        )?;
        transaction.commit()
    };
    renew(store.connection()).map_err(StoreError::from)?;
    Ok(read_head(store.connection())?.stamp)
}

/// Takes over who can sign in and who is signed in: a device that was revoked after the backup must not be signed in again,
/// and one that signed in since need not sign in anew. Only of the same organization, of members and channels that the
/// backup has. `false` where what was there cannot be read.
fn keep_sign_ins(store: &mut SqliteStore, was: &Path) -> bool {
    // Brought up to date, with what still lies in its log; a damaged one is left as it is.
    let readable = SqliteStore::open(was).and_then(|mut was| {
        let head = was.head()?;
        was.checkpoint()?;
        Ok(head.organization)
    });
    let (Ok(theirs), Ok(ours)) = (readable, store.head()) else { return false };
    if theirs != ours.organization {
        return false;
    }
    let connection = store.connection();
    let kept = connection.execute("ATTACH DATABASE ?1 AS was", [was.to_string_lossy()]).and_then(|_| {
        let kept = take_over(connection);
        connection.execute_batch("DETACH DATABASE was")?;
        kept
    });
    if let Err(error) = &kept {
        tracing::warn!(%error, "who is signed in could not be taken over from what was there");
    }
    kept.is_ok()
}

fn take_over(connection: &mut Connection) -> rusqlite::Result<()> {
    let is_member = |of: &str| format!("EXISTS (SELECT 1 FROM entity WHERE kind = 'member' AND id = {of}.member)");
    let transaction = connection.transaction()?;
    transaction.execute_batch(&format!(
        // Members who were removed since have no account there: here they have the one of the backup again.
        "DELETE FROM account WHERE member IN (SELECT member FROM was.account);
         INSERT OR IGNORE INTO account (member, email, password_hash)
             SELECT member, email, password_hash FROM was.account a WHERE {};
         DELETE FROM device WHERE id IN (SELECT id FROM was.device);
         INSERT OR IGNORE INTO device (id, member, name, token_hash, wrap_key, created_ms, seen_ms, revoked_ms)
             SELECT id, member, name, token_hash, wrap_key, created_ms, seen_ms, revoked_ms FROM was.device d WHERE {};
         INSERT OR IGNORE INTO visitor_session (token_hash, visitor, channel, site, name, created_ms)
             SELECT token_hash, visitor, channel, site, name, created_ms FROM was.visitor_session v
             WHERE EXISTS (SELECT 1 FROM entity WHERE kind = 'channel' AND id = v.channel);",
        is_member("a"),
        is_member("d"),
    ))?;
    transaction.commit()
}

/// Moves what was there into a directory of its own. The database goes first: were its log gone before it, and the program
/// killed in between, it would be there without what only the log has.
fn put_aside(data: &Path, now_ms: i64) -> Result<Option<PathBuf>, BackupError> {
    let there = |name: &&str| data.join(name).exists();
    let files: Vec<&str> = [FILE, "hub.db-wal", "hub.db-shm"].into_iter().filter(there).collect();
    if files.is_empty() {
        return Ok(None);
    }
    let mut aside = data.join(format!("before-restore-{now_ms}"));
    for n in 2.. {
        if !aside.exists() {
            break;
        }
        aside = data.join(format!("before-restore-{now_ms}-{n}"));
    }
    private::make_directory(&aside).map_err(io(&aside))?;
    for name in files {
        std::fs::rename(data.join(name), aside.join(name)).map_err(io(&data.join(name)))?;
    }
    sync_directory_of(&aside.join(FILE))?;
    sync_directory_of(&aside)?;
    Ok(Some(aside))
}

/// Makes what was named or moved in the directory of a file durable.
fn sync_directory_of(file: &Path) -> Result<(), BackupError> {
    // Where a directory cannot be opened (Windows), names are durable by themselves.
    #[cfg(unix)]
    if let Some(parent) = file.parent() {
        File::open(parent).and_then(|directory| directory.sync_all()).map_err(io(parent))?;
    }
    #[cfg(not(unix))]
    let _ = file;
    Ok(())
}

fn io(path: &Path) -> impl FnOnce(std::io::Error) -> BackupError {
    let path = path.to_owned();
    move |source| match source.kind() {
        std::io::ErrorKind::StorageFull => BackupError::NoRoom(path),
        _ => BackupError::Io { path, source },
    }
}
