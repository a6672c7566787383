//! Kills the real programs at random instants, more often and at other instants than the tests do.

use std::process::ExitCode;

use anyhow::Result;

use crate::workspace::{SELECTION, Workspace};
use crate::{commands, system, ui};

/// What `cargo xtask kill` can be told.
#[derive(clap::Args)]
pub struct Options {
    /// How often something is killed
    #[arg(long, value_name = "N", default_value_t = 100)]
    rounds: u32,
    /// Repeats a run: who is killed when, and what fails on the way
    #[arg(long)]
    seed: Option<u64>,
}

/// Builds everything and runs the one test with these rounds.
pub fn kill(workspace: &Workspace, options: &Options) -> Result<ExitCode> {
    system::ensure(&[&system::BUILD, &system::DISPLAY, &system::TESTS])?;
    ui::install(workspace)?;
    ui::build(workspace)?;
    commands::run(workspace.cargo().arg("build").args(SELECTION).arg("--all-targets"))?;
    let seed = options.seed.unwrap_or_else(fresh_seed);
    println!("{} rounds with seed {seed}", options.rounds);
    let mut test = workspace.cargo();
    test.arg("test").args(SELECTION).args(["--test", "kill", "--", "--nocapture"]);
    test.env("DESKBELL_KILL_ROUNDS", options.rounds.to_string()).env("DESKBELL_KILL_SEED", seed.to_string());
    Ok(match commands::run(&mut test) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("{error:#}");
            ExitCode::FAILURE
        }
    })
}

/// Another one for each run.
fn fresh_seed() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    since.as_secs() % 1_000_000
}
