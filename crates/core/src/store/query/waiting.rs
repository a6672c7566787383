//! How lists, heads and threads mark what has not reached the hub, or was held or refused there.

use crate::notify::rule::Needs;
use crate::rpc::types::PendingMark;
use crate::store::{OutboxItem, OutboxState, Reason, Stored, outbox};
use deskbell_domain::{ChatId, Command, Hold, TagId};
use rusqlite::Connection;

/// The mark of an outbox row; none where the hub has done it.
pub(super) fn mark(item: &OutboxItem) -> Option<PendingMark> {
    match item.state {
        OutboxState::Waiting => Some(PendingMark::Waiting),
        OutboxState::Held => Some(PendingMark::Held),
        OutboxState::Refused => Some(PendingMark::Failed),
        OutboxState::Done => None,
    }
}

/// What waits in one chat.
pub(super) struct ChatWaiting {
    /// The worst of it. `Failed` is a message that was not sent; anything else that was refused needs attention, as
    /// what is held: under a message that arrived, *Not sent* would be read as said of it.
    pub mark: Option<PendingMark>,
    /// Tags put on or taken off.
    pub tags: Vec<TagId>,
}

pub(super) fn chat_waiting(c: &Connection, chat: ChatId) -> Stored<ChatWaiting> {
    let items = outbox::of_chat(c, chat)?;
    let marks = items.iter().filter(|item| !item.is_reading()).filter_map(|item| match mark(item)? {
        PendingMark::Failed if item.kind != "send_message" => Some(PendingMark::Held),
        mark => Some(mark),
    });
    let worst = marks.max_by_key(|mark| match mark {
        PendingMark::Waiting => 0,
        PendingMark::Held => 1,
        PendingMark::Failed => 2,
    });
    let tags = items
        .iter()
        .filter(|item| item.state == OutboxState::Waiting)
        .filter_map(|item| match item.command()? {
            Command::TagChat(tag) => Some(tag.tag),
            _ => None,
        })
        .collect();
    Ok(ChatWaiting { mark: worst, tags })
}

/// Unread chats, as badges count them.
pub(crate) fn unread_badges(c: &Connection) -> Stored<u32> {
    Ok(c.prepare_cached("SELECT ifnull(sum(badges), 0) FROM tally")?.query_row([], |r| r.get(0))?)
}

/// What in a chat (or in none) waits for the member's decision, the newest of it.
pub(crate) fn needs(c: &Connection, chat: Option<ChatId>) -> Stored<Option<Needs>> {
    let items = outbox::undecided(c, chat)?;
    Ok(items.iter().rev().find(|item| !item.is_reading()).map(|item| match &item.reason {
        Some(Reason::Held { hold: Hold::Answered { by, .. } }) => Needs::Answered { by: *by },
        _ if item.message.is_some() => Needs::Message,
        _ => Needs::Change,
    }))
}
