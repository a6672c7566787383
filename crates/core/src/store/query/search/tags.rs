//! Tags that were found, and the conversations that have them.

use super::super::chats::tags_of;
use super::super::names::Names;
use super::marked;
use crate::rpc::types::FoundTag;
use crate::store::{Stored, uuid_from};
use deskbell_domain::search::Phrase;
use deskbell_domain::{ChatId, TagId};
use rusqlite::{Connection, params};
use std::collections::BTreeSet;

/// Most conversations of a tag that are counted; more are said as this many.
const MOST_COUNTED: usize = 1000;

/// The conversations that have a tag. Each is looked at by itself only while a list that has gone is being swept away.
pub(super) const TAGGED: &str = "SELECT chat FROM chat_tag WHERE tag = ?1 AND (NOT EXISTS (SELECT 1 FROM dead) OR NOT EXISTS
     (SELECT 1 FROM chat c CROSS JOIN dead ON dead.list = c.list WHERE c.id = chat_tag.chat)) ORDER BY chat DESC LIMIT ?2";

/// What a tag was called before it was found to be another.
pub(super) const ONCE: &str = "SELECT loser FROM alias WHERE winner = ?1";

/// Conversations with one of the tags, and whether there are no others: no more than about so many of each, by their ids. An id
/// of version 7 (RFC 9562) says when a conversation began, and those that began last are taken; one that was derived (as of a web
/// chat) says nothing.
pub(super) fn tagged(c: &Connection, tags: &BTreeSet<TagId>, most: usize) -> Stored<(Vec<ChatId>, bool)> {
    let (mut by_tag, mut once) = (c.prepare_cached(TAGGED)?, c.prepare_cached(ONCE)?);
    let (mut found, mut all) = (Vec::new(), true);
    for tag in tags {
        let losers = once.query_map([tag.0.into_bytes()], |r| r.get::<_, [u8; 16]>(0))?;
        for id in std::iter::once(Ok(tag.0.into_bytes())).chain(losers) {
            let before = found.len();
            for chat in by_tag.query_map(params![id?, most as i64 + 1], |r| r.get(0).map(uuid_from))? {
                found.push(ChatId(chat?));
            }
            all &= found.len() - before <= most;
        }
    }
    // One may have several of them.
    found.sort_unstable();
    found.dedup();
    Ok((found, all))
}

/// As it is shown; `None` where it is there no more.
pub(super) fn shown(c: &Connection, names: &Names<'_>, id: TagId, phrases: &[Phrase]) -> Stored<Option<FoundTag>> {
    let Some(tag) = tags_of(names, &[id].into(), &[])?.pop() else { return Ok(None) };
    let chats = tagged(c, &[tag.id].into(), MOST_COUNTED)?.0.len().min(MOST_COUNTED);
    Ok(Some(FoundTag { name: marked(&tag.name, phrases), tag, chats: u32::try_from(chats).unwrap_or(u32::MAX) }))
}
