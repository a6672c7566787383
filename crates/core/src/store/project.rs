//! What depends on a row that changes, and how far a chat is read. The rows of lists are made once per touched chat, before
//! the commit.

use super::listed::{self, Channels, ListId, ListRow, Part};
use super::query::channels;
use super::{LOCAL_POS, Store, Stored, Write, rows};
use deskbell_domain::{ChatId, Contact, Conversation, Inbox, Kind, MemberId, ReadPosition, Row, Scope, UnreadMark};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Most unread messages that are counted; more are shown as this many.
const MOST_UNREAD: i64 = 1000;

/// The assignee, as far as it is still somebody of the inbox: else nobody would see the conversation.
pub(crate) fn assignee_in(c: &Connection, conversation: &Conversation, inbox: &Inbox) -> Stored<Option<MemberId>> {
    assignee_of(conversation, inbox, |id| Ok(rows::member(c, id)?.map(|member| member.active)))
}

/// The same, for who knows of members whether they are active; `None` = the row has not arrived.
pub(crate) fn assignee_of(
    conversation: &Conversation,
    inbox: &Inbox,
    active: impl FnOnce(MemberId) -> Stored<Option<bool>>,
) -> Stored<Option<MemberId>> {
    let Some(assignee) = &conversation.assignee else { return Ok(None) };
    if !inbox.members.contains(&assignee.member) {
        return Ok(None);
    }
    // One that has not arrived yet (a first sync) is believed.
    Ok(active(assignee.member)?.unwrap_or(true).then_some(assignee.member))
}

/// How far a member has read in a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reading {
    /// Their read position, or what was there before they joined. What was notified and read once is not news again.
    pub pos: u64,
    /// *Mark unread from here*.
    pub marked: Option<UnreadMark>,
}

impl Reading {
    /// Everything up to here counts as read.
    pub fn upto(self) -> u64 {
        ReadPosition::read_to(self.pos, self.marked)
    }
}

/// How far the member has read.
pub(crate) fn reading(c: &Connection, me: MemberId, chat: ChatId, scope: Scope) -> Stored<Reading> {
    reading_from(c, me, chat, floor(c, scope)?)
}

/// The same where the floor is known.
pub(super) fn reading_from(c: &Connection, me: MemberId, chat: ChatId, floor: u64) -> Stored<Reading> {
    let (read, marked) = match rows::row(c, Kind::ReadPosition, ReadPosition::id_of(me, chat))? {
        Some(Row::ReadPosition(r)) => (r.pos, r.marked),
        _ => (0, None),
    };
    Ok(Reading { pos: read.max(floor), marked })
}

/// What was said in a scope before the member came to it counts as read.
pub(crate) fn floor(c: &Connection, scope: Scope) -> Stored<u64> {
    let floor: Option<i64> = c
        .prepare_cached("SELECT floor FROM scope WHERE name = ? AND state > 0")?
        .query_row([scope.to_string()], |r| r.get(0))
        .optional()?;
    Ok(floor.unwrap_or(0).unsigned_abs())
}

/// The position after which messages are unread. What a colleague handed over is unread from the first unanswered
/// message on, until the member has read on after the hand-over.
pub(super) fn unread_after(c: &Connection, me: MemberId, conversation: &Conversation, reading: Reading) -> Stored<u64> {
    let (read, upto) = (reading.pos, reading.upto());
    let handed = conversation.assignee.as_ref().is_some_and(|a| a.member == me && a.by != Some(me));
    let Some(unanswered) = conversation.unanswered.filter(|_| handed) else { return Ok(upto) };
    let handed_pos: Option<i64> = c
        .prepare_cached(
            "SELECT max(pos) FROM live_message WHERE chat = ? AND handed_to = ? AND author IS NOT ? AND pos < ?",
        )?
        .query_row(params![conversation.id.0.into_bytes(), me.0.into_bytes(), me.0.into_bytes(), LOCAL_POS], |r| {
            r.get(0)
        })?;
    let since = handed_pos.is_some_and(|pos| pos as u64 > read);
    Ok(if since { upto.min(unanswered.saturating_sub(1)) } else { upto })
}

