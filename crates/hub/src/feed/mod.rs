//! What a member learns. Pure reads of one moment: everything here takes a connection inside a transaction.
//!
//! A member sees the scopes of their current grants and nothing else; what is out of them has the same answer as what
//! does not exist.

mod changes;
mod messages;
mod news;
mod recent;
mod snapshot;

pub use changes::changes;
pub use messages::{messages, scope_of_chat};
pub use news::{MAX_CHANGES_IN_EVENT, News, news};
pub use recent::{Recent, Recently, scopes_of};
pub use snapshot::{SnapshotRequest, snapshot};

use crate::commit::{History, Seen};
use crate::store::{Head, StoreError, read_head, read_mark};
use deskbell_domain::{Grant, Kind, MemberId, Row, Scope};
use rusqlite::{Connection, params};

/// Most bytes of rows in a page, so that long messages do not make a page of hundreds of megabytes.
const MAX_PAGE_BYTES: usize = 2 * 1024 * 1024;

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// No such thing, or not for this member.
    #[error("there is no such thing, or it is not for you")]
    NotFound,
    /// The cursor is older than what is kept, or from the future.
    #[error("the cursor is not one of this hub's: load everything again, in place")]
    Resync,
    /// Another generation, or a hub that went back in time (S13).
    #[error("the hub's history is another one than this device knows")]
    RolledBack,
    /// A parameter is wrong.
    #[error("{0}")]
    BadRequest(&'static str),
    /// The store cannot.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<rusqlite::Error> for FeedError {
    fn from(e: rusqlite::Error) -> Self {
        FeedError::Store(e.into())
    }
}

/// The head, where the client's history is the hub's.
pub fn head_for(connection: &Connection, seen: &Seen) -> Result<Head, FeedError> {
    let head = read_head(connection)?;
    match seen.compare(&head, |seq| read_mark(connection, seq))? {
        History::Same => Ok(head),
        History::Forgotten => Err(FeedError::Resync),
        History::Other => Err(FeedError::RolledBack),
    }
}

/// The grants of a member, by scope.
pub fn grants_of(connection: &Connection, member: MemberId) -> Result<Vec<Grant>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT row FROM entity WHERE scope = ?1 AND kind = ?2")?;
    let rows = statement
        .query_map(params![Scope::Member(member).to_string(), Kind::Grant.as_str()], |r| r.get::<_, String>(0))?;
    let mut grants = Vec::new();
    for text in rows {
        if let Row::Grant(grant) = Row::from_text(Kind::Grant, &text?)? {
            grants.push(grant);
        }
    }
    grants.sort_by_key(|g| g.scope);
    Ok(grants)
}
