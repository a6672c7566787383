//! How this computer shows and does things. A file of its own beside the profile's facts: it is there before anybody signs
//! in, stays when they sign out, and whatever has become of it, the program starts: a part that cannot be read is as when
//! new.

use crate::profile::{ProfileError, read_private, write_private};
use crate::rpc::types::Settings;
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

const FILE: &str = "settings.json";
/// A longer file is not ours.
const MOST_BYTES: u64 = 64 * 1024;

const LANGUAGES: &[&str] = &["system", "en", "ar"];
const THEMES: &[&str] = &["system", "light", "dark"];
const DENSITIES: &[&str] = &["comfortable", "compact"];
const AFTER_CLOSE: &[&str] = &["next", "previous", "stay"];
/// What is spoken where a language has no data.
const FALLBACK: &str = "en";
/// Percent.
const ZOOM: std::ops::RangeInclusive<u32> = 50..=200;
/// Longest time for which a message can be held back.
pub(crate) const MOST_UNDO_SECONDS: u32 = 30;

/// A setting that cannot be.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSetting {
    /// Not one of the words.
    #[error("there is no {field} {word:?}: choose one of {}", .words.join(", "))]
    Word {
        /// Which setting.
        field: &'static str,
        /// What was asked for, cut short.
        word: String,
        /// What there is.
        words: &'static [&'static str],
    },
    /// Too little or too much.
    #[error("{field} is a number from {least} to {most}")]
    Number {
        /// Which setting.
        field: &'static str,
        /// The least.
        least: u32,
        /// The most.
        most: u32,
    },
}

impl BadSetting {
    /// Which setting.
    pub fn field(&self) -> &'static str {
        match self {
            BadSetting::Word { field, .. } | BadSetting::Number { field, .. } => field,
        }
    }
}

/// Whether each of them is one that there is.
pub(crate) fn check(settings: &Settings) -> Result<(), BadSetting> {
    known("language", &settings.language, LANGUAGES)?;
    known("theme", &settings.theme, THEMES)?;
    known("density", &settings.density, DENSITIES)?;
    known("after_close", &settings.after_close, AFTER_CLOSE)?;
    within("zoom", settings.zoom, *ZOOM.start(), *ZOOM.end())?;
    within("undo_seconds", settings.undo_seconds, 0, MOST_UNDO_SECONDS)
}

