//! What tests are told with: programs that end with their test, and a desktop of their own.

#[cfg(target_os = "linux")]
pub mod desktop;
pub mod process;
