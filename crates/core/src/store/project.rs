//! What lists show and sort by, made from the rows: once per touched chat, before the commit.

use super::{LOCAL_POS, Stored, Write, rows};
use deskbell_domain::{
    ChatId, Conversation, Inbox, Kind, LastMessage, MemberId, NaturalKey, ReadPosition, Row, Scope, UnreadMark,
};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Added to the time of a chat without a message, so that it comes before all others.
const NO_MESSAGE: i64 = 1 << 50;

/// Most unread messages that are counted; more are shown as this many.
const MOST_UNREAD: i64 = 1000;

/// Where a chat stands in a list: newest message first, chats without one before all others.
pub(crate) fn sort_of(last: Option<&LastMessage>, created_ms: i64) -> i64 {
    last.map_or(NO_MESSAGE.saturating_add(created_ms), |m| m.at_ms)
}

/// The assignee, as far as it is still somebody of the inbox: else nobody would see the conversation.
pub(crate) fn assignee_in(c: &Connection, conversation: &Conversation, inbox: &Inbox) -> Stored<Option<MemberId>> {
    let Some(assignee) = &conversation.assignee else { return Ok(None) };
    if !inbox.members.contains(&assignee.member) {
        return Ok(None);
    }
    // One that has not arrived yet (a first sync) is believed.
    let active = rows::member(c, assignee.member)?.is_none_or(|m| m.active);
    Ok(active.then_some(assignee.member))
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
    let (read, marked) = match rows::row(c, Kind::ReadPosition, ReadPosition::id_of(me, chat))? {
        Some(Row::ReadPosition(r)) => (r.pos, r.marked),
        _ => (0, None),
    };
    let floor: Option<i64> = c
        .prepare_cached("SELECT floor FROM scope WHERE name = ? AND state > 0")?
        .query_row([scope.to_string()], |r| r.get(0))
        .optional()?;
    Ok(Reading { pos: read.max(floor.unwrap_or(0) as u64), marked })
}

/// The position after which messages are unread. What a colleague handed over is unread from the first unanswered
/// message on, until the member has read on after the hand-over.
fn unread_after(c: &Connection, me: MemberId, conversation: &Conversation, reading: Reading) -> Stored<u64> {
    let (read, upto) = (reading.pos, reading.upto());
    let handed = conversation.assignee.as_ref().is_some_and(|a| a.member == me && a.by != Some(me));
    let Some(unanswered) = conversation.unanswered.filter(|_| handed) else { return Ok(upto) };
    let handed_pos: Option<i64> = c
        .prepare_cached(
            "SELECT max(pos) FROM message WHERE chat = ? AND handed_to = ? AND author IS NOT ? AND pos < ?",
        )?
        .query_row(params![conversation.id.0.into_bytes(), me.0.into_bytes(), me.0.into_bytes(), LOCAL_POS], |r| {
            r.get(0)
        })?;
    let since = handed_pos.is_some_and(|pos| pos as u64 > read);
    Ok(if since { upto.min(unanswered.saturating_sub(1)) } else { upto })
}

/// Messages by others after a position. A chat that was marked unread has something to read where anything at all follows
/// the mark, one's own words too: whoever set it wants to come back.
fn count_unread(c: &Connection, me: MemberId, chat: ChatId, after: u64, reading: Reading) -> Stored<i64> {
    let count: i64 = c
        .prepare_cached(
            "SELECT count(*) FROM (SELECT 1 FROM message
             WHERE chat = ? AND pos > ? AND pos < ? AND said = 1 AND author IS NOT ? LIMIT ?)",
        )?
        .query_row(params![chat.0.into_bytes(), after as i64, LOCAL_POS, me.0.into_bytes(), MOST_UNREAD], |r| {
            r.get(0)
        })?;
    let Some(mark) = reading.marked.filter(|_| count == 0) else { return Ok(count) };
    let from = i64::try_from(mark.from).unwrap_or(i64::MAX);
    let follows = c
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM message WHERE chat = ? AND pos >= ? AND pos < ?)")?
        .query_row(params![chat.0.into_bytes(), from, LOCAL_POS], |r| r.get(0))?;
    Ok(follows)
}

