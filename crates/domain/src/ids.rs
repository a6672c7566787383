//! Identifiers. Each kind of thing has its own type, so that a member can never be passed where a chat is meant.
//!
//! All are UUIDs made by whoever creates the thing (version 7, RFC 9562), which is what lets a client create
//! things with no network. Identifiers of things that exist once per pair (a read position, a grant) are derived
//! from the pair (version 5), so that two devices that make the same thing make the same identifier.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;
use uuid::Uuid;

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema)]
        #[serde(transparent)]
        #[ts(type = "string")]
        #[schema(value_type = String, format = "uuid")]
        pub struct $name(pub Uuid);

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(s: &str) -> Result<Self, uuid::Error> {
                Uuid::parse_str(s).map(Self)
            }
        }
        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
        impl From<$name> for Uuid {
            fn from(id: $name) -> Uuid {
                id.0
            }
        }
    )*};
}

id! {
    /// An organization: everything belongs to exactly one.
    OrganizationId
    /// A person who signs in.
    MemberId
    /// What a channel delivers into.
    InboxId
    /// A way in and out, connected to one inbox.
    ChannelId
    /// A person outside.
    ContactId
    /// Any chat: conversation, text, direct chat, team chat.
    ChatId
    /// A message or a system line in a chat.
    MessageId
    /// A tag of the organization.
    TagId
    /// One act of marking a chat unread: whoever reads on says which one they have seen.
    UnreadMarkId
    /// A computer (or command line profile) that a member signed in on.
    DeviceId
    /// A command, made once and applied once. Never equal to the id of the message that it sends (S18).
    CommandId
}

/// Namespace of all derived identifiers.
const DERIVED: Uuid = Uuid::from_u128(0x6465_736b_6265_6c6c_8000_0064_6572_6976);

/// The identifier of the thing that exists once for `parts`, in this order.
pub fn derived_id(what: &str, parts: &[&[u8]]) -> Uuid {
    let mut name = what.as_bytes().to_vec();
    for part in parts {
        name.extend_from_slice(&(part.len() as u64).to_be_bytes());
        name.extend_from_slice(part);
    }
    Uuid::new_v5(&DERIVED, &name)
}
