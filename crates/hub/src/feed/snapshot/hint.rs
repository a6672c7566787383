//! What lists show first: a channel's open conversations, the newest message first, each with its newest entries; a direct or
//! team chat's newest entries; of the organization all but its contacts, and those contacts that the tops of lists name; of the
//! member all but private contacts, and how far those lists were read: of that there is a row for each conversation ever seen.
//!
//! A conversation moves while it is read, so this order misses and repeats; a client takes it as a hint and reads all of
//! the scope again. A conversation that does not fit in a page goes on in the next one by the position of its entries,
//! which is fixed: however small a page is, the next one goes on.

use super::{ALL_KINDS, After, NO_KEY, Page};
use crate::feed::FeedError;
use crate::store::parse_json;
use deskbell_domain::{Address, ChatId, Grant, Kind, MemberId, NaturalKey, ReadPosition, Scope};
use rusqlite::{Connection, Row, params};
use uuid::Uuid;

/// Entries of each conversation.
const NEWEST_ENTRIES: i64 = 50;

/// The open conversations of a scope after a place, by their newest messages. The columns are those of an index.
const OPEN_CONVERSATIONS: &str = "
    SELECT newest, id, rev, row FROM entity INDEXED BY conversation_open
    WHERE scope = ?1 AND newest <= ?2 AND (newest < ?2 OR id < ?3) ORDER BY newest DESC, id DESC";

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

/// The channels that somebody with these grants sees.
fn channels_of(grants: &[Grant]) -> Vec<Scope> {
    grants.iter().map(|grant| grant.scope).filter(|scope| matches!(scope, Scope::Channel(_))).collect()
}

/// The open conversations of a channel with the newest messages.
fn newest_in(c: &Connection, channel: Scope, most: usize) -> Result<Vec<ChatId>, FeedError> {
    let mut statement = c.prepare_cached(OPEN_CONVERSATIONS)?;
    let mut rows = statement.query(params![channel.to_string(), i64::MAX, Uuid::max()])?;
    let mut chats = Vec::new();
    while chats.len() < most
        && let Some(r) = rows.next()?
    {
        chats.push(ChatId(r.get(1)?));
    }
    Ok(chats)
}

/// What a conversation is called by.
#[derive(serde::Deserialize)]
struct Addressed {
    address: Address,
}

