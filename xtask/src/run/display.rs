//! Where the window is shown: the person's own desktop, or a private one whose screen is a picture file.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

#[cfg(target_os = "linux")]
use crate::desktop::{Desktop, DesktopOptions};

/// Where programs with a window run.
pub enum Display {
    /// The desktop of whoever started the task.
    Own,
    /// A virtual one.
    #[cfg(target_os = "linux")]
    Virtual {
        /// The display, the bus, the keyring and the notifications.
        desktop: Box<Desktop>,
        /// Where its screen is drawn.
        picture: PathBuf,
    },
}

/// Whether this machine shows no windows.
pub fn is_missing() -> bool {
    cfg!(target_os = "linux")
        && ["DISPLAY", "WAYLAND_DISPLAY"].iter().all(|name| std::env::var_os(name).is_none_or(|value| value.is_empty()))
}

impl Display {
    /// The person's own desktop, or a new one whose keyring is kept in `directory`.
    pub fn open(is_missing: bool, directory: &Path) -> Result<Display> {
        #[cfg(target_os = "linux")]
        if is_missing {
            let options = DesktopOptions { data: Some(directory.join("data")), ..DesktopOptions::default() };
            let desktop = Box::new(Desktop::start_with(&options)?);
            return Ok(Display::Virtual { desktop, picture: directory.with_file_name("screenshot.png") });
        }
        let _ = (is_missing, directory);
        Ok(Display::Own)
    }

    /// Makes `command` a program of this display.
    pub fn enter<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        match self {
            Display::Own => command,
            #[cfg(target_os = "linux")]
            Display::Virtual { desktop, .. } => desktop.enter(command),
        }
    }

    /// The variables that a program of this display needs.
    pub fn env(&self) -> Vec<(String, String)> {
        match self {
            Display::Own => Vec::new(),
            #[cfg(target_os = "linux")]
            Display::Virtual { desktop, .. } => {
                desktop.env().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
            }
        }
    }

    /// The picture of a virtual screen.
    pub fn picture(&self) -> Option<&Path> {
        match self {
            Display::Own => None,
            #[cfg(target_os = "linux")]
            Display::Virtual { picture, .. } => Some(picture),
        }
    }

    /// Draws the picture anew.
    pub fn draw(&self) -> Result<()> {
        match self {
            Display::Own => Ok(()),
            #[cfg(target_os = "linux")]
            Display::Virtual { desktop, picture } => desktop.screenshot(picture),
        }
    }
}
