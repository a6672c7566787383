//! What leads outside: channels, contacts, addresses.

use crate::text::is_deceptive;
use crate::{ChannelId, ContactId, InboxId, MAX_NAME_CHARS, MemberId, Name, NaturalKey, PhoneNumber};
use serde::{Deserialize, Serialize};

/// Kind of a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelKind {
    /// A phone number, MMS included.
    Sms,
    /// WhatsApp.
    Whatsapp,
    /// Messenger.
    Messenger,
    /// Instagram.
    Instagram,
    /// The chat box of a web site.
    Webchat,
}

impl ChannelKind {
    /// The word that travels.
    pub fn as_str(self) -> &'static str {
        match self {
            ChannelKind::Sms => "sms",
            ChannelKind::Whatsapp => "whatsapp",
            ChannelKind::Messenger => "messenger",
            ChannelKind::Instagram => "instagram",
            ChannelKind::Webchat => "webchat",
        }
    }
}

/// A way in and out. It delivers into an inbox, or is a member's own texting number, or is the archive of what such a number
/// exchanged before it came into an inbox.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Channel {
    /// Identifier.
    pub id: ChannelId,
    /// The inbox that it delivers into, or whose *Archived* tab shows it; `None` on a member's own number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inbox: Option<InboxId>,
    /// Whose number it is, or was before it was archived; `None` on channels of an inbox, and on an archive that its owner
    /// shared with the inbox.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<MemberId>,
    /// What was exchanged on a personal number before it came into an inbox: read-only, never in *Open* or *Closed*.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub archived: bool,
    /// What it is.
    pub kind: ChannelKind,
    /// Shown in the rail.
    pub name: Name,
    /// Its telephone number, on SMS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<PhoneNumber>,
    /// Settings of the chat box; `None` on other kinds.
    #[serde(default)]
    pub webchat: Option<Webchat>,
}

impl Channel {
    /// A channel of an inbox.
    pub fn of_inbox(id: ChannelId, inbox: InboxId, kind: ChannelKind, name: Name) -> Self {
        Self { id, inbox: Some(inbox), owner: None, archived: false, kind, name, number: None, webchat: None }
    }

    /// A member's own texting number.
    pub fn personal(id: ChannelId, owner: MemberId, name: Name, number: PhoneNumber) -> Self {
        let (kind, number) = (ChannelKind::Sms, Some(number));
        Self { id, inbox: None, owner: Some(owner), archived: false, kind, name, number, webchat: None }
    }

    /// Whether the members of this inbox may see it: an archive that is its owner's alone is not theirs.
    pub fn is_of(&self, inbox: InboxId) -> bool {
        self.inbox == Some(inbox) && self.owner.is_none()
    }

    /// Why a member cannot start a conversation on it: there the customer writes first, or nobody writes any more.
    pub fn no_start(&self) -> Option<&'static str> {
        match self.kind {
            _ if self.archived => Some("archived"),
            ChannelKind::Sms => None,
            ChannelKind::Whatsapp | ChannelKind::Messenger | ChannelKind::Instagram | ChannelKind::Webchat => {
                Some("customer_writes_first")
            }
        }
    }

    /// A member's own texting number, in use.
    pub fn is_personal(&self) -> bool {
        self.owner.is_some() && !self.archived
    }
}

/// Settings of a chat box.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Webchat {
    /// Names the channel to the public (`data-channel` of the loader script). Not a secret.
    pub public_id: String,
    /// Origins (`https://www.example.com`) that may show the box. Empty = none (default deny).
    pub origins: Vec<String>,
    /// Title of the box.
    pub title: Name,
    /// Colour of the box, `#rrggbb`.
    pub color: Option<String>,
}

/// An address outside, unique to its owner.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Address {
    /// What kind of address.
    pub kind: AddressKind,
    /// A phone number in E.164, a visitor id, ...: in the one form that the channel gives it.
    pub value: String,
}

/// Kind of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AddressKind {
    /// A phone number (E.164).
    Phone,
    /// A web chat visitor.
    Visitor,
}

impl From<PhoneNumber> for Address {
    fn from(number: PhoneNumber) -> Self {
        Self { kind: AddressKind::Phone, value: number.into() }
    }
}

impl Address {
    /// Whether the value is in the one form of its kind, so that equal addresses are equal texts.
    pub fn is_in_form(&self) -> bool {
        match self.kind {
            AddressKind::Phone => PhoneNumber::parse(&self.value).is_ok_and(|n| n.as_str() == self.value),
            AddressKind::Visitor => {
                !self.value.is_empty()
                    && self.value.len() <= MAX_NAME_CHARS
                    && !self.value.chars().any(|c| is_deceptive(c) || c.is_whitespace())
            }
        }
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = match self.kind {
            AddressKind::Phone => "phone",
            AddressKind::Visitor => "visitor",
        };
        write!(f, "{kind}:{}", self.value)
    }
}

/// A person outside.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Contact {
    /// Identifier.
    pub id: ContactId,
    /// Full name.
    pub name: Name,
    /// Company, where known.
    #[serde(default)]
    pub company: Option<Name>,
    /// Addresses that are theirs.
    pub addresses: Vec<Address>,
    /// A private contact is seen by this member alone; `None` = shared.
    #[serde(default)]
    pub private_to: Option<MemberId>,
}

/// Most addresses of one contact.
pub const MAX_ADDRESSES: usize = 20;

impl Contact {
    /// The natural keys of its addresses. Those of private contacts are their owner's own: what one member keeps for
    /// themselves neither names a conversation to others nor tells them, by joining, that it is there.
    pub fn keys(&self) -> Vec<NaturalKey> {
        let key = |address: &Address| match self.private_to {
            None => NaturalKey::Address(address.clone()),
            Some(owner) => NaturalKey::PrivateAddress(owner, address.clone()),
        };
        self.addresses.iter().map(key).collect()
    }
}