impl Write<'_> {
    /// Notes what depends on a row that is written or gone.
    pub(crate) fn touch_row(&mut self, row: &Row) -> Stored<()> {
        match row {
            Row::Conversation(r) => self.touch_chat(r.id.0),
            Row::DirectChat(r) => self.touch_chat(r.id.0),
            Row::TeamChat(r) => self.touch_chat(r.id.0),
            Row::Message(r) => self.touch_chat(r.chat.0),
            Row::ReadPosition(r) => self.touch_chat(r.chat.0),
            Row::Inbox(r) => {
                self.tag("places");
                self.tag("members");
                self.touch_chats("SELECT id FROM chat WHERE inbox = ?", r.id.0)?;
            }
            Row::Channel(r) => {
                self.tag("places");
                self.touch_chats("SELECT id FROM entity WHERE kind = 'conversation' AND scope = (SELECT n FROM scope WHERE name = ?)", Scope::Channel(r.id).to_string())?;
            }
            Row::Member(_) => {
                self.tag("members");
                self.tag("places");
                self.tag("session");
                self.touch_chats("SELECT id FROM chat WHERE open = 1 AND ? IS NOT NULL", 1)?;
            }
            Row::Contact(contact) => {
                self.tag("chats");
                for address in &contact.addresses {
                    self.touch_address(address)?;
                }
            }
            Row::Tag(_) => {
                self.tag("tags");
                self.tag("chats");
            }
            Row::Organization(_) => self.tag("session"),
            Row::Favorite(_) => self.tag("places"),
            Row::Pin(r) => self.touch_chat(r.chat.0),
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

    /// Open conversations of an address get another title.
    fn touch_address(&mut self, address: &deskbell_domain::Address) -> Stored<()> {
        let channels = rows::all(&self.tx, Kind::Channel)?;
        for channel in channels {
            let key = NaturalKey::Conversation(channel.id().into(), address.clone());
            if let Some(chat) = rows::key(&self.tx, &key.to_string())? {
                self.touch_chat(chat);
            }
        }
        Ok(())
    }

    /// Makes the list rows of all touched chats anew. Returns which they were.
    pub(super) fn project_touched(&mut self) -> Stored<BTreeSet<Uuid>> {
        let Some(identity) = self.identity else { return Ok(BTreeSet::new()) };
        let chats = std::mem::take(&mut self.touched.chats);
        for chat in &chats {
            self.project(identity.me, ChatId(*chat))?;
        }
        Ok(chats)
    }

    fn project(&mut self, me: MemberId, chat: ChatId) -> Stored<()> {
        match ListRow::made(&self.tx, me, chat)? {
            Some(row) => row.put(&self.tx, chat),
            None => {
                self.tx.prepare_cached("DELETE FROM chat WHERE id = ?")?.execute([chat.0.into_bytes()])?;
                Ok(())
            }
        }
    }
}

/// What lists show and sort a chat by: a row of `chat`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ListRow {
    kind: &'static str,
    inbox: Option<Uuid>,
    channel: Option<Uuid>,
    open: bool,
    assignee: Option<Uuid>,
    sort: i64,
    unread: i64,
    badge: bool,
}

impl ListRow {
    /// As it follows from the rows; `None` where there is no such chat.
    pub fn made(c: &Connection, me: MemberId, chat: ChatId) -> Stored<Option<Self>> {
        if let Some(conversation) = rows::conversation(c, chat)? {
            return Self::of_conversation(c, me, &conversation).map(Some);
        }
        if let Some(direct) = rows::direct_chat(c, chat)? {
            let (last, created_ms) = (direct.last_message.as_ref(), direct.created_ms);
            return Self::of_members("direct", c, me, chat, last, created_ms).map(Some);
        }
        // Who has left it, and waits for the hub's word, has it no more.
        let Some(team) = rows::team_chat(c, chat)?.filter(|team| team.members.contains(&me)) else { return Ok(None) };
        Self::of_members("team", c, me, chat, team.last_message.as_ref(), team.created_ms).map(Some)
    }

