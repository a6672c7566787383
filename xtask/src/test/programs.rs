//! The Rust test programs: built by one cargo command, then started one after the other.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::commands;
use crate::count::{self, Skipped, Tally};
use crate::process::Running;
use crate::workspace::Workspace;

/// A program that takes longer hangs; a run that waits for ever tells nobody anything.
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// Where a test says that it skipped itself; the other end is `skip` of the testkit.
const SKIPPED_FILE: &str = "DESKBELL_SKIPPED_FILE";

/// The member of the workspace whose tests go through the real programs.
const THROUGH_PROGRAMS: &str = "deskbell-tests";

/// Their integration tests start private desktops.
const ON_DESKTOPS: &[&str] = &["deskbell-testkit", "deskbell-cli"];

/// The test programs of a build.
pub struct Programs(Vec<TestProgram>);

/// One test program.
#[derive(Debug, PartialEq, Eq)]
pub struct TestProgram {
    package: String,
    target: String,
    kind: Kind,
    directory: PathBuf,
    executable: PathBuf,
}

/// Where its tests are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Beside the code.
    Unit,
    /// In the package's `tests`.
    Integration,
}

impl TestProgram {
    /// Whether it tests a crate by itself; if `quick`, without a private desktop.
    pub fn is_of_crate(&self, quick: bool) -> bool {
        let needs_desktop = ON_DESKTOPS.contains(&self.package.as_str()) && self.kind == Kind::Integration;
        self.package != THROUGH_PROGRAMS && !(quick && needs_desktop)
    }

    /// Whether it goes through the real programs.
    pub fn is_through_programs(&self) -> bool {
        self.package == THROUGH_PROGRAMS
    }

    fn name(&self) -> String {
        match self.kind {
            Kind::Unit => self.package.clone(),
            Kind::Integration => format!("{}/{}", self.package, self.target),
        }
    }

    fn run(&self, skipped_file: &Path) -> Result<Tally> {
        let mut command = Command::new(&self.executable);
        command.current_dir(&self.directory);
        command.env("CARGO_MANIFEST_DIR", &self.directory).env(SKIPPED_FILE, skipped_file);
        println!("--- {}", self.name());
        let _ = fs::remove_file(skipped_file);
        let (printed, succeeded) = run_shown(&mut command)?;
        let mut tally = count::of_rust(&self.name(), &printed, succeeded);
        for line in fs::read_to_string(skipped_file).unwrap_or_default().lines() {
            let (name, reason) = line.split_once('\t').unwrap_or((line, "no reason given"));
            tally.move_to_skipped(Skipped { name: format!("{} {name}", self.name()), reason: reason.to_owned() });
        }
        Ok(tally)
    }
}

impl Programs {
    /// These and `others`.
    pub fn and(mut self, others: Programs) -> Programs {
        self.0.extend(others.0);
        self
    }

    /// Runs those that are `wanted`.
    pub fn run(&self, workspace: &Workspace, wanted: impl Fn(&TestProgram) -> bool) -> Result<Tally> {
        let skipped_file = workspace.scratch("xtask/skipped");
        let mut tally = Tally::default();
        for program in self.0.iter().filter(|program| wanted(program)) {
            tally.add(program.run(&skipped_file)?);
        }
        Ok(tally)
    }
}

/// Runs a build and returns its test programs; `None` when it failed.
pub fn build(command: &mut Command) -> Result<Option<Programs>> {
    command.arg("--message-format=json-render-diagnostics");
    commands::announce(command);
    let output = command.stderr(Stdio::inherit()).output().context("could not run cargo")?;
    if !output.status.success() {
        return Ok(None);
    }
    Ok(Some(Programs(test_programs(&String::from_utf8_lossy(&output.stdout)))))
}

/// Runs a command with its output on the terminal, and returns the output as well.
pub fn run_shown(command: &mut Command) -> Result<(String, bool)> {
    let mut running = Running::start(command.stdin(Stdio::null()).stdout(Stdio::piped()))?;
    let stdout = running.child().stdout.take().context("the output is not piped")?;
    let (send, lines) = mpsc::channel();
    std::thread::spawn(move || {
        let mut reader = BufReader::new(stdout);
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
            if send.send(String::from_utf8_lossy(&line).into_owned()).is_err() {
                break;
            }
            line.clear();
        }
    });
    let deadline = Instant::now() + LONGEST;
    let mut printed = String::new();
    loop {
        match lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(line) => {
                print!("{line}");
                printed.push_str(&line);
            }
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                println!("{} hangs: ended after {} minutes", running.name(), LONGEST.as_secs() / 60);
                running.kill()?;
                return Ok((printed, false));
            }
        }
    }
    let left = deadline.saturating_duration_since(Instant::now());
    let succeeded = running.wait_for(left)?.is_some_and(|status| status.success());
    Ok((printed, succeeded))
}

