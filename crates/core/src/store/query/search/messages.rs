//! Messages that were found, newest first.

use super::called::{beginnings, one_of, words};
use super::known::Chats;
use super::lets::Found;
use super::merged::Merged;
use super::narrowing::Narrowing;
use super::when::Here;
use crate::rpc::types::{EntryAuthor, FoundMessage};
use crate::store::index::Fact;
use crate::store::{LOCAL_POS, OutboxState, Stored, rows, uuid_from};
use deskbell_domain::search::{Phrase, Question, matches, snippet};
use deskbell_domain::{Author, ChatId, Content, Kind, MemberId, Message, MessageId, Row};
use rusqlite::{Connection, params};

/// So many bytes of text count for one message that is read.
const BYTES: usize = 256;

/// A message further away than this is on another page of the file, which is read and decrypted for it alone; that takes as
/// long as reading some messages that stand together.
const FAR: i64 = 8;
const PER_PAGE: usize = 3;

/// After so many that are not wanted, one after the other, the index is asked exactly.
const MOST_STRAYS: usize = 16;

/// Most texts that have no row, as they were refused or are held.
const MOST_UNSENT: usize = 100;

/// By the index. Never sorted by anything else: that would read all that matches before it shows the first.
pub(super) const BY_WORDS: &str = "SELECT m.pos, m.chat, m.author, m.json
     FROM message_index i CROSS JOIN live_message m ON m.pos = i.rowid
     WHERE i.message_index MATCH ?3 AND i.rowid < ?1 AND i.rowid >= ?2 ORDER BY i.rowid DESC";

/// By nothing that the index knows.
pub(super) const ALL: &str = "SELECT m.pos, m.chat, m.author, m.json FROM live_message m
     WHERE m.pos < ?1 AND m.pos >= ?2 AND m.said = 1 AND ?3 IS NULL ORDER BY m.pos DESC";

/// One of them.
pub(super) const ONE: &str = "SELECT m.pos, m.chat, m.author, m.json FROM live_message m WHERE m.pos = ?1";

/// What the member wrote and no thread has as a message, newest first.
pub(super) const UNSENT: &str = "SELECT o.message, o.chat, o.created_ms, o.body FROM outbox o
     WHERE o.state = ?1 AND o.body IS NOT NULL AND o.chat IS NOT NULL
     AND NOT EXISTS (SELECT 1 FROM live_message m WHERE m.id = o.message) ORDER BY o.n DESC LIMIT ?2";

/// A message that was found.
pub(super) struct Hit {
    pub message: MessageId,
    pub chat: ChatId,
    pub pos: Option<u64>,
    pub at_ms: i64,
    pub author: Author,
    pub text: String,
}

/// Some of what was found.
#[derive(Default)]
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
    pub here: &'a Here,
}

/// A page while it is read.
struct Reading<'a> {
    wanted: &'a Wanted<'a>,
    page: Page,
    /// How much was read for it, in messages.
    read: usize,
    /// What chats took before.
    spent: usize,
    /// The position of what was read last.
    last: i64,
    /// The index is asked for all that there is to know.
    exactly: bool,
    /// How many of those that were read last are not wanted, as the index was not asked exactly.
    strays: usize,
}

impl Reading<'_> {
    /// Whether nothing more is read; then it is said where to go on. At least one was read for each page.
    fn is_over(&mut self) -> bool {
        let spent = self.wanted.narrowing.chats.spent() - self.spent;
        if self.last == self.wanted.below || self.read + spent < self.wanted.here.patience {
            return false;
        }
        self.page.next = Some(self.last);
        true
    }

    /// Takes a row if it is let through; `false`: it is more than a page.
    fn takes(&mut self, r: &rusqlite::Row<'_>) -> Stored<bool> {
        let found = Found {
            pos: r.get(0)?,
            chat: r.get(1).map(|id| ChatId(uuid_from(id)))?,
            author: r.get::<_, Option<[u8; 16]>>(2)?.map(|id| MemberId(uuid_from(id))),
        };
        let here = self.wanted.chat.is_none_or(|chat| chat == found.chat);
        if here && self.wanted.narrowing.lets(&found)? {
            let json = r.get_ref(3)?.as_str().map_err(rusqlite::Error::from)?;
            self.read += json.len() / BYTES;
            let hit = hit(json)?.filter(|hit| {
                let called = self.exactly || matches(&hit.text, &self.wanted.question.phrases);
                called && self.wanted.narrowing.lets_hit(hit)
            });
            self.strays = if hit.is_some() { 0 } else { self.strays + 1 };
            if hit.is_some() && self.page.messages.len() == self.wanted.most {
                self.page.next = Some(self.last);
                return Ok(false);
            }
            self.page.messages.extend(hit);
        }
        self.passes(found.pos);
        Ok(true)
    }

    fn passes(&mut self, pos: i64) {
        let far = self.last.saturating_sub(pos) > FAR;
        self.read += 1 + if far { PER_PAGE } else { 0 };
        self.last = pos;
    }
}

fn hit(json: &str) -> Stored<Option<Hit>> {
    let Row::Message(Message { id, chat, pos, at_ms, author, content: Content::Text { text }, .. }) =
        rows::parsed(Kind::Message, json)?
    else {
        return Ok(None);
    };
    Ok(Some(Hit { message: id, chat, pos, at_ms, author, text: text.into() }))
}

