//! What a person does.

use super::TagInfo;
use deskbell_domain::{ChatId, CommandId, MemberId, MessageId, TagId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// `create_direct_chat`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CreateDirectChat {
    pub member: MemberId,
}

/// The chat that now exists (or already did).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CreatedChat {
    pub chat: ChatId,
}

/// `send_message`: clears the chat's draft in the same transaction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SendMessage {
    pub chat: ChatId,
    pub text: String,
}

/// The message that now waits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SentMessage {
    pub message: MessageId,
    pub command: CommandId,
}

/// `assign_chat`. To oneself it is a claim: refused if somebody else took it first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct AssignChat {
    pub chat: ChatId,
    pub to: Option<MemberId>,
}

/// `tag_chat`, `untag_chat`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct TagChat {
    pub chat: ChatId,
    pub tag: TagId,
}

/// `create_tag`; with `chat` it is put on that chat too. An existing name gives the existing tag.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CreateTag {
    pub name: String,
    pub color: Option<String>,
    #[serde(default)]
    pub chat: Option<ChatId>,
}

/// The tag that now exists.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CreatedTag {
    pub tag: TagInfo,
}

/// `list_tags`: all tags of the organization by name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Tags {
    pub tags: Vec<TagInfo>,
}

/// `mark_read`: everything up to `pos`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct MarkRead {
    pub chat: ChatId,
    pub pos: u64,
}

/// `mark_unread`: the entry at `from` and all after it count as unread, until the chat is read on from there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct MarkUnread {
    pub chat: ChatId,
    pub from: u64,
}
