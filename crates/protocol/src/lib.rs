//! What travels between a client and the hub: JSON over HTTP, server-sent events for what is new. The version stands in
//! the path (`/v1`). Known by core and hub alike; docs/sync.md tells the rules.

mod command;
mod digest;
mod ephemeral;
mod error;
mod feed;
mod session;
mod upcast;

pub use command::{CommandResult, Commands, PushedCommand, Results, payload_hash};
pub use digest::digest_of;
pub use ephemeral::{Ephemeral, EventEphemeral, SIGN_LASTS_MS, Sign};
pub use error::{ApiError, code};
pub use feed::{
    Change, Changes, EventHead, Generation, MessagesPage, Op, Phase, Snapshot, SnapshotRow, Stamp, StampError,
};
pub use session::{Device, Devices, GrantedScope, HubInfo, Limits, NewSession, Session};
pub use upcast::parse_command;

/// The protocol that this program speaks; a hub tells the oldest and newest that it speaks.
pub const PROTOCOL: u32 = 1;
/// Most commands in one `POST /v1/commands`.
pub const MAX_COMMANDS: usize = 64;
/// Most changes in one page of the feed (a page never splits a `seq`, so it may be longer by one command).
pub const MAX_CHANGES: u32 = 1000;
/// Largest body of a request, in bytes: a batch of the longest messages with room for escapes.
pub const MAX_BODY_BYTES: usize = 32 * 1024 * 1024;
