//! Pages of chats and their counts.

use super::{ChannelPlace, ClosedInfo, MemberInfo, Place};
use deskbell_domain::{ChatId, TagId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A tab of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Tab {
    Open,
    Closed,
    /// What was exchanged on a personal number before it came into the inbox.
    Archived,
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

/// What else a list is narrowed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Filter {
    #[default]
    All,
    /// With something unread; combines with the tab.
    Unread,
    /// Completed: closed and archived of the place; replaces tab and segment.
    Archived,
}

/// The order of a list. Ties by id, ascending, so that it is total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// By closed date where closed, else created date; newest first. The one that direct chats, team chats and texts call *Recent*.
    RecentConversations,
    /// The same, oldest first.
    OldestConversations,
    /// By last message, waiting ones included, newest first; chats without a message come before all others, in both
    /// directions, among themselves by created date.
    #[default]
    RecentMessages,
    /// The same, oldest first.
    OldestMessages,
}

/// `list_chats`: a keyset page. Direct and team chats have no tabs or segments, texts no segments: they are ignored there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ListChats {
    pub place: Place,
    pub tab: Tab,
    pub segment: Segment,
    /// Within *Me*: conversations in which the member is a participant, whoever has them now, open and closed.
    #[serde(default)]
    pub with_me: bool,
    #[serde(default)]
    pub filter: Filter,
    #[serde(default)]
    pub sort: Sort,
    /// `next` of the page before; of another order or list it is refused with `other_list`.
    #[serde(default)]
    pub after: Option<String>,
    pub limit: u32,
}

/// One page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ChatPage {
    /// The member's pinned chats of this list in their own order, on the first page only; they are not among `rows`.
    pub pinned: Vec<ChatRow>,
    pub rows: Vec<ChatRow>,
    pub next: Option<String>,
}

/// A row of the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ChatRow {
    pub chat: ChatId,
    /// `conversation`, `text`, `direct` or `team`.
    pub kind: String,
    /// Contact's name, formatted handle, or the other member's name. Always plain text.
    pub title: String,
    pub initials: String,
    /// One of the eight tints of the palette (`stone brick amber moss teal sky violet rose`), stable per contact.
    pub tint: String,
    /// Kind of the channel; `None` in direct and team chats.
    pub channel: Option<String>,
    pub closed: bool,
    pub archived: bool,
    pub pinned: bool,
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
    pub archived: u32,
}

/// How a list is shown, remembered for each list on this computer: `get_list_view` with the place answers what was set
/// (or how it is when new), `set_list_view` remembers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ListView {
    pub place: Place,
    pub tab: Tab,
    pub segment: Segment,
    pub with_me: bool,
    pub filter: Filter,
    /// Of each tab its own.
    pub sort_open: Sort,
    pub sort_closed: Sort,
    pub sort_archived: Sort,
}

/// `get_list_view`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct GetListView {
    pub place: Place,
}

/// `pin_chat`: above `before`, or last among the pinned ones.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PinChat {
    pub chat: ChatId,
    #[serde(default)]
    pub before: Option<ChatId>,
}

/// `list_history`: earlier (and other) conversations of the contact of this chat, across channels that the member may see,
/// newest first, the chat itself not among them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ListHistory {
    pub chat: ChatId,
    /// `next` of the page before.
    #[serde(default)]
    pub after: Option<String>,
    pub limit: u32,
}

/// One page of history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct HistoryPage {
    pub rows: Vec<HistoryRow>,
    /// All of them, other pages included.
    pub total: u32,
    pub next: Option<String>,
}

/// An earlier conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct HistoryRow {
    pub chat: ChatId,
    /// `conversation` or `text`.
    pub kind: String,
    pub channel: Option<ChannelPlace>,
    pub inbox: Option<String>,
    pub created_ms: i64,
    pub closed: Option<ClosedInfo>,
    pub archived: bool,
    /// Who wrote first: `inbound` or `outbound`.
    pub direction: String,
    pub assignee: Option<MemberInfo>,
    pub messages: u32,
    pub preview: Option<Preview>,
}
