//! One chat: its head and its thread.

use super::{ChannelPlace, MemberInfo, PendingMark, RpcError, TagInfo};
use deskbell_domain::{ChatId, CommandId, ContactId, InboxId, MessageId};
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
    /// Members of a team chat, the member first; empty elsewhere.
    pub members: Vec<MemberInfo>,
    /// Who owns the address; `None` = unlinked, or no person outside.
    pub contact: Option<ContactId>,
    /// The contact is among the member's favorites.
    pub favorite: bool,
    pub pinned: bool,
    /// What was exchanged on a personal number before that came into an inbox: it is read-only.
    pub archived: bool,
    /// `inbound` or `outbound`, by who wrote first; `None` in direct and team chats.
    pub direction: Option<String>,
    /// Address at the other end, formatted for reading.
    pub address: Option<String>,
    pub channel: Option<ChannelPlace>,
    pub inbox: Option<String>,
    pub inbox_id: Option<InboxId>,
    pub closed: Option<ClosedInfo>,
    pub assignee: Option<MemberInfo>,
    pub created_ms: i64,
    pub tags: Vec<TagInfo>,
    /// What can be done now (`assign_to_me`, `unassign`, `assign_others`, `close`, `reopen`, `tag`, `send`, `favorite`,
    /// `rename`, `add_members`, `leave`).
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

/// `list_messages`: entries oldest first: those before `before`, those after `after`, or as many as `limit` around `around`
/// (from there on, and some before); without any of them the newest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ListMessages {
    pub chat: ChatId,
    #[serde(default)]
    pub before: Option<u64>,
    #[serde(default)]
    pub after: Option<u64>,
    #[serde(default)]
    pub around: Option<u64>,
    pub limit: u32,
}

/// `find_date`: the first entry at or after a moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct FindDate {
    pub chat: ChatId,
    pub at_ms: i64,
}

/// Where to go in a thread: `find_date`, `get_reading`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ThreadPoint {
    /// The entry; `None` = the end.
    pub pos: Option<u64>,
    /// Pixels of the entry above the upper edge.
    pub offset: i32,
}

/// `save_reading`: which entry is at the upper edge of the thread, so that the chat opens there again on this computer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SaveReading {
    pub chat: ChatId,
    /// `None` = the end.
    pub pos: Option<u64>,
    pub offset: i32,
}

/// `get_presence`: who else has the chat before their eyes, and who is writing. The thread's tag `presence:CHAT` says that
/// it changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Presence {
    pub viewing: Vec<MemberInfo>,
    pub typing: Vec<MemberInfo>,
    /// Known only while the hub is reached.
    pub known: bool,
}

/// A page of a thread. What this device has not brought to the hub comes last, in the last page only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ThreadPage {
    pub entries: Vec<Entry>,
    /// There is more before the first entry.
    pub more: bool,
    /// There is more after the last one.
    pub more_after: bool,
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
    Assigned {
        by: Option<MemberInfo>,
        to: Option<MemberInfo>,
        from: Option<MemberInfo>,
    },
    Closed {
        by: Option<MemberInfo>,
    },
    Reopened {
        by: Option<MemberInfo>,
    },
    /// A team chat got another name.
    Renamed {
        by: Option<MemberInfo>,
        name: String,
    },
    /// Members came into a team chat.
    Added {
        by: Option<MemberInfo>,
        members: Vec<MemberInfo>,
    },
    /// A member left a team chat.
    Left {
        by: Option<MemberInfo>,
    },
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
    /// Held back on this computer until then, so that it can be undone.
    pub leaves_ms: Option<i64>,
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
