//! The profile directory: everything that one sign-in keeps on this computer, readable by its owner only.
//!
//! `profile.json` says which hub and how the key of the cache is kept. There is no secret in it: the key lies in the
//! keyring or is wrapped, the token lies in the encrypted cache. `profile.lock` makes sure that one program at a time
//! has the profile: two writers of one outbox would send everything twice.

use crate::secrets::{KeyWrap, PasswordWrap};
use deskbell_domain::DeviceId;
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};
use uuid::Uuid;

const LOCK: &str = "profile.lock";
const FACTS: &str = "profile.json";
const CACHE: &str = "cache.db";
/// A new cache that is being filled with what was rescued of the old one.
const RESCUE_DRAFT: &str = "cache.rescue-draft";
/// The same, finished: it takes the place of the old one, whenever the program died meanwhile.
const RESCUED: &str = "cache.rescued";
/// Newest shape of `profile.json` that this program reads.
const VERSION: u32 = 1;
/// A longer `profile.json` is not ours.
const MOST_BYTES: u64 = 64 * 1024;

/// Why a profile cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// Another program has it.
    #[error("{0} is in use: close the other Deskbell that uses this profile, or choose another one")]
    InUse(PathBuf),
    /// Made by a newer program.
    #[error("{0} was made by a newer Deskbell: update this one")]
    Newer(PathBuf),
    /// `profile.json` is not readable as what it should be.
    #[error(
        "{0} is damaged ({1}): put back an older copy of it, or remove it and sign in again; \
         the messages beside it are then put aside, not deleted"
    )]
    Damaged(PathBuf, String),
    /// Rights, a full disk, a file in the way.
    #[error("{0} cannot be used ({1}): make it your own and writable, or choose another folder")]
    Io(PathBuf, #[source] io::Error),
}

impl ProfileError {
    /// The problem as it travels.
    pub fn code(&self) -> &'static str {
        match self {
            ProfileError::InUse(_) => "profile_in_use",
            ProfileError::Newer(_) => "profile_newer",
            ProfileError::Damaged(..) => "profile_damaged",
            ProfileError::Io(_, error) if error.kind() == io::ErrorKind::StorageFull => "disk_full",
            ProfileError::Io(..) => "profile_unusable",
        }
    }
}

/// How the key of the cache is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kept", rename_all = "snake_case")]
pub enum KeyKept {
    /// In the system's keyring, under the profile's id.
    Keyring,
    /// Here, wrapped by a password.
    Password(PasswordWrap),
}

/// What `profile.json` holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProfileFacts {
    version: u32,
    /// Name of the profile in the keyring; stays when the directory is moved.
    pub id: Uuid,
    /// Address of the hub.
    #[serde(default)]
    pub hub: Option<String>,
    /// Who signed in last.
    #[serde(default)]
    pub email: Option<String>,
    /// The device that the hub knows this profile as.
    #[serde(default)]
    pub device: Option<DeviceId>,
    /// How the key of the cache is kept; `None` = there is no cache yet.
    #[serde(default)]
    pub key: Option<KeyKept>,
    /// The key once more, wrapped by what the hub hands out at sign-in.
    #[serde(default)]
    pub hub_wrap: Option<KeyWrap>,
    /// A part of the cache could not be read: it is not opened again, and what can be read of it is rescued.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub damaged: bool,
}

/// An open profile. The directory belongs to this program as long as it lives.
#[derive(Debug)]
pub struct Profile {
    dir: PathBuf,
    facts: Mutex<ProfileFacts>,
    _lock: File,
}

