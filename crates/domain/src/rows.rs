//! The entities, as rows: what is stored, travels and is decided upon.

mod chat;
mod message;
mod organization;
mod outside;

pub use chat::*;
pub use message::*;
pub use organization::*;
pub use outside::*;

use crate::{Kind, NaturalKey, Scope};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

/// Version of the row shapes below; stored as `v` in each row's JSON, so that older ones are upcast when read. It rises with
/// a shape that an older program would misread: such a program refuses the row and says so.
pub const ROW_VERSION: u64 = 1;

/// How much this program knows of rows. It rises with every kind and every field that is added: a cache that was written by a
/// program that knew less lacks them, though each of its rows has the hub's `rev`, so it is booted again in place (S17).
pub const ROW_KNOWLEDGE: u64 = 3;

/// A row that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RowError {
    /// Made by a newer program.
    #[error("a row of version {0} was made by a newer program")]
    Newer(u64),
    /// Not the shape that its kind has.
    #[error("a {kind} row cannot be read: {source}")]
    Shape {
        /// Kind of the row.
        kind: &'static str,
        /// What is wrong.
        source: serde_json::Error,
    },
}

macro_rules! row_enum {
    ($($kind:ident)*) => {
        /// Any row.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Row {$(
            #[doc = concat!("[`", stringify!($kind), "`]")]
            $kind($kind),
        )*}

        impl Row {
            /// Its kind.
            pub fn kind(&self) -> Kind {
                match self {$(Row::$kind(_) => Kind::$kind,)*}
            }

            /// JSON as stored and sent, with `v`.
            pub fn to_json(&self) -> Value {
                match self {$(Row::$kind(row) => with_version(row),)*}
            }

            /// Reads the JSON of a row of that kind.
            pub fn from_json(kind: Kind, mut json: Value) -> Result<Row, RowError> {
                let v = json.get("v").and_then(Value::as_u64).unwrap_or(ROW_VERSION);
                if v > ROW_VERSION {
                    return Err(RowError::Newer(v));
                }
                if let Some(object) = json.as_object_mut() {
                    object.remove("v");
                }
                let shape = |source| RowError::Shape { kind: kind.as_str(), source };
                Ok(match kind {$(Kind::$kind => Row::$kind(serde_json::from_value(json).map_err(shape)?),)*})
            }
        }
        $(impl From<$kind> for Row {
            fn from(row: $kind) -> Row {
                Row::$kind(row)
            }
        })*
    };
}

row_enum! {
    Organization Member Inbox Channel Contact Conversation DirectChat TeamChat Message Tag ReadPosition Favorite Pin Quiet Grant
}

fn with_version<T: Serialize>(row: &T) -> Value {
    let mut json = serde_json::to_value(row).expect("rows are plain data with string keys");
    if let Some(object) = json.as_object_mut() {
        object.insert("v".into(), ROW_VERSION.into());
    }
    json
}

impl Row {
    /// Its identifier.
    pub fn id(&self) -> Uuid {
        match self {
            Row::Organization(r) => r.id.0,
            Row::Member(r) => r.id.0,
            Row::Inbox(r) => r.id.0,
            Row::Channel(r) => r.id.0,
            Row::Contact(r) => r.id.0,
            Row::Conversation(r) => r.id.0,
            Row::DirectChat(r) => r.id.0,
            Row::TeamChat(r) => r.id.0,
            Row::Message(r) => r.id.0,
            Row::Tag(r) => r.id.0,
            Row::ReadPosition(r) => ReadPosition::id_of(r.member, r.chat),
            Row::Favorite(r) => Favorite::id_of(r.member, r.contact),
            Row::Pin(r) => Pin::id_of(r.member, r.chat),
            Row::Quiet(r) => Quiet::id_of(r.member),
            Row::Grant(r) => Grant::id_of(r.member, r.scope),
        }
    }

    /// The scope that it is in.
    pub fn scope(&self) -> Scope {
        match self {
            Row::Organization(_) | Row::Member(_) | Row::Tag(_) => Scope::Org,
            Row::Contact(r) => r.private_to.map_or(Scope::Org, Scope::Member),
            Row::Inbox(r) => Scope::Inbox(r.id),
            Row::Channel(r) => Scope::Channel(r.id),
            Row::Conversation(r) => Scope::Channel(r.channel),
            Row::DirectChat(r) => Scope::Chat(r.id),
            Row::TeamChat(r) => Scope::Chat(r.id),
            Row::Message(r) => r.scope,
            Row::ReadPosition(r) => Scope::Member(r.member),
            Row::Favorite(r) => Scope::Member(r.member),
            Row::Pin(r) => Scope::Member(r.member),
            Row::Quiet(r) => Scope::Member(r.member),
            Row::Grant(r) => Scope::Member(r.member),
        }
    }

    /// The natural keys that lead to it. A closed conversation keeps the key that it had (so that an inbound message finds
    /// what it may reopen) until an open one takes it.
    pub fn keys(&self) -> Vec<NaturalKey> {
        match self {
            Row::Contact(r) => r.keys(),
            Row::Conversation(r) if r.is_open() => vec![NaturalKey::Conversation(r.channel, r.address.clone())],
            Row::DirectChat(r) => vec![NaturalKey::pair(r.members[0], r.members[1])],
            Row::Tag(r) => vec![NaturalKey::TagName(r.name.key())],
            Row::Channel(r) if !r.archived => r.number.iter().cloned().map(NaturalKey::Number).collect(),
            _ => Vec::new(),
        }
    }
}
