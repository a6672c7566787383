//! Pictures of every state of the window, in both themes, three sizes and both languages: to be looked at beside the
//! design. The states and the ways to them are in `ui/window/states.ts`; a browser draws them with the fake core.

use std::fs;
use std::process::ExitCode;

use anyhow::{Context, Result};

use crate::workspace::Workspace;
use crate::{commands, ui};

/// What `cargo xtask shots` can be told.
#[derive(clap::Args)]
pub struct Options {
    /// Look for what keeps people out instead: axe over every state, and a walk by keyboard alone
    #[arg(long, conflicts_with = "only")]
    axe: bool,
    /// Only these: beginnings of names of states, `light`, `dark`, `1440`, `1024`, `1920`, `en`, `ar`
    only: Vec<String>,
}

/// Draws the pictures, or looks for what axe finds.
pub fn shots(workspace: &Workspace, options: &Options) -> Result<ExitCode> {
    ui::install(workspace)?;
    let mut vitest = commands::npm(workspace);
    vitest.args(["run", "test:window"]);
    if options.axe {
        commands::run(&mut vitest)?;
        return Ok(ExitCode::SUCCESS);
    }
    let folder = workspace.path("target/shots");
    fs::create_dir_all(&folder).with_context(|| format!("could not make {}", folder.display()))?;
    vitest.env("DESKBELL_SHOTS", &folder).env("DESKBELL_SHOTS_ONLY", options.only.join(","));
    commands::run(&mut vitest)?;
    println!("The pictures are in {}", folder.display());
    Ok(ExitCode::SUCCESS)
}
