//! `deskbell`: the window.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::{path::PathBuf, process::ExitCode, time::Duration};

use clap::Parser;

/// A team's shared inbox as a native desktop program.
#[derive(Debug, Parser)]
#[command(name = "deskbell", version)]
struct Arguments {
    /// Directory of this profile: its cache, lock and socket. A second start with the same directory raises the
    /// window that is already open.
    #[arg(long, value_name = "DIR", env = "DESKBELL_PROFILE")]
    profile: Option<PathBuf>,
    /// Seconds after which a window that was closed to the tray gives up its memory. It comes back as it was.
    #[arg(long, value_name = "SECONDS", env = "DESKBELL_REST_AFTER", default_value = "25", value_parser = seconds)]
    rest_after: Duration,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match deskbell::run(arguments.profile, arguments.rest_after) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("deskbell: {error}");
            ExitCode::FAILURE
        }
    }
}
