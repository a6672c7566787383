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

/// `create_team_chat`: the member is in it anyway.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CreateTeamChat {
    pub name: String,
    pub members: Vec<MemberId>,
}

/// `rename_chat`: a team chat.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct RenameChat {
    pub chat: ChatId,
    pub name: String,
}

/// `add_to_chat`: members into a team chat.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct AddToChat {
    pub chat: ChatId,
    pub members: Vec<MemberId>,
}

/// What *Undo* would take back: `get_undo`, `undo`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Undo {
    /// `None` = nothing.
    pub act: Option<UndoableAct>,
}

/// An act that can be undone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct UndoableAct {
    /// `assign_chat`, `close_chat`, `tag_chat`, `untag_chat`, `send_message`.
    pub kind: String,
    pub chat: ChatId,
    /// Title of the chat.
    pub title: String,
    /// Name of the tag, or of the new assignee (`None` = nobody), where the kind has one.
    pub what: Option<String>,
    pub command: CommandId,
    pub at_ms: i64,
    /// A message that is held back leaves at this moment; `None` for all else.
    pub leaves_ms: Option<i64>,
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
