//! `chat`: a conversation or direct chat goes for good.
//!
//! A chat may have more entries than one command may touch, and a request of the command line should not take minutes. So a
//! request deletes a bounded part and says whether that was all; it may be given again at any time, after a crash too, and
//! goes on where the last one ended.

use super::{AdminError, Answer, unusable};
use crate::hub::Hub;
use crate::store::{StoreError, read_all, read_row};
use deskbell_domain::command::{DeleteChat, MAX_DELETED};
use deskbell_domain::{Actor, ChatId, Kind, MemberId, MessageId, ReadPosition, Row};
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::json;
use uuid::Uuid;

/// Commands of one request.
const COMMANDS: usize = 10;

/// What there is of a chat, as far as one command may take it.
struct Left {
    entries: Vec<MessageId>,
    readers: Vec<MemberId>,
    /// The chat's own row; only where these are the last of its entries.
    row: bool,
}

impl Left {
    fn count(&self) -> usize {
        self.entries.len() + self.readers.len() + usize::from(self.row)
    }
}

/// Deletes a part of a chat, or all of it where it is small.
pub(super) async fn delete(hub: &Hub, wanted: &str) -> Result<Answer, AdminError> {
    let missing = || unusable("chat", format!("there is none of the identifier {wanted}"));
    let chat: ChatId = wanted.trim().parse().map_err(|_| missing())?;
    let chat = hub.read(move |c| known_as(c, chat)).await?;
    let mut deleted = 0;
    for _ in 0..COMMANDS {
        let left = hub.read(move |c| left_of(c, chat)).await?;
        if left.count() == 0 {
            break;
        }
        deleted += left.count();
        let Left { entries, readers, row } = left;
        hub.carry_out(Actor::System, DeleteChat { chat, entries, readers, last: row }).await?;
    }
    if deleted == 0 {
        return Err(missing());
    }
    // Whoever wrote until the row was gone has left something behind.
    let done = hub.read(move |c| left_of(c, chat)).await?.count() == 0;
    let text =
        if done { "The chat is deleted." } else { "A part of the chat is deleted: go on with the same command." };
    Ok(Answer { text: text.into(), json: json!({ "id": chat, "deleted": deleted, "done": done }) })
}

/// The chat that was made under this identifier may be another one's now.
fn known_as(connection: &Connection, chat: ChatId) -> Result<ChatId, StoreError> {
    let known: Option<Uuid> =
        connection.query_row("SELECT to_id FROM alias WHERE from_id = ?1", [chat.0], |r| r.get(0)).optional()?;
    Ok(known.map_or(chat, ChatId))
}

fn left_of(connection: &Connection, chat: ChatId) -> Result<Left, StoreError> {
    let most = MAX_DELETED + 1;
    let mut statement = connection.prepare_cached("SELECT id FROM message WHERE chat = ?1 ORDER BY pos LIMIT ?2")?;
    let entries = statement.query_map(params![chat.0, most], |r| r.get(0).map(MessageId))?;
    let mut entries: Vec<MessageId> = entries.collect::<Result<_, _>>()?;
    let mut readers = Vec::new();
    // No index leads from a chat to its read positions; their identifiers follow from the members.
    for stored in read_all(connection, Kind::Member)? {
        let Row::Member(member) = stored.row else { continue };
        if read_row(connection, Kind::ReadPosition, ReadPosition::id_of(member.id, chat))?.is_some() {
            readers.push(member.id);
        }
    }
    let (mut row, mut granted) = (false, 0);
    for kind in Kind::CHATS {
        let found = read_row(connection, kind, chat.0)?;
        row |= found.is_some();
        granted += found.map_or(0, |found| if let Row::TeamChat(team) = found.row { team.members.len() } else { 0 });
    }
    // The grants of a team chat go with its row, and count as rows too.
    let all = entries.len() + readers.len() + granted <= MAX_DELETED;
    entries.truncate(MAX_DELETED);
    readers.truncate(MAX_DELETED - entries.len());
    Ok(Left { entries, readers, row: row && all })
}
