//! What lists, heads and threads show. Reads only: runs on a `query_only` reader.

mod chats;
mod contacts;
mod head;
mod history;
mod lists;
mod names;
mod outbox;
mod outbox_case;
mod people;
mod places;
mod reasons;
mod search;
mod thread;
mod waiting;

pub(crate) use chats::{NoPage, absent, count_chats, list_chats};
pub(crate) use contacts::list_contacts;
pub(crate) use head::{chat_head, list_assignees};
pub(crate) use history::list_history;
pub(crate) use lists::{channels, default_view};
pub(crate) use names::{Names, conversation_title, direct_title, searched_name, title_of};
pub(crate) use outbox::list_outbox;
pub(crate) use outbox_case::{chat_gone, outbox_case};
pub(crate) use people::{is_named, list_members, list_tags, signed_in};
pub(crate) use places::list_places;
pub(crate) use reasons::{held, refused};
pub(crate) use search::{Here, find_in_chat, find_names, search, suggest_search};
pub(crate) use thread::{find_date, is_allowed_link, list_messages};
pub(crate) use waiting::{needs, unread_badges};

use super::{LOCAL_POS, Stored, meta, rows};
use deskbell_domain::{ChatId, Kind, MemberId, Quiet, ReadPosition, Row, TagId, UnreadMarkId};
use rusqlite::{Connection, params};

/// The unread mark that the member sees on a chat.
pub(crate) fn unread_mark(c: &Connection, chat: ChatId) -> Stored<Option<UnreadMarkId>> {
    let Some(identity) = meta::identity(c)? else { return Ok(None) };
    Ok(match rows::row(c, Kind::ReadPosition, ReadPosition::id_of(identity.me, chat))? {
        Some(Row::ReadPosition(reading)) => reading.marked.map(|mark| mark.id),
        _ => None,
    })
}

/// When a member is not to be disturbed; `None` where they never said.
pub(crate) fn quiet(c: &Connection, me: MemberId) -> Stored<Option<Quiet>> {
    Ok(match rows::row(c, Kind::Quiet, Quiet::id_of(me))? {
        Some(Row::Quiet(quiet)) => Some(quiet),
        _ => None,
    })
}

/// Name of a tag.
pub(crate) fn tag_name(c: &Connection, tag: TagId) -> Stored<Option<String>> {
    Ok(rows::tag(c, tag)?.map(|tag| tag.name.to_string()))
}

/// Position of the newest entry of a chat that the hub has; 0 = none.
pub(crate) fn last_pos(c: &Connection, chat: ChatId) -> Stored<u64> {
    let pos: Option<i64> = c
        .prepare_cached("SELECT max(pos) FROM live_message WHERE chat = ? AND pos < ?")?
        .query_row(params![chat.0.into_bytes(), LOCAL_POS], |r| r.get(0))?;
    Ok(pos.unwrap_or(0) as u64)
}
