//! One chat: its head and its thread.

use super::{ChannelPlace, MemberInfo, PendingMark, RpcError, TagInfo};
use deskbell_domain::{ChatId, CommandId, InboxId, MessageId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Names one chat: `get_chat`, `close_chat`, `reopen_chat`, `get_draft`, `list_assignees`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct OfChat {
    pub chat: ChatId,
}

/// Header of a chat.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ChatHead {
    pub chat: ChatId,
    pub kind: String,
    pub title: String,
    pub initials: String,
    pub tint: String,
    /// The other member of a direct chat.
    pub member: Option<MemberInfo>,
    pub channel: Option<ChannelPlace>,
    pub inbox: Option<String>,
    pub inbox_id: Option<InboxId>,
    pub closed: Option<ClosedInfo>,
    pub assignee: Option<MemberInfo>,
    pub created_ms: i64,
    pub tags: Vec<TagInfo>,
    /// What can be done now (`assign_to_me`, `unassign`, `assign_others`, `close`, `reopen`, `tag`, `send`).
    pub can: Vec<String>,
    /// Read position of the member when asked.
    pub read_pos: u64,
    /// Position of the newest message in the cache.
    pub last_pos: u64,
    pub unread: u32,
}

/// Who closed it and when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ClosedInfo {
    pub by: String,
    pub at_ms: i64,
}

/// `list_messages`: the entries before `before` (from the end without it), oldest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ListMessages {
    pub chat: ChatId,
    #[serde(default)]
    pub before: Option<u64>,
    pub limit: u32,
}

/// A page of a thread. What this device has not brought to the hub comes last, in the last page only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ThreadPage {
    pub entries: Vec<Entry>,
    /// There is more before the first entry.
    pub more: bool,
}

/// A message or a system line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Entry {
    pub id: MessageId,
    /// Hub order; `None` until the hub has it.
    pub pos: Option<u64>,
    pub at_ms: i64,
    pub author: EntryAuthor,
    pub content: EntryContent,
    pub delivery: Delivery,
    /// Set where it has not reached the hub, or was refused or held there.
    pub pending: Option<PendingSend>,
}

/// Who wrote it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EntryAuthor {
    Contact { name: String },
    Member(MemberInfo),
    System,
}

/// What it says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EntryContent {
    /// Text, cut where its links begin and end; the parts joined are the text exactly.
    Text { parts: Vec<TextPart> },
    /// A system line.
    Event(EventLine),
}

/// Text or a link.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct TextPart {
    pub text: String,
    /// Set on links: http, https, mailto or tel only.
    pub href: Option<String>,
}

/// What a system line tells. Names are plain text; `None` = nobody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum EventLine {
    Assigned { by: Option<MemberInfo>, to: Option<MemberInfo>, from: Option<MemberInfo> },
    Closed { by: Option<MemberInfo> },
    Reopened { by: Option<MemberInfo> },
}

/// What became of an outbound message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// Inbound, or a system line: nothing to say.
    None,
    Waiting,
    Sent,
    Delivered,
    Read,
    Failed,
}

/// State of a message that is not (yet) at the hub.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PendingSend {
    pub command: CommandId,
    pub state: PendingMark,
    /// Why it failed or is held (`answered`, `stale`, `taken_by`, `too_long`, ...), with values.
    pub reason: Option<RpcError>,
    /// What the colleague wrote, where it is held because of it.
    pub other: Option<OtherReply>,
}

/// The reply that was faster.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct OtherReply {
    pub author: MemberInfo,
    pub text: String,
    pub at_ms: i64,
}

/// `list_assignees`: members of the inbox, the member first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Members {
    pub members: Vec<MemberInfo>,
}