impl Profile {
    /// Makes the directory where it is missing and takes it.
    pub fn open(dir: &Path) -> Result<Self, ProfileError> {
        let dir = std::path::absolute(dir).map_err(|error| ProfileError::Io(dir.into(), error))?;
        let unusable = |error| ProfileError::Io(dir.clone(), error);
        make_private(&dir).map_err(unusable)?;
        let lock = private().truncate(false).open(dir.join(LOCK)).map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(ProfileError::InUse(dir)),
            Err(TryLockError::Error(error)) => return Err(unusable(error)),
        }
        let facts = match read_facts(&dir)? {
            Some(facts) => facts,
            None => {
                let facts = ProfileFacts {
                    version: VERSION,
                    id: Uuid::now_v7(),
                    hub: None,
                    email: None,
                    device: None,
                    key: None,
                    hub_wrap: None,
                    damaged: false,
                };
                write_facts(&dir, &facts).map_err(unusable)?;
                facts
            }
        };
        Ok(Self { dir, facts: Mutex::new(facts), _lock: lock })
    }

    /// The directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The encrypted cache.
    pub fn cache_path(&self) -> PathBuf {
        self.dir.join(CACHE)
    }

    /// The log beside it, which holds what was written last.
    pub fn cache_log_path(&self) -> PathBuf {
        self.dir.join(format!("{CACHE}-wal"))
    }

    /// Whether there is a cache. An empty file alone is of a sign-in that was not finished.
    pub fn has_cache(&self) -> bool {
        self.holds("") || self.holds("-wal")
    }

    /// Whether what is left of the cache is its log alone: SQLite would throw it away.
    pub fn has_only_log(&self) -> bool {
        !self.holds("") && self.holds("-wal")
    }

    /// An empty place for a new cache that takes the place of the damaged one.
    pub fn rescue_draft(&self) -> Result<PathBuf, ProfileError> {
        self.remove_files(RESCUE_DRAFT)?;
        Ok(self.dir.join(RESCUE_DRAFT))
    }

    /// The new cache is complete and closed: it takes the damaged one's place, which is kept under the name that
    /// [`Profile::name_aside`] gave.
    pub fn take_rescue_draft(&self, aside: &str) -> Result<(), ProfileError> {
        self.rename(RESCUE_DRAFT, RESCUED)?;
        self.put_aside_as(aside)?;
        self.finish_rescue(0)
    }

    /// Finishes what a rescue had begun when the program died, if it had come so far that the new cache is complete.
    pub fn finish_rescue(&self, now_ms: i64) -> Result<(), ProfileError> {
        if self.dir.join(RESCUED).exists() {
            self.put_cache_aside(now_ms)?;
            self.rename(RESCUED, CACHE)?;
            self.update(|facts| facts.damaged = false)?;
        }
        self.remove_files(RESCUE_DRAFT)
    }

    /// Whether there is no room on the disk for what is needed to open a cache.
    pub fn is_disk_full(&self) -> bool {
        let probe = self.dir.join("room.probe");
        let written = private().truncate(true).open(&probe).and_then(|mut file| {
            file.write_all(&[1; 64 * 1024])?;
            file.sync_all()
        });
        let _ = fs::remove_file(&probe);
        written.is_err_and(|error| error.kind() == io::ErrorKind::StorageFull)
    }

    fn rename(&self, from: &str, to: &str) -> Result<(), ProfileError> {
        let file = self.dir.join(from);
        let renamed = fs::rename(&file, self.dir.join(to));
        #[cfg(unix)]
        let renamed = renamed.and_then(|()| File::open(&self.dir)?.sync_all());
        renamed.map_err(|error| ProfileError::Io(file, error))
    }

    fn holds(&self, suffix: &str) -> bool {
        self.dir.join(format!("{CACHE}{suffix}")).metadata().is_ok_and(|about| about.len() > 0)
    }

    /// What is known of the profile.
    pub fn facts(&self) -> ProfileFacts {
        self.lock_facts().clone()
    }

    /// Changes what is known; it is on the disk, whole, when this returns.
    pub fn update(&self, change: impl FnOnce(&mut ProfileFacts)) -> Result<(), ProfileError> {
        let mut facts = self.lock_facts();
        let mut changed = facts.clone();
        change(&mut changed);
        if changed != *facts {
            write_facts(&self.dir, &changed).map_err(|error| ProfileError::Io(self.dir.clone(), error))?;
            *facts = changed;
        }
        Ok(())
    }

    /// Removes the cache's files. The key should be forgotten before: then nothing can read what a disk keeps of them.
    pub fn remove_cache(&self) -> Result<(), ProfileError> {
        self.remove_files(CACHE)
    }

    fn remove_files(&self, name: &str) -> Result<(), ProfileError> {
        for suffix in ["", "-wal", "-shm"] {
            let file = self.dir.join(format!("{name}{suffix}"));
            match fs::remove_file(&file) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(ProfileError::Io(file, error)),
                _ => {}
            }
        }
        Ok(())
    }

    /// Gives a cache that cannot be opened another name, with its log, which may hold what was written last. Nobody signed
    /// out of it, so it is not ours to delete.
    pub fn put_cache_aside(&self, now_ms: i64) -> Result<(), ProfileError> {
        self.put_aside_as(&self.name_aside(now_ms))?;
        self.update(|facts| facts.damaged = false)
    }

    /// A name under which nothing was put aside yet.
    pub fn name_aside(&self, now_ms: i64) -> String {
        let mut stamp = now_ms;
        while self.dir.join(format!("cache.unreadable-{stamp}")).exists() {
            stamp += 1;
        }
        format!("cache.unreadable-{stamp}")
    }

    fn put_aside_as(&self, name: &str) -> Result<(), ProfileError> {
        if self.has_cache() {
            tracing::warn!("the old cache cannot be opened any more and is put aside");
            // The log first: beside another cache it would be taken for that one's.
            for suffix in ["-wal", ""] {
                let file = self.dir.join(format!("{CACHE}{suffix}"));
                match fs::rename(&file, self.dir.join(format!("{name}{suffix}"))) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(ProfileError::Io(file, error)),
                    _ => {}
                }
            }
        }
        self.remove_cache()
    }

    fn lock_facts(&self) -> MutexGuard<'_, ProfileFacts> {
        self.facts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read_facts(dir: &Path) -> Result<Option<ProfileFacts>, ProfileError> {
    let path = dir.join(FACTS);
    let bytes = match read_private(dir, FACTS, MOST_BYTES) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return Ok(None),
        Err(error) if error.kind() == io::ErrorKind::FileTooLarge => {
            return Err(ProfileError::Damaged(path, "it is too long".into()));
        }
        Err(error) => return Err(ProfileError::Io(path, error)),
    };
    #[derive(Deserialize)]
    struct Versioned {
        version: u32,
    }
    let damaged = |error: serde_json::Error| ProfileError::Damaged(path.clone(), error.to_string());
    let Versioned { version } = serde_json::from_slice(&bytes).map_err(damaged)?;
    if version > VERSION {
        return Err(ProfileError::Newer(path));
    }
    serde_json::from_slice(&bytes).map(Some).map_err(damaged)
}

