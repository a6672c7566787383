//! What the member did and the hub has not (or has refused).

use super::{Store, Stored, Write, holding, uuid_from};
use crate::notify::NO_CHAT;
use crate::rpc::types::RpcError;
use deskbell_domain::plant::{Plant, planted};
use deskbell_domain::{ChatId, Command, CommandId, Hold, MessageId, Rejection};
use deskbell_protocol::parse_command;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// Where a command stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutboxState {
    /// On its way to the hub, or waiting for it.
    Waiting,
    /// The hub has it; its rows are not here yet.
    Done,
    /// The person decides: *Send anyway*, *Edit*, *Discard*.
    Held,
    /// Refused: *Retry*, *Edit*, *Discard*.
    Refused,
}

impl OutboxState {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            OutboxState::Waiting => "waiting",
            OutboxState::Done => "done",
            OutboxState::Held => "held",
            OutboxState::Refused => "refused",
        }
    }

    pub(crate) fn parse(s: &str) -> Self {
        match s {
            "done" => OutboxState::Done,
            "held" => OutboxState::Held,
            "refused" => OutboxState::Refused,
            _ => OutboxState::Waiting,
        }
    }
}

/// Why a command is held or refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Reason {
    /// Held by the hub.
    Held {
        /// Why.
        hold: Hold,
    },
    /// The hub was restored to a state without it: whether it went out is not known.
    Restored,
    /// It was rescued from a damaged cache: whether it went out, or was taken back, is not known.
    Rescued,
    /// Refused by the rules.
    Refused {
        /// Why.
        rejection: Rejection,
    },
    /// Refused as a request, before any rule.
    Request {
        /// What the hub said.
        error: RpcError,
    },
}

/// A row of the outbox.
#[derive(Debug, Clone, PartialEq)]
pub struct OutboxItem {
    /// Number on the device.
    pub n: i64,
    /// The command.
    pub id: CommandId,
    /// What keeps order.
    pub lane: Uuid,
    /// The chat that it is in.
    pub chat: Option<ChatId>,
    /// Kind of the command.
    pub kind: String,
    /// Version of the arguments.
    pub version: u32,
    /// The exact bytes.
    pub args: String,
    /// What it stands on.
    pub depends_on: Vec<CommandId>,
    /// Where it stands.
    pub state: OutboxState,
    /// When, by the hub's clock.
    pub created_ms: i64,
    /// When, by this computer's clock.
    pub created_local_ms: i64,
    /// Whether it was ever on the wire.
    pub transmitted: bool,
    /// Generation and `seq` at which the hub did it.
    pub seq: Option<i64>,
    /// Why it is held or refused.
    pub reason: Option<Reason>,
    /// Title of the chat when the person wrote.
    pub title: String,
    /// The message that it sends.
    pub message: Option<MessageId>,
    /// Its text.
    pub text: Option<String>,
}

impl OutboxItem {
    /// The command, as it was made; bytes of an older program are upcast, never rewritten (S17).
    pub fn command(&self) -> Option<Command> {
        parse_command(&self.kind, self.version, &self.args).ok()
    }

    /// Whether it goes by itself: nobody decides about how far somebody has read, so it is neither shown nor counted.
    pub fn is_reading(&self) -> bool {
        READING.contains(&self.kind.as_str())
    }
}

/// Kinds of [`OutboxItem::is_reading`].
pub(crate) const READING: [&str; 2] = ["mark_read", "mark_unread"];

/// Columns that every row of the outbox has, also one that an older program wrote.
pub(crate) const OUTBOX_COLUMNS: usize = 17;
const COLUMNS: &str = "n, id, lane, chat, kind, version, args, depends_on, state, created_ms, created_local_ms, transmitted, \
                       seq, reason, title, message, body";

