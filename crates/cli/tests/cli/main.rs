//! The command line as the program that people run, against the real hub.

#![cfg(target_os = "linux")]

mod docs;
mod keyring;
mod offline;
mod terminal;
mod usage;
