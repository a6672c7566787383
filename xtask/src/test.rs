//! Every check and every test, in one sum.
//!
//! The Rust programs and tests are built once, in one profile and with one set of features: another selection of
//! packages unifies features differently and builds half of the dependencies again. The hub is worth that: it is built
//! once more, alone, as it is hosted. The test programs are started here and not by `cargo test`, which also needs no
//! further runner to be installed.

mod phases;
mod programs;
mod report;

use std::process::ExitCode;

use anyhow::Result;

use crate::workspace::Workspace;
use report::Report;

/// What `cargo xtask test` can be told.
#[derive(clap::Args)]
pub struct Options {
    /// The inner loop: no window, no browser, no private desktop
    #[arg(long)]
    quick: bool,
}

/// Runs everything, or what is quick, and prints the sum as the last line.
pub fn test(workspace: &Workspace, options: &Options) -> Result<ExitCode> {
    let mut report = Report::new();
    // What everything else stands on.
    if !report.phase("preparing", || phases::prepare(workspace, options.quick)) {
        return Ok(report.print());
    }
    report.phase("formatting", || Ok(phases::formatting(workspace)));
    report.phase("tidy", || phases::tidy(workspace));
    report.phase("ui", || phases::ui(workspace, options.quick));
    let mut programs = None;
    let mut build = |report: &mut Report| {
        report.phase("clippy", || Ok(phases::clippy(workspace)));
        report.phase("build", || {
            let (tally, built) = phases::build(workspace)?;
            programs = built;
            Ok(tally)
        });
    };
    if options.quick {
        build(&mut report);
    } else {
        report.beside("window", || phases::window(workspace), build);
    }
    if let Some(programs) = programs {
        if !options.quick {
            report.phase("hub", || Ok(phases::hub_alone(workspace)));
        }
        report.phase("codegen", || phases::codegen(workspace));
        report.phase("crates", || programs.run(workspace, |program| program.is_of_crate(options.quick)));
        if !options.quick {
            report.phase("documentation", || phases::documentation(workspace));
            report.phase("real programs", || programs.run(workspace, |program| program.is_through_programs()));
        }
    }
    Ok(report.print())
}
