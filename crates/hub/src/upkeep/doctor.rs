//! The doctor: whether everything that always holds does hold in a database at rest, and what can be put right.
//!
//! Rows are what counts. What follows from them (digests, natural keys, columns beside a row's JSON, who may see what) is
//! worked out anew and compared; [`repair`] writes what follows, and says of the rest that only a backup or a person can
//! help. It never decides what somebody wrote or meant. Findings name identifiers, never a text, a name or an address.

mod access;
mod history;
mod keys;
mod people;
mod repair;
mod threads;
mod world;

pub use repair::{Repaired, repair};

use crate::store::StoreError;
use rusqlite::Connection;
use serde::Serialize;
use world::World;

/// What can be wrong. The name travels (`wrong_digest`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// The file itself: pages, indexes, constraints.
    DamagedFile,
    /// There is no row of the organization.
    NoOrganization,
    /// A row that cannot be read, or is another one than its identifier says.
    UnreadableRow,
    /// Something has a number that was not given yet: the next command would get it a second time.
    HeadBehind,
    /// The newest commit has no mark, so that no client can compare its history (S13).
    NoMark,
    /// `low_seq` or `low_mark` is above the head: everybody would load everything again, for ever.
    LowAboveHead,
    /// A column beside a row's JSON says something else than the row.
    WrongColumn,
    /// An entry's position does not belong to the command that it came with.
    WrongPosition,
    /// The sum over a scope's rows is another one than is told to clients: they would load it again and again.
    WrongDigest,
    /// A natural key leads to nothing, to something else, or is missing (S16).
    WrongKey,
    /// Two things have one natural key.
    DoubleKey,
    /// Something belongs to what is not there.
    Orphan,
    /// An entry is in another scope than its chat: who sees the chat does not see it, or the other way round.
    WrongScope,
    /// What is there is also said to be gone.
    LivingTombstone,
    /// A member may not see what they should.
    MissingGrant,
    /// A member may see what they should not.
    ExtraGrant,
    /// A grant is younger than the history.
    WrongGrant,
    /// An alias leads to nothing, and nothing was ever deleted there.
    LooseAlias,
    /// An account, or a device that is signed in, of nobody who is a member.
    Stranger,
    /// Commands of a device that the hub does not know, or not as this member's.
    UnknownDevice,
}

impl Fault {
    /// Whether [`repair`] can put it right; of a few only in the usual case, and it says so where it could not.
    pub fn is_repairable(self) -> bool {
        use Fault::*;
        match self {
            DamagedFile | NoOrganization | UnreadableRow | WrongPosition | DoubleKey | UnknownDevice => false,
            HeadBehind | NoMark | LowAboveHead | WrongColumn | WrongDigest | WrongKey | Orphan | WrongScope => true,
            LivingTombstone | MissingGrant | ExtraGrant | WrongGrant | LooseAlias | Stranger => true,
        }
    }

    /// The word that travels.
    pub fn code(self) -> &'static str {
        use Fault::*;
        match self {
            DamagedFile => "damaged_file",
            NoOrganization => "no_organization",
            UnreadableRow => "unreadable_row",
            HeadBehind => "head_behind",
            NoMark => "no_mark",
            LowAboveHead => "low_above_head",
            WrongColumn => "wrong_column",
            WrongPosition => "wrong_position",
            WrongDigest => "wrong_digest",
            WrongKey => "wrong_key",
            DoubleKey => "double_key",
            Orphan => "orphan",
            WrongScope => "wrong_scope",
            LivingTombstone => "living_tombstone",
            MissingGrant => "missing_grant",
            ExtraGrant => "extra_grant",
            WrongGrant => "wrong_grant",
            LooseAlias => "loose_alias",
            Stranger => "stranger",
            UnknownDevice => "unknown_device",
        }
    }
}

/// Something that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// What kind of fault.
    pub fault: Fault,
    /// Of what: kinds and identifiers.
    pub subject: String,
    /// What is wrong with it, for a person.
    pub message: String,
    /// Whether it follows from something else, so that [`repair`] can put it right.
    pub repairable: bool,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}: {}", self.fault.code(), self.subject, self.message)
    }
}

impl Finding {
    fn new(fault: Fault, subject: impl std::fmt::Display, message: impl Into<String>) -> Self {
        Self { fault, subject: subject.to_string(), message: message.into(), repairable: fault.is_repairable() }
    }

    /// The same, of a thing that only a person can put right.
    fn for_a_person(self) -> Self {
        Self { repairable: false, ..self }
    }
}

/// Everything that does not hold; empty = all is well. The connection is in a transaction, or nobody writes meanwhile.
/// Where the file itself is damaged, nothing else is looked at.
pub fn examine(connection: &Connection) -> Result<Vec<Finding>, StoreError> {
    let damage = damage(connection)?;
    if !damage.is_empty() {
        return Ok(damage);
    }
    let mut findings = examine_rows(connection)?;
    let looked = people::examine(connection, &mut findings);
    or_damage(looked, &mut findings)?;
    Ok(findings)
}

/// As [`examine`], without the file, the accounts and the devices: what holds also where nobody ever signed in.
pub fn examine_rows(connection: &Connection) -> Result<Vec<Finding>, StoreError> {
    let mut findings = Vec::new();
    let looked = look_at_rows(connection, &mut findings);
    or_damage(looked, &mut findings)?;
    Ok(findings)
}

/// A number that is negative, an identifier that has no 16 bytes: this program did not write that.
fn or_damage(looked: Result<(), StoreError>, findings: &mut Vec<Finding>) -> Result<(), StoreError> {
    match looked {
        Err(StoreError::Sqlite(error)) if is_a_value(&error) => {
            let message = format!("a stored value cannot be read: {error}");
            findings.push(Finding::new(Fault::DamagedFile, "hub.db", message));
            Ok(())
        }
        looked => looked,
    }
}

fn look_at_rows(connection: &Connection, findings: &mut Vec<Finding>) -> Result<(), StoreError> {
    let mut world = World::load(connection, findings)?;
    history::examine(connection, &world, findings)?;
    threads::examine(connection, &mut world, findings)?;
    access::examine(&world, findings);
    keys::examine(connection, &world, findings)?;
    world::examine_tombstones(connection, &world, findings)?;
    world::examine_digests(connection, &world, findings)
}

fn is_a_value(error: &rusqlite::Error) -> bool {
    use rusqlite::Error::{FromSqlConversionFailure, IntegralValueOutOfRange, InvalidColumnType, Utf8Error};
    matches!(error, FromSqlConversionFailure(..) | IntegralValueOutOfRange(..) | InvalidColumnType(..) | Utf8Error(..))
}

/// What SQLite finds wrong with its file.
pub fn damage(connection: &Connection) -> Result<Vec<Finding>, StoreError> {
    let finding = |said: String| Finding::new(Fault::DamagedFile, "hub.db", said);
    let mut statement = connection.prepare("PRAGMA integrity_check(20)")?;
    let said = statement.query_map([], |r| r.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>();
    match said {
        Ok(said) => Ok(said.into_iter().filter(|line| line != "ok").map(finding).collect()),
        Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseCorrupt) => {
            Ok(vec![finding(error.to_string())])
        }
        Err(error) => Err(error.into()),
    }
}
