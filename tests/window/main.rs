//! Through the real window: every test has a desktop, a hub and profiles of its own.

#![cfg(target_os = "linux")]

mod attention;
mod bad_input;
mod instance;
mod keyring;
mod languages;
mod looks;
mod notifications;
mod offline;
mod places;
mod rest;
mod safety;
mod search;
mod sheet;
mod signin;
mod together;
mod travel;
mod tray;
