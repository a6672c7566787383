//! The feed and snapshots: what a client learns.

use deskbell_domain::Scope;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use std::{collections::BTreeMap, fmt, str::FromStr};
use utoipa::ToSchema;
use uuid::Uuid;

/// Generation of the hub's data: random, renewed by a restore (S13). Opaque text.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct Generation(pub String);

/// A point of the hub's history that a client has seen: a `seq` and the random mark of the commit that made it. A hub
/// that does not know the pair has gone back in time (S13). Travels as `SEQ.MARK`, the mark in hexadecimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stamp {
    /// The `seq`.
    pub seq: u64,
    /// Its mark; 0 where `seq` is 0.
    pub mark: u64,
}

/// The text is not a stamp.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a stamp: it is written SEQ.MARK")]
pub struct StampError;

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:016x}", self.seq, self.mark)
    }
}

impl FromStr for Stamp {
    type Err = StampError;
    fn from_str(s: &str) -> Result<Self, StampError> {
        let (seq, mark) = s.split_once('.').ok_or(StampError)?;
        let mark = u64::from_str_radix(mark, 16).map_err(|_| StampError)?;
        Ok(Self { seq: seq.parse().map_err(|_| StampError)?, mark })
    }
}

impl Serialize for Stamp {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Stamp {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

impl utoipa::PartialSchema for Stamp {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        String::schema()
    }
}

impl ToSchema for Stamp {}

/// `GET /v1/changes?since=S&gen=G&seen=STAMP&limit=N`: what is new after `from`. A page never splits a `seq`; rows are the
/// newest, so they may be newer than `to`. Apply only where `from` is the cursor, together with the cursor (S2).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Changes {
    /// Generation.
    pub r#gen: Generation,
    /// The `since` of the request.
    pub from: u64,
    /// The new cursor.
    pub to: u64,
    /// Newest `seq` of the hub, with its mark.
    pub head: Stamp,
    /// There is more after `to`.
    pub more: bool,
    /// The changes, in the order of `rev`. One in a scope, or of an operation, that only a newer hub knows is left out when
    /// it is read: no grant of such a scope was understood either (S4).
    #[serde(deserialize_with = "understood")]
    pub changes: Vec<Change>,
    /// Digest per scope, hexadecimal; only at `to == head`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub digests: BTreeMap<String, String>,
}

/// What of a list can be read.
pub(crate) fn understood<'de, T: serde::de::DeserializeOwned, D: Deserializer<'de>>(d: D) -> Result<Vec<T>, D::Error> {
    let all = Vec::<Value>::deserialize(d)?;
    Ok(all.into_iter().filter_map(|one| serde_json::from_value(one).ok()).collect())
}

/// One row that changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Change {
    /// Put or deleted.
    pub op: Op,
    /// Kind of the row; an unknown one is from a newer hub and is skipped.
    pub kind: String,
    /// Its identifier.
    pub id: Uuid,
    /// Its scope.
    #[schema(value_type = String)]
    pub scope: Scope,
    /// The `seq` that made it what it is.
    pub rev: u64,
    /// The row; absent when deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Object)]
    pub row: Option<Value>,
}

/// What happened to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    /// It is now this.
    Put,
    /// It is gone (from this scope).
    Del,
}

/// What a page of a snapshot is for (S14).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// All rows of the scope, in the order of keys that never change. Whoever has all pages has all rows.
    #[default]
    Full,
    /// What lists show first: of a channel itself, and its open conversations with their last 50 entries each, newest message
    /// first; of a direct or team chat its last 50 entries; of the organization all but its contacts, and some of those; of the
    /// member all but private contacts, and of what was read what these lists begin with. Its order changes while it is read, so it proves nothing and ends nothing: the full pass covers all of it again. Other
    /// scopes are small, and have nothing to hint at.
    Hint,
}

impl Phase {
    /// What a client asks for first that boots the scope from nothing.
    pub fn first_of(scope: Scope) -> Self {
        match scope {
            Scope::Org | Scope::Member(_) | Scope::Channel(_) | Scope::Chat(_) => Phase::Hint,
            Scope::Inbox(_) => Phase::Full,
        }
    }

    /// Whether it is the pass that covers everything.
    pub fn is_full(&self) -> bool {
        *self == Phase::Full
    }
}

/// `GET /v1/snapshot/{scope}?boot=NONCE&gen=G&seen=STAMP&phase=full|hint&after=KEY&limit=N`: rows of a scope in the order of
/// keys that never change (S14), as they are now; or, as a hint, what lists show first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Snapshot {
    /// Generation.
    pub r#gen: Generation,
    /// The scope.
    #[schema(value_type = String)]
    pub scope: Scope,
    /// Epoch of the member's grant.
    pub epoch: u64,
    /// The nonce of the request: a page of another boot is dropped (S7).
    pub boot: String,
    /// The `phase` of the request; absent = `full`. A page of the other phase is late, and dropped (S7).
    #[serde(default, skip_serializing_if = "Phase::is_full")]
    pub phase: Phase,
    /// The `after` of the request.
    #[serde(default)]
    pub after: Option<String>,
    /// `seq` at which the page was read.
    pub as_of: u64,
    /// Newest `seq` of the hub, with its mark.
    pub head: Stamp,
    /// How many rows the scope has now, on the first page that a client asks for which boots from nothing: of the hint where
    /// the scope has one, else of the full pass. It may have more or fewer when the last page comes: for showing how far it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// The rows.
    pub rows: Vec<SnapshotRow>,
    /// `after` of the next page; absent at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A row of a snapshot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SnapshotRow {
    /// Kind of the row.
    pub kind: String,
    /// Its identifier.
    pub id: Uuid,
    /// The `seq` that made it what it is.
    pub rev: u64,
    /// The row.
    #[schema(value_type = Object)]
    pub row: Value,
}

/// `GET /v1/conversations/{id}/messages?before=POS&limit=N`: the entries before a position, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MessagesPage {
    /// The entries.
    pub rows: Vec<SnapshotRow>,
    /// There are older ones.
    pub more: bool,
}

/// Data of the event `head`: there is something after the client's cursor; it pulls. The event `changes` carries
/// [`Changes`], the event `resync` an [`crate::ApiError`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EventHead {
    /// Newest `seq`, with its mark.
    pub head: Stamp,
}
