//! The simulator; `cargo xtask sim` runs it.

use std::process::ExitCode;

fn main() -> ExitCode {
    deskbell_sim::cli::main()
}
