//! A terminal in which `deskbell-cli` is typed.

use anyhow::{Context, Result, bail, ensure};
use deskbell_testkit::desktop::Desktop;
use serde_json::Value;
use std::{
    io::Write,
    path::Path,
    process::{Command, Output, Stdio},
    sync::Arc,
};
use tempfile::TempDir;

/// The program under test.
const PROGRAM: &str = env!("CARGO_BIN_EXE_deskbell-cli");

/// A terminal with a profile of its own, on a desktop whose keyring it uses.
pub struct Terminal {
    home: TempDir,
    desktop: Arc<Desktop>,
}

impl Terminal {
    pub fn on(desktop: &Arc<Desktop>) -> Result<Self> {
        Ok(Self { home: tempfile::tempdir()?, desktop: desktop.clone() })
    }

    /// Where commands run; relative profiles lie here.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    pub fn profile(&self) -> std::path::PathBuf {
        self.home.path().join("profile")
    }

    pub fn desktop(&self) -> &Desktop {
        &self.desktop
    }

    /// Runs a command that must succeed, with `input` on its standard input.
    pub fn run(&self, arguments: &[&str], input: &str) -> Result<Value> {
        let output = self.output(arguments, input)?;
        let err = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.code() == Some(0), "{arguments:?} ended with {}: {err}", output.status);
        ensure!(output.stderr.is_empty(), "{arguments:?} wrote to stderr: {err}");
        serde_json::from_slice(&output.stdout)
            .with_context(|| format!("{arguments:?} did not answer with one document"))
    }

    /// Runs a command that must fail; returns the code of its error.
    pub fn refused(&self, arguments: &[&str], input: &str) -> Result<String> {
        let output = self.output(arguments, input)?;
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        if output.status.code() != Some(1) || !out.is_empty() {
            bail!("{arguments:?} should fail with 1; {}: {out} {err}", output.status);
        }
        let error: Value = serde_json::from_str(&err).with_context(|| format!("not one document: {err}"))?;
        ensure!(error["message"].as_str().is_some_and(|m| m.ends_with('.')), "no sentence: {error}");
        ensure!(error["retryable"].is_boolean(), "{error}");
        Ok(error["code"].as_str().context("an error without a code")?.to_owned())
    }

    /// Runs a command to its end.
    pub fn output(&self, arguments: &[&str], input: &str) -> Result<Output> {
        let mut command = Command::new(PROGRAM);
        self.feed(command.args(arguments), input.as_bytes())
    }

    /// Runs a line as a shell does.
    pub fn shell(&self, line: &str) -> Result<Output> {
        self.feed(Command::new("sh").args(["-c", line]), b"")
    }

    /// Runs a command with these bytes on its standard input.
    pub fn feed(&self, command: &mut Command, input: &[u8]) -> Result<Output> {
        let mut child = self.enter(command).stdin(Stdio::piped()).spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            // A program that does not read is no fault.
            let _ = stdin.write_all(input);
        }
        Ok(child.wait_with_output()?)
    }

    /// Makes the command one of this terminal.
    pub fn enter<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        let programs = Path::new(PROGRAM).parent().unwrap_or(Path::new("."));
        let path = std::env::var("PATH").unwrap_or_default();
        self.desktop
            .enter(command)
            .current_dir(self.home.path())
            .env("DESKBELL_PROFILE", self.profile())
            .env("PATH", format!("{}:{path}", programs.display()))
            .env_remove("DESKBELL_LOG")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
    }
}

/// The program itself, for commands that are built by hand.
pub fn program() -> Command {
    Command::new(PROGRAM)
}
