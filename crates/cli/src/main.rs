//! `deskbell-cli`: the core without a window.

use deskbell_cli::{Args, Surroundings};
use std::process::ExitCode;

fn main() -> ExitCode {
    start_log();
    let args = match Args::read(std::env::args_os()) {
        Ok(args) => args,
        // Usage goes to stderr with 2; help and version to stdout with 0.
        Err(error) => error.exit(),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            tracing::error!(%error, "no threads can be started");
            return ExitCode::FAILURE;
        }
    };
    let mut surroundings = Surroundings::of_the_process();
    let code = runtime.block_on(deskbell_cli::run(args, &mut surroundings));
    // A keyring that hangs must not keep the program from ending.
    runtime.shutdown_background();
    deskbell_core::leave(code.into())
}

/// Writes to stderr. `DESKBELL_LOG` chooses what; without it nothing disturbs the one JSON document there.
fn start_log() {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_from_env("DESKBELL_LOG").unwrap_or_else(|_| EnvFilter::new("off"));
    // Nothing else of this process can have set one.
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
}
