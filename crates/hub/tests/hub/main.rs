//! The hub as its clients meet it: over real HTTP, with a real database.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod backups;
mod bad_input;
mod compaction;
mod desk;
mod doctor;
mod events;
mod full_disk;
mod hosting;
mod leaving;
mod office;
mod other_client;
mod program;
mod pulling;
mod pushing;
mod signing_in;
mod strange_clients;
mod written_from_the_document;
