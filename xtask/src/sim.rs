//! Random histories of one hub and its clients; see `crates/sim`.

use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::workspace::Workspace;
use crate::{commands, system};

/// The histories that every run of the tests repeats (`crates/sim/tests`).
const FIXED: &str = "0..2000";

/// What `cargo xtask sim` can be told.
#[derive(clap::Args)]
pub struct Options {
    /// The histories to run, `A..B` without B
    #[arg(long, default_value = FIXED)]
    seeds: String,
    /// Plant this fault, or `all` of them one after the other, and see whether it is found
    #[arg(long)]
    plant: Option<String>,
    /// Tell the story of one history; one that fails is told in the shortest form that still fails
    #[arg(long)]
    trace: Option<u64>,
    /// Run all histories whatever fails, and count what broke
    #[arg(long)]
    survey: bool,
}

/// Builds the simulator and runs it.
pub fn sim(workspace: &Workspace, options: &Options) -> Result<ExitCode> {
    system::ensure(&[&system::BUILD])?;
    let mut simulator = simulator(workspace)?;
    simulator.args(["--seeds", &options.seeds]);
    if let Some(plant) = &options.plant {
        simulator.args(["--plant", plant]);
    }
    if let Some(seed) = options.trace {
        simulator.arg("--trace").arg(seed.to_string());
    }
    if options.survey {
        simulator.arg("--survey");
    }
    Ok(match commands::run(&mut simulator) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("{error:#}");
            ExitCode::FAILURE
        }
    })
}

/// Built by itself: in one build with the programs, faults could be planted in these.
fn simulator(workspace: &Workspace) -> Result<Command> {
    commands::run(workspace.cargo().args(["build", "--locked", "-p", "deskbell-sim"]))?;
    Ok(Command::new(workspace.program("deskbell-sim")))
}