/// The test programs that cargo's messages name.
fn test_programs(messages: &str) -> Vec<TestProgram> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter_map(|message| test_program(&message))
        .collect()
}

fn test_program(message: &Value) -> Option<TestProgram> {
    if message["reason"] != "compiler-artifact" || message["profile"]["test"] != true {
        return None;
    }
    let directory = Path::new(message["manifest_path"].as_str()?).parent()?.to_owned();
    let is_integration = message["target"]["kind"].as_array()?.iter().any(|kind| kind == "test");
    Some(TestProgram {
        package: package_name(message["package_id"].as_str()?),
        target: message["target"]["name"].as_str()?.to_owned(),
        kind: if is_integration { Kind::Integration } else { Kind::Unit },
        directory,
        executable: message["executable"].as_str()?.into(),
    })
}

/// The package's name in an id such as `path+file:///checkout/crates/core#deskbell-core@0.1.0`, where the name is
/// left out if the directory has it.
fn package_name(id: &str) -> String {
    let (place, version) = id.rsplit_once('#').unwrap_or((id, ""));
    match version.split_once('@') {
        Some((name, _)) => name.to_owned(),
        None => place.rsplit('/').next().unwrap_or(place).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGES: &str = r#"
{"reason":"compiler-artifact","package_id":"path+file:///x/crates/hub#deskbell-hub@0.1.0","manifest_path":"/x/crates/hub/Cargo.toml","target":{"kind":["lib"],"name":"deskbell_hub"},"profile":{"test":false},"executable":null}
{"reason":"compiler-artifact","package_id":"path+file:///x/crates/hub#deskbell-hub@0.1.0","manifest_path":"/x/crates/hub/Cargo.toml","target":{"kind":["lib"],"name":"deskbell_hub"},"profile":{"test":true},"executable":"/t/hub-1"}
{"reason":"compiler-artifact","package_id":"path+file:///x/tests#deskbell-tests@0.1.0","manifest_path":"/x/tests/Cargo.toml","target":{"kind":["test"],"name":"story"},"profile":{"test":true},"executable":"/t/story-1"}
{"reason":"compiler-artifact","package_id":"path+file:///x/crates/testkit#deskbell-testkit@0.1.0","manifest_path":"/x/crates/testkit/Cargo.toml","target":{"kind":["test"],"name":"desktop"},"profile":{"test":true},"executable":"/t/desktop-1"}
{"reason":"compiler-artifact","package_id":"path+file:///x/xtask#0.1.0","manifest_path":"/x/xtask/Cargo.toml","target":{"kind":["bin"],"name":"xtask"},"profile":{"test":true},"executable":"/t/xtask-1"}
{"reason":"build-finished","success":true}
"#;

    #[test]
    fn the_test_programs_are_those_that_cargo_built() {
        let programs = test_programs(MESSAGES);
        let names: Vec<_> = programs.iter().map(TestProgram::name).collect();
        assert_eq!(names, ["deskbell-hub", "deskbell-tests/story", "deskbell-testkit/desktop", "xtask"]);
        assert_eq!(programs[0].directory, Path::new("/x/crates/hub"));
    }

    #[test]
    fn every_program_runs_in_one_phase_and_the_quick_ones_need_no_desktop() {
        let programs = test_programs(MESSAGES);
        for program in &programs {
            assert_ne!(program.is_of_crate(false), program.is_through_programs());
        }
        let quick: Vec<_> =
            programs.iter().filter(|program| program.is_of_crate(true)).map(TestProgram::name).collect();
        assert_eq!(quick, ["deskbell-hub", "xtask"]);
    }

    #[cfg(unix)]
    #[test]
    fn what_a_program_prints_and_how_it_ends_is_kept() {
        let (printed, succeeded) = run_shown(Command::new("sh").args(["-c", "echo one; echo two; exit 3"])).unwrap();
        assert_eq!(printed, "one\ntwo\n");
        assert!(!succeeded);
    }
}
