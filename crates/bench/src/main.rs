//! `deskbell-bench`: how fast it is.
//!
//! Each figure stands beside what the machine can do at best, measured in the same run: on a busy machine both grow, and
//! the ratio says how much is ours. `cargo xtask bench` builds this program optimised and runs it.

mod bench;
mod client;
mod crowd;
mod devices;
mod floor;
mod growth;
mod http;
mod machine;
mod organization;
mod parts;
mod process;
mod samples;
mod table;
#[cfg(target_os = "linux")]
mod window;

use anyhow::Result;
use clap::{Parser, Subcommand};
use std::path::PathBuf;

#[derive(Parser)]
#[command(name = "deskbell-bench", about = "Measures Deskbell on an organization of many messages")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Measure one size and print the table
    Table(bench::Options),
    /// Measure three sizes and write how the figures grow
    Growth(growth::Options),
    /// Measure the hub with a crowd at it
    Crowd(crowd::Options),
    /// Measure the real window
    #[cfg(target_os = "linux")]
    Window(window::Options),
    /// Put the keys of a profile into the keyring of this desktop
    #[cfg(target_os = "linux")]
    #[command(hide = true)]
    Keys {
        /// The profile
        #[arg(long)]
        profile: PathBuf,
    },
    /// A client in a process of its own, until its input ends
    #[command(hide = true)]
    Client {
        /// Its profile
        #[arg(long)]
        profile: PathBuf,
    },
}

#[tokio::main]
async fn main() -> Result<()> {
    match Arguments::parse().task {
        Task::Table(options) => bench::table(&options).await,
        Task::Growth(options) => growth::growth(&options).await,
        Task::Crowd(options) => crowd::crowd(&options).await,
        #[cfg(target_os = "linux")]
        Task::Window(options) => window::window(&options).await,
        #[cfg(target_os = "linux")]
        Task::Keys { profile } => window::put_keys(&profile).await,
        Task::Client { profile } => parts::start::be_a_client(&profile).await,
    }
}
