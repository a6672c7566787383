//! The simulator: one hub, its clients and the world around them in one process, under one seeded clock and network.
//!
//! Everything that decides is the real thing: the rules, the client's store and sync machine, the hub's writer, store and
//! feed, on real SQLite in memory. Only people, network, clocks and disks are played. A history is drawn from a seed and
//! happens the same way every time; one that fails is shrunk to the shortest story that still fails.

mod budget;
pub mod chance;
mod check;
pub mod cli;
mod client;
mod env;
pub mod failure;
pub mod history;
mod hub;
mod oracle;
mod own;
mod people;
pub mod plan;
pub mod plants;
pub mod shrink;
pub mod story;
pub mod template;
