//! Words and rules of Deskbell: identifiers, rows, commands and what each command does.
//!
//! Pure: no input or output, no clock, no randomness, no async. The client and the hub call the same [`decide`], so
//! what a member sees at once with no network is what the hub will decide, unless somebody else was first.
//! The words are those of the product's requirements; a rule stands here once and nowhere else.

mod actor;
pub mod command;
mod context;
mod decision;
mod fold;
mod ids;
mod phone;
pub mod plant;
mod preview;
mod refs;
mod rows;
mod scope;
pub mod search;
mod text;

pub use actor::{Actor, Capability, Product, Role, capabilities};
pub use command::{Command, CommandError, Lane, decide, reads};
pub use context::{Context, ENTRIES_PER_COMMAND, pos_of};
pub use decision::{Decision, Effect, Hold, Outcome, Refusal, Rejection};
pub use fold::{fold_name, fold_text};
pub use ids::*;
pub use preview::{PREVIEW_GRAPHEMES, preview};
pub use refs::{Kind, NaturalKey, Ref, Rows};
pub use rows::*;
pub use scope::{ParseScopeError, Scope};
pub use search::{SearchOperator, TermProblem};
pub use text::{
    EmailAddress, MAX_MESSAGE_BYTES, MAX_MESSAGE_CHARS, MAX_NAME_CHARS, MessageText, Name, PhoneNumber, TagName,
    TextError, is_deceptive, plain_name,
};
