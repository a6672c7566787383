//! The sync machine: what has happened goes in, what to do next comes out. It opens no connection, reads no clock and
//! draws no random number by itself, so that a simulator runs it as well as the driver does.
//!
//! At most one request of each kind is under way. The feed is pulled first after every interruption, and only then the
//! event stream is opened, outbox and snapshots go: a hub that is away is asked by one request, not by four. What must
//! survive (cursor, boots, outbox) is in the store; what is here may be forgotten at any time.

mod backoff;
mod exchange;
mod failure;
mod inbox;
mod machine;
mod pace;
mod replies;

pub use backoff::Backoff;
pub use exchange::{Action, Event, Kind, Reply, Request};
pub use failure::Failure;
pub use inbox::join;
pub use machine::{Machine, Now, View};
pub use pace::Pace;

#[cfg(test)]
mod tests;
