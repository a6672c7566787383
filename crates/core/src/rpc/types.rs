//! What the window and the command line can ask, and what they are told: the shapes of every rpc call.
//!
//! The TypeScript of the UI is generated from these files. Identifiers are strings, times are UTC milliseconds,
//! positions (`pos`) are hub order.

mod acts;
mod chat;
mod contacts;
mod error;
mod lists;
mod outbox;
mod places;
mod search;
mod session;
mod settings;
mod window;

pub use acts::*;
pub use chat::*;
pub use contacts::*;
pub use error::*;
pub use lists::*;
pub use outbox::*;
pub use places::*;
pub use search::*;
pub use session::*;
pub use settings::*;
pub use window::*;