fn read(r: &Row<'_>) -> rusqlite::Result<OutboxItem> {
    let depends_on: String = r.get(7)?;
    let state: String = r.get(8)?;
    let reason: Option<String> = r.get(13)?;
    Ok(OutboxItem {
        n: r.get(0)?,
        id: CommandId(r.get(1).map(uuid_from)?),
        lane: r.get(2).map(uuid_from)?,
        chat: r.get::<_, Option<[u8; 16]>>(3)?.map(|id| ChatId(uuid_from(id))),
        kind: r.get(4)?,
        version: r.get(5)?,
        args: r.get(6)?,
        depends_on: serde_json::from_str(&depends_on).unwrap_or_default(),
        state: OutboxState::parse(&state),
        created_ms: r.get(9)?,
        created_local_ms: r.get(10)?,
        transmitted: r.get(11)?,
        seq: r.get(12)?,
        reason: reason.and_then(|text| serde_json::from_str(&text).ok()),
        title: r.get(14)?,
        message: r.get::<_, Option<[u8; 16]>>(15)?.map(|id| MessageId(uuid_from(id))),
        text: r.get(16)?,
    })
}

fn select(c: &Connection, filter: &str, p: impl rusqlite::Params) -> Stored<Vec<OutboxItem>> {
    let mut statement = c.prepare_cached(&format!("SELECT {COLUMNS} FROM outbox {filter}"))?;
    let items = statement.query_map(p, read)?;
    Ok(items.collect::<Result<_, _>>()?)
}

/// Commands whose effects are shown, in the order in which they go.
pub(crate) fn pending(c: &Connection) -> Stored<Vec<OutboxItem>> {
    // In the order in which they are kept: most of the outbox waits, so there is nothing that an index would spare.
    select(c, "NOT INDEXED WHERE state IN ('waiting', 'done') ORDER BY n", [])
}

/// Commands of these lanes whose effects are shown, in the order in which they go: a day of work in other lanes is not
/// read for one message.
pub(crate) fn pending_of(c: &Connection, lanes: &BTreeSet<Uuid>) -> Stored<Vec<OutboxItem>> {
    let mut items = Vec::new();
    for lane in lanes {
        items.extend(select(c, "WHERE lane = ? AND state IN ('waiting', 'done') ORDER BY n", [lane.into_bytes()])?);
    }
    items.sort_by_key(|item| item.n);
    Ok(items)
}

/// Waiting commands that make something which others may name, in the order in which they go.
pub(crate) fn making(c: &Connection) -> Stored<Vec<OutboxItem>> {
    // As a range, which an index answers.
    select(c, "WHERE kind >= 'create_' AND kind < 'create`' AND state = 'waiting' ORDER BY n", [])
}

/// Commands that the hub has not done, in the order in which they go.
pub(crate) fn unfinished(c: &Connection) -> Stored<Vec<OutboxItem>> {
    select(c, "WHERE state <> 'done' ORDER BY n", [])
}

/// The row of that number.
pub(crate) fn numbered(c: &Connection, n: i64) -> Stored<Option<OutboxItem>> {
    Ok(select(c, "WHERE n = ?", [n])?.into_iter().next())
}

/// Every row, in the order in which they were made.
pub(crate) fn everything(c: &Connection) -> Stored<Vec<OutboxItem>> {
    select(c, "ORDER BY n", [])
}

/// Everything of a chat that is not done, in the order in which it goes; what the hub has done too.
pub(crate) fn of_chat(c: &Connection, chat: ChatId) -> Stored<Vec<OutboxItem>> {
    select(c, "WHERE chat = ? ORDER BY n", [chat.0.into_bytes()])
}

/// What was held or refused in a chat, or in none, in the order in which it was made.
pub(crate) fn undecided(c: &Connection, chat: Option<ChatId>) -> Stored<Vec<OutboxItem>> {
    select(c, "WHERE state IN ('held', 'refused') AND chat IS ? ORDER BY n", [chat.map(|chat| chat.0.into_bytes())])
}

