//! What a visitor sees of their conversations: the messages of both sides, members by first name, no system lines.
//!
//! One visitor may have had several conversations (an answer long after the last was closed begins a new one); in the chat box
//! they are one thread, in hub order.

use super::session::Visitor;
use crate::store::{StoreError, read_row};
use deskbell_domain::{Author, Content, Conversation, Delivery, Kind, MemberId, Message, Row};
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// A message as the chat box shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct VisitorMessage {
    /// Identifier.
    pub id: Uuid,
    /// Place in hub order.
    pub pos: u64,
    /// When it was written (UTC milliseconds).
    pub at_ms: i64,
    /// Who wrote it.
    pub from: Speaker,
    /// Plain text.
    pub text: String,
    /// What became of a member's message: `sent`, `delivered`, `read`; `none` on the visitor's own.
    #[schema(value_type = String)]
    pub delivery: Delivery,
}

/// Who wrote a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Speaker {
    /// The visitor.
    You,
    /// A member of the organization.
    Member {
        /// First name.
        name: String,
        /// For the round picture.
        initials: String,
    },
}

/// The newest `most` messages before a position, in ascending order, and whether there are older ones.
pub(super) fn before(
    connection: &Connection,
    visitor: &Visitor,
    before: u64,
    most: usize,
) -> Result<(Vec<VisitorMessage>, bool), StoreError> {
    let mut found = Vec::new();
    for chat in conversations(connection, visitor)? {
        let mut statement =
            connection.prepare_cached("SELECT row FROM message WHERE chat = ?1 AND pos < ?2 ORDER BY pos DESC")?;
        collect(&mut found, most + 1, statement.query(params![chat, to_sql(before)])?)?;
    }
    found.sort_by_key(|m| std::cmp::Reverse(m.pos));
    let more = found.len() > most;
    found.truncate(most);
    found.reverse();
    Ok((shown(connection, found)?, more))
}

/// The oldest `most` messages after a position.
pub(super) fn after(
    connection: &Connection,
    visitor: &Visitor,
    after: u64,
    most: usize,
) -> Result<Vec<VisitorMessage>, StoreError> {
    let mut found = Vec::new();
    for chat in conversations(connection, visitor)? {
        let mut statement =
            connection.prepare_cached("SELECT row FROM message WHERE chat = ?1 AND pos > ?2 ORDER BY pos")?;
        collect(&mut found, most, statement.query(params![chat, to_sql(after)])?)?;
    }
    found.sort_by_key(|m| m.pos);
    found.truncate(most);
    shown(connection, found)
}

/// Messages by members up to a position of which less is known than `status`, newest first, at most `most`.
pub(super) fn unreported(
    connection: &Connection,
    visitor: &Visitor,
    up_to: u64,
    status: Delivery,
    most: usize,
) -> Result<Vec<Message>, StoreError> {
    let mut found = Vec::new();
    for chat in conversations(connection, visitor)? {
        let mut statement = connection
            .prepare_cached("SELECT row FROM message WHERE chat = ?1 AND pos <= ?2 ORDER BY pos DESC LIMIT ?3")?;
        collect(&mut found, most, statement.query(params![chat, to_sql(up_to), most])?)?;
    }
    found.retain(|m| matches!(m.author, Author::Member(_)) && m.delivery != Delivery::None && m.delivery < status);
    Ok(found)
}

fn conversations(connection: &Connection, visitor: &Visitor) -> Result<Vec<Uuid>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT row FROM entity WHERE address = ?1")?;
    let address = visitor.address();
    let rows = statement.query_map([&address.value], |r| r.get::<_, String>(0))?;
    let mut ids = Vec::new();
    for row in rows {
        if let Row::Conversation(Conversation { id, channel, address: of, .. }) =
            Row::from_text(Kind::Conversation, &row?)?
            && channel == visitor.channel.id
            && of == address
        {
            ids.push(id.0);
        }
    }
    Ok(ids)
}

/// Takes messages, no system lines, until there are enough of this statement.
fn collect(found: &mut Vec<Message>, most: usize, mut rows: rusqlite::Rows<'_>) -> Result<(), StoreError> {
    let mut taken = 0;
    while taken < most
        && let Some(row) = rows.next()?
    {
        let text: String = row.get(0)?;
        if let Row::Message(message) = Row::from_text(Kind::Message, &text)?
            && message.is_message()
        {
            found.push(message);
            taken += 1;
        }
    }
    Ok(())
}

fn shown(connection: &Connection, messages: Vec<Message>) -> Result<Vec<VisitorMessage>, StoreError> {
    let mut members = HashMap::new();
    let mut shown = Vec::with_capacity(messages.len());
    for message in messages {
        let Content::Text { text } = message.content else { continue };
        let from = match message.author {
            Author::Contact => Speaker::You,
            Author::Member(id) => match members.get(&id) {
                Some(speaker) => Speaker::clone(speaker),
                None => {
                    let speaker = member(connection, id)?;
                    members.insert(id, speaker.clone());
                    speaker
                }
            },
            Author::System => continue,
        };
        let Some(pos) = message.pos else { continue };
        let (id, at_ms, delivery) = (message.id.0, message.at_ms, message.delivery);
        shown.push(VisitorMessage { id, pos, at_ms, from, text: text.into(), delivery });
    }
    Ok(shown)
}

fn member(connection: &Connection, id: MemberId) -> Result<Speaker, StoreError> {
    let name = match read_row(connection, Kind::Member, id.0)?.map(|r| r.row) {
        Some(Row::Member(member)) => member.name.as_str().to_owned(),
        _ => String::new(),
    };
    Ok(by_first_name(&name))
}

fn by_first_name(name: &str) -> Speaker {
    let mut words = name.split_whitespace();
    let first = words.next().unwrap_or_default();
    let letters = [Some(first), words.next_back()].into_iter().flatten().filter_map(|w| w.chars().next());
    Speaker::Member { name: first.into(), initials: letters.flat_map(char::to_uppercase).collect() }
}

/// SQLite's integers are signed; a position that does not fit is after everything.
fn to_sql(pos: u64) -> i64 {
    i64::try_from(pos).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_shown_by_first_name() {
        let of = |name: &str| match by_first_name(name) {
            Speaker::Member { name, initials } => (name, initials),
            Speaker::You => unreachable!(),
        };
        assert_eq!(of("Dana Whitcombe"), ("Dana".into(), "DW".into()));
        assert_eq!(of("Madonna"), ("Madonna".into(), "M".into()));
        assert_eq!(of("ana maría de la cruz"), ("ana".into(), "AC".into()));
        assert_eq!(of(""), (String::new(), String::new()));
    }
}
