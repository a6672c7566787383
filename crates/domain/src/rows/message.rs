//! What stands in a thread: messages and system lines.

use crate::{ChatId, MemberId, MessageId, MessageText, Name, Scope};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// An entry of a thread. System lines are entries, never *messages* where a rule counts or sorts by messages.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Identifier, made by the author.
    pub id: MessageId,
    /// Its chat.
    pub chat: ChatId,
    /// The scope of its chat, for ever.
    pub scope: Scope,
    /// Hub order, fixed at insertion; `None` while only the author's device has it (sorts last).
    pub pos: Option<u64>,
    /// When it was written (UTC milliseconds); shown, never sorted by.
    pub at_ms: i64,
    /// Who.
    pub author: Author,
    /// What.
    pub content: Content,
    /// What became of it.
    pub delivery: Delivery,
}

impl Message {
    /// Whether a rule that speaks of messages means it.
    pub fn is_message(&self) -> bool {
        matches!(self.content, Content::Text { .. })
    }
}

/// Who wrote an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Author {
    /// The person outside.
    Contact,
    /// A member.
    Member(MemberId),
    /// A system line that nobody caused.
    System,
}

/// What an entry says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Content {
    /// A message.
    Text {
        /// Plain text.
        text: MessageText,
    },
    /// System line: handed over.
    Assigned {
        /// To whom; `None` = nobody.
        to: Option<MemberId>,
        /// Who had it.
        from: Option<MemberId>,
    },
    /// System line: closed.
    Closed,
    /// System line: reopened.
    Reopened,
    /// System line: a team chat got another name.
    Renamed {
        /// The new name.
        name: Name,
    },
    /// System line: members came into a team chat.
    Added {
        /// Who.
        members: BTreeSet<MemberId>,
    },
    /// System line: the author left a team chat.
    Left,
}

/// What became of a message. Ordered by rank: a status never goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// Inbound, or a system line.
    None,
    /// The hub has it and the other end can get it.
    Sent,
    /// The other end's device has it.
    Delivered,
    /// The other end has seen it.
    Read,
    /// It will not arrive.
    Failed,
}
