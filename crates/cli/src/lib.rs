//! Deskbell without a window: everything that the window does, for scripts, tests and measurements.
//!
//! Every answer is one JSON document on stdout. What goes wrong is one JSON document `{code, message, retryable}` on
//! stderr, with exit code 1; wrong usage is told in words, with exit code 2. Passwords come from stdin, never from the
//! command line, where every user of the computer can read them.
//! Like the window it works with no network: what is written is durable in the outbox before anything is sent.

mod args;
mod client;
mod commands;
mod doctor;
mod find;
mod follow;
mod output;
mod own;
mod surroundings;
mod write;

pub use args::Args;
pub use surroundings::Surroundings;

use deskbell_core::rpc::types::RpcError;

/// Exit code of success.
pub const DONE: u8 = 0;
/// Exit code of an error that is told on stderr.
pub const FAILED: u8 = 1;

/// Runs one command. Returns the exit code.
pub async fn run(args: Args, surroundings: &mut Surroundings) -> u8 {
    match commands::run(args, surroundings).await {
        Ok(()) => DONE,
        Err(Stop::Told(error)) => {
            output::error(&mut surroundings.stderr, &error);
            FAILED
        }
        // Whoever read the answers has gone: nobody is left to tell.
        Err(Stop::NobodyReads) => DONE,
    }
}

/// Why a command ended early.
#[derive(Debug)]
enum Stop {
    /// It failed.
    Told(RpcError),
    /// stdout is closed, as by `head`.
    NobodyReads,
}

impl From<RpcError> for Stop {
    fn from(error: RpcError) -> Self {
        Stop::Told(error)
    }
}

/// What a command comes to.
type Run<T = ()> = Result<T, Stop>;

/// An error of the command line itself.
fn refused(code: &str, message: impl Into<String>) -> Stop {
    Stop::Told(RpcError { code: code.into(), message: message.into(), retryable: false, params: Default::default() })
}
