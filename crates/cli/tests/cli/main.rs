//! The command line as the program that people run, against the real hub.

#![cfg(target_os = "linux")]

mod disk;
mod docs;
mod keyring;
mod offline;
mod removed;
mod terminal;
mod usage;
