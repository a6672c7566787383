//! Window, command line and hub are killed at random instants while everybody writes and the network fails; in the end
//! nothing is lost, nothing is there twice, and nothing stands still.
//!
//! `cargo xtask kill` runs more rounds, and others.

#![cfg(target_os = "linux")]

mod agent;
mod books;
mod customer;
mod network;
mod window;
mod world;

use anyhow::{Context, Result};
use world::World;

/// Rounds of a run that nobody asks more of; a round is one kill.
const ROUNDS: u32 = 25;

fn number(variable: &str) -> Result<Option<u64>> {
    match std::env::var(variable) {
        Ok(text) => Ok(Some(text.parse().with_context(|| format!("{variable}={text} is not a number"))?)),
        Err(_) => Ok(None),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_killed_nothing_is_lost_doubled_or_stands_still() -> Result<()> {
    let rounds = number("DESKBELL_KILL_ROUNDS")?.map_or(ROUNDS, |rounds| u32::try_from(rounds).unwrap_or(u32::MAX));
    let seed = number("DESKBELL_KILL_SEED")?.unwrap_or(1);
    let world = World::start(seed).await?;
    let books = world.books.clone();
    let outcome = world.run(rounds).await;
    if outcome.is_err() {
        println!("{}", books.story());
        println!("Again: cargo xtask kill --rounds {rounds} --seed {seed}");
    } else {
        println!("{}", books.sum());
    }
    outcome.with_context(|| format!("seed {seed}, {rounds} rounds"))
}
