//! What the hub keeps of ONE organization.
//!
//! [`Store`] is what a commit needs and nothing more: it knows rows, keys and outcomes, no command and no rule. A commit
//! is `begin`, loads, one `write`, `commit`; whoever holds a `&mut` store is the only writer.
//! What changed in a scope is found by an index over `(scope, rev)` of the rows themselves, with tombstones for what
//! left: a change log beside them would say the same a second time and have to be kept in step.

mod found_by;
mod readers;
mod sqlite;

pub use found_by::FoundBy;
pub use readers::Readers;
pub use sqlite::{SqliteStore, parse_json, read_all, read_digest, read_head, read_mark, read_row};

use deskbell_domain::{CommandId, DeviceId, MemberId, NaturalKey, OrganizationId, Outcome, Row, RowError, Scope};
use deskbell_domain::{Kind, Ref};
use deskbell_protocol::{Generation, Stamp};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// A store that cannot do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file cannot be opened.
    #[error(transparent)]
    Open(#[from] deskbell_sqlite::OpenError),
    /// A statement failed.
    #[error("the database said: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The tables cannot be brought up to date.
    #[error("the tables cannot be brought up to date: {0}")]
    Migration(#[from] refinery::Error),
    /// A stored row cannot be read.
    #[error(transparent)]
    Row(#[from] RowError),
    /// A stored value is not what its column holds.
    #[error("a stored value cannot be read: {0}")]
    Value(String),
    /// There is no organization in the file yet.
    #[error("there is no organization here yet: make one with `deskbell-hub init`")]
    NoOrganization,
    /// There is one already.
    #[error("there is an organization here already: choose another data directory")]
    OrganizationExists,
    /// The rules panicked; nothing was written.
    #[error("a rule failed")]
    Panicked,
}

impl StoreError {
    /// Whether there was no room. Nothing was written and nothing is damaged: it goes on where there is room again.
    pub fn is_disk_full(&self) -> bool {
        match self {
            StoreError::Open(deskbell_sqlite::OpenError::DiskFull(_)) => true,
            // The second: no room for the index of the log, which lies in a file of its own.
            StoreError::Sqlite(rusqlite::Error::SqliteFailure(e, _)) => {
                e.code == rusqlite::ErrorCode::DiskFull || e.extended_code == rusqlite::ffi::SQLITE_IOERR_SHMSIZE
            }
            _ => false,
        }
    }
}

/// The organization as a commit finds it.
#[derive(Debug, Clone, PartialEq)]
pub struct Head {
    /// The organization.
    pub organization: OrganizationId,
    /// Generation of the data.
    pub r#gen: Generation,
    /// Newest `seq` and its mark.
    pub stamp: Stamp,
    /// Oldest cursor that can still be served.
    pub low_seq: u64,
    /// Marks of a `seq` below this are not kept any more.
    pub low_mark: u64,
}

/// A row with its place in history.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredRow {
    /// The row.
    pub row: Row,
    /// The `seq` that made it so.
    pub rev: u64,
}

/// What was found for a reference.
#[derive(Debug, Clone, PartialEq)]
#[allow(clippy::large_enum_variant, reason = "most are rows; a box each would only cost")]
pub enum Loaded {
    /// A row, or that there is none.
    Row(Kind, Uuid, Option<StoredRow>),
    /// What a natural key leads to.
    Key(NaturalKey, Option<Uuid>),
}

/// A command of which the outcome is known.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredCommand {
    /// Whose.
    pub member: MemberId,
    /// Hash of its bytes.
    pub payload_hash: [u8; 32],
    /// Its `seq`.
    pub seq: u64,
    /// What became of it.
    pub outcome: Outcome,
}

/// An outcome to remember.
#[derive(Debug, Clone, PartialEq)]
pub struct NewCommand {
    /// The command.
    pub id: CommandId,
    /// From this device.
    pub device: DeviceId,
    /// Number on the device.
    pub n: u64,
    /// Its kind.
    pub kind: String,
    /// What became of it.
    pub stored: StoredCommand,
    /// When it arrived (UTC milliseconds).
    pub received_ms: i64,
}

/// A row as a commit leaves it.
#[derive(Debug, Clone, PartialEq)]
pub struct RowWrite {
    /// The row; `None` = deleted.
    pub row: Option<Row>,
    /// The `seq` of the command that wrote it last.
    pub rev: u64,
    /// `rev` and scope before the commit; `None` = it was not there.
    pub before: Option<(u64, Scope)>,
}

/// All that a commit writes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Writes {
    /// The new head.
    pub stamp: Stamp,
    /// When (UTC milliseconds).
    pub at_ms: i64,
    /// Rows.
    pub rows: BTreeMap<(Kind, Uuid), RowWrite>,
    /// Aliases.
    pub aliases: Vec<(Uuid, Uuid)>,
    /// Outcomes.
    pub commands: Vec<NewCommand>,
}

impl Writes {
    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.aliases.is_empty() && self.commands.is_empty()
    }
}

/// What a commit needs. See the module for the order of the calls.
pub trait Store {
    /// Starts a transaction and locks the organization's row.
    fn begin(&mut self) -> Result<Head, StoreError>;
    /// Rows and keys.
    fn load(&mut self, refs: &[Ref]) -> Result<Vec<Loaded>, StoreError>;
    /// What these identifiers are aliases of.
    fn aliases(&mut self, ids: &[Uuid]) -> Result<HashMap<Uuid, Uuid>, StoreError>;
    /// Commands that are known.
    fn commands(&mut self, ids: &[CommandId]) -> Result<HashMap<CommandId, StoredCommand>, StoreError>;
    /// Which commands have these numbers of these devices.
    fn numbered(&mut self, numbers: &[(DeviceId, u64)]) -> Result<HashMap<(DeviceId, u64), CommandId>, StoreError>;
    /// Mark of the commit that ended at that `seq`.
    fn mark_of(&mut self, seq: u64) -> Result<Option<u64>, StoreError>;
    /// Writes, and says the digests of the scopes that it changed as they are then.
    fn write(&mut self, writes: &Writes) -> Result<Vec<(Scope, u64)>, StoreError>;
    /// Makes the transaction durable.
    fn commit(&mut self) -> Result<(), StoreError>;
    /// Undoes the transaction.
    fn rollback(&mut self);
}
