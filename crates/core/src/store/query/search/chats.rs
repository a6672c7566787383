//! Chats that were found by what they are called or by a tag.

use super::super::chats::assignee_shown;
use super::super::head::closed_info;
use super::super::lists::{Key, Page, START};
use super::super::names::Names;
use super::called::{Candidates, OF_CHATS, candidates, named};
use super::known::{Chat, Known};
use super::messages::Place;
use super::narrowing::Narrowing;
use super::tags::tagged;
use super::{marked, tags};
use crate::rpc::types::{FoundChat, FoundTag};
use crate::store::listed::{ListId, Part};
use crate::store::{Stored, rows, uuid_from};
use deskbell_domain::search::{Phrase, Question, matches};
use deskbell_domain::{ChatId, Kind, TagId};
use rusqlite::{Connection, params};
use std::collections::BTreeSet;
use std::rc::Rc;

/// Most messages of a chat that are counted; more are said as this many.
const MOST_COUNTED: u32 = 1000;

/// Most chats of one name of which the newest are chosen.
const MOST_CANDIDATES: usize = 150;

/// How many chats are looked through, newest first, where names alone do not lead to them.
const MOST_LOOKED: usize = 150;

/// A part of a list, newest message first.
pub(super) const NEWEST: &str = "SELECT recent_message, id FROM chat INDEXED BY chat_recent_message
     WHERE list = ?1 AND bucket = ?2 AND (recent_message, id) > (?3, ?4) ORDER BY recent_message, id";

/// How many messages a chat has, as far as they are counted.
pub(super) const COUNT: &str = "SELECT count(*) FROM (SELECT 1 FROM live_message WHERE chat = ? AND said = 1 LIMIT ?)";

/// A few of the chats that were found, newest first, and whether there are more.
pub(super) fn found(
    c: &Connection,
    names: &Names<'_>,
    question: &Question,
    narrowing: &Narrowing<'_>,
    most: usize,
) -> Stored<(Vec<FoundChat>, bool)> {
    let phrases = &question.phrases;
    let tags: BTreeSet<TagId> = named(c, Kind::Tag, phrases, MOST_CANDIDATES)?.into_iter().map(TagId).collect();
    let mut found: Vec<(i64, ChatId, Rc<Known>, Option<TagId>)> = Vec::new();
    let mut seen = BTreeSet::new();
    let mut look_at = |chat: ChatId| -> Stored<usize> {
        if seen.insert(chat)
            && let Some(known) = narrowing.known(chat)?
        {
            let called = matches(&known.called, phrases);
            let tag = if called || tags.is_empty() { None } else { known.tags(c)?.intersection(&tags).next().copied() };
            if (called || tag.is_some()) && narrowing.lets_chat(chat, &known)? {
                found.push((known.at_ms(), chat, known, tag));
            }
        }
        Ok(found.len())
    };
    let led_to = led_to(c, names, phrases, &tags, narrowing)?;
    let mut enough = false;
    if !led_to.all {
        // What is frequent is found among the newest at once.
        for chat in newest(c, &narrowing.parts()?, MOST_LOOKED)? {
            enough = look_at(chat)? > most;
            if enough {
                break;
            }
        }
    }
    for chat in led_to.chats.into_iter().filter(|_| !enough) {
        look_at(chat)?;
    }
    found.sort_by_key(|(at_ms, chat, ..)| (-at_ms, *chat));
    let more = found.len() > most;
    found.truncate(most);
    let shown = found.into_iter().map(|(_, chat, known, tag)| shown(c, names, chat, &known, tag, phrases));
    Ok((shown.collect::<Stored<_>>()?, more))
}

/// The chats that names, tags and operators lead to.
fn led_to(
    c: &Connection,
    names: &Names<'_>,
    phrases: &[Phrase],
    tags: &BTreeSet<TagId>,
    narrowing: &Narrowing<'_>,
) -> Stored<Candidates> {
    if phrases.is_empty() {
        let chats = narrowing.chats()?;
        return Ok(Candidates { all: chats.is_some(), chats: chats.unwrap_or_default() });
    }
    let called = candidates(c, names, &OF_CHATS, phrases, MOST_CANDIDATES)?;
    let of_tags = tagged(c, tags, MOST_CANDIDATES)?;
    let all = called.all && of_tags.is_some();
    Ok(Candidates { all, chats: &called.chats | &of_tags.unwrap_or_default() })
}

/// The chats with the newest messages in some parts of lists.
pub(super) fn newest(c: &Connection, parts: &[(ListId, Part)], most: usize) -> Stored<Vec<ChatId>> {
    let mut statement = c.prepare_cached(NEWEST)?;
    let mut page = Page::new(most);
    for (list, part) in parts {
        for pinned in [false, true] {
            let (after, id): Key = START;
            let mut rows = statement.query(params![list.bytes(), part.bucket(pinned), after, id.into_bytes()])?;
            while let Some(r) = rows.next()? {
                if !page.takes((r.get(0)?, r.get(1).map(uuid_from)?)) {
                    break;
                }
            }
        }
    }
    Ok(page.sorted().into_iter().map(|(_, id)| ChatId(id)).collect())
}

/// As it is shown.
pub(super) fn shown(
    c: &Connection,
    names: &Names<'_>,
    chat: ChatId,
    known: &Known,
    tag: Option<TagId>,
    phrases: &[Phrase],
) -> Stored<FoundChat> {
    let title = known.title(names)?;
    let place = Place::of(c, known)?;
    let (mut closed, mut assignee) = (None, None);
    if let Chat::Conversation(conversation) = &known.chat {
        let channel = rows::channel(c, conversation.channel)?;
        let inbox = rows::inbox_of(c, channel.as_ref())?;
        closed = closed_info(names, conversation)?;
        assignee = assignee_shown(c, conversation, inbox.as_ref())?.map(|id| names.member(id)).transpose()?;
    }
    let messages = c.prepare_cached(COUNT)?.query_row(params![chat.0.into_bytes(), MOST_COUNTED], |r| r.get(0))?;
    let tag: Option<FoundTag> = tag.map(|tag| tags::shown(c, tag, phrases)).transpose()?.flatten();
    Ok(FoundChat {
        chat,
        kind: place.kind.into(),
        title: marked(&title.text, phrases),
        initials: title.initials,
        tint: title.tint,
        channel: place.channel,
        inbox: place.inbox,
        at_ms: known.at_ms(),
        tag,
        messages,
        closed,
        archived: known.part == Part::Archived,
        assignee,
        unread: known.unread,
    })
}
