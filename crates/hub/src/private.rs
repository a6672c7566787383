//! Files and directories that nobody else of this computer may look into: they hold every message of an organization.

use std::fs::File;
use std::io;
use std::path::Path;

/// Makes the data directory, for its owner alone. One that is there and empty is made so where it is ours; one that holds
/// anything serves others too (`/tmp`, a home), and shutting it would lock them out: it is left as it is.
pub(crate) fn make_directory(path: &Path) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => shut_if_empty_and_ours(path),
        made => made,
    }
}

#[cfg(unix)]
fn shut_if_empty_and_ours(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    const STICKY: u32 = 0o1000;
    let metadata = std::fs::metadata(path)?;
    let is_ours = metadata.uid() == rustix::process::geteuid().as_raw();
    // A sticky directory is one that many share, with or without anything in it.
    if is_ours && metadata.mode() & STICKY == 0 && std::fs::read_dir(path)?.next().is_none() {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn shut_if_empty_and_ours(path: &Path) -> io::Result<()> {
    std::fs::metadata(path).map(drop)
}

/// Opens a file for writing and leaves what is in it; one that is made is its owner's alone.
pub(crate) fn open_file(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.create(true).write(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Writes a file anew, for its owner alone.
pub(crate) fn write_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    use std::io::Write;
    let _ = std::fs::remove_file(path);
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(bytes)
}
