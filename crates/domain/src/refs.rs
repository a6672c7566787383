//! What a decision reads: rows by identifier or by natural key.

use crate::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Kind of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// [`Organization`]
    Organization,
    /// [`Member`]
    Member,
    /// [`Inbox`]
    Inbox,
    /// [`Channel`]
    Channel,
    /// [`Contact`]
    Contact,
    /// [`Conversation`]
    Conversation,
    /// [`DirectChat`]
    DirectChat,
    /// [`Message`]
    Message,
    /// [`Tag`]
    Tag,
    /// [`ReadPosition`]
    ReadPosition,
    /// [`TeamChat`]
    TeamChat,
    /// [`Favorite`]
    Favorite,
    /// [`Pin`]
    Pin,
    /// [`Quiet`]
    Quiet,
    /// [`Grant`]
    Grant,
}

impl Kind {
    /// Those that are chats. An identifier is one chat's, of whatever kind.
    pub const CHATS: [Kind; 3] = [Kind::Conversation, Kind::DirectChat, Kind::TeamChat];

    /// All kinds.
    pub const ALL: [Kind; 15] = [
        Kind::Organization,
        Kind::Member,
        Kind::Inbox,
        Kind::Channel,
        Kind::Contact,
        Kind::Conversation,
        Kind::DirectChat,
        Kind::Message,
        Kind::Tag,
        Kind::ReadPosition,
        Kind::TeamChat,
        Kind::Favorite,
        Kind::Pin,
        Kind::Quiet,
        Kind::Grant,
    ];

    /// The word that travels and is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Organization => "organization",
            Kind::Member => "member",
            Kind::Inbox => "inbox",
            Kind::Channel => "channel",
            Kind::Contact => "contact",
            Kind::Conversation => "conversation",
            Kind::DirectChat => "direct_chat",
            Kind::Message => "message",
            Kind::Tag => "tag",
            Kind::ReadPosition => "read_position",
            Kind::TeamChat => "team_chat",
            Kind::Favorite => "favorite",
            Kind::Pin => "pin",
            Kind::Quiet => "quiet",
            Kind::Grant => "grant",
        }
    }

    /// The kind of that word; `None` for one that a newer program made.
    pub fn parse(s: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|k| k.as_str() == s)
    }
}

/// A key that things have by nature, unique in the organization (S16). Its text is what `lookup` tables hold.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NaturalKey {
    /// Owner of an address: a shared contact.
    Address(Address),
    /// Owner of an address among a member's private contacts.
    PrivateAddress(MemberId, Address),
    /// The newest conversation of an address on a channel; at most this one is open.
    Conversation(ChannelId, Address),
    /// The direct chat of two members, in either order.
    Pair(MemberId, MemberId),
    /// A tag by its folded name.
    TagName(String),
    /// The channel that has a telephone number now; an archive of it has it no more.
    Number(PhoneNumber),
}

impl NaturalKey {
    /// The pair in its one order.
    pub fn pair(a: MemberId, b: MemberId) -> Self {
        if a < b { NaturalKey::Pair(a, b) } else { NaturalKey::Pair(b, a) }
    }
}

impl std::fmt::Display for NaturalKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            NaturalKey::Address(a) => write!(f, "address:{a}"),
            NaturalKey::PrivateAddress(owner, a) => write!(f, "private_address:{owner}:{a}"),
            NaturalKey::Conversation(channel, a) => write!(f, "conversation:{channel}:{a}"),
            NaturalKey::Pair(a, b) => write!(f, "pair:{a}:{b}"),
            NaturalKey::TagName(name) => write!(f, "tag:{name}"),
            NaturalKey::Number(number) => write!(f, "number:{number}"),
        }
    }
}

/// Names one row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ref {
    /// By identifier.
    Row(Kind, Uuid),
    /// The identifier behind a natural key.
    Key(NaturalKey),
}

macro_rules! refs_and_getters {
    ($($fn_ref:ident $getter:ident $id:ident $kind:ident;)*) => {
        impl Ref {$(
            #[doc = concat!("A row of kind `", stringify!($kind), "`.")]
            pub fn $fn_ref(id: $id) -> Ref {
                Ref::Row(Kind::$kind, id.0)
            }
        )*}
        impl Rows {$(
            #[doc = concat!("The loaded `", stringify!($kind), "`, where it exists.")]
            pub fn $getter(&self, id: $id) -> Option<&$kind> {
                match self.row(Kind::$kind, id.0)? {
                    Row::$kind(row) => Some(row),
                    _ => None,
                }
            }
        )*}
    };
}

