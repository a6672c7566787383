//! What an event stream says next.

use super::{FeedError, changes};
use crate::commit::Seen;
use deskbell_domain::MemberId;
use deskbell_protocol::{Changes, Stamp};
use rusqlite::Connection;

/// Changes that travel in the event itself.
pub const MAX_CHANGES_IN_EVENT: usize = 100;

/// What is said to a member who is behind.
#[derive(Debug, Clone, PartialEq)]
pub enum News {
    /// All that there is, as it is little: the last page of the feed.
    Changes(Changes),
    /// There is something to pull, up to here.
    Head(Stamp),
}

impl News {
    /// The cursor of the stream afterwards: nothing up to it is said again.
    pub fn cursor(&self) -> u64 {
        match self {
            News::Changes(page) => page.to,
            News::Head(head) => head.seq,
        }
    }
}

/// What to say to a member whose stream is at `cursor` (a `seq`): a small change itself, of a large one (more than `most`
/// changes) only that it is there.
pub fn news(
    connection: &Connection,
    member: MemberId,
    cursor: u64,
    seen: &Seen,
    most: usize,
) -> Result<News, FeedError> {
    let page = changes(connection, member, cursor, seen, most)?;
    Ok(if page.more { News::Head(page.head) } else { News::Changes(page) })
}
