//! What tests are told with: programs that end with their test, and a desktop of their own.

pub mod chromium;
pub mod client;
#[cfg(target_os = "linux")]
pub mod computer;
#[cfg(target_os = "linux")]
pub mod desktop;
#[cfg(target_os = "linux")]
pub mod driver;
#[cfg(target_os = "linux")]
pub mod dunst;
pub mod eventually;
pub mod hub_program;
#[cfg(target_os = "linux")]
pub mod launcher;
pub mod links;
#[cfg(target_os = "linux")]
mod member_window;
pub mod process;
pub mod programs;
pub mod proxy;
#[cfg(target_os = "linux")]
pub mod screen;
pub mod skip;
#[cfg(target_os = "linux")]
pub mod statusnotifier;
#[cfg(target_os = "linux")]
pub mod team;
pub mod test_hub;
pub mod visitor;
#[cfg(target_os = "linux")]
pub mod window;