/// Messages by others after a position. A chat that was marked unread has something to read where anything at all follows
/// the mark, one's own words too: whoever set it wants to come back.
pub(super) fn count_unread(c: &Connection, me: MemberId, chat: ChatId, after: u64, reading: Reading) -> Stored<i64> {
    let count: i64 = c
        .prepare_cached(
            "SELECT count(*) FROM (SELECT 1 FROM live_message
             WHERE chat = ? AND pos > ? AND pos < ? AND said = 1 AND author IS NOT ? LIMIT ?)",
        )?
        .query_row(params![chat.0.into_bytes(), after as i64, LOCAL_POS, me.0.into_bytes(), MOST_UNREAD], |r| {
            r.get(0)
        })?;
    let Some(mark) = reading.marked.filter(|_| count == 0) else { return Ok(count) };
    let from = i64::try_from(mark.from).unwrap_or(i64::MAX);
    let follows = c
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM live_message WHERE chat = ? AND pos >= ? AND pos < ?)")?
        .query_row(params![chat.0.into_bytes(), from, LOCAL_POS], |r| r.get(0))?;
    Ok(follows)
}

/// Whether lists have the chat.
pub(super) fn is_listed(c: &Connection, chat: ChatId) -> Stored<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM chat WHERE id = ? AND NOT EXISTS (SELECT 1 FROM dead WHERE dead.list = chat.list))";
    Ok(c.prepare_cached(sql)?.query_row([chat.0.into_bytes()], |r| r.get(0))?)
}

/// Lists that have anything.
fn open_lists(c: &Connection) -> Stored<Vec<ListId>> {
    let channels = channels(c)?.into_iter().map(|channel| ListId::of_channel(c, channel.id));
    channels.chain([Ok(ListId::Direct), Ok(ListId::Team)]).collect()
}

impl Store {
    /// A newer program has made the table of lists anew: their rows follow from what is here.
    pub(super) fn list_what_is_forgotten(&mut self) -> Stored<()> {
        if self.identity.is_none() || !listed::is_forgotten(&self.connection)? {
            return Ok(());
        }
        self.write(|w| {
            for kind in [Kind::Conversation, Kind::DirectChat, Kind::TeamChat] {
                w.touch_chats("SELECT id FROM live_entity WHERE kind = ?", kind.as_str().to_string())?;
            }
            Ok(())
        })
    }
}

