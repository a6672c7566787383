//! Searching messages: literal text, newest first.

use super::names::{Names, title_of};
use crate::rpc::types::{EntryAuthor, FoundMessage, FoundMessages, SearchMessages};
use crate::store::{Store, Stored, index};
use deskbell_domain::{Author, Content, Kind, Message, Row, fold_query};
use rusqlite::{Connection, params};

/// Most rows of a page.
const MOST_FOUND: u32 = 200;

/// A page of the messages that have all words of a text.
pub(crate) fn search_messages(c: &Connection, args: &SearchMessages) -> Stored<FoundMessages> {
    let names = Names::new(c)?;
    let below = args.after.as_deref().and_then(|after| after.parse().ok()).unwrap_or(i64::MAX);
    let limit = args.limit.clamp(1, MOST_FOUND) as usize;
    let mut found = find(c, &args.text, below, limit + 1)?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|(at, _)| at.to_string());
    let rows = found.into_iter().map(|(_, message)| row_of(c, &names, message)).collect::<Result<_, _>>()?;
    Ok(FoundMessages { rows, next, complete: index::is_complete(c)? })
}

fn row_of(c: &Connection, names: &Names<'_>, message: Message) -> Stored<FoundMessage> {
    let title = title_of(c, message.chat)?.unwrap_or_default();
    let author = match message.author {
        Author::Member(id) => EntryAuthor::Member(names.member(id)?),
        Author::Contact => EntryAuthor::Contact { name: title.clone() },
        Author::System => EntryAuthor::System,
    };
    let text = match message.content {
        Content::Text { text } => text.into(),
        _ => String::new(),
    };
    let (message, chat, pos, at_ms) = (message.id, message.chat, message.pos, message.at_ms);
    Ok(FoundMessage { message, chat, title, pos, at_ms, author, text })
}

/// Messages before a place in the cache's order that have all words of the text, with their places, newest first. Never
/// sorted by anything else: that would read all that matches before it shows the first.
fn find(c: &Connection, text: &str, below: i64, most: usize) -> Stored<Vec<(i64, Message)>> {
    let Some(wanted) = match_of(text) else { return Ok(Vec::new()) };
    let mut statement = c.prepare_cached(
        "SELECT m.pos, m.json FROM message_index i CROSS JOIN message m ON m.pos = i.rowid
         WHERE i.message_index MATCH ?1 AND i.rowid < ?2 ORDER BY i.rowid DESC LIMIT ?3",
    )?;
    let rows = statement.query_map(params![wanted, below, most as i64], |r| Ok((r.get(0)?, r.get::<_, String>(1)?)))?;
    let mut found = Vec::new();
    for row in rows {
        let (pos, json) = row?;
        if let Row::Message(message) = Row::from_json(Kind::Message, serde_json::from_str(&json)?)? {
            found.push((pos, message));
        }
    }
    Ok(found)
}

/// The words as FTS5 wants them. Folded words hold letters, digits and marks only, so no query can be more than its text.
fn match_of(text: &str) -> Option<String> {
    let phrases = fold_query(text);
    let quoted: Vec<String> = phrases.iter().map(|phrase| format!("\"{phrase}\"")).collect();
    (!quoted.is_empty()).then(|| quoted.join(" AND ") + " *")
}

impl Store {
    /// The newest messages that have all words of the text; the last word may be the beginning of one. Nothing in the text
    /// is an operator.
    pub fn search_messages(&self, text: &str, most: usize) -> Stored<Vec<Message>> {
        Ok(find(self.connection(), text, i64::MAX, most)?.into_iter().map(|(_, message)| message).collect())
    }
}
