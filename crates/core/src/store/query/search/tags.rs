//! Tags that were found.

use super::super::chats::tags_of;
use super::marked;
use crate::rpc::types::FoundTag;
use crate::store::Stored;
use deskbell_domain::TagId;
use deskbell_domain::search::Phrase;
use rusqlite::Connection;

/// As it is shown; `None` where it is there no more.
pub(super) fn shown(c: &Connection, id: TagId, phrases: &[Phrase]) -> Stored<Option<FoundTag>> {
    let found = tags_of(c, &[id].into(), &[])?.pop();
    Ok(found.map(|tag| FoundTag { name: marked(&tag.name, phrases), tag, chats: 0 }))
}
