//! Visible rows: loading what a rule names, writing what it decided, and what a natural key leads to.

use super::digests::Counted;
use super::{LOCAL_POS, Stored, Write, uuid_from};
use deskbell_domain::{Author, Contact, Content, Kind, Message, Ref, Row, Rows};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Behind this stand entries whose position another one has taken.
const DISPLACED_POS: i64 = 1 << 61;

/// A row as it is kept.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub json: String,
    pub scope: i64,
    pub rev: i64,
    pub boot: i64,
}

impl Kept {
    pub fn counted(&self) -> Counted {
        Counted { scope: self.scope, rev: self.rev }
    }

    pub fn row(&self, kind: Kind) -> Stored<Row> {
        parsed(kind, &self.json)
    }
}

/// What of a thread's entry stands in columns, for counting and sorting.
#[derive(Debug, PartialEq)]
pub(super) struct EntryColumns {
    pub chat: [u8; 16],
    /// The member, where one wrote it.
    pub author: Option<[u8; 16]>,
    /// Whether it is a message, not a system line.
    pub said: bool,
    /// Whom a system line gave the conversation to.
    pub handed_to: Option<[u8; 16]>,
}

impl EntryColumns {
    pub fn of(message: &Message) -> Self {
        let author = match message.author {
            Author::Member(id) => Some(id.0.into_bytes()),
            Author::Contact | Author::System => None,
        };
        let handed_to = match message.content {
            Content::Assigned { to, .. } => to.map(|m| m.0.into_bytes()),
            _ => None,
        };
        Self { chat: message.chat.0.into_bytes(), author, said: message.is_message(), handed_to }
    }
}

/// The row of that JSON.
pub(super) fn parsed(kind: Kind, json: &str) -> Stored<Row> {
    Ok(Row::from_text(kind, json)?)
}

/// The row of that JSON; `None` where this program knows nothing of its kind.
pub(super) fn read(kind: &str, json: &str) -> Stored<Option<Row>> {
    Kind::parse(kind).map(|kind| parsed(kind, json)).transpose()
}

/// The visible row.
pub(crate) fn visible(c: &Connection, kind: Kind, id: Uuid) -> Stored<Option<Kept>> {
    let sql = if kind == Kind::Message {
        "SELECT json, scope, rev, boot FROM live_message WHERE ?1 = 'message' AND id = ?2"
    } else {
        "SELECT json, scope, rev, boot FROM live_entity WHERE kind = ?1 AND id = ?2"
    };
    let kept = c.prepare_cached(sql)?.query_row(params![kind.as_str(), id.into_bytes()], |r| {
        Ok(Kept { json: r.get(0)?, scope: r.get(1)?, rev: r.get(2)?, boot: r.get(3)? })
    });
    Ok(kept.optional()?)
}

/// What is written of a row that is no entry of a thread, whether it is visible or waits to be swept: as what is derived from
/// it knows it.
pub(super) fn written(c: &Connection, kind: Kind, id: Uuid) -> Stored<Option<String>> {
    let json = c
        .prepare_cached("SELECT json FROM entity WHERE kind = ? AND id = ?")?
        .query_row(params![kind.as_str(), id.into_bytes()], |r| r.get(0));
    Ok(json.optional()?)
}

/// The visible row of that number, read.
pub(crate) fn numbered(c: &Connection, n: i64) -> Stored<Option<Row>> {
    let found = c
        .prepare_cached("SELECT kind, json FROM live_entity WHERE n = ?")?
        .query_row([n], |r| Ok((r.get::<_, String>(0)?, r.get::<_, String>(1)?)));
    Ok(found.optional()?.map(|(kind, json)| read(&kind, &json)).transpose()?.flatten())
}

/// The visible row, read.
pub(crate) fn row(c: &Connection, kind: Kind, id: Uuid) -> Stored<Option<Row>> {
    visible(c, kind, id)?.map(|kept| kept.row(kind)).transpose()
}

macro_rules! typed {
    ($($name:ident $id:ident $kind:ident;)*) => {$(
        #[doc = concat!("The visible `", stringify!($kind), "`.")]
        pub(crate) fn $name(c: &Connection, id: deskbell_domain::$id) -> Stored<Option<deskbell_domain::$kind>> {
            Ok(match row(c, Kind::$kind, id.0)? {
                Some(Row::$kind(row)) => Some(row),
                _ => None,
            })
        }
    )*};
}

