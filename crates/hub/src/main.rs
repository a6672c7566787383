//! `deskbell-hub`: parses the command line, sets up the log, and lets the library work.

use clap::Parser;
use deskbell_hub::admin::{Cli, LogFormat, run};
use std::io::IsTerminal;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let filter = EnvFilter::try_from_env("DESKBELL_LOG").unwrap_or_else(|_| EnvFilter::new("info,refinery_core=warn"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).log_internal_errors(false);
    let log = log.with_ansi(std::io::stderr().is_terminal());
    match cli.log {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().init(),
    }
    match run(cli).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("deskbell-hub: {}", sentence(&error));
            ExitCode::FAILURE
        }
    }
}

/// What failed, then why. A cause whose words are there already is not said again: many errors say theirs themselves.
fn sentence(error: &anyhow::Error) -> String {
    error.chain().map(ToString::to_string).fold(String::new(), |said, cause| match said.as_str() {
        "" => cause,
        _ if said.contains(&cause) => said,
        _ => format!("{said}: {cause}"),
    })
}

#[cfg(test)]
mod tests {
    use super::sentence;
    use anyhow::anyhow;

    #[test]
    fn a_cause_is_said_once() {
        assert_eq!(sentence(&anyhow!("no room").context("the disk is full: no room")), "the disk is full: no room");
        assert_eq!(sentence(&anyhow!("no room").context("it cannot start")), "it cannot start: no room");
    }
}
