//! Scopes: what a member may see is a set of these, and every row is in exactly one.

use crate::{ChannelId, ChatId, InboxId, MemberId};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, str::FromStr};

/// Where a row belongs. Travels as text: `org`, `inbox:<id>`, `channel:<id>`, `chat:<id>`, `member:<id>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Everybody of the organization: members, tags, shared contacts.
    Org,
    /// The settings of an inbox.
    Inbox(InboxId),
    /// A channel, its conversations and their messages. A conversation's scope is its channel for ever.
    Channel(ChannelId),
    /// A direct or team chat.
    Chat(ChatId),
    /// What is one member's alone: read positions, grants.
    Member(MemberId),
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scope::Org => f.write_str("org"),
            Scope::Inbox(id) => write!(f, "inbox:{id}"),
            Scope::Channel(id) => write!(f, "channel:{id}"),
            Scope::Chat(id) => write!(f, "chat:{id}"),
            Scope::Member(id) => write!(f, "member:{id}"),
        }
    }
}

/// The text is not a scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a scope: use org, inbox:ID, channel:ID, chat:ID or member:ID")]
pub struct ParseScopeError;

impl FromStr for Scope {
    type Err = ParseScopeError;
    fn from_str(s: &str) -> Result<Self, ParseScopeError> {
        if s == "org" {
            return Ok(Scope::Org);
        }
        let (kind, id) = s.split_once(':').ok_or(ParseScopeError)?;
        let id = uuid::Uuid::parse_str(id).map_err(|_| ParseScopeError)?;
        match kind {
            "inbox" => Ok(Scope::Inbox(id.into())),
            "channel" => Ok(Scope::Channel(id.into())),
            "chat" => Ok(Scope::Chat(id.into())),
            "member" => Ok(Scope::Member(id.into())),
            _ => Err(ParseScopeError),
        }
    }
}

impl Serialize for Scope {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
