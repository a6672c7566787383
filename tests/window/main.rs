//! Through the real window: every test has a desktop, a hub and profiles of its own.

#![cfg(target_os = "linux")]

mod instance;
mod keyring;
mod notifications;
mod offline;
mod safety;
mod signin;
mod travel;
mod tray;
