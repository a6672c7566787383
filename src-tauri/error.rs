//! Why the program could not start: each a sentence that says what to do.

use std::{io, path::PathBuf};

use deskbell_core::CoreError;

/// The program cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The system names no place for a program's data.
    #[error("this account has no directory for programs' data; name one with --profile DIR")]
    NoHome,
    /// What stands at the profile's path is no directory.
    #[error("{0} is a file, not a directory; name another place with --profile DIR")]
    NotADirectory(PathBuf),
    /// The directory cannot be made or written to.
    #[error(
        "the profile directory {dir} cannot be used ({why}); check its permissions or name another with --profile DIR"
    )]
    Profile {
        /// The directory.
        dir: PathBuf,
        /// What the system says.
        why: io::Error,
    },
    /// Another process holds the profile and does not answer.
    #[error("Deskbell is already open with the profile {0} but does not answer; end it and start again")]
    NoAnswer(PathBuf),
    /// The core cannot work there.
    #[error(transparent)]
    Core(#[from] CoreError),
    /// No X or Wayland display answers.
    #[error("no display answers to open a window on; set DISPLAY or WAYLAND_DISPLAY to one that does")]
    NoDisplay,
    /// The window system refused.
    #[error("the window cannot be opened: {0}")]
    Window(String),
    /// The system does not say where this program lies.
    #[error("the system does not say where this program lies: {0}")]
    NoPath(io::Error),
    /// The program of the window is not beside this one.
    #[error("{path}, which shows the window, cannot be started ({why}); install Deskbell again")]
    NoWindowProgram {
        /// Where it should be.
        path: PathBuf,
        /// What the system says.
        why: io::Error,
    },
    /// What this program needs of the system is not to be had.
    #[error("the program cannot begin to work ({0}); end other programs and start again")]
    Threads(io::Error),
}