fn known(field: &'static str, word: &str, words: &'static [&'static str]) -> Result<(), BadSetting> {
    if words.contains(&word) {
        return Ok(());
    }
    Err(BadSetting::Word { field, word: word.chars().take(60).collect(), words })
}

fn within(field: &'static str, number: u32, least: u32, most: u32) -> Result<(), BadSetting> {
    if (least..=most).contains(&number) { Ok(()) } else { Err(BadSetting::Number { field, least, most }) }
}

/// What stands in a file. Each setting for itself: one that is damaged, or of a newer program, takes none with it.
fn read(bytes: &[u8]) -> Settings {
    let mut settings = Settings::default();
    let Ok(Value::Object(found)) = serde_json::from_slice::<Value>(bytes) else { return settings };
    for (field, value) in found {
        let value = match value.as_str() {
            Some(word) if field == "language" && !LANGUAGES.contains(&word) => FALLBACK.into(),
            _ => value,
        };
        let mut all = match serde_json::to_value(&settings) {
            Ok(Value::Object(all)) => all,
            _ => Map::new(),
        };
        all.insert(field, value);
        if let Ok(with) = serde_json::from_value::<Settings>(Value::Object(all))
            && check(&with).is_ok()
        {
            settings = with;
        }
    }
    settings
}

/// The settings of a profile, in memory and on the disk.
#[derive(Debug)]
pub(crate) struct SettingsFile {
    dir: PathBuf,
    now: Mutex<Settings>,
}

impl SettingsFile {
    /// What stands in the profile's directory; as when new, where nothing does.
    pub fn open(dir: &Path) -> Self {
        let settings = match read_private(dir, FILE, MOST_BYTES) {
            Ok(found) => found.as_deref().map(read).unwrap_or_default(),
            Err(error) => {
                tracing::warn!(%error, "the settings cannot be read");
                Settings::default()
            }
        };
        Self { dir: dir.into(), now: Mutex::new(settings) }
    }

    /// How they are now.
    pub fn get(&self) -> Settings {
        self.lock().clone()
    }

    /// Sets them; they are on the disk, whole, when this returns. Says whether anything changed.
    pub fn set(&self, settings: Settings) -> Result<bool, ProfileError> {
        let mut now = self.lock();
        if *now == settings {
            return Ok(false);
        }
        let bytes = serde_json::to_vec_pretty(&settings).unwrap_or_default();
        write_private(&self.dir, FILE, &bytes).map_err(|error| ProfileError::Io(self.dir.join(FILE), error))?;
        *now = settings;
        Ok(true)
    }

    fn lock(&self) -> MutexGuard<'_, Settings> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_kept_and_private() {
        let tmp = tempfile::tempdir().unwrap();
        let file = SettingsFile::open(tmp.path());
        assert_eq!(file.get(), Settings::default());
        let dark = Settings { theme: "dark".into(), zoom: 125, ..Settings::default() };
        assert!(file.set(dark.clone()).unwrap());
        assert!(!file.set(dark.clone()).unwrap(), "nothing changed");
        assert_eq!(SettingsFile::open(tmp.path()).get(), dark);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(tmp.path().join(FILE)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn a_part_that_cannot_be_read_is_as_when_new_and_takes_nothing_with_it() {
        for damaged in ["", "{", "[]", "\u{0}", "null", "{\"theme\": {}}", "{\"zoom\": -1}", "{\"zoom\": 9e99}"] {
            assert_eq!(read(damaged.as_bytes()), Settings::default(), "{damaged:?}");
        }
        let partly =
            read(br#"{"theme": "dark", "zoom": "large", "undo_seconds": 31, "sound": false, "of_tomorrow": 1}"#);
        assert_eq!(partly, Settings { theme: "dark".into(), sound: false, ..Settings::default() });
    }

    #[test]
    fn a_language_without_data_falls_back_to_english() {
        assert_eq!(read(br#"{"language": "tlh"}"#).language, "en");
        assert_eq!(read(br#"{"language": "ar"}"#).language, "ar");
        assert_eq!(read(br#"{"language": 7}"#).language, "system");
    }

    #[test]
    fn what_cannot_be_is_named() {
        let with = |change: fn(&mut Settings)| {
            let mut settings = Settings::default();
            change(&mut settings);
            check(&settings).map_err(|bad| (bad.field(), bad.to_string()))
        };
        assert_eq!(with(|_| ()), Ok(()));
        for (change, field) in [
            ((|s| s.language = "tlh".into()) as fn(&mut Settings), "language"),
            (|s| s.theme = "x".repeat(9000), "theme"),
            (|s| s.density = String::new(), "density"),
            (|s| s.after_close = "none".into(), "after_close"),
            (|s| s.zoom = 49, "zoom"),
            (|s| s.zoom = 201, "zoom"),
            (|s| s.undo_seconds = 31, "undo_seconds"),
        ] {
            let (named, says) = with(change).unwrap_err();
            assert_eq!(named, field);
            assert!(says.len() < 200, "{says}");
        }
        for (least, most) in [(50, 0), (200, 30)] {
            assert_eq!(check(&Settings { zoom: least, undo_seconds: most, ..Settings::default() }), Ok(()));
        }
    }

    #[test]
    fn a_directory_in_its_place_stops_nothing() {
        let tmp = tempfile::tempdir().unwrap();
        std::fs::create_dir(tmp.path().join(FILE)).unwrap();
        let file = SettingsFile::open(tmp.path());
        assert_eq!(file.get(), Settings::default());
        assert!(file.set(Settings { zoom: 110, ..Settings::default() }).is_err());
        assert_eq!(file.get().zoom, 100, "what is not on the disk does not hold");
    }

    #[cfg(unix)]
    #[test]
    fn neither_what_has_no_end_nor_what_keeps_waiting_stops_anything() {
        let tmp = tempfile::tempdir().unwrap();
        let pipe = tmp.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        for other in [Path::new("/dev/zero"), &pipe] {
            std::os::unix::fs::symlink(other, tmp.path().join(FILE)).unwrap();
            let file = SettingsFile::open(tmp.path());
            assert_eq!(file.get(), Settings::default(), "{other:?}");
            assert!(file.set(Settings { zoom: 110, ..Settings::default() }).unwrap(), "a file takes its place");
            assert_eq!(SettingsFile::open(tmp.path()).get().zoom, 110);
            std::fs::remove_file(tmp.path().join(FILE)).unwrap();
        }
    }
}
