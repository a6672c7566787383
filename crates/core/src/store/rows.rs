//! Visible rows: loading what a rule names, writing what it decided, and what a natural key leads to.

use super::digests::Counted;
use super::{LOCAL_POS, Stored, Write, uuid_from};
use deskbell_domain::{Author, Content, Kind, Message, Ref, Row, Rows};
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
    let id = c
        .prepare_cached(
            "SELECT id FROM lookup WHERE key = ? AND EXISTS (SELECT 1 FROM live_entity e
             WHERE e.kind IN ('channel', 'contact', 'conversation', 'direct_chat', 'tag') AND e.id = lookup.id)
             ORDER BY id LIMIT 1",
        )?
        .query_row([key], |r| r.get(0).map(uuid_from));
    Ok(id.optional()?)
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
        self.put_entity(row.kind(), id, kept)?;
        if has_keys(row.kind()) {
            self.put_keys(id, row)?;
        }
        self.touch_row(row)
    }

    /// SQLite writes every index anew that a statement names a column of, though its value stays: most rows are where they were.
    fn put_entity(&mut self, kind: Kind, id: Uuid, kept: &Kept) -> Stored<()> {
        let (kind, id) = (kind.as_str(), id.into_bytes());
        let stays = "UPDATE entity SET rev = ?3, json = ?4 WHERE kind = ?1 AND id = ?2 AND scope = ?5 AND boot = ?6";
        let changed =
            self.tx.prepare_cached(stays)?.execute(params![kind, id, kept.rev, kept.json, kept.scope, kept.boot])?;
        if changed == 0 {
            self.tx
                .prepare_cached(
                    "INSERT INTO entity (kind, id, scope, rev, boot, json) VALUES (?, ?, ?, ?, ?, ?)
                     ON CONFLICT (kind, id) DO UPDATE SET scope = excluded.scope, rev = excluded.rev, boot = excluded.boot,
                     json = excluded.json",
                )?
                .execute(params![kind, id, kept.scope, kept.rev, kept.boot, kept.json])?;
        }
        Ok(())
    }

    /// What leads to the row. Nothing is written where that is as it was.
    fn put_keys(&mut self, id: Uuid, row: &Row) -> Stored<()> {
        let keys: BTreeSet<String> = row.keys().iter().map(ToString::to_string).collect();
        let before: BTreeSet<String> = {
            let mut statement = self.tx.prepare_cached("SELECT key FROM lookup INDEXED BY lookup_id WHERE id = ?")?;
            let keys = statement.query_map([id.into_bytes()], |r| r.get(0))?;
            keys.collect::<Result<_, _>>()?
        };
        if keys == before {
            return Ok(());
        }
        self.forget_keys(id)?;
        for key in keys {
            self.tx
                .prepare_cached("INSERT INTO lookup (key, id) VALUES (?, ?)")?
                .execute(params![key, id.into_bytes()])?;
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

    /// Takes a visible row away.
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
            if has_keys(kind) {
                self.forget_keys(id)?;
            }
        }
        self.touch_row(&before)
    }

    pub(super) fn forget_keys(&mut self, id: Uuid) -> Stored<()> {
        self.tx.prepare_cached("DELETE FROM lookup WHERE id = ?")?.execute([id.into_bytes()])?;
        Ok(())
    }
}

/// Whether rows of the kind have natural keys ([`key`] names them too).
pub(super) fn has_keys(kind: Kind) -> bool {
    matches!(kind, Kind::Channel | Kind::Contact | Kind::Conversation | Kind::DirectChat | Kind::Tag)
}
