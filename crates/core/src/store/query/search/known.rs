//! What of a chat decides whether it, or a message in it, is found.

use super::super::names::{Names, Title};
use super::called::called;
use crate::store::listed::Part;
use crate::store::{Stored, outbox, rows};
use deskbell_domain::{ChatId, Conversation, DirectChat, LastMessage, TagId, TeamChat};
use rusqlite::{Connection, OptionalExtension};
use std::collections::BTreeSet;

/// Any chat.
#[allow(clippy::large_enum_variant, reason = "each is kept once, behind an `Rc`")]
pub(super) enum Chat {
    Conversation(Conversation),
    Direct(DirectChat),
    Team(TeamChat),
}

/// A chat that the member has.
pub(super) struct Known {
    pub chat: Chat,
    pub part: Part,
    pub unread: u32,
    /// All by which it is called.
    pub called: String,
}

impl Known {
    /// `None` where the member has no such chat, or has it no more.
    pub fn of(c: &Connection, names: &Names<'_>, id: ChatId) -> Stored<Option<Self>> {
        let listed: Option<(i64, u32)> = c
            .prepare_cached("SELECT bucket, unread FROM chat WHERE id = ?")?
            .query_row([id.0.into_bytes()], |r| Ok((r.get(0)?, r.get(1)?)))
            .optional()?;
        let Some((bucket, unread)) = listed else { return Ok(None) };
        let Some((part, _)) = Part::of_bucket(bucket) else { return Ok(None) };
        let (chat, called) = if let Some(conversation) = rows::conversation(c, id)? {
            let called = called(names, &conversation)?;
            (Chat::Conversation(conversation), called)
        } else if let Some(direct) = rows::direct_chat(c, id)? {
            let called = names.direct(&direct)?.0.text;
            (Chat::Direct(direct), called)
        } else if let Some(team) = rows::team_chat(c, id)? {
            let called = team.name.as_str().into();
            (Chat::Team(team), called)
        } else {
            return Ok(None);
        };
        Ok(Some(Self { chat, part, unread, called }))
    }

    /// Its tags, as they are called now.
    pub fn tags(&self, c: &Connection) -> Stored<BTreeSet<TagId>> {
        let Chat::Conversation(conversation) = &self.chat else { return Ok(BTreeSet::new()) };
        conversation.tags.iter().map(|tag| Ok(TagId(outbox::alias_of(c, tag.0)?))).collect()
    }

    /// How it is titled.
    pub fn title(&self, names: &Names<'_>) -> Stored<Title> {
        match &self.chat {
            Chat::Conversation(conversation) => names.conversation(conversation),
            Chat::Direct(direct) => Ok(names.direct(direct)?.0),
            Chat::Team(team) => Ok(names.team(team)),
        }
    }

    /// When something was last said in it, else when it began (UTC milliseconds).
    pub fn at_ms(&self) -> i64 {
        let (last, created_ms): (Option<&LastMessage>, i64) = match &self.chat {
            Chat::Conversation(chat) => (chat.last_message.as_ref(), chat.created_ms),
            Chat::Direct(chat) => (chat.last_message.as_ref(), chat.created_ms),
            Chat::Team(chat) => (chat.last_message.as_ref(), chat.created_ms),
        };
        last.map_or(created_ms, |last| last.at_ms)
    }
}
