//! The row of a chat in lists: where it stands, and what each order sorts it by.

use super::project::{assignee_in, count_unread, floor, reading, reading_from, unread_after};
use super::{Stored, rows, uuid_from};
use deskbell_domain::{
    Channel, ChannelId, ChatId, Conversation, Inbox, Kind, LastMessage, MemberId, Pin, Row, Scope, TagId,
};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

/// Further than any clock shows: what has no message stands before all that has one, in both directions.
const NO_MESSAGE: i64 = 1 << 50;

/// Times are taken to be within this, so that no wrong clock comes to lie among those without a message.
const MOST_MS: i64 = NO_MESSAGE / 2 - 1;

/// Added to the part of a chat that the member pinned.
pub(super) const PINNED: i64 = 8;

/// A list whose parts are in order: one for each channel, by the number of its scope, one for direct and one for team chats.
/// A channel that is lost and given again has another number, and what it had before stands in no list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ListId {
    Channel(i64),
    Direct,
    Team,
}

impl ListId {
    /// That of a channel; one of a scope that was never heard of has nothing in it.
    pub fn of_channel(c: &Connection, channel: ChannelId) -> Stored<Self> {
        let mut statement = c.prepare_cached("SELECT n FROM scope WHERE name = ?")?;
        let n = statement.query_row([Scope::Channel(channel).to_string()], |r| r.get(0)).optional()?;
        Ok(ListId::Channel(n.unwrap_or_default()))
    }

    pub fn bytes(self) -> Vec<u8> {
        match self {
            ListId::Channel(n) => n.to_be_bytes().to_vec(),
            ListId::Direct => vec![0],
            ListId::Team => vec![1],
        }
    }
}

/// In which part of its list a chat stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// Open and nobody's; direct and team chats too.
    Unassigned = 0,
    /// Open and mine.
    Mine = 1,
    /// Open and somebody else's.
    Others = 2,
    Closed = 3,
    Archived = 4,
}

impl Part {
    pub const ALL: [Part; 5] = [Part::Unassigned, Part::Mine, Part::Others, Part::Closed, Part::Archived];
    pub const OPEN: [Part; 3] = [Part::Unassigned, Part::Mine, Part::Others];

    /// The column `bucket`.
    pub fn bucket(self, pinned: bool) -> i64 {
        self as i64 + if pinned { PINNED } else { 0 }
    }

    /// Part and whether it is pinned.
    pub fn of_bucket(bucket: i64) -> Option<(Part, bool)> {
        Part::ALL.into_iter().find(|part| part.bucket(false) == bucket % PINNED).map(|part| (part, bucket >= PINNED))
    }
}

/// What stands around conversations, the same for all of a channel: looked up once for many of them.
#[derive(Default)]
pub(super) struct Channels(BTreeMap<ChannelId, Around>);

struct Around {
    list: ListId,
    channel: Option<Channel>,
    inbox: Option<Inbox>,
    floor: u64,
}

impl Channels {
    fn around(&mut self, c: &Connection, conversation: &Conversation) -> Stored<&Around> {
        Ok(match self.0.entry(conversation.channel) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                let channel = rows::channel(c, conversation.channel)?;
                place.insert(Around {
                    list: ListId::of_channel(c, conversation.channel)?,
                    inbox: rows::inbox_of(c, channel.as_ref())?,
                    channel,
                    floor: floor(c, Scope::Channel(conversation.channel))?,
                })
            }
        })
    }
}

/// What lists show and sort a chat by: a row of `chat`, which stands under the number that the chat has in `entity`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ListRow {
    list: Vec<u8>,
    bucket: i64,
    pin: Option<i64>,
    with_me: bool,
    address: Option<String>,
    unread: i64,
    badge: bool,
    recent: i64,
    oldest: i64,
    recent_message: i64,
    oldest_message: i64,
    tags: BTreeSet<TagId>,
}

/// The columns of [`ListRow`] after `id`.
const COLUMNS: &str =
    "list, bucket, pin, with_me, address, unread, badge, recent, oldest, recent_message, oldest_message";

/// What differs between kinds of chats.
struct Facts<'a> {
    list: ListId,
    part: Part,
    with_me: bool,
    address: Option<String>,
    unread: i64,
    badge: bool,
    /// When it was closed, else created.
    since_ms: i64,
    created_ms: i64,
    last: Option<&'a LastMessage>,
    tags: BTreeSet<TagId>,
}