/// Waiting commands that nothing holds back, at most `limit`, in the order in which they go.
pub(crate) fn waiting(c: &Connection, limit: usize) -> Stored<Vec<OutboxItem>> {
    let order = if planted(Plant::LaneSkips) { "transmitted, n" } else { "n" };
    let filter = format!("WHERE state = 'waiting' AND {} ORDER BY {order} LIMIT ?", holding::MAY_GO);
    select(c, &filter, [limit as i64])
}

/// One row.
pub(crate) fn find(c: &Connection, id: CommandId) -> Stored<Option<OutboxItem>> {
    Ok(select(c, "WHERE id = ?", [id.0.into_bytes()])?.into_iter().next())
}

/// The thing of that identifier as it is known now (S16).
pub(crate) fn alias_of(c: &Connection, id: Uuid) -> Stored<Uuid> {
    let winner: Option<[u8; 16]> = c
        .prepare_cached("SELECT winner FROM alias WHERE loser = ?")?
        .query_row([id.into_bytes()], |r| r.get(0))
        .optional()?;
    Ok(winner.map_or(id, uuid_from))
}

impl Write<'_> {
    /// Appends a row.
    pub(crate) fn insert_outbox(&mut self, item: &OutboxItem) -> Stored<i64> {
        self.tx
            .prepare_cached(
                "INSERT INTO outbox (id, lane, chat, kind, version, args, depends_on, state, created_ms, created_local_ms,
                 transmitted, seq, reason, title, message, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )?
            .execute(params![
                item.id.0.into_bytes(),
                item.lane.into_bytes(),
                item.chat.map(|c| c.0.into_bytes()),
                item.kind,
                item.version,
                item.args,
                serde_json::to_string(&item.depends_on)?,
                item.state.as_str(),
                item.created_ms,
                item.created_local_ms,
                item.transmitted,
                item.seq,
                item.reason.as_ref().map(serde_json::to_string).transpose()?,
                item.title,
                item.message.map(|m| m.0.into_bytes()),
                item.text
            ])?;
        self.touch_command(item);
        Ok(self.tx.last_insert_rowid())
    }

    /// Takes a row away.
    pub(crate) fn delete_outbox(&mut self, id: CommandId) -> Stored<()> {
        if let Some(item) = find(&self.tx, id)? {
            self.touch_command(&item);
        }
        self.tx.prepare_cached("DELETE FROM outbox WHERE id = ?")?.execute([id.0.into_bytes()])?;
        Ok(())
    }

    /// A message is on the hub: whoever held it here has been overtaken by another computer of its author, and there is
    /// nothing left to decide.
    pub(crate) fn needs_no_decision(&mut self, message: Uuid) -> Stored<()> {
        let decided: Vec<OutboxItem> =
            select(&self.tx, "WHERE message = ? AND state IN ('held', 'refused')", [message.into_bytes()])?;
        for item in decided {
            self.delete_outbox(item.id)?;
        }
        Ok(())
    }

    /// See [`Plant::S17Bytes`].
    pub(crate) fn write_outbox_anew(&mut self) -> Stored<()> {
        for item in everything(&self.tx)? {
            let Some(command) = item.command() else { continue };
            self.tx.prepare_cached("UPDATE outbox SET version = ?, args = ? WHERE n = ?")?.execute(params![
                command.version(),
                command.args().to_string(),
                item.n
            ])?;
        }
        Ok(())
    }

    /// Sets where a row stands.
    pub(crate) fn set_outbox(
        &mut self,
        item: &OutboxItem,
        state: OutboxState,
        seq: Option<i64>,
        reason: Option<&Reason>,
    ) -> Stored<()> {
        // What stands on something that was refused is told with it.
        let behind = matches!(reason, Some(Reason::Refused { rejection: Rejection::DependsOn { .. } }));
        if matches!(state, OutboxState::Held | OutboxState::Refused) && !behind && !item.is_reading() {
            self.touched.attention.insert(item.chat.unwrap_or(NO_CHAT));
        }
        let reason = reason.map(serde_json::to_string).transpose()?;
        self.tx
            .prepare_cached("UPDATE outbox SET state = ?, seq = ?, reason = ?, not_before = NULL WHERE n = ?")?
            .execute(params![state.as_str(), seq, reason, item.n])?;
        self.touch_command(item);
        Ok(())
    }

    /// How far somebody has read changes no entry of the thread, and is said with each message that comes in.
    fn touch_command(&mut self, item: &OutboxItem) {
        match item.chat {
            Some(chat) if item.is_reading() => {
                self.touch_outbox(None);
                self.touch_listed(chat.0);
            }
            chat => self.touch_outbox(chat),
        }
    }

    pub(super) fn touch_outbox(&mut self, chat: Option<ChatId>) {
        self.tag("outbox");
        self.tag("status");
        if let Some(chat) = chat {
            self.touch_chat(chat.0);
        }
    }

    /// What was made here as `from` is `to` (S16).
    pub(crate) fn record_alias(&mut self, from: Uuid, to: Uuid) -> Stored<()> {
        let to = alias_of(&self.tx, to)?;
        if from == to {
            return Ok(());
        }
        self.tx
            .prepare_cached("INSERT INTO alias (loser, winner) VALUES (?, ?) ON CONFLICT (loser) DO UPDATE SET winner = excluded.winner")?
            .execute(params![from.into_bytes(), to.into_bytes()])?;
        self.tx
            .prepare_cached("UPDATE alias SET winner = ? WHERE winner = ?")?
            .execute(params![to.into_bytes(), from.into_bytes()])?;
        Ok(())
    }

    /// Replaces identifiers that turned out to be aliases.
    pub(crate) fn resolve(&self, command: &mut Command) -> Stored<()> {
        // A contact that joins another when it is shared is itself until it has gone.
        let mut statement = self.tx.prepare_cached(
            "SELECT loser, winner FROM alias
             WHERE NOT EXISTS (SELECT 1 FROM live_entity WHERE kind = 'contact' AND id = loser)",
        )?;
        let rows = statement.query_map([], |r| Ok((r.get(0).map(uuid_from)?, r.get(1).map(uuid_from)?)))?;
        let aliases: HashMap<Uuid, Uuid> = rows.collect::<Result<_, _>>()?;
        if !aliases.is_empty() {
            command.resolve(&|id| aliases.get(&id).copied().unwrap_or(id));
        }
        Ok(())
    }
}