fn write_facts(dir: &Path, facts: &ProfileFacts) -> io::Result<()> {
    write_private(dir, FACTS, &serde_json::to_vec_pretty(facts)?)
}

/// A small file of the profile; `None` where there is none. A longer one than `most` is not ours, nor is what is no file: a
/// device has no end, and a pipe lets nobody go on.
pub(crate) fn read_private(dir: &Path, name: &str, most: u64) -> io::Result<Option<Vec<u8>>> {
    let path = dir.join(name);
    match fs::metadata(&path) {
        Ok(about) if about.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Ok(about) if !about.is_file() => Err(io::ErrorKind::InvalidInput.into()),
        Ok(about) if about.len() > most => Err(io::ErrorKind::FileTooLarge.into()),
        Ok(_) => fs::read(&path).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Written beside and renamed, with the directory flushed too: a crash leaves the old or the new one, never half of one.
pub(crate) fn write_private(dir: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let draft = dir.join(format!("{name}.new"));
    let mut file = private().truncate(true).open(&draft)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&draft, dir.join(name))?;
    #[cfg(unix)]
    File::open(dir)?.sync_all()?;
    Ok(())
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.create(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn make_private(dir: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_is_its_owners_only_and_remembers() {
        let tmp = tempfile::tempdir().unwrap();
        let dir = tmp.path().join("a/b");
        let id = {
            let profile = Profile::open(&dir).unwrap();
            profile.update(|facts| facts.hub = Some("https://hub.example".into())).unwrap();
            profile.facts().id
        };
        let profile = Profile::open(&dir).unwrap();
        assert_eq!(profile.facts().id, id);
        assert_eq!(profile.facts().hub.as_deref(), Some("https://hub.example"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode(&dir), 0o700);
            assert_eq!(mode(&dir.join(FACTS)), 0o600);
        }
    }

    #[test]
    fn one_program_at_a_time_has_a_profile() {
        let tmp = tempfile::tempdir().unwrap();
        let first = Profile::open(tmp.path()).unwrap();
        let error = Profile::open(tmp.path()).unwrap_err();
        assert_eq!(error.code(), "profile_in_use");
        drop(first);
        Profile::open(tmp.path()).unwrap();
    }

    #[test]
    fn what_cannot_be_read_is_left_as_it_is() {
        let tmp = tempfile::tempdir().unwrap();
        for (text, code) in
            [("{", "profile_damaged"), (r#"{"version": 2}"#, "profile_newer"), ("[1]", "profile_damaged")]
        {
            fs::write(tmp.path().join(FACTS), text).unwrap();
            let error = Profile::open(tmp.path()).unwrap_err();
            assert_eq!(error.code(), code);
            let way_out = if code == "profile_damaged" { "sign in again" } else { "update" };
            assert!(error.to_string().contains(way_out), "{error}");
            assert_eq!(fs::read_to_string(tmp.path().join(FACTS)).unwrap(), text);
        }
    }

    #[test]
    fn a_cache_is_put_aside_whole_and_never_over_another() {
        let tmp = tempfile::tempdir().unwrap();
        let profile = Profile::open(tmp.path()).unwrap();
        for (cache, log) in [("first", "its log"), ("second", "")] {
            fs::write(tmp.path().join("cache.db"), cache).unwrap();
            fs::write(tmp.path().join("cache.db-wal"), log).unwrap();
            fs::write(tmp.path().join("cache.db-shm"), "x").unwrap();
            profile.put_cache_aside(7).unwrap();
        }
        let kept = |name: &str| fs::read_to_string(tmp.path().join(name)).unwrap();
        assert_eq!((kept("cache.unreadable-7"), kept("cache.unreadable-7-wal")), ("first".into(), "its log".into()));
        assert_eq!(kept("cache.unreadable-8"), "second");
        // An empty file alone is nothing to keep.
        fs::write(tmp.path().join("cache.db"), "").unwrap();
        profile.put_cache_aside(9).unwrap();
        let left = fs::read_dir(tmp.path()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
        assert!(!left.into_iter().any(|name| name.starts_with("cache.db") || name == "cache.unreadable-9"));
    }

    #[test]
    fn a_file_on_the_way_is_an_error_not_a_panic() {
        let tmp = tempfile::tempdir().unwrap();
        fs::write(tmp.path().join("file"), "").unwrap();
        assert_eq!(Profile::open(&tmp.path().join("file/profile")).unwrap_err().code(), "profile_unusable");
    }
}
