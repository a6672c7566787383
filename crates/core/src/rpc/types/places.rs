//! Where conversations are: inboxes, channels, direct chats.

use super::MemberInfo;
use deskbell_domain::{ChannelId, ChatId, InboxId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Where a list of chats comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(tag = "place", content = "id", rename_all = "snake_case")]
pub enum Place {
    /// All channels of an inbox.
    Inbox(InboxId),
    /// One channel.
    Channel(ChannelId),
    /// The member's direct chats.
    Direct,
}

/// The rail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Places {
    pub inboxes: Vec<InboxPlace>,
    /// Unread first, then by last message.
    pub direct: Vec<DirectPlace>,
}

/// A shared inbox in the rail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct InboxPlace {
    pub id: InboxId,
    pub name: String,
    /// `shared` or `queue`.
    pub kind: String,
    /// Unread conversations that are mine or unassigned (all, where assignment mode is off).
    pub unread: u32,
    /// Assignment mode of the inbox.
    pub assignment: bool,
    pub channels: Vec<ChannelPlace>,
}

/// A channel in the rail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ChannelPlace {
    pub id: ChannelId,
    /// `sms`, `whatsapp`, `messenger`, `instagram`, `webchat`.
    pub kind: String,
    pub name: String,
    pub unread: u32,
}

/// A direct chat in the rail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct DirectPlace {
    pub chat: ChatId,
    pub member: MemberInfo,
    pub unread: u32,
}