/// How many commands wait, are held and are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WaitingCounts {
    /// On their way.
    pub waiting: u32,
    /// Held.
    pub held: u32,
    /// Refused.
    pub refused: u32,
}

impl WaitingCounts {
    /// All of them.
    pub fn total(self) -> u32 {
        self.waiting + self.held + self.refused
    }
}

/// How many commands wait, are held and are refused; read positions do not count.
pub fn waiting_counts(c: &Connection) -> Stored<WaitingCounts> {
    let mut counts = WaitingCounts::default();
    let mut statement =
        c.prepare_cached("SELECT state, count(*) FROM outbox WHERE kind NOT IN (?, ?) GROUP BY state")?;
    let rows = statement.query_map(READING, |r| Ok((r.get::<_, String>(0)?, r.get::<_, u32>(1)?)))?;
    for row in rows {
        let (state, n) = row?;
        match OutboxState::parse(&state) {
            OutboxState::Waiting => counts.waiting = n,
            OutboxState::Held => counts.held = n,
            OutboxState::Refused => counts.refused = n,
            OutboxState::Done => {}
        }
    }
    Ok(counts)
}

impl Store {
    /// One row of the outbox.
    pub fn outbox_item(&self, id: CommandId) -> Stored<Option<OutboxItem>> {
        find(self.connection(), id)
    }
}

#[cfg(test)]
mod tests;
