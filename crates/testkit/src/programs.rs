//! Where the programs are that the tests run: beside the test itself, as cargo builds them.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};

/// The path of one of our programs (`deskbell`, `deskbell-hub`, `deskbell-cli`).
pub fn program(name: &str) -> Result<PathBuf> {
    let test = std::env::current_exe().context("where this test lies")?;
    // target/debug/deps/the_test-0123 -> target/debug/name
    let dir = test.parent().and_then(|deps| deps.parent()).context("a test outside of cargo's directories")?;
    let path = dir.join(name);
    if !path.is_file() {
        bail!("{} is not built; `cargo xtask test` builds it before it runs the tests", path.display());
    }
    Ok(path)
}
