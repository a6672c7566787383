//! The hub: the server of record. It orders what everybody did, tells every client what changed, and talks to the
//! world outside.
//!
//! - [`store`]: what is kept of one organization.
//! - [`commit`]: commands in, one transaction, outcomes out.
//! - [`feed`]: what a member learns: changes, snapshots, threads.
//! - [`auth`]: accounts, devices, signing in.
//! - [`routes`]: HTTP, a file per endpoint.
//! - [`webchat`]: what a visitor's browser talks to.
//! - [`upkeep`]: what keeps the data well: compaction, backups, the doctor.
//! - [`admin`]: what the program's command line does to an organization.
//!
//! [`Hub`] holds them together and [`Server`] puts it on a socket; the program only parses arguments.

pub mod admin;
pub mod auth;
pub mod clock;
pub mod commit;
pub mod feed;
mod hub;
mod private;
pub mod routes;
pub mod store;
pub mod upkeep;
pub mod webchat;

pub use commit::Refused;
pub use hub::{Hub, HubError, HubOptions, NewOrganization};
pub use routes::{RouterOptions, Server};
