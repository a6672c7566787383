//! The thread of one chat, backwards.

use super::{FeedError, MAX_PAGE_BYTES, grants_of};
use crate::store::{parse_json, read_row};
use deskbell_domain::{ChatId, Kind, MemberId, Scope};
use deskbell_protocol::{MessagesPage, SnapshotRow};
use rusqlite::{Connection, params};

/// The scope of a chat that the member may see.
pub fn scope_of_chat(connection: &Connection, member: MemberId, chat: ChatId) -> Result<Scope, FeedError> {
    // Lazily: nearly all that is asked for is a conversation.
    let found = Kind::CHATS.into_iter().find_map(|kind| read_row(connection, kind, chat.0).transpose());
    let scope = found.ok_or(FeedError::NotFound)??.row.scope();
    let granted = grants_of(connection, member)?.iter().any(|g| g.scope == scope);
    if granted { Ok(scope) } else { Err(FeedError::NotFound) }
}

/// The entries before a position, newest first.
pub fn messages(
    connection: &Connection,
    member: MemberId,
    chat: ChatId,
    before: Option<u64>,
    limit: usize,
) -> Result<MessagesPage, FeedError> {
    scope_of_chat(connection, member, chat)?;
    let before = before.and_then(|pos| i64::try_from(pos).ok()).unwrap_or(i64::MAX);
    let mut statement =
        connection.prepare_cached("SELECT id, rev, row FROM message WHERE chat = ?1 AND pos < ?2 ORDER BY pos DESC")?;
    let mut found = statement.query(params![chat.0, before])?;
    let mut page = MessagesPage { rows: Vec::new(), more: false };
    let mut bytes = 0;
    while let Some(r) = found.next()? {
        if page.rows.len() >= limit || bytes >= MAX_PAGE_BYTES {
            page.more = true;
            break;
        }
        let text: String = r.get(2)?;
        bytes += text.len();
        let row = parse_json(&text)?;
        page.rows.push(SnapshotRow { kind: Kind::Message.as_str().into(), id: r.get(0)?, rev: r.get(1)?, row });
    }
    Ok(page)
}
