//! Searching.

use super::EntryAuthor;
use deskbell_domain::{ChatId, MessageId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// `search_messages`: messages that have all words of `text`, newest first. The text is literal: nothing in it is an
/// operator. Case, accents and marks do not matter; the last word may be the beginning of one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SearchMessages {
    pub text: String,
    /// `next` of the page before.
    #[serde(default)]
    pub after: Option<String>,
    pub limit: u32,
}

/// One page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct FoundMessages {
    pub rows: Vec<FoundMessage>,
    pub next: Option<String>,
    /// `false` while the index is made after an update of the program: older messages may be missing.
    pub complete: bool,
}

/// A message that was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct FoundMessage {
    pub message: MessageId,
    pub chat: ChatId,
    /// Title of the chat. Always plain text.
    pub title: String,
    /// Hub order; `None` until the hub has it.
    pub pos: Option<u64>,
    pub at_ms: i64,
    pub author: EntryAuthor,
    /// The whole message, as plain text.
    pub text: String,
}
