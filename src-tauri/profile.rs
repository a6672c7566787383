//! The profile directory: everything this program keeps lies in it, readable by its owner only.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::StartError;

/// A directory that exists, is absolute and belongs to this program.
#[derive(Debug)]
pub struct Profile {
    dir: PathBuf,
}

impl Profile {
    /// Makes the directory where it is missing. Without a path: the system's place for programs' data.
    pub fn open(dir: Option<PathBuf>) -> Result<Self, StartError> {
        let dir = match dir {
            Some(dir) => dir,
            None => directories::ProjectDirs::from("org", "deskbell", "Deskbell")
                .ok_or(StartError::NoHome)?
                .data_local_dir()
                .join("default"),
        };
        let dir = std::path::absolute(&dir).map_err(|why| StartError::Profile { dir: dir.clone(), why })?;
        if dir.exists() && !dir.is_dir() {
            return Err(StartError::NotADirectory(dir));
        }
        make_private(&dir).map_err(|why| StartError::Profile { dir: dir.clone(), why })?;
        Ok(Self { dir })
    }

    /// The directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }
}

#[cfg(unix)]
fn make_private(dir: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)
}

#[cfg(not(unix))]
fn make_private(dir: &Path) -> io::Result<()> {
    fs::create_dir_all(dir)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_directory_is_made_for_its_owner_only() {
        let tmp = tempfile::tempdir().unwrap();
        let profile = Profile::open(Some(tmp.path().join("a/b"))).unwrap();
        assert!(profile.dir().is_dir());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(profile.dir()).unwrap().permissions().mode() & 0o777, 0o700);
        }
    }

    #[test]
    fn a_file_in_its_place_is_named_in_the_sentence() {
        let tmp = tempfile::tempdir().unwrap();
        let file = tmp.path().join("file");
        fs::write(&file, "").unwrap();
        let error = Profile::open(Some(file.clone())).unwrap_err();
        assert!(matches!(&error, StartError::NotADirectory(path) if *path == file));
        assert!(error.to_string().contains("--profile"));
    }

    #[test]
    fn a_file_on_the_way_is_an_error_not_a_panic() {
        let tmp = tempfile::tempdir().unwrap();
        fs::write(tmp.path().join("file"), "").unwrap();
        let error = Profile::open(Some(tmp.path().join("file/profile"))).unwrap_err();
        assert!(matches!(error, StartError::Profile { .. }));
    }
}
