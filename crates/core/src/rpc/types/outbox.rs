//! Drafts, and what has not reached the hub.

use super::{ChatHead, EntryAuthor, MemberInfo, OtherReply, PendingMark, RpcError};
use deskbell_domain::{ChatId, CommandId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// `get_draft` answers, `save_draft` takes it. Empty = no draft.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Draft {
    pub chat: ChatId,
    pub text: String,
}

/// Which rows of the outbox.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum OutboxPart {
    /// All of it, in the order in which it was made.
    #[default]
    All,
    /// What a person has to decide about: held first, then refused, then what
    /// nobody knows of whether it went out.
    Attention,
    /// What goes by itself, in the order in which it goes.
    Waiting,
}

/// `list_outbox`: a part of the outbox, or of what one chat has in it. A place in the order stands for a row only until
/// the outbox changes, so a window asks again for what it shows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct ListOutbox {
    pub part: OutboxPart,
    /// Only what is in this chat.
    #[ts(optional)]
    pub chat: Option<ChatId>,
    /// Rows to pass over.
    pub from: u32,
    /// Most rows; `None` = all that are left.
    pub limit: Option<u32>,
}

/// Rows of the outbox, and how many there are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Outbox {
    pub rows: Vec<OutboxRow>,
    pub counts: OutboxCounts,
    /// When the oldest of what waits was made.
    pub oldest_ms: Option<i64>,
}

/// How much is in the outbox, by what has to be decided. Read positions do not count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OutboxCounts {
    pub waiting: u32,
    pub held: u32,
    pub refused: u32,
    /// Held because nobody knows whether they went out: the hub was restored, or they were rescued from a damaged cache.
    pub uncertain: u32,
}

/// Something that has not reached the hub, or was refused or held there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct OutboxRow {
    pub command: CommandId,
    /// Kind of the command (`send_message`, `assign_chat`, ...).
    pub kind: String,
    pub chat: Option<ChatId>,
    /// Title of the chat, frozen at writing.
    pub title: String,
    pub initials: String,
    /// Tint of the contact; `stone` where the chat is not here.
    pub tint: String,
    /// Kind of the channel; `None` in direct chats and where the chat is not here.
    pub channel: Option<String>,
    /// A chat among colleagues.
    pub direct: bool,
    /// Text of the message, where it is one.
    pub text: Option<String>,
    /// The tag that it makes, puts on or takes off.
    pub tag: Option<String>,
    /// Whom it assigns to; `None` for nobody.
    pub to: Option<MemberInfo>,
    pub created_ms: i64,
    pub state: PendingMark,
    pub reason: Option<RpcError>,
    pub other: Option<OtherReply>,
    /// Place among what waits, from 1; `None` where it does not wait.
    pub number: Option<u32>,
    /// It has been on the wire: what became of it is not known until the hub answers, and it cannot be taken back.
    pub transmitted: bool,
    /// What goes before it, or what it stands on.
    pub behind: Option<Behind>,
}

/// What a row of the outbox comes after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Behind {
    pub command: CommandId,
    pub kind: String,
    /// Title of its chat, frozen at writing.
    pub title: String,
    /// Its place among what waits, from 1; `None` where it is held or was refused.
    pub number: Option<u32>,
    /// The row is done only if this is done; without it, only after it (the order within a chat).
    pub needed: bool,
}

/// `get_outbox_row`: all that is needed to decide about one row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct OutboxCase {
    pub row: OutboxRow,
    /// Its place in its part of the outbox, from 1.
    pub at: u32,
    /// Rows of that part.
    pub of: u32,
    /// The chat; `None` where it is gone or out of the member's sight.
    pub head: Option<ChatHead>,
    /// What can be done: `open`, `send_anyway`, `retry`, `edit`, `take_back`, `discard`, `copy`.
    pub can: Vec<String>,
    /// Why it cannot go out as things are (`chat_gone`, `read_only`).
    pub blocked: Option<RpcError>,
    /// The customer's last message that its author had seen.
    pub before: Option<Said>,
    /// What others wrote since, oldest first: the first few.
    pub since: Vec<Said>,
    /// How many messages others wrote since.
    pub since_count: u32,
}

/// What somebody wrote.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Said {
    pub author: EntryAuthor,
    pub text: String,
    pub at_ms: i64,
}

/// `edit`: moves the text of a message into the draft of its chat, behind what is there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct EditMessage {
    pub command: CommandId,
    /// In place of the text that it has.
    #[serde(default)]
    #[ts(optional)]
    pub text: Option<String>,
}

/// Names one row of the outbox: `get_outbox_row`, `retry`, `discard`, `send_anyway`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct OfCommand {
    pub command: CommandId,
}
