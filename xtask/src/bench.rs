//! How fast it is; see `crates/bench`.

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::workspace::Workspace;
use crate::{commands, system, ui};

/// Built optimised, and with the lines that a profiler names (see `Cargo.toml`).
const PROFILE: &str = "measure";

/// What `cargo xtask bench` can be told.
#[derive(clap::Args)]
pub struct Options {
    /// Messages of the organization [default: 1000000, of `--hub` 100000]
    #[arg(long)]
    messages: Option<usize>,
    /// Only this part of the table (lists, search, first-sync, ...; a word that is none names them all); may be given several times
    #[arg(long)]
    only: Vec<String>,
    /// Few repetitions: whether it works, not how fast it is
    #[arg(long)]
    quick: bool,
    /// Write the figures here, too
    #[arg(long)]
    json: Option<PathBuf>,
    /// Measure three sizes and write docs/benchmarks.md anew (half an hour; without `--from` the window and the crowd are no part of it)
    #[arg(long, conflicts_with_all = ["messages", "only", "json", "hub"])]
    growth: bool,
    /// With `--growth`: instead of measuring, take what `--json` kept of each size, of the window and of the crowd too (FILE,FILE,…)
    #[arg(long, value_delimiter = ',', requires = "growth")]
    from: Vec<PathBuf>,
    /// Measure the hub with a crowd at it
    #[arg(long, conflicts_with = "only")]
    hub: bool,
    /// Measure the real window, beside an empty one
    #[arg(long, conflicts_with_all = ["only", "growth", "hub"])]
    window: bool,
}

/// Builds what measures and runs it.
pub fn bench(workspace: &Workspace, options: &Options) -> Result<ExitCode> {
    system::ensure(&[&system::BUILD])?;
    // The hub is measured as it is run: built alone, so without what the client needs of a crate that both have.
    for package in ["deskbell-bench", "deskbell-hub"] {
        commands::run(workspace.cargo().args(["build", "--locked", "--profile", PROFILE, "-p", package]))?;
    }
    let program = format!("deskbell-bench{}", std::env::consts::EXE_SUFFIX);
    let mut measure = Command::new(workspace.scratch(PROFILE).join(program));
    measure.current_dir(workspace.root());
    measure.arg(match options {
        Options { growth: true, .. } => "growth",
        Options { hub: true, .. } => "crowd",
        Options { window: true, .. } => "window",
        _ => "table",
    });
    measure.arg("--dir").arg(workspace.scratch("bench"));
    if options.window {
        build_window(workspace)?;
        measure.arg("--program").arg(workspace.scratch(PROFILE).join("deskbell"));
        measure.arg("--empty").arg(workspace.scratch(PROFILE).join("examples/empty_window"));
    }
    if options.quick {
        measure.arg("--quick");
    }
    if let Some(messages) = options.messages {
        measure.arg("--messages").arg(messages.to_string());
    }
    if let Some(json) = &options.json {
        measure.arg("--json").arg(json);
    }
    for kept in &options.from {
        measure.arg("--from").arg(kept);
    }
    for part in &options.only {
        measure.args(["--only", part]);
    }
    commands::run(&mut measure)?;
    Ok(ExitCode::SUCCESS)
}

/// The window as it is shipped but for the names that a profiler needs, and an empty one of the same toolkit.
fn build_window(workspace: &Workspace) -> Result<()> {
    system::ensure(&[&system::DISPLAY, &system::TESTS])?;
    ui::install(workspace)?;
    ui::build(workspace)?;
    let mut cargo = workspace.cargo();
    cargo.args(["build", "--locked", "--profile", PROFILE, "-p", "deskbell", "--features", "custom-protocol,examples"]);
    commands::run(cargo.args(["--bins", "--example", "empty_window"]))
}
