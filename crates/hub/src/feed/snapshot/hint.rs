//! What lists show first: a channel's open conversations, the newest message first, each with its newest entries.
//!
//! A conversation moves while it is read, so this order misses and repeats; a client takes it as a hint and reads all of
//! the scope again. A conversation that does not fit in a page goes on in the next one by the position of its entries,
//! which is fixed: however small a page is, the next one goes on.

use super::{NO_KEY, Page};
use crate::feed::FeedError;
use deskbell_domain::{Kind, Scope};
use rusqlite::{Connection, Row, params};
use uuid::Uuid;

/// Entries of each conversation.
const NEWEST_ENTRIES: i64 = 50;

/// The open conversations of a scope after a place, by their newest messages. The columns are those of an index.
const OPEN_CONVERSATIONS: &str = "
    SELECT coalesce(json_extract(row, '$.last_message.pos'), 0) AS newest, id, rev, row FROM entity
    WHERE scope = ?1 AND kind = 'conversation' AND json_extract(row, '$.closed') IS NULL
    AND coalesce(json_extract(row, '$.last_message.pos'), 0) <= ?2
    AND (coalesce(json_extract(row, '$.last_message.pos'), 0) < ?2 OR id < ?3)
    ORDER BY coalesce(json_extract(row, '$.last_message.pos'), 0) DESC, id DESC";

/// The entries of a conversation before a place, newest first. The scope is asked for because who asks names the place;
/// with the `+` it is not what they are looked up by, which would read through the whole channel.
const ENTRIES: &str = "
    SELECT pos, id, rev, row FROM message WHERE chat = ?1 AND pos < ?2 AND +scope = ?4 ORDER BY pos DESC LIMIT ?3";

/// A conversation in the order of the list, and how far its entries have gone.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Place {
    /// Position of its newest message when it was read.
    newest: i64,
    id: Uuid,
    /// Entries before this position are still to come, so many of them; `None` = it is done.
    entries: Option<(i64, i64)>,
}

impl Place {
    /// Before all conversations.
    const FIRST: Self = Self { newest: i64::MAX, id: Uuid::max(), entries: None };

    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.strip_prefix("hint:")?.split(':');
        let (newest, id) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        let entries = match (parts.next(), parts.next()) {
            (None, None) => None,
            (Some(before), Some(left)) => {
                Some((before.parse().ok()?, left.parse().ok().filter(|left| (0..=NEWEST_ENTRIES).contains(left))?))
            }
            _ => return None,
        };
        parts.next().is_none().then_some(Self { newest, id, entries })
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "hint:{}:{}", self.newest, self.id)?;
        self.entries.map_or(Ok(()), |(before, left)| write!(f, ":{before}:{left}"))
    }
}

impl Page {
    /// Fills the page with what comes after a place.
    pub(super) fn hint(&mut self, c: &Connection, scope: Scope, after: Option<&str>) -> Result<(), FeedError> {
        let mut place = match after {
            Some(text) => Place::parse(text).ok_or(NO_KEY)?,
            None => {
                self.channel(c, scope)?;
                Place::FIRST
            }
        };
        if !self.newest_entries(c, scope, &mut place)? {
            self.next = Some(place.to_string());
            return Ok(());
        }
        let mut statement = c.prepare_cached(OPEN_CONVERSATIONS)?;
        let mut rows = statement.query(params![scope.to_string(), place.newest, place.id])?;
        while let Some(r) = rows.next()? {
            if self.is_full() {
                self.next = Some(place.to_string());
                return Ok(());
            }
            place = Place { newest: r.get(0)?, id: r.get(1)?, entries: Some((i64::MAX, NEWEST_ENTRIES)) };
            self.take(Kind::Conversation, r)?;
            if !self.newest_entries(c, scope, &mut place)? {
                self.next = Some(place.to_string());
                return Ok(());
            }
        }
        Ok(())
    }

    /// The channel itself: without it no list knows whose the conversations are.
    fn channel(&mut self, c: &Connection, scope: Scope) -> Result<(), FeedError> {
        let mut statement = c.prepare_cached("SELECT 0, id, rev, row FROM entity WHERE scope = ?1 AND kind = ?2")?;
        let mut rows = statement.query(params![scope.to_string(), Kind::Channel.as_str()])?;
        while let Some(r) = rows.next()? {
            self.take(Kind::Channel, r)?;
        }
        Ok(())
    }

    /// Adds the entries that are still to come. `false`: the page is full before, and the place says where it goes on.
    fn newest_entries(&mut self, c: &Connection, scope: Scope, place: &mut Place) -> Result<bool, FeedError> {
        let Some((before, mut left)) = place.entries else { return Ok(true) };
        let mut statement = c.prepare_cached(ENTRIES)?;
        let mut rows = statement.query(params![place.id, before, left, scope.to_string()])?;
        while let Some(r) = rows.next()? {
            if self.is_full() {
                return Ok(false);
            }
            self.take(Kind::Message, r)?;
            left -= 1;
            place.entries = Some((r.get(0)?, left));
        }
        place.entries = None;
        Ok(true)
    }

    fn take(&mut self, kind: Kind, r: &Row<'_>) -> Result<(), FeedError> {
        let text = r.get_ref(3)?.as_str().map_err(rusqlite::Error::from)?;
        self.add(kind.as_str(), r.get(1)?, r.get(2)?, text)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::store::SqliteStore;

    #[test]
    fn both_questions_are_answered_by_an_index_without_sorting() {
        let mut store = SqliteStore::in_memory().unwrap();
        for (sql, index) in [(OPEN_CONVERSATIONS, "conversation_open"), (ENTRIES, "message_in_chat")] {
            let mut statement = store.connection().prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let none = (0..statement.parameter_count()).map(|_| rusqlite::types::Null);
            let plan: Vec<String> = statement
                .query_map(rusqlite::params_from_iter(none), |r| r.get(3))
                .unwrap()
                .collect::<Result<_, _>>()
                .unwrap();
            assert_eq!(plan.len(), 1, "{plan:?}");
            assert!(plan[0].starts_with("SEARCH") && plan[0].contains(index), "{plan:?}");
        }
    }

    #[test]
    fn a_place_is_written_and_read() {
        let place = Place { newest: 7, id: Uuid::from_u128(1), entries: Some((5, 3)) };
        assert_eq!(Place::parse(&place.to_string()), Some(place));
        assert_eq!(Place::parse(&Place::FIRST.to_string()), Some(Place::FIRST));
        for wrong in ["", "hint", "hint:1", "hint:1:2", "message:1", &format!("{place}:1"), "hint:x:y:1:1"] {
            assert_eq!(Place::parse(wrong), None, "{wrong}");
        }
    }
}
