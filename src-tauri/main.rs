//! `deskbell`: the program. It starts the window.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::{io, path::PathBuf, process::Command, process::ExitCode, time::Duration};

use clap::Parser;
use deskbell::Then;

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
    let seconds: Option<f64> = text.parse().ok();
    seconds
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .ok_or_else(|| "not a number of seconds".to_owned())
}

fn main() -> ExitCode {
    // Once another version lies there, the system does not say any more where this one did.
    let program = std::env::current_exe();
    let arguments = Arguments::parse();
    match deskbell::run(arguments.profile, arguments.rest_after) {
        Ok(Then::Nothing) => ExitCode::SUCCESS,
        Ok(Then::Again) => failure(&program.map_or_else(|why| why, |path| again(&path))),
        Err(error) => failure(&error),
    }
}

fn failure(error: &dyn std::error::Error) -> ExitCode {
    eprintln!("deskbell: {error}");
    ExitCode::FAILURE
}

/// Starts what lies there now, as this one was started. Returns only where that can't be done.
fn again(path: &std::path::Path) -> io::Error {
    let mut command = Command::new(path);
    command.args(std::env::args_os().skip(1));
    #[cfg(unix)]
    return std::os::unix::process::CommandExt::exec(&mut command);
    #[cfg(not(unix))]
    match command.spawn() {
        Ok(_) => std::process::exit(0),
        Err(error) => error,
    }
}
