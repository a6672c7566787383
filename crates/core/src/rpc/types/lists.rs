//! Pages of chats and their counts.

use super::{MemberInfo, Place};
use deskbell_domain::{ChatId, TagId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A tab of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Tab {
    Open,
    Closed,
}

/// A segment within *Open*.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Segment {
    All,
    Me,
    Others,
    Unassigned,
}

/// `list_chats`: a keyset page, most recent message first (chats without a message before all others); ties by id.
/// Direct chats have no tabs or segments: `tab` and `segment` are ignored there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ListChats {
    pub place: Place,
    pub tab: Tab,
    pub segment: Segment,
    /// `next` of the page before.
    #[serde(default)]
    pub after: Option<String>,
    pub limit: u32,
}

/// One page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ChatPage {
    pub rows: Vec<ChatRow>,
    pub next: Option<String>,
}

/// A row of the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ChatRow {
    pub chat: ChatId,
    /// `conversation` or `direct`.
    pub kind: String,
    /// Contact's name, formatted handle, or the other member's name. Always plain text.
    pub title: String,
    pub initials: String,
    /// One of the eight tints of the palette (`stone brick amber moss teal sky violet rose`), stable per contact.
    pub tint: String,
    /// Kind of the channel; `None` in direct chats.
    pub channel: Option<String>,
    pub closed: bool,
    pub assignee: Option<MemberInfo>,
    /// The last message in one line, never cut inside a grapheme.
    pub preview: Option<Preview>,
    /// The member's kept draft, one line.
    pub draft: Option<String>,
    /// Messages by others after the read position.
    pub unread: u32,
    pub tags: Vec<TagInfo>,
    /// Worst state of what this device has not brought to the hub in this chat.
    pub pending: Option<PendingMark>,
}

/// The last message of a row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Preview {
    pub text: String,
    pub at_ms: i64,
    /// Name of the author where it is a member; `None` for the contact.
    pub author: Option<String>,
    pub mine: bool,
}

/// A mark for what waits, in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PendingMark {
    Waiting,
    Held,
    Failed,
}

/// A tag.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct TagInfo {
    pub id: TagId,
    pub name: String,
    /// One of the eight tints.
    pub color: String,
    /// The tag has not reached the hub in this chat.
    pub waiting: bool,
}

/// `count_chats`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CountChats {
    pub place: Place,
}

/// Conversations of a place, by tab and segment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ChatCounts {
    /// Open, all segments.
    pub all: u32,
    pub me: u32,
    pub others: u32,
    pub unassigned: u32,
    pub closed: u32,
}