    fn of_conversation(c: &Connection, me: MemberId, conversation: &Conversation) -> Stored<Self> {
        let channel = rows::channel(c, conversation.channel)?;
        // Known from the channel, whether or not its settings are here: they find the chat by it when they come.
        let of_inbox = channel.and_then(|channel| channel.inbox);
        let inbox = of_inbox.map(|id| rows::inbox(c, id)).transpose()?.flatten();
        let assignee = match &inbox {
            Some(inbox) => assignee_in(c, conversation, inbox)?,
            None => conversation.assignee.as_ref().map(|a| a.member),
        };
        let reading = reading(c, me, conversation.id, Scope::Channel(conversation.channel))?;
        let after = unread_after(c, me, conversation, reading)?;
        let unread = count_unread(c, me, conversation.id, after, reading)?;
        let mine = inbox.as_ref().is_some_and(|i| !i.assignment) || assignee.is_none_or(|a| a == me);
        let open = conversation.is_open();
        Ok(Self {
            kind: "conversation",
            inbox: of_inbox.map(|id| id.0),
            channel: Some(conversation.channel.0),
            open,
            // The list of closed ones knows no assignee, and members who leave touch open ones only.
            assignee: assignee.filter(|_| open).map(|member| member.0),
            sort: sort_of(conversation.last_message.as_ref(), conversation.created_ms),
            unread,
            badge: open && mine && unread > 0,
        })
    }

    /// A direct or team chat.
    fn of_members(
        kind: &'static str,
        c: &Connection,
        me: MemberId,
        chat: ChatId,
        last: Option<&LastMessage>,
        created_ms: i64,
    ) -> Stored<Self> {
        let reading = reading(c, me, chat, Scope::Chat(chat))?;
        let unread = count_unread(c, me, chat, reading.upto(), reading)?;
        let (sort, badge) = (sort_of(last, created_ms), unread > 0);
        Ok(Self { kind, inbox: None, channel: None, open: true, assignee: None, sort, unread, badge })
    }

    /// As it is kept.
    pub fn kept(c: &Connection, chat: ChatId) -> Stored<Option<Self>> {
        let row = c
            .prepare_cached("SELECT kind, inbox, channel, open, assignee, sort, unread, badge FROM chat WHERE id = ?")?
            .query_row([chat.0.into_bytes()], |r| {
                let id = |at| r.get::<_, Option<[u8; 16]>>(at).map(|id| id.map(super::uuid_from));
                Ok(Self {
                    kind: match r.get_ref(0)?.as_str()? {
                        "direct" => "direct",
                        "team" => "team",
                        _ => "conversation",
                    },
                    inbox: id(1)?,
                    channel: id(2)?,
                    open: r.get(3)?,
                    assignee: id(4)?,
                    sort: r.get(5)?,
                    unread: r.get(6)?,
                    badge: r.get(7)?,
                })
            });
        Ok(row.optional()?)
    }

    fn put(&self, c: &Connection, chat: ChatId) -> Stored<()> {
        c.prepare_cached(
            "INSERT INTO chat (id, kind, inbox, channel, open, assignee, sort, unread, badge)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
             ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, inbox = excluded.inbox, channel = excluded.channel,
             open = excluded.open, assignee = excluded.assignee, sort = excluded.sort, unread = excluded.unread,
             badge = excluded.badge",
        )?
        .execute(params![
            chat.0.into_bytes(),
            self.kind,
            self.inbox.map(Uuid::into_bytes),
            self.channel.map(Uuid::into_bytes),
            self.open,
            self.assignee.map(Uuid::into_bytes),
            self.sort,
            self.unread,
            self.badge
        ])?;
        Ok(())
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

impl TouchedBy for i64 {
    fn value(self) -> rusqlite::types::Value {
        self.into()
    }
}
