//! The project's tasks. `cargo xtask --help` lists them; each has a file of its own.

#[cfg(target_os = "linux")]
#[path = "../../crates/testkit/src/desktop.rs"]
mod desktop;
#[path = "../../crates/testkit/src/process.rs"]
mod process;

fn main() {}