refs_and_getters! {
    organization organization OrganizationId Organization;
    member member MemberId Member;
    inbox inbox InboxId Inbox;
    channel channel ChannelId Channel;
    contact contact ContactId Contact;
    conversation conversation ChatId Conversation;
    direct_chat direct_chat ChatId DirectChat;
    team_chat team_chat ChatId TeamChat;
    message message MessageId Message;
    tag tag TagId Tag;
}

/// Rows that were loaded for a decision. A reference that was asked for and does not exist is known to be missing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rows {
    rows: BTreeMap<(Kind, Uuid), Option<Row>>,
    keys: BTreeMap<NaturalKey, Option<Uuid>>,
}

impl Rows {
    /// Nothing loaded.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether the reference was loaded (present or known missing).
    pub fn has(&self, r: &Ref) -> bool {
        match r {
            Ref::Row(kind, id) => self.rows.contains_key(&(*kind, *id)),
            Ref::Key(key) => self.keys.contains_key(key),
        }
    }

    /// Records a row, or that it is missing.
    pub fn insert(&mut self, kind: Kind, id: Uuid, row: Option<Row>) {
        self.rows.insert((kind, id), row);
    }

    /// Records what a natural key leads to.
    pub fn insert_key(&mut self, key: NaturalKey, id: Option<Uuid>) {
        self.keys.insert(key, id);
    }

    /// The loaded row.
    pub fn row(&self, kind: Kind, id: Uuid) -> Option<&Row> {
        self.rows.get(&(kind, id))?.as_ref()
    }

    /// What the natural key leads to.
    pub fn key(&self, key: &NaturalKey) -> Option<Uuid> {
        self.keys.get(key).copied().flatten()
    }

    /// The read position of a member in a chat.
    pub fn read_position(&self, member: MemberId, chat: ChatId) -> Option<&ReadPosition> {
        match self.row(Kind::ReadPosition, ReadPosition::id_of(member, chat))? {
            Row::ReadPosition(row) => Some(row),
            _ => None,
        }
    }

    /// A contact among a member's favorites.
    pub fn favorite(&self, member: MemberId, contact: ContactId) -> Option<&Favorite> {
        match self.row(Kind::Favorite, Favorite::id_of(member, contact))? {
            Row::Favorite(row) => Some(row),
            _ => None,
        }
    }

    /// A chat that a member pinned.
    pub fn pin(&self, member: MemberId, chat: ChatId) -> Option<&Pin> {
        match self.row(Kind::Pin, Pin::id_of(member, chat))? {
            Row::Pin(row) => Some(row),
            _ => None,
        }
    }

    /// When a member is not to be disturbed.
    pub fn quiet(&self, member: MemberId) -> Option<&Quiet> {
        match self.row(Kind::Quiet, Quiet::id_of(member))? {
            Row::Quiet(row) => Some(row),
            _ => None,
        }
    }

    /// The grant of a scope to a member.
    pub fn grant(&self, member: MemberId, scope: Scope) -> Option<&Grant> {
        match self.row(Kind::Grant, Grant::id_of(member, scope))? {
            Row::Grant(row) => Some(row),
            _ => None,
        }
    }

    fn forget_keys(&mut self, id: Uuid) {
        self.keys.values_mut().filter(|held| **held == Some(id)).for_each(|held| *held = None);
    }

    /// Applies the effects of an earlier command, so that a later one of the same batch sees them.
    pub fn apply(&mut self, effects: &[Effect]) {
        for effect in effects {
            match effect {
                Effect::Put(row) => {
                    // A closed conversation keeps its key until an open one takes it; others have only those they say.
                    if row.kind() != Kind::Conversation {
                        self.forget_keys(row.id());
                    }
                    for key in row.keys() {
                        self.keys.insert(key, Some(row.id()));
                    }
                    self.rows.insert((row.kind(), row.id()), Some(row.clone()));
                }
                Effect::Delete(kind, id) => {
                    self.forget_keys(*id);
                    self.rows.insert((*kind, *id), None);
                }
                Effect::Grant(..) | Effect::Revoke(..) | Effect::Alias { .. } => {}
            }
        }
    }
}
