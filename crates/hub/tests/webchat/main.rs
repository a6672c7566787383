//! The chat box's side of the hub, over real HTTP.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod access;
mod shop;
mod site;
mod stream;
mod writing;