impl ListRow {
    /// As it follows from the rows; `None` where there is no such chat.
    pub fn made(c: &Connection, me: MemberId, chat: ChatId, channels: &mut Channels) -> Stored<Option<Self>> {
        if let Some(conversation) = rows::conversation(c, chat)? {
            return Self::of_conversation(c, me, &conversation, channels.around(c, &conversation)?).map(Some);
        }
        // Who has left a team chat, and waits for the hub's word, has it no more.
        let team = rows::team_chat(c, chat)?.filter(|team| team.members.contains(&me));
        let (list, created_ms, last) = match (rows::direct_chat(c, chat)?, team) {
            (Some(direct), _) => (ListId::Direct, direct.created_ms, direct.last_message),
            (None, Some(team)) => (ListId::Team, team.created_ms, team.last_message),
            (None, None) => return Ok(None),
        };
        let reading = reading(c, me, chat, Scope::Chat(chat))?;
        let unread = count_unread(c, me, chat, reading.upto(), reading)?;
        let (part, last) = (Part::Unassigned, last.as_ref());
        let (badge, since_ms, tags) = (unread > 0, created_ms, BTreeSet::new());
        let facts =
            Facts { list, part, with_me: false, address: None, unread, badge, since_ms, created_ms, last, tags };
        Self::of(c, me, chat, facts).map(Some)
    }

    fn of_conversation(c: &Connection, me: MemberId, conversation: &Conversation, around: &Around) -> Stored<Self> {
        let (channel, inbox) = (around.channel.as_ref(), around.inbox.as_ref());
        let assignee = match inbox {
            Some(inbox) => assignee_in(c, conversation, inbox)?,
            None => conversation.assignee.as_ref().map(|a| a.member),
        };
        let reading = reading_from(c, me, conversation.id, around.floor)?;
        let after = unread_after(c, me, conversation, reading)?;
        let unread = count_unread(c, me, conversation.id, after, reading)?;
        let archived = channel.is_some_and(|channel| channel.archived);
        let own = channel.is_some_and(Channel::is_personal);
        let mine = own || inbox.is_some_and(|i| !i.assignment) || assignee.is_none_or(|a| a == me);
        let part = match assignee {
            _ if archived => Part::Archived,
            _ if !conversation.is_open() => Part::Closed,
            None => Part::Unassigned,
            Some(member) if member == me => Part::Mine,
            Some(_) => Part::Others,
        };
        let facts = Facts {
            list: around.list,
            part,
            with_me: !archived && conversation.participants.contains_key(&me),
            address: Some(conversation.address.to_string()),
            unread,
            badge: Part::OPEN.contains(&part) && mine && unread > 0,
            since_ms: conversation.closed.as_ref().map_or(conversation.created_ms, |closed| closed.at_ms),
            created_ms: conversation.created_ms,
            last: conversation.last_message.as_ref(),
            tags: conversation.tags.clone(),
        };
        Self::of(c, me, conversation.id, facts)
    }

    fn of(c: &Connection, me: MemberId, chat: ChatId, facts: Facts<'_>) -> Stored<Self> {
        let pin = match rows::row(c, Kind::Pin, Pin::id_of(me, chat))? {
            Some(Row::Pin(pin)) => Some(pin.order),
            _ => None,
        };
        let since_ms = facts.since_ms.clamp(-MOST_MS, MOST_MS);
        let created_ms = facts.created_ms.clamp(-MOST_MS, MOST_MS);
        let last_ms = facts.last.map(|last| last.at_ms.clamp(-MOST_MS, MOST_MS));
        Ok(Self {
            list: facts.list.bytes(),
            bucket: facts.part.bucket(pin.is_some()),
            pin,
            with_me: facts.with_me,
            address: facts.address,
            unread: facts.unread,
            badge: facts.badge,
            recent: -since_ms,
            oldest: since_ms,
            recent_message: last_ms.map_or(-created_ms - NO_MESSAGE, |at_ms| -at_ms),
            oldest_message: last_ms.unwrap_or(created_ms - NO_MESSAGE),
            tags: facts.tags,
        })
    }

    /// When something was last said, else when it began (UTC milliseconds), as the column `recent_message` has it.
    pub fn at_ms(recent_message: i64) -> i64 {
        let at_ms = recent_message.saturating_neg();
        if at_ms > MOST_MS { at_ms - NO_MESSAGE } else { at_ms }
    }