impl Page {
    /// Fills the page with what comes after a place, for somebody with these grants.
    pub(super) fn hint(
        &mut self,
        c: &Connection,
        scope: Scope,
        grants: &[Grant],
        after: Option<&str>,
    ) -> Result<(), FeedError> {
        match scope {
            Scope::Org => return self.organization(c, grants, after),
            Scope::Member(member) => return self.member(c, member, grants, after),
            Scope::Inbox(_) | Scope::Channel(_) | Scope::Chat(_) => {}
        }
        let mut place = match (after, scope) {
            (Some(text), _) => Place::parse(text).ok_or(NO_KEY)?,
            (None, Scope::Chat(chat)) => {
                self.all_of(c, scope, Kind::DirectChat)?;
                self.all_of(c, scope, Kind::TeamChat)?;
                Place { newest: 0, id: chat.0, entries: Some((i64::MAX, NEWEST_ENTRIES)) }
            }
            // Without it no list knows whose the conversations are.
            (None, _) => {
                self.all_of(c, scope, Kind::Channel)?;
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
            let before = place;
            let begun = Place { newest: r.get(0)?, id: r.get(1)?, entries: Some((i64::MAX, NEWEST_ENTRIES)) };
            place = begun;
            self.take(Kind::Conversation, r)?;
            if !self.newest_entries(c, scope, &mut place)? {
                // It would stand in the list with an empty thread until the next page, which comes after those of other
                // lists, and a reply written there would be held: its author has not read what was said last.
                if place == begun && self.rows.len() > 1 {
                    self.rows.pop();
                    place = before;
                }
                self.next = Some(place.to_string());
                return Ok(());
            }
        }
        Ok(())
    }

    /// Everything but the contacts, of which there may be as many as there are customers. What is left of the last page is for
    /// those whom the tops of lists name; it is not to be longer for that.
    fn organization(&mut self, c: &Connection, grants: &[Grant], after: Option<&str>) -> Result<(), FeedError> {
        self.after_contacts(c, Scope::Org, after, ALL_KINDS)?;
        if self.next.is_some() {
            return Ok(());
        }
        let channels = channels_of(grants);
        let each = self.room_for_each(channels.len());
        for channel in channels {
            self.named_in(c, channel, each)?;
        }
        Ok(())
    }

    /// What the member has of their own but contacts, and how far they have read what stands at the top of lists.
    fn member(
        &mut self,
        c: &Connection,
        member: MemberId,
        grants: &[Grant],
        after: Option<&str>,
    ) -> Result<(), FeedError> {
        self.after_contacts(c, Scope::Member(member), after, Kind::ReadPosition.as_str())?;
        if self.next.is_some() {
            return Ok(());
        }
        let chats =
            grants.iter().filter_map(|grant| if let Scope::Chat(chat) = grant.scope { Some(chat) } else { None });
        let mut lists: Vec<Vec<ChatId>> = vec![chats.collect()];
        let channels = channels_of(grants);
        let each = self.room_for_each(channels.len() + 1);
        for channel in channels {
            lists.push(newest_in(c, channel, each)?);
        }
        let mut read =
            c.prepare_cached("SELECT 0, id, rev, row FROM entity WHERE kind = ?1 AND id = ?2 AND scope = ?3")?;
        let scope = Scope::Member(member).to_string();
        for chat in lists.into_iter().flat_map(|list| list.into_iter().take(each)) {
            let id = ReadPosition::id_of(member, chat);
            let mut found = read.query(params![Kind::ReadPosition.as_str(), id, scope])?;
            if let Some(r) = found.next()?.filter(|_| !self.is_full()) {
                self.take(Kind::ReadPosition, r)?;
            }
        }
        Ok(())
    }

    /// The rows of a scope after its contacts, or after a place, of kinds whose names come before a word.
    fn after_contacts(
        &mut self,
        c: &Connection,
        scope: Scope,
        after: Option<&str>,
        until: &str,
    ) -> Result<(), FeedError> {
        let (kind, id) = match after.map(|text| After::parse(text).ok_or(NO_KEY)).transpose()? {
            None => (Kind::Contact.as_str().to_owned(), Uuid::max()),
            Some(After::Entity(kind, id)) => (kind, id),
            Some(After::Message(_)) => return Err(NO_KEY),
        };
        self.entities(c, scope, (&kind, id), until)
    }

    /// How many rows of each of so many lists still have room.
    fn room_for_each(&self, lists: usize) -> usize {
        self.limit.saturating_sub(self.rows.len()).div_ceil(lists.max(1))
    }

    /// The shared contacts of a channel's newest open conversations.
    fn named_in(&mut self, c: &Connection, channel: Scope, most: usize) -> Result<(), FeedError> {
        let mut statement = c.prepare_cached(OPEN_CONVERSATIONS)?;
        let mut lookup = c.prepare_cached("SELECT id FROM lookup WHERE key = ?1")?;
        let mut contact =
            c.prepare_cached("SELECT 0, id, rev, row FROM entity WHERE kind = ?1 AND id = ?2 AND scope = ?3")?;
        let mut rows = statement.query(params![channel.to_string(), i64::MAX, Uuid::max()])?;
        for _ in 0..most {
            let Some(r) = rows.next()?.filter(|_| !self.is_full()) else { return Ok(()) };
            let Addressed { address } = parse_json(r.get_ref(3)?.as_str().map_err(rusqlite::Error::from)?)?;
            let mut owner = lookup.query([NaturalKey::Address(address).to_string()])?;
            let Some(id) = owner.next()?.map(|r| r.get::<_, Uuid>(0)).transpose()? else { continue };
            let mut found = contact.query(params![Kind::Contact.as_str(), id, Scope::Org.to_string()])?;
            if let Some(r) = found.next()?.filter(|_| !self.rows.iter().any(|row| row.id == id)) {
                self.take(Kind::Contact, r)?;
            }
        }
        Ok(())
    }

    /// The rows of a kind, of which a scope has few.
    fn all_of(&mut self, c: &Connection, scope: Scope, kind: Kind) -> Result<(), FeedError> {
        let mut statement = c.prepare_cached("SELECT 0, id, rev, row FROM entity WHERE scope = ?1 AND kind = ?2")?;
        let mut rows = statement.query(params![scope.to_string(), kind.as_str()])?;
        while let Some(r) = rows.next()? {
            self.take(kind, r)?;
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
