//! The project's tasks. `cargo xtask --help` lists them; each has a file of its own.
//!
//! It depends on little, so that the first thing a newcomer types answers within seconds.

mod bench;
mod codegen;
mod commands;
mod count;
#[cfg(target_os = "linux")]
#[path = "../../crates/testkit/src/desktop.rs"]
#[allow(dead_code, reason = "tests use more of it than the tasks do")]
mod desktop;
mod kill;
#[path = "../../crates/testkit/src/process.rs"]
#[allow(dead_code, reason = "tests use more of it than the tasks do")]
mod process;
mod run;
mod shots;
mod sim;
mod system;
mod test;
mod tidy;
mod ui;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use workspace::Workspace;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Builds, runs and checks Deskbell")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build everything and open the window on a sample organization
    Run(run::Options),
    /// Run every check and every test; the last line sums them up
    Test(test::Options),
    /// Run random histories of one hub and its clients in one process
    Sim(sim::Options),
    /// Kill the real programs at random instants while everybody writes
    Kill(kill::Options),
    /// Write the files that are generated from the Rust types
    Codegen(codegen::Options),
    /// Measure how fast it is, beside what the machine can do at best
    Bench(bench::Options),
    /// Draw every state of the window into target/shots
    Shots(shots::Options),
    /// Check what no compiler checks: arrows between crates, long files, texts outside the catalogue, what is said to be built
    Tidy(tidy::Options),
}

fn main() -> ExitCode {
    match perform(Arguments::parse().task) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn perform(task: Task) -> anyhow::Result<ExitCode> {
    let workspace = Workspace::find()?;
    match task {
        Task::Run(options) => run::run(&workspace, &options),
        Task::Test(options) => test::test(&workspace, &options),
        Task::Sim(options) => sim::sim(&workspace, &options),
        Task::Kill(options) => kill::kill(&workspace, &options),
        Task::Bench(options) => bench::bench(&workspace, &options),
        Task::Shots(options) => shots::shots(&workspace, &options),
        Task::Codegen(options) => codegen::codegen(&workspace, &options),
        Task::Tidy(options) => tidy::tidy(&workspace, &options),
    }
}
