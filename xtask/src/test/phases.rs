//! What each phase does.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};

use super::programs::{self, Programs};
use crate::codegen::{self, Printers};
use crate::commands;
use crate::count::{self, Skipped, Tally};
use crate::workspace::{SELECTION, Workspace};
use crate::{system, tidy, ui};

/// Installs what is needed and builds the UI, which the programs have inside.
pub fn prepare(workspace: &Workspace, quick: bool) -> Result<Tally> {
    if quick {
        system::ensure(&[&system::BUILD])?;
    } else {
        system::ensure(&[&system::BUILD, &system::DISPLAY, &system::TESTS])?;
        system::ensure_browser();
    }
    ui::install(workspace)?;
    ui::build(workspace)?;
    Ok(Tally::default())
}

/// rustfmt.
pub fn formatting(workspace: &Workspace) -> Tally {
    check("rustfmt", workspace.cargo().args(["fmt", "--all", "--check"]))
}

/// What no compiler checks.
pub fn tidy(workspace: &Workspace) -> Result<Tally> {
    let findings = tidy::findings(workspace)?;
    for finding in &findings {
        println!("{finding}");
    }
    Ok(Tally::of_check("tidy", findings.is_empty()))
}

/// svelte-check, eslint and the UI's tests. If `quick`, only where something changed since they passed.
pub fn ui(workspace: &Workspace, quick: bool) -> Result<Tally> {
    if let Some(passed) = ui::passed_before(workspace).filter(|_| quick) {
        println!("Nothing in ui/ changed since all of it passed.");
        return Ok(Tally { passed, ..Tally::default() });
    }
    let mut tally = check("svelte-check", commands::npm(workspace).args(["run", "check"]));
    tally.add(check("eslint", commands::npm(workspace).args(["run", "lint"])));

    tally.add(vitest(workspace, "test")?);
    if tally.failed.is_empty() && tally.skipped.is_empty() {
        ui::remember_passed(workspace, tally.passed)?;
    }
    Ok(tally)
}

/// The tests of the window that need a browser: what axe finds in every state, and the walk by keyboard.
pub fn window(workspace: &Workspace) -> Result<Tally> {
    if !system::has_browser() {
        let reason = "no Chromium is installed".to_owned();
        return Ok(Tally {
            skipped: vec![Skipped { name: "the window in a browser".to_owned(), reason }],
            ..Tally::default()
        });
    }
    vitest(workspace, "test:window")
}

fn vitest(workspace: &Workspace, script: &str) -> Result<Tally> {
    let report = workspace.scratch(&format!("xtask/{}.json", script.replace(':', "-")));
    let _ = fs::remove_file(&report);
    let mut vitest = commands::npm(workspace);
    vitest.args(["run", script, "--", "--reporter=default", "--reporter=json"]);
    vitest.arg(format!("--outputFile.json={}", report.display()));
    let succeeded = succeeds(&mut vitest);
    match fs::read_to_string(&report) {
        Ok(text) => count::of_vitest(&text, succeeded),
        Err(_) => Ok(Tally::of_check(script, false)),
    }
}

/// clippy, without warnings, on everything.
pub fn clippy(workspace: &Workspace) -> Tally {
    let mut everything = workspace.cargo();
    // With the simulator, as nothing is made that would have its faults.
    everything.args([
        "clippy",
        "--workspace",
        "--exclude",
        "xtask",
        "--features",
        "deskbell/custom-protocol,deskbell/examples",
        "--locked",
    ]);
    everything.args(["--all-targets", "--", "-D", "warnings"]);
    let mut tasks = workspace.cargo();
    tasks.args(["clippy", "--locked", "-p", "xtask", "--all-targets", "--", "-D", "warnings"]);
    let mut tally = check("clippy", &mut everything);
    tally.add(check("clippy of the tasks", &mut tasks));
    tally
}

/// Builds programs, examples and test programs. `None` when they do not build.
pub fn build(workspace: &Workspace) -> Result<(Tally, Option<Programs>)> {
    let mut everything = workspace.cargo();
    everything.arg("build").args(SELECTION).arg("--locked").arg("--all-targets");
    let mut tasks = workspace.cargo();
    tasks.args(["test", "--locked", "--no-run", "-p", "xtask"]);
    let mut simulator = workspace.cargo();
    simulator.args(["test", "--locked", "--no-run", "-p", "deskbell-sim"]);
    let mut built = programs::build(&mut everything)?;
    for more in [&mut simulator, &mut tasks] {
        built = built.zip(programs::build(more)?).map(|(built, more)| built.and(more));
    }
    Ok((Tally::of_check("the build", built.is_some()), built))
}

/// Builds the hub as it is hosted: alone, so without what only the client needs. It takes the place of the one that was built
/// with everything, so the tests that follow meet this one.
pub fn hub_alone(workspace: &Workspace) -> Tally {
    check("the hub alone", workspace.cargo().args(["build", "--locked", "-p", "deskbell-hub"]))
}

/// Whether the generated files are what the Rust types give.
pub fn codegen(workspace: &Workspace) -> Result<Tally> {
    let stale = codegen::stale(workspace, &Printers::Built)?;
    for sentence in &stale {
        println!("{sentence}");
    }
    Ok(Tally::of_check("generated files", stale.is_empty()))
}

/// The examples in documentation comments.
pub fn documentation(workspace: &Workspace) -> Result<Tally> {
    let mut command = workspace.cargo();
    command.args(["test", "--doc", "--no-fail-fast"]).args(SELECTION).arg("--locked");
    let (printed, succeeded) = programs::run_shown(&mut command)?;
    Ok(count::of_rust("documentation", &printed, succeeded))
}

fn check(name: &str, command: &mut Command) -> Tally {
    Tally::of_check(name, succeeds(command))
}

fn succeeds(command: &mut Command) -> bool {
    match commands::run(command).context("a check failed") {
        Ok(()) => true,
        Err(error) => {
            println!("{error:#}");
            false
        }
    }
}
