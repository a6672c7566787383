//! Drafts, and what has not reached the hub.

use super::{OtherReply, PendingMark, RpcError};
use deskbell_domain::{ChatId, CommandId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// `get_draft` answers, `save_draft` takes it. Empty = no draft.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Draft {
    pub chat: ChatId,
    pub text: String,
}

/// `list_outbox`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Outbox {
    /// In the order in which they go.
    pub rows: Vec<OutboxRow>,
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
    /// Text of the message, where it is one.
    pub text: Option<String>,
    pub created_ms: i64,
    pub state: PendingMark,
    pub reason: Option<RpcError>,
    pub other: Option<OtherReply>,
}

/// Names one outbox row: `retry`, `edit`, `discard`, `send_anyway`. `edit` moves the text into the chat's draft.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct OfCommand {
    pub command: CommandId,
}
