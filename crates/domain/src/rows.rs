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
use serde::{Deserialize, Deserializer, Serialize};
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

            /// The same as text: nothing is built in between.
            pub fn to_text(&self) -> String {
                match self {$(Row::$kind(row) => text_with_version(row),)*}
            }

            fn read<'de, D: Deserializer<'de>>(kind: Kind, json: D) -> Result<Row, D::Error> {
                Ok(match kind {$(Kind::$kind => Row::$kind($kind::deserialize(json)?),)*})
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

fn text_with_version<T: Serialize>(row: &T) -> String {
    #[derive(Serialize)]
    struct WithVersion<'a, T> {
        #[serde(flatten)]
        row: &'a T,
        v: u64,
    }
    serde_json::to_string(&WithVersion { row, v: ROW_VERSION }).expect("rows are plain data with string keys")
}

/// The version that stands in the JSON of a row.
#[derive(Deserialize)]
struct Versioned {
    v: Option<u64>,
}

fn is_known(v: Option<u64>) -> Result<(), RowError> {
    match v {
        Some(v) if v > ROW_VERSION => Err(RowError::Newer(v)),
        _ => Ok(()),
    }
}

impl Row {
    /// Reads the JSON of a row of that kind.
    pub fn from_json(kind: Kind, json: &Value) -> Result<Row, RowError> {
        is_known(json.get("v").and_then(Value::as_u64))?;
        Self::read(kind, json).map_err(|source| RowError::Shape { kind: kind.as_str(), source })
    }

    /// The same from its text, as it is stored: nothing is built in between.
    pub fn from_text(kind: Kind, text: &str) -> Result<Row, RowError> {
        let shape = |source| RowError::Shape { kind: kind.as_str(), source };
        is_known(serde_json::from_str::<Versioned>(text).map_err(shape)?.v)?;
        let mut json = serde_json::Deserializer::from_str(text);
        let row = Self::read(kind, &mut json).map_err(shape)?;
        json.end().map_err(shape)?;
        Ok(row)
    }

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
