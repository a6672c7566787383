//! An `xdg-open` that opens nothing and writes down what it was asked.

use std::{fs, os::unix::fs::PermissionsExt};

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::eventually::eventually;

/// The addresses that programs on a computer wanted to open.
pub struct Links {
    dir: TempDir,
}

impl Links {
    /// Makes a directory with the recording program in it.
    pub fn record() -> Result<Self> {
        let dir = tempfile::tempdir()?;
        let program = dir.path().join("xdg-open");
        let script = format!("#!/bin/sh\nprintf '%s\\n' \"$@\" >> '{}'\n", dir.path().join("opened").display());
        fs::write(&program, script)?;
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755))?;
        Ok(Self { dir })
    }

    /// `PATH` with the recording program before the system's.
    pub fn path(&self) -> Result<String> {
        let own = self.dir.path().to_str().context("a path in UTF-8")?;
        Ok(format!("{own}:{}", std::env::var("PATH").unwrap_or_default()))
    }

    /// What was asked until now, one argument a line.
    pub fn opened(&self) -> Vec<String> {
        let written = fs::read_to_string(self.dir.path().join("opened")).unwrap_or_default();
        written.lines().map(str::to_owned).collect()
    }

    /// Waits until exactly these were opened.
    pub async fn are(&self, addresses: &[&str]) -> Result<()> {
        eventually(&format!("{addresses:?} to be opened"), async || Ok((self.opened() == addresses).then_some(())))
            .await
    }
}
