//! Messages that were found, newest first.

use super::super::chats::kind_of;
use super::super::names::Names;
use super::called::words;
use super::known::{Chat, Known};
use super::narrowing::{Found, Narrowing};
use crate::rpc::types::{EntryAuthor, FoundMessage};
use crate::store::index::Fact;
use crate::store::{Stored, rows, uuid_from};
use deskbell_domain::search::{Phrase, Question, snippet};
use deskbell_domain::{Author, ChatId, Content, Kind, MemberId, Message, Row};
use rusqlite::{Connection, params};
use std::rc::Rc;

/// How much is read for a page: messages, each chat that must be looked at for as many as this, each so many bytes of text
/// for one.
const MOST_READ: usize = 3_000;
const PER_CHAT: usize = 8;
const BYTES: usize = 256;

/// By the index. Never sorted by anything else: that would read all that matches before it shows the first.
pub(super) const BY_WORDS: &str = "SELECT m.pos, m.chat, m.author, m.at_ms, m.json
     FROM message_index i CROSS JOIN message m ON m.pos = i.rowid
     WHERE i.message_index MATCH ?3 AND i.rowid < ?1 AND i.rowid >= ?2 ORDER BY i.rowid DESC";

/// By nothing that the index knows.
pub(super) const ALL: &str = "SELECT m.pos, m.chat, m.author, m.at_ms, m.json FROM message m
     WHERE m.pos < ?1 AND m.pos >= ?2 AND m.said = 1 AND ?3 IS NULL ORDER BY m.pos DESC";

/// A message with the chat that it is in.
pub(super) struct Hit {
    pub message: Message,
    pub known: Rc<Known>,
}

/// Some of what was found.
pub(super) struct Page {
    pub messages: Vec<Hit>,
    /// Where to go on: nothing is said of what is below.
    pub next: Option<i64>,
}

/// A page of the messages below a position that have all words and are let through.
pub(super) fn page(
    c: &Connection,
    question: &Question,
    narrowing: &Narrowing<'_>,
    chat: Option<ChatId>,
    below: i64,
    most: usize,
) -> Stored<Page> {
    let mut wanted = [words(&question.phrases), narrowing.facts()?].concat();
    wanted.extend(chat.map(|chat| super::called::one_of([Fact::Chat(chat)])));
    let wanted = (!wanted.is_empty()).then(|| wanted.join(" AND "));
    let mut statement = c.prepare_cached(if wanted.is_some() { BY_WORDS } else { ALL })?;
    let mut rows = statement.query(params![below, narrowing.from_pos(), wanted])?;
    let mut page = Page { messages: Vec::new(), next: None };
    let (mut read, mut last) = (0, below);
    while let Some(r) = rows.next()? {
        if read + narrowing.looked_at() * PER_CHAT >= MOST_READ {
            page.next = Some(last);
            break;
        }
        let entry = Found {
            pos: r.get(0)?,
            chat: r.get(1).map(|id| ChatId(uuid_from(id)))?,
            author: r.get::<_, Option<[u8; 16]>>(2)?.map(|id| MemberId(uuid_from(id))),
            at_ms: r.get(3)?,
        };
        let lets = chat.is_none_or(|chat| chat == entry.chat) && narrowing.lets(&entry)?;
        if lets && page.messages.len() == most {
            page.next = Some(last);
            break;
        }
        (read, last) = (read + 1, entry.pos);
        if !lets {
            continue;
        }
        let json = r.get_ref(4)?.as_str().map_err(rusqlite::Error::from)?;
        read += json.len() / BYTES;
        if let (Row::Message(message), Some(known)) = (rows::parsed(Kind::Message, json)?, narrowing.known(entry.chat)?)
        {
            page.messages.push(Hit { message, known });
        }
    }
    Ok(page)
}

/// The text of a message.
pub(super) fn text_of(message: &Message) -> &str {
    match &message.content {
        Content::Text { text } => text.as_str(),
        _ => "",
    }
}

/// As it is shown.
pub(super) fn found(c: &Connection, names: &Names<'_>, phrases: &[Phrase], hit: Hit) -> Stored<FoundMessage> {
    let Hit { message, known } = hit;
    let title = known.title(names)?.text;
    let author = match message.author {
        Author::Member(id) => EntryAuthor::Member(names.member(id)?),
        Author::Contact => EntryAuthor::Contact { name: title.clone() },
        Author::System => EntryAuthor::System,
    };
    let place = Place::of(c, &known)?;
    Ok(FoundMessage {
        message: message.id,
        chat: message.chat,
        title,
        channel: place.channel,
        inbox: place.inbox,
        pos: message.pos,
        at_ms: message.at_ms,
        author,
        text: snippet(text_of(&message), phrases).into(),
    })
}

/// Where a chat is, for reading.
pub(super) struct Place {
    pub kind: &'static str,
    pub channel: Option<String>,
    pub inbox: Option<String>,
}

impl Place {
    pub fn of(c: &Connection, known: &Known) -> Stored<Self> {
        let conversation = match &known.chat {
            Chat::Direct(_) => return Ok(Self { kind: "direct", channel: None, inbox: None }),
            Chat::Team(_) => return Ok(Self { kind: "team", channel: None, inbox: None }),
            Chat::Conversation(conversation) => conversation,
        };
        let channel = rows::channel(c, conversation.channel)?;
        let inbox = rows::inbox_of(c, channel.as_ref())?;
        Ok(Self {
            kind: kind_of(channel.as_ref()),
            channel: channel.map(|channel| channel.kind.as_str().into()),
            inbox: inbox.map(|inbox| inbox.name.into()),
        })
    }
}
