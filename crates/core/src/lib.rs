//! The client: an encrypted cache, an outbox, the machine that keeps both in step with the hub, and the one list of what
//! a window or the command line can ask. Works headless, knows no window, and never waits for the network to answer.
//!
//! `store` is synchronous and owned by one writer thread; `sync` is a machine without input or output; `driver` gives it
//! a network; `rpc` is what others call; `notify` decides what deserves a notification; `presence` knows who
//! else is in a chat; `page` keeps what a page leaves while it is not there.

mod cache;
pub mod clock;
mod core;
mod driver;
mod http;
pub mod notify;
mod page;
mod presence;
pub mod profile;
mod rescue;
pub mod rpc;
pub mod secrets;
pub mod settings;
pub mod store;
pub mod sync;
mod writer;

pub use crate::core::{Core, CoreError, CoreOptions};
pub use deskbell_domain::{ChatId, CommandId, MemberId, MessageId};
pub use deskbell_sqlite::encrypted::leave;
pub use notify::{Language, Notice, NoticeAction, NoticeEvent, Notices};