typed! {
    organization OrganizationId Organization;
    member MemberId Member;
    inbox InboxId Inbox;
    channel ChannelId Channel;
    contact ContactId Contact;
    conversation ChatId Conversation;
    direct_chat ChatId DirectChat;
    team_chat ChatId TeamChat;
    message MessageId Message;
    tag TagId Tag;
}

/// The inbox that a channel belongs to, as far as it is here; a member's own number has none.
pub(crate) fn inbox_of(
    c: &Connection,
    channel: Option<&deskbell_domain::Channel>,
) -> Stored<Option<deskbell_domain::Inbox>> {
    Ok(channel.and_then(|channel| channel.inbox).map(|id| inbox(c, id)).transpose()?.flatten())
}

/// All visible rows of a kind.
pub(crate) fn all(c: &Connection, kind: Kind) -> Stored<Vec<Row>> {
    let mut statement = c.prepare_cached("SELECT json FROM live_entity WHERE kind = ?")?;
    let jsons = statement.query_map([kind.as_str()], |r| r.get::<_, String>(0))?;
    jsons.map(|json| Ok(Row::from_text(kind, &json?)?)).collect()
}

/// What a natural key leads to.
pub(crate) fn key(c: &Connection, key: &str) -> Stored<Option<Uuid>> {
    let sql = "SELECT min(e.id) FROM lookup l CROSS JOIN live_entity e ON e.n = l.n WHERE l.key = ?";
    Ok(c.prepare_cached(sql)?.query_row([key], |r| Ok(r.get::<_, Option<_>>(0)?.map(uuid_from)))?)
}

/// The contact that a natural key leads to. (Beside a minimum SQLite answers of the row that has it.)
pub(crate) fn contact_by_key(c: &Connection, key: &str) -> Stored<Option<Contact>> {
    let sql = "SELECT min(e.id), e.kind, e.json FROM lookup l CROSS JOIN live_entity e ON e.n = l.n WHERE l.key = ?";
    let found = c.prepare_cached(sql)?.query_row([key], |r| {
        Ok(if r.get_ref(0)? == ValueRef::Null { None } else { Some((r.get::<_, String>(1)?, r.get::<_, String>(2)?)) })
    })?;
    Ok(match found.map(|(kind, json)| read(&kind, &json)).transpose()?.flatten() {
        Some(Row::Contact(contact)) => Some(contact),
        _ => None,
    })
}

/// Loads what `refs` name into `rows`.
pub(crate) fn load(c: &Connection, refs: Vec<Ref>, rows: &mut Rows) -> Stored<()> {
    for r in refs {
        match r {
            Ref::Row(kind, id) => rows.insert(kind, id, row(c, kind, id)?),
            Ref::Key(natural) => {
                let id = key(c, &natural.to_string())?;
                rows.insert_key(natural, id);
            }
        }
    }
    Ok(())
}

