//! Where conversations are: inboxes, channels, direct chats.

use super::MemberInfo;
use deskbell_domain::{ChannelId, ChatId, ContactId, InboxId};
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
    /// The member's team chats.
    Team,
}

/// The rail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Places {
    pub inboxes: Vec<InboxPlace>,
    /// The member's own texting numbers.
    pub numbers: Vec<ChannelPlace>,
    /// Favorite contacts by name.
    pub favorites: Vec<FavoritePlace>,
    /// Unread first, then by last message.
    pub direct: Vec<DirectPlace>,
    /// Unread first, then by last message.
    pub teams: Vec<TeamPlace>,
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
    /// The formatted telephone number, where it is one.
    pub number: Option<String>,
    pub unread: u32,
    /// Why a member cannot start a conversation here (`customer_writes_first`, `archived`); `None` = they can.
    pub no_start: Option<String>,
}

/// A favorite contact in the rail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct FavoritePlace {
    pub contact: ContactId,
    pub name: String,
    pub initials: String,
    pub tint: String,
    /// Its latest conversation or text that the member may see; `None` = there is none to open.
    pub chat: Option<ChatId>,
    pub unread: u32,
    /// The contact is there no more: it can only be taken off the list.
    pub gone: bool,
}

/// A team chat in the rail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct TeamPlace {
    pub chat: ChatId,
    pub name: String,
    pub members: u32,
    pub unread: u32,
}

/// A direct chat in the rail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct DirectPlace {
    pub chat: ChatId,
    pub member: MemberInfo,
    pub unread: u32,
}