impl Write<'_> {
    /// Notes what depends on a row that is written or gone.
    pub(crate) fn touch_row(&mut self, row: &Row) -> Stored<()> {
        match row {
            Row::Conversation(r) => self.touch_chat(r.id.0),
            Row::DirectChat(r) => self.touch_chat(r.id.0),
            Row::TeamChat(r) => self.touch_chat(r.id.0),
            Row::Message(r) => self.touch_chat(r.chat.0),
            Row::ReadPosition(r) => self.touch_listed(r.chat.0),
            Row::Inbox(r) => {
                self.tag("places");
                self.tag("members");
                for channel in channels(&self.tx)?.into_iter().filter(|channel| channel.inbox == Some(r.id)) {
                    self.touch_open(ListId::of_channel(&self.tx, channel.id)?)?;
                }
            }
            Row::Channel(r) => {
                self.tag("places");
                self.touch_chats("SELECT id FROM live_entity WHERE kind = 'conversation' AND scope = (SELECT n FROM scope WHERE name = ?)", Scope::Channel(r.id).to_string())?;
            }
            Row::Member(_) => {
                self.tag("members");
                self.tag("places");
                self.tag("session");
                for list in open_lists(&self.tx)? {
                    self.touch_open(list)?;
                }
            }
            Row::Contact(contact) => {
                self.tag("chats");
                self.tag("places");
                self.touch_titles(contact)?;
            }
            Row::Tag(_) => {
                self.tag("tags");
                self.tag("chats");
            }
            Row::Organization(_) => self.tag("session"),
            Row::Favorite(favorite) => {
                self.tag("places");
                if let Some(contact) = rows::contact(&self.tx, favorite.contact)? {
                    self.touch_titles(&contact)?;
                }
            }
            Row::Pin(r) => self.touch_listed(r.chat.0),
            Row::Quiet(_) => self.tag("quiet"),
            Row::Grant(_) => {}
        }
        Ok(())
    }

    fn touch_chats(&mut self, sql: &str, by: impl TouchedBy) -> Stored<()> {
        let ids: Vec<Uuid> = {
            let mut statement = self.tx.prepare_cached(sql)?;
            let ids = statement.query_map([by.value()], |r| r.get(0).map(super::uuid_from))?;
            ids.collect::<Result<_, _>>()?
        };
        ids.into_iter().for_each(|id| self.touch_chat(id));
        Ok(())
    }

    /// What is open in a list may be somebody else's now, or count elsewhere.
    fn touch_open(&mut self, list: ListId) -> Stored<()> {
        for part in Part::OPEN {
            for pinned in [false, true] {
                let ids: Vec<Uuid> = {
                    let mut statement = self
                        .tx
                        .prepare_cached("SELECT id FROM chat INDEXED BY chat_recent WHERE list = ? AND bucket = ?")?;
                    let ids = statement
                        .query_map(params![list.bytes(), part.bucket(pinned)], |r| r.get(0).map(super::uuid_from))?;
                    ids.collect::<Result<_, _>>()?
                };
                ids.into_iter().for_each(|id| self.touch_chat(id));
            }
        }
        Ok(())
    }

    /// Conversations of a contact are called otherwise now, the closed ones too, or it became a favorite.
    fn touch_titles(&mut self, contact: &Contact) -> Stored<()> {
        for address in &contact.addresses {
            let ids: Vec<Uuid> = {
                let mut statement =
                    self.tx.prepare_cached("SELECT id FROM chat INDEXED BY chat_address WHERE address = ?")?;
                let ids = statement.query_map([address.to_string()], |r| r.get(0).map(super::uuid_from))?;
                ids.collect::<Result<_, _>>()?
            };
            ids.into_iter().for_each(|id| self.touch_title(id));
        }
        Ok(())
    }

    /// Makes the list rows of all touched chats anew. Returns which they were.
    pub(super) fn project_touched(&mut self) -> Stored<BTreeSet<Uuid>> {
        let Some(identity) = self.identity else { return Ok(BTreeSet::new()) };
        let chats = std::mem::take(&mut self.touched.chats);
        let mut channels = Channels::default();
        for chat in &chats {
            self.look_up()?;
            self.project(identity.me, ChatId(*chat), &mut channels)?;
        }
        Ok(chats)
    }

    fn project(&mut self, me: MemberId, chat: ChatId, channels: &mut Channels) -> Stored<()> {
        match ListRow::made(&self.tx, me, chat, channels)? {
            Some(row) => row.put(&self.tx, chat),
            None => {
                self.tx.prepare_cached("DELETE FROM chat WHERE id = ?")?.execute([chat.0.into_bytes()])?;
                self.forget_reading(chat)?;
                Ok(())
            }
        }
    }
}

/// What [`Write::touch_chats`] selects by.
trait TouchedBy {
    fn value(self) -> rusqlite::types::Value;
}

impl TouchedBy for Uuid {
    fn value(self) -> rusqlite::types::Value {
        self.into_bytes().to_vec().into()
    }
}

impl TouchedBy for String {
    fn value(self) -> rusqlite::types::Value {
        self.into()
    }
}