impl Write<'_> {
    /// Writes a visible row as it is. `local` numbers entries that have no position yet.
    pub(crate) fn put_visible(&mut self, row: &Row, kept: &Kept, local: i64) -> Stored<()> {
        let id = row.id();
        if let Row::Message(message) = row {
            self.put_message(message, kept, local)?;
            self.touch_chat(message.chat.0);
            return Ok(());
        }
        self.touch_name(row.kind(), id)?;
        let n = self.put_entity(row.kind(), id, kept)?;
        if has_keys(row.kind()) {
            self.put_keys(n, row)?;
        }
        self.touch_row(row)
    }

    /// Returns the number of the row. SQLite writes every index anew that a statement names a column of, though its value stays:
    /// most rows are where they were.
    fn put_entity(&mut self, kind: Kind, id: Uuid, kept: &Kept) -> Stored<i64> {
        let (kind, id) = (kind.as_str(), id.into_bytes());
        let stays = "UPDATE entity SET rev = ?3, json = ?4 WHERE kind = ?1 AND id = ?2 AND scope = ?5 AND boot = ?6
                     RETURNING n";
        let n = self
            .tx
            .prepare_cached(stays)?
            .query_row(params![kind, id, kept.rev, kept.json, kept.scope, kept.boot], |r| r.get(0))
            .optional()?;
        if let Some(n) = n {
            return Ok(n);
        }
        let comes = "INSERT INTO entity (kind, id, scope, rev, boot, json) VALUES (?, ?, ?, ?, ?, ?)
                     ON CONFLICT (kind, id) DO UPDATE SET scope = excluded.scope, rev = excluded.rev, boot = excluded.boot,
                     json = excluded.json RETURNING n";
        let mut statement = self.tx.prepare_cached(comes)?;
        Ok(statement.query_row(params![kind, id, kept.scope, kept.rev, kept.boot, kept.json], |r| r.get(0))?)
    }

    /// What leads to the row of that number. Nothing is written where that is as it was.
    fn put_keys(&mut self, n: i64, row: &Row) -> Stored<()> {
        let keys: BTreeSet<String> = row.keys().iter().map(ToString::to_string).collect();
        let before: BTreeSet<String> = {
            let mut statement = self.tx.prepare_cached("SELECT key FROM lookup INDEXED BY lookup_n WHERE n = ?")?;
            let keys = statement.query_map([n], |r| r.get(0))?;
            keys.collect::<Result<_, _>>()?
        };
        for key in before.difference(&keys) {
            self.tx.prepare_cached("DELETE FROM lookup WHERE key = ? AND n = ?")?.execute(params![key, n])?;
        }
        for key in keys.difference(&before) {
            self.tx.prepare_cached("INSERT INTO lookup (key, n) VALUES (?, ?)")?.execute(params![key, n])?;
        }
        Ok(())
    }

    fn put_message(&mut self, message: &Message, kept: &Kept, local: i64) -> Stored<()> {
        let pos = message.pos.map_or(LOCAL_POS + local, |pos| pos as i64);
        let columns = EntryColumns::of(message);
        let before = self.pos_of_entry(message.id.0)?;
        if let Some(before) = before {
            self.touch_entry(before)?;
        }
        self.touch_entry(pos)?;
        self.make_room(pos, message.id.0)?;
        if before.is_some() {
            self.tx.prepare_cached("DELETE FROM message WHERE id = ?")?.execute([message.id.0.into_bytes()])?;
        }
        self.tx
            .prepare_cached(
                "INSERT INTO message (pos, id, chat, scope, rev, boot, author, said, handed_to, json)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )?
            .execute(params![
                pos,
                message.id.0.into_bytes(),
                columns.chat,
                kept.scope,
                kept.rev,
                kept.boot,
                columns.author,
                columns.said,
                columns.handed_to,
                kept.json
            ])?;
        Ok(())
    }

    fn pos_of_entry(&self, id: Uuid) -> Stored<Option<i64>> {
        let pos =
            self.tx.prepare_cached("SELECT pos FROM message WHERE id = ?")?.query_row([id.into_bytes()], |r| r.get(0));
        Ok(pos.optional()?)
    }

    /// The position may have been another entry's before the hub went back in time. Whoever has it now is right; the
    /// other one makes room until the end of its scope's boot, which says whether the hub has it still.
    fn make_room(&mut self, pos: i64, id: Uuid) -> Stored<()> {
        let displaced = self
            .tx
            .prepare_cached("SELECT id FROM message WHERE pos = ? AND id <> ?")?
            .query_row(params![pos, id.into_bytes()], |r| r.get::<_, [u8; 16]>(0))
            .optional()?;
        let Some(displaced) = displaced else { return Ok(()) };
        let room = self
            .tx
            .prepare_cached("SELECT max(max(pos), ?) + 1 FROM message")?
            .query_row([DISPLACED_POS], |r| r.get(0))?;
        self.touch_entry(room)?;
        self.tx.prepare_cached("UPDATE message SET pos = ? WHERE id = ?")?.execute(params![room, displaced])?;
        Ok(())
    }

    /// Takes a visible row away, and with it what stands under its number: natural keys, the row in lists.
    pub(crate) fn delete_visible(&mut self, kind: Kind, id: Uuid) -> Stored<()> {
        let Some(before) = row(&self.tx, kind, id)? else { return Ok(()) };
        if kind == Kind::Message {
            if let Some(pos) = self.pos_of_entry(id)? {
                self.touch_entry(pos)?;
            }
            self.tx.prepare_cached("DELETE FROM message WHERE id = ?")?.execute([id.into_bytes()])?;
        } else {
            self.touch_name(kind, id)?;
            self.tx
                .prepare_cached("DELETE FROM entity WHERE kind = ? AND id = ?")?
                .execute(params![kind.as_str(), id.into_bytes()])?;
        }
        self.touch_row(&before)
    }
}

/// Whether rows of the kind have natural keys.
pub(super) fn has_keys(kind: Kind) -> bool {
    matches!(kind, Kind::Channel | Kind::Contact | Kind::Conversation | Kind::DirectChat | Kind::Tag)
}