impl Wanted<'_> {
    /// Those that have all words and are let through, newest first.
    pub fn page(&self, c: &Connection) -> Stored<Page> {
        let mut reading = Reading {
            wanted: self,
            page: Page::default(),
            read: 0,
            spent: self.narrowing.chats.spent(),
            last: self.below,
            exactly: true,
            strays: 0,
        };
        if let (true, Some(only)) = (self.question.phrases.is_empty(), &self.narrowing.only) {
            let merged = Merged::new(c, only, self.below, self.narrowing.first_pos())?;
            return self.of_chats(c, merged, reading);
        }
        // Nearly all of the newest were written since whatever day is asked for, and most that begin as a word does go on as
        // it does: at first it takes less time to look at them than to walk the lists of all days and all words.
        let phrases = &self.question.phrases;
        let asks_for_less = self.narrowing.since_ms.is_some() || beginnings(phrases) != words(phrases);
        reading.exactly = self.below != i64::MAX || self.narrowing.until_ms.is_some() || !asks_for_less;
        if !self.of_rows(c, &mut reading)? {
            reading.exactly = true;
            self.of_rows(c, &mut reading)?;
        }
        Ok(reading.page)
    }

    /// Reads on; `false`: the index has to be asked exactly.
    fn of_rows(&self, c: &Connection, reading: &mut Reading<'_>) -> Stored<bool> {
        let (phrases, exactly) = (&self.question.phrases, reading.exactly);
        let Some(facts) = self.narrowing.facts(self.here.few, exactly)? else { return Ok(true) };
        let of_chat = self.chat.and_then(|chat| one_of([Fact::Chat(chat)]));
        let words = if exactly { words(phrases) } else { beginnings(phrases) };
        let wanted: Vec<String> = words.into_iter().chain(facts).chain(of_chat).collect();
        let wanted = (!wanted.is_empty()).then(|| wanted.join(" AND "));
        let mut statement = c.prepare_cached(if wanted.is_some() { BY_WORDS } else { ALL })?;
        let mut rows = statement.query(params![reading.last, self.narrowing.first_pos(), wanted])?;
        while let Some(r) = rows.next()? {
            if reading.is_over() || !reading.takes(r)? {
                break;
            }
            if !exactly && reading.strays >= MOST_STRAYS {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Of few chats the newest is always known: nothing else is read.
    fn of_chats(&self, c: &Connection, mut merged: Merged<'_>, mut reading: Reading<'_>) -> Stored<Page> {
        let mut one = c.prepare_cached(ONE)?;
        while let Some((pos, author)) = merged.next()? {
            if reading.is_over() {
                break;
            }
            if !self.narrowing.lets_author(author) {
                reading.passes(pos);
                continue;
            }
            let mut rows = one.query([pos])?;
            if let Some(r) = rows.next()?
                && !reading.takes(r)?
            {
                break;
            }
        }
        Ok(reading.page)
    }

    /// What the member wrote, and no thread has as a message: it was refused, or is held. Newest first.
    pub fn unsent(&self, c: &Connection) -> Stored<Vec<Hit>> {
        let Some(me) = self.narrowing.chats.names.me else { return Ok(Vec::new()) };
        let mut statement = c.prepare_cached(UNSENT)?;
        let mut hits = Vec::new();
        for state in [OutboxState::Refused, OutboxState::Held, OutboxState::Waiting] {
            let mut rows = statement.query(params![state.as_str(), MOST_UNSENT as i64])?;
            while let Some(r) = rows.next()? {
                let (message, chat) = (r.get(0).map(uuid_from)?.into(), ChatId(r.get(1).map(uuid_from)?));
                let (at_ms, text): (i64, String) = (r.get(2)?, r.get(3)?);
                let found = Found { pos: LOCAL_POS, chat, author: Some(me) };
                if self.chat.is_none_or(|wanted| wanted == chat)
                    && self.narrowing.lets_time(at_ms)
                    && matches(&text, &self.question.phrases)
                    && self.narrowing.lets(&found)?
                {
                    hits.push(Hit { message, chat, pos: None, at_ms, author: Author::Member(me), text });
                }
            }
        }
        hits.sort_by_key(|hit| (-hit.at_ms, hit.message));
        Ok(hits)
    }
}

/// As it is shown; `None` where its chat is not here.
pub(super) fn found(chats: &Chats<'_>, phrases: &[Phrase], hit: &Hit) -> Stored<Option<FoundMessage>> {
    let Some(whole) = chats.whole(hit.chat)? else { return Ok(None) };
    let title = chats.title(&whole)?.text;
    let author = match hit.author {
        Author::Member(id) => EntryAuthor::Member(chats.names.member(id)?),
        Author::Contact => EntryAuthor::Contact { name: title.clone() },
        Author::System => EntryAuthor::System,
    };
    let place = chats.place(&whole)?;
    Ok(Some(FoundMessage {
        message: hit.message,
        chat: hit.chat,
        kind: place.kind.into(),
        title,
        channel: place.channel(),
        inbox: place.inbox().map(|inbox| inbox.name.to_string()),
        pos: hit.pos,
        at_ms: hit.at_ms,
        author,
        // What has a place the hub has.
        pending: if hit.pos.is_none() { chats.pending(hit.chat, hit.message)? } else { None },
        text: snippet(&hit.text, phrases).into(),
    }))
}
