//! Chats: conversations, direct and team chats, and what a member keeps of them: how far they read, pins, favorites.

use crate::{Address, ChannelId, ChatId, ContactId, MemberId, MessageId, Name, TagId, UnreadMarkId, derived_id};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// One exchange with one outside address on one channel, from its start to its close.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Conversation {
    /// Identifier.
    pub id: ChatId,
    /// Its channel, for ever.
    pub channel: ChannelId,
    /// Who is at the other end. The contact that owns the address gives the title.
    pub address: Address,
    /// What the address calls itself, where it does; shown while no contact owns it.
    #[serde(default)]
    pub profile_name: Option<Name>,
    /// When it began (UTC milliseconds).
    pub created_ms: i64,
    /// Set while closed: a closed one always has a closer.
    #[serde(default)]
    pub closed: Option<Closed>,
    /// Who has it.
    #[serde(default)]
    pub assignee: Option<Assignee>,
    /// The system line of the last change of the assignee: who undoes that act asks whether it is still the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assigned: Option<MessageId>,
    /// Tags on it.
    #[serde(default)]
    pub tags: BTreeSet<TagId>,
    /// Newest message.
    #[serde(default)]
    pub last_message: Option<LastMessage>,
    /// Position of the newest inbound message; 0 = none. What a closer must have seen.
    #[serde(default)]
    pub last_inbound: u64,
    /// Position of the first inbound message since the last reply; what is handed over is unread from there.
    #[serde(default)]
    pub unanswered: Option<u64>,
    /// Whoever sent a message in it or was ever its assignee, with their newest reply.
    #[serde(default)]
    pub participants: BTreeMap<MemberId, Option<Reply>>,
    /// Who wrote first: `true` = the customer.
    pub inbound: bool,
}

impl Conversation {
    /// Whether it is in *Open*.
    pub fn is_open(&self) -> bool {
        self.closed.is_none()
    }
}

/// Who closed it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Closed {
    /// The closer; `None` = the system.
    pub by: Option<MemberId>,
    /// When (UTC milliseconds).
    pub at_ms: i64,
    /// The system line that says so: who undoes that act asks whether it is still the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<MessageId>,
}

/// Who has a conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Assignee {
    /// Who.
    pub member: MemberId,
    /// Who gave it to them; `None` = the system.
    pub by: Option<MemberId>,
    /// Since when (UTC milliseconds).
    pub at_ms: i64,
}

/// A member's newest reply in a conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    /// The message.
    pub message: MessageId,
    /// Hub order; `None` while only the author's device has it.
    pub pos: Option<u64>,
    /// When (UTC milliseconds).
    pub at_ms: i64,
}

/// The newest message of a chat, for its row in the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LastMessage {
    /// The message.
    pub id: MessageId,
    /// Hub order; `None` while only the author's device has it.
    pub pos: Option<u64>,
    /// When (UTC milliseconds).
    pub at_ms: i64,
    /// The member who wrote it; `None` = the customer.
    pub by: Option<MemberId>,
    /// One line.
    pub preview: String,
}

/// Two members.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DirectChat {
    /// Identifier.
    pub id: ChatId,
    /// Both, in ascending order.
    pub members: [MemberId; 2],
    /// When it began (UTC milliseconds).
    pub created_ms: i64,
    /// Newest message.
    #[serde(default)]
    pub last_message: Option<LastMessage>,
}

/// A named group of members.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TeamChat {
    /// Identifier.
    pub id: ChatId,
    /// Shown in the rail.
    pub name: Name,
    /// Who is in it.
    pub members: BTreeSet<MemberId>,
    /// When it began (UTC milliseconds).
    pub created_ms: i64,
    /// Newest message.
    #[serde(default)]
    pub last_message: Option<LastMessage>,
}

/// A contact that a member keeps at hand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Favorite {
    /// Whose.
    pub member: MemberId,
    /// Who.
    pub contact: ContactId,
}

impl Favorite {
    /// One per member and contact.
    pub fn id_of(member: MemberId, contact: ContactId) -> Uuid {
        derived_id("favorite", &[member.0.as_bytes(), contact.0.as_bytes()])
    }
}

/// A chat that a member keeps above their list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pin {
    /// Whose.
    pub member: MemberId,
    /// Which chat.
    pub chat: ChatId,
    /// The member's own order, ascending; ties by chat.
    pub order: i64,
}

impl Pin {
    /// One per member and chat.
    pub fn id_of(member: MemberId, chat: ChatId) -> Uuid {
        derived_id("pin", &[member.0.as_bytes(), chat.0.as_bytes()])
    }
}

/// When a member is not to be disturbed. One per member.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quiet {
    /// Whose.
    pub member: MemberId,
    /// Silent until then (UTC milliseconds).
    #[serde(default)]
    pub until_ms: Option<i64>,
    /// Silent hours of every day, in the time zone of the computer that notifies.
    #[serde(default)]
    pub hours: Option<QuietHours>,
}

/// Hours of a day; over midnight where `from` is later than `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuietHours {
    /// Minute of the day, 0 to 1439; silent from it on.
    pub from: u32,
    /// Minute of the day, 0 to 1439; loud from it on.
    pub to: u32,
}

impl Quiet {
    /// One per member.
    pub fn id_of(member: MemberId) -> Uuid {
        derived_id("quiet", &[member.0.as_bytes()])
    }
}

/// How far a member has read in a chat.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReadPosition {
    /// Who.
    pub member: MemberId,
    /// Where.
    pub chat: ChatId,
    /// Everything up to this position is read. It only ever rises.
    pub pos: u64,
    /// Set while the member has marked the chat unread: a register of its own, which reading on clears only where the
    /// reader had seen it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marked: Option<UnreadMark>,
}

/// *Mark unread from here*.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnreadMark {
    /// Which act it was.
    pub id: UnreadMarkId,
    /// The entry at this position and all after it count as unread.
    pub from: u64,
}

impl ReadPosition {
    /// Everything up to here counts as read, where `pos` (or what was there before the member joined) says more.
    pub fn read_to(pos: u64, marked: Option<UnreadMark>) -> u64 {
        marked.map_or(pos, |mark| pos.min(mark.from.saturating_sub(1)))
    }

    /// One per member and chat.
    pub fn id_of(member: MemberId, chat: ChatId) -> Uuid {
        derived_id("read_position", &[member.0.as_bytes(), chat.0.as_bytes()])
    }
}
