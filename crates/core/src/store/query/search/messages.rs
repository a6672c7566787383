//! Messages that were found, newest first.

use super::super::chats::kind_of;
use super::super::names::Names;
use super::called::{one_of, words};
use super::known::{Chat, Known};
use super::narrowing::{Found, Narrowing};
use crate::rpc::types::{EntryAuthor, FoundMessage};
use crate::store::index::Fact;
use crate::store::{LOCAL_POS, OutboxState, Stored, rows, uuid_from};
use deskbell_domain::search::{Phrase, Question, matches, snippet};
use deskbell_domain::{Author, ChatId, Content, Kind, MemberId, Message, MessageId, Row};
use rusqlite::{Connection, params};
use std::rc::Rc;

/// Each chat that must be looked at counts for as many messages that are read, and so many bytes of text for one.
const PER_CHAT: usize = 12;
const BYTES: usize = 256;

/// Most texts that have no row, as they were refused or are held.
const MOST_UNSENT: usize = 100;

/// By the index. Never sorted by anything else: that would read all that matches before it shows the first.
pub(super) const BY_WORDS: &str = "SELECT m.pos, m.chat, m.author, m.at_ms, m.json
     FROM message_index i CROSS JOIN live_message m ON m.pos = i.rowid
     WHERE i.message_index MATCH ?3 AND i.rowid < ?1 AND i.rowid >= ?2 ORDER BY i.rowid DESC";

/// By nothing that the index knows.
pub(super) const ALL: &str = "SELECT m.pos, m.chat, m.author, m.at_ms, m.json FROM live_message m
     WHERE m.pos < ?1 AND m.pos >= ?2 AND m.said = 1 AND ?3 IS NULL ORDER BY m.pos DESC";

/// What the member wrote and no thread has as a message, newest first.
pub(super) const UNSENT: &str = "SELECT o.message, o.chat, o.created_ms, o.body FROM outbox o
     WHERE o.state = ?1 AND o.body IS NOT NULL AND o.chat IS NOT NULL
     AND NOT EXISTS (SELECT 1 FROM live_message m WHERE m.id = o.message) ORDER BY o.n DESC LIMIT ?2";

/// A message with the chat that it is in.
pub(super) struct Hit {
    pub message: MessageId,
    pub chat: ChatId,
    pub pos: Option<u64>,
    pub at_ms: i64,
    pub author: Author,
    pub text: String,
    pub known: Rc<Known>,
}

/// Some of what was found.
pub(super) struct Page {
    pub messages: Vec<Hit>,
    /// Where to go on: nothing is said of what is below.
    pub next: Option<i64>,
}

/// Which messages a page is of.
pub(super) struct Wanted<'a> {
    pub question: &'a Question,
    pub narrowing: &'a Narrowing<'a>,
    /// Only those of one chat.
    pub chat: Option<ChatId>,
    /// Only those before a position in the cache's order.
    pub below: i64,
    pub most: usize,
    /// How many may be read for it.
    pub patience: usize,
}

impl Wanted<'_> {
    /// Those that have all words and are let through, newest first.
    pub fn page(&self, c: &Connection) -> Stored<Page> {
        let mut page = Page { messages: Vec::new(), next: None };
        let Some(facts) = self.narrowing.facts()? else { return Ok(page) };
        let of_chat = self.chat.and_then(|chat| one_of([Fact::Chat(chat)]));
        let wanted: Vec<String> = words(&self.question.phrases).into_iter().chain(facts).chain(of_chat).collect();
        let wanted = (!wanted.is_empty()).then(|| wanted.join(" AND "));
        let mut statement = c.prepare_cached(if wanted.is_some() { BY_WORDS } else { ALL })?;
        let mut rows = statement.query(params![self.below, self.narrowing.first_pos(), wanted])?;
        let (mut read, mut last) = (0, self.below);
        while let Some(r) = rows.next()? {
            if read + self.narrowing.looked_at() * PER_CHAT >= self.patience {
                page.next = Some(last);
                break;
            }
            let entry = Found {
                pos: r.get(0)?,
                chat: r.get(1).map(|id| ChatId(uuid_from(id)))?,
                author: r.get::<_, Option<[u8; 16]>>(2)?.map(|id| MemberId(uuid_from(id))),
                at_ms: r.get(3)?,
            };
            let lets = self.chat.is_none_or(|chat| chat == entry.chat) && self.narrowing.lets(&entry)?;
            if lets && page.messages.len() == self.most {
                page.next = Some(last);
                break;
            }
            (read, last) = (read + 1, entry.pos);
            if !lets {
                continue;
            }
            let json = r.get_ref(4)?.as_str().map_err(rusqlite::Error::from)?;
            read += json.len() / BYTES;
            page.messages.extend(self.hit(json)?);
        }
        Ok(page)
    }

    fn hit(&self, json: &str) -> Stored<Option<Hit>> {
        let Row::Message(Message { id, chat, pos, at_ms, author, content: Content::Text { text }, .. }) =
            rows::parsed(Kind::Message, json)?
        else {
            return Ok(None);
        };
        let Some(known) = self.narrowing.known(chat)? else { return Ok(None) };
        Ok(Some(Hit { message: id, chat, pos, at_ms, author, text: text.into(), known }))
    }

    /// What the member wrote, and no thread has as a message: it was refused, or is held. Newest first.
    pub fn unsent(&self, c: &Connection, me: Option<MemberId>) -> Stored<Vec<Hit>> {
        let Some(me) = me else { return Ok(Vec::new()) };
        let mut statement = c.prepare_cached(UNSENT)?;
        let mut hits = Vec::new();
        for state in [OutboxState::Refused, OutboxState::Held, OutboxState::Waiting] {
            let mut rows = statement.query(params![state.as_str(), MOST_UNSENT as i64])?;
            while let Some(r) = rows.next()? {
                let (message, chat) = (r.get(0).map(uuid_from)?.into(), ChatId(r.get(1).map(uuid_from)?));
                let (at_ms, text): (i64, String) = (r.get(2)?, r.get(3)?);
                let entry = Found { pos: LOCAL_POS, chat, author: Some(me), at_ms };
                let here = self.chat.is_none_or(|wanted| wanted == chat);
                if here
                    && matches(&text, &self.question.phrases)
                    && self.narrowing.lets(&entry)?
                    && let Some(known) = self.narrowing.known(chat)?
                {
                    hits.push(Hit { message, chat, pos: None, at_ms, author: Author::Member(me), text, known });
                }
            }
        }
        hits.sort_by_key(|hit| (-hit.at_ms, hit.message));
        Ok(hits)
    }
}

/// As it is shown.
pub(super) fn found(c: &Connection, names: &Names<'_>, phrases: &[Phrase], hit: &Hit) -> Stored<FoundMessage> {
    let title = hit.known.title(names)?.text;
    let author = match hit.author {
        Author::Member(id) => EntryAuthor::Member(names.member(id)?),
        Author::Contact => EntryAuthor::Contact { name: title.clone() },
        Author::System => EntryAuthor::System,
    };
    let place = Place::of(c, &hit.known)?;
    Ok(FoundMessage {
        message: hit.message,
        chat: hit.chat,
        title,
        channel: place.channel,
        inbox: place.inbox,
        pos: hit.pos,
        at_ms: hit.at_ms,
        author,
        text: snippet(&hit.text, phrases).into(),
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
