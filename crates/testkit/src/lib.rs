//! What tests are told with: programs that end with their test, and a desktop of their own.

#[cfg(target_os = "linux")]
pub mod desktop;
#[cfg(target_os = "linux")]
pub mod driver;
#[cfg(target_os = "linux")]
pub mod dunst;
pub mod eventually;
pub mod process;
#[cfg(target_os = "linux")]
pub mod screen;
#[cfg(target_os = "linux")]
pub mod statusnotifier;