    /// As it is kept.
    pub fn kept(c: &Connection, chat: ChatId) -> Stored<Option<Self>> {
        let tags = {
            let mut statement = c.prepare_cached("SELECT tag FROM chat_tag WHERE chat = ?")?;
            let tags = statement.query_map([chat.0.into_bytes()], |r| r.get(0).map(uuid_from).map(TagId))?;
            tags.collect::<Result<_, _>>()?
        };
        let row = c.prepare_cached(&format!("SELECT {COLUMNS} FROM chat WHERE id = ?"))?.query_row(
            [chat.0.into_bytes()],
            |r| {
                Ok(Self {
                    list: r.get(0)?,
                    bucket: r.get(1)?,
                    pin: r.get(2)?,
                    with_me: r.get(3)?,
                    address: r.get(4)?,
                    unread: r.get(5)?,
                    badge: r.get(6)?,
                    recent: r.get(7)?,
                    oldest: r.get(8)?,
                    recent_message: r.get(9)?,
                    oldest_message: r.get(10)?,
                    tags,
                })
            },
        );
        Ok(row.optional()?)
    }

    /// Writes it over what is kept. SQLite writes every index anew that a statement names a column of, and a message moves a
    /// chat in few of them.
    pub fn put(&self, c: &Connection, chat: ChatId) -> Stored<()> {
        let kept = Self::kept(c, chat)?;
        if kept.as_ref() == Some(self) {
            return Ok(());
        }
        if kept.as_ref().map_or(!self.tags.is_empty(), |kept| kept.tags != self.tags) {
            self.put_tags(c, chat)?;
        }
        let moved = kept.is_none_or(|kept| {
            let places =
                |row: &Self| (row.list.clone(), row.bucket, row.pin, row.with_me, row.address.clone(), row.recent);
            places(&kept) != places(self)
        });
        if moved { self.put_all(c, chat) } else { self.put_message(c, chat) }
    }

    fn put_tags(&self, c: &Connection, chat: ChatId) -> Stored<()> {
        c.prepare_cached("DELETE FROM chat_tag WHERE chat = ?")?.execute([chat.0.into_bytes()])?;
        for tag in &self.tags {
            c.prepare_cached("INSERT INTO chat_tag (chat, tag) VALUES (?, ?)")?
                .execute([chat.0.into_bytes(), tag.0.into_bytes()])?;
        }
        Ok(())
    }

    fn put_message(&self, c: &Connection, chat: ChatId) -> Stored<()> {
        c.prepare_cached("UPDATE chat SET unread = ?, badge = ?, recent_message = ?, oldest_message = ? WHERE id = ?")?
            .execute(params![self.unread, self.badge, self.recent_message, self.oldest_message, chat.0.into_bytes()])?;
        Ok(())
    }

    fn put_all(&self, c: &Connection, chat: ChatId) -> Stored<()> {
        c.prepare_cached(&format!(
            "INSERT INTO chat (n, id, {COLUMNS}) SELECT n, id, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12
             FROM entity WHERE kind IN ('conversation', 'direct_chat', 'team_chat') AND id = ?1
             ON CONFLICT (n) DO UPDATE SET list = excluded.list, bucket = excluded.bucket, pin = excluded.pin,
             with_me = excluded.with_me, address = excluded.address, unread = excluded.unread, badge = excluded.badge,
             recent = excluded.recent, oldest = excluded.oldest, recent_message = excluded.recent_message,
             oldest_message = excluded.oldest_message"
        ))?
        .execute(params![
            chat.0.into_bytes(),
            self.list,
            self.bucket,
            self.pin,
            self.with_me,
            self.address,
            self.unread,
            self.badge,
            self.recent,
            self.oldest,
            self.recent_message,
            self.oldest_message
        ])?;
        Ok(())
    }
}

/// Parts of lists whose tally is not what their rows give; nothing where all is right.
pub(super) fn tally_differences(c: &Connection) -> Stored<Vec<String>> {
    let sql = "WITH counted AS (SELECT list, bucket, count(*) AS chats, sum(badge) AS badges FROM chat
               WHERE NOT EXISTS (SELECT 1 FROM dead WHERE dead.list = chat.list) GROUP BY list, bucket)
               SELECT hex(list), bucket FROM (SELECT * FROM counted EXCEPT SELECT * FROM tally)
               UNION SELECT hex(list), bucket FROM (SELECT * FROM tally WHERE chats <> 0 OR badges <> 0
               EXCEPT SELECT * FROM counted)";
    let mut statement = c.prepare_cached(sql)?;
    let said = statement.query_map([], |r| {
        Ok(format!("list {} part {}: it is counted wrongly", r.get::<_, String>(0)?, r.get::<_, i64>(1)?))
    })?;
    Ok(said.collect::<Result<_, _>>()?)
}

/// Whether there are chats and no list has one: a newer program has made the table anew.
pub(super) fn is_forgotten(c: &Connection) -> Stored<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM live_entity WHERE kind IN ('conversation', 'direct_chat', 'team_chat'))
               AND NOT EXISTS (SELECT 1 FROM chat)";
    Ok(c.query_row(sql, [], |r| r.get(0))?)
}
