//! `deskbell`: the window.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::{path::PathBuf, process::ExitCode};

use clap::Parser;

/// A team's shared inbox as a native desktop program.
#[derive(Debug, Parser)]
#[command(name = "deskbell", version)]
struct Arguments {
    /// Directory of this profile: its cache, lock and socket. A second start with the same directory raises the
    /// window that is already open.
    #[arg(long, value_name = "DIR", env = "DESKBELL_PROFILE")]
    profile: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match deskbell::run(arguments.profile) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("deskbell: {error}");
            ExitCode::FAILURE
        }
    }
}
