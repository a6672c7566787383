//! From a checkout to a window on a sample organization, in one command.
//!
//! Everything that is made lies in `target/run` (`target/run-contact-center` for that product) and is kept: the hub's data, the profiles, the ports. A second run
//! starts what is there. All programs end with the task.

mod display;
mod ports;
mod sample;
mod session;

use std::fs::{self, File};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::workspace::{SELECTION, Workspace};
use crate::{commands, system, ui};
use session::Session;

/// What `cargo xtask run` can be told.
#[derive(clap::Args)]
pub struct Options {
    /// Forget the sample data and the profiles of earlier runs
    #[arg(long)]
    fresh: bool,
    /// Make the sample data of this product, customer_engagement or contact_center; each has a run of its own
    #[arg(long, value_name = "PRODUCT", default_value = "customer_engagement", value_parser = PRODUCTS)]
    product: String,
    /// End by itself after so many seconds
    #[arg(long, value_name = "N")]
    seconds: Option<u64>,
}

/// The products that a sample can be of.
const PRODUCTS: [&str; 2] = ["customer_engagement", "contact_center"];

/// Builds what is not built, starts everything and waits for the end.
pub fn run(workspace: &Workspace, options: &Options) -> Result<ExitCode> {
    let needs_display = display::is_missing();
    let mut sets = vec![&system::BUILD];
    if needs_display {
        println!("There is no display here: a virtual one will be used.");
        sets.push(&system::DISPLAY);
    }
    system::ensure(&sets)?;
    if needs_display {
        system::ensure_letters();
    }
    build(workspace)?;
    let _only = only_one(workspace)?;

    let directory = workspace.scratch(if options.product == PRODUCTS[0] { "run" } else { "run-contact-center" });
    if options.fresh && directory.exists() {
        println!("Forgetting the earlier run in {}", directory.display());
        fs::remove_dir_all(&directory).with_context(|| format!("could not remove {}", directory.display()))?;
    }
    fs::create_dir_all(&directory).with_context(|| format!("could not create {}", directory.display()))?;
    Session::start(workspace, directory, &options.product, needs_display)?
        .until_the_end(options.seconds.map(Duration::from_secs))
}

/// Two runs would share ports, data and profiles. The lock goes with the process, however it ends.
fn only_one(workspace: &Workspace) -> Result<File> {
    let path = workspace.scratch("run.lock");
    let file = File::create(&path).with_context(|| format!("could not write {}", path.display()))?;
    #[cfg(unix)]
    if rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive).is_err() {
        anyhow::bail!("another `cargo xtask run` is going on in this checkout: end it first");
    }
    Ok(file)
}

fn build(workspace: &Workspace) -> Result<()> {
    ui::install(workspace)?;
    ui::build(workspace)?;
    let mut cargo = workspace.cargo();
    // The examples make cargo count in what tests depend on, as the build for tests does: without them the features of
    // some dependencies differ, and the first test after a run builds a part of them again.
    cargo.arg("build").args(SELECTION).args(["--bins", "--examples"]);
    commands::run(&mut cargo)
}
