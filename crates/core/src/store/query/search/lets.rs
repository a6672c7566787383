//! What is let through by the operators of a question, and what leads to it.
//!
//! Whatever costs least is asked first: most that is looked at is turned away by where its chat stands.

use super::super::lists::channels;
use super::super::waiting::chat_waiting;
use super::called::{Called, one_of};
use super::chats::newest;
use super::known::{Chat, Known};
use super::messages::Hit;
use super::narrowing::{Narrowing, Places};
use super::tags::tagged;
use crate::store::index::{self, Fact};
use crate::store::listed::{ListId, Part};
use crate::store::{LOCAL_POS, Stored, uuid_from};
use deskbell_domain::search::SearchState;
use deskbell_domain::{Author, ChannelId, ChatId, MemberId};
use rusqlite::{OptionalExtension, params};
use std::collections::BTreeSet;

/// The chats with something unread.
pub(super) const UNREAD: &str = "SELECT id FROM chat INDEXED BY chat_unread_recent WHERE unread > 0 LIMIT ?";

/// The chats in which something waits to be sent, or for the member's decision.
pub(super) const WAITING: &str = "SELECT DISTINCT chat FROM outbox INDEXED BY outbox_chat WHERE chat > x'' LIMIT ?";

/// How many chats a part of a list has.
pub(super) const TALLY: &str = "SELECT chats FROM tally WHERE list = ?1 AND bucket = ?2";

/// An entry of a thread, as far as operators look at it.
pub(super) struct Found {
    pub pos: i64,
    pub chat: ChatId,
    /// `None`: somebody outside.
    pub author: Option<MemberId>,
}

impl Narrowing<'_> {
    /// What the index can be asked for beside words, so that little else is read; `None` where nothing can be let through.
    /// It is asked for no more than so many chats, and for when it was written only where `days`. What is true of half of all messages is
    /// not asked for: walking its list takes longer than looking at what the others lead to.
    pub fn facts(&self, most: usize, days: bool) -> Stored<Option<Vec<String>>> {
        let mut wanted = Vec::new();
        if days && (self.since_ms.is_some() || self.until_ms.is_some()) {
            wanted.push(one_of(self.days()?));
        }
        if let Some((members, people)) = &self.authors
            && let Some(few) = people.few.as_ref().filter(|few| few.len() <= most)
        {
            let members = members.iter().copied().map(Fact::Member);
            wanted.push(one_of(members.chain(few.iter().copied().map(Fact::Chat))));
        }
        if let Some(Places { channels, chats: Called { few: Some(few), .. }, .. }) = &self.places
            && few.len() <= most
        {
            let channels = channels.iter().copied().map(Fact::Channel);
            wanted.push(one_of(channels.chain(few.iter().copied().map(Fact::Chat))));
        }
        if self.states.contains(&SearchState::Archived) {
            let archived = channels(self.c)?.into_iter().filter(|channel| channel.archived);
            wanted.push(one_of(archived.map(|channel| Fact::Channel(channel.id))));
        }
        if let Some(only) = self.only.as_ref().filter(|only| only.len() <= most) {
            wanted.push(one_of(only.iter().copied().map(Fact::Chat)));
        }
        Ok(wanted.into_iter().collect())
    }

    /// The days, months and years in which something was written that may be let through.
    fn days(&self) -> Stored<Vec<Fact>> {
        let (since, until) = (self.since_ms.unwrap_or(i64::MIN), self.until_ms.unwrap_or(i64::MAX));
        let Some((first, last)) = index::years(self.c)?.filter(|_| since < until) else { return Ok(Vec::new()) };
        let mut days = Fact::between(since, until);
        days.retain(|day| day.year().is_none_or(|year| (first..=last).contains(&year)));
        Ok(days)
    }

    /// The fewest chats to which an operator leads, where one leads to few. The others do not matter.
    pub(super) fn led_to(&self) -> Stored<Option<BTreeSet<ChatId>>> {
        let of_authors =
            self.authors.as_ref().filter(|(members, _)| members.is_empty()).and_then(|(_, people)| people.few.clone());
        let of_places = self.places.as_ref().filter(|at| at.channels.is_empty()).and_then(|at| at.chats.few.clone());
        let of_tags = self.tags.as_ref().map(|tags| tagged(self.c, tags, self.many)).transpose()?;
        let of_tags = of_tags.filter(|(chats, all)| *all && chats.len() <= self.many);
        let of_tags = of_tags.map(|(chats, _)| chats.into_iter().collect());
        let unread = if self.states.contains(&SearchState::Unread) { self.few(UNREAD)? } else { None };
        let listed = if self.places.is_some() || !self.states.is_empty() { self.listed()? } else { None };
        Ok([of_authors, of_places, of_tags, unread, listed].into_iter().flatten().min_by_key(BTreeSet::len))
    }

    /// The few chats in which all is that is let through as a chat.
    pub fn leads_to(&self) -> Stored<Option<BTreeSet<ChatId>>> {
        let waiting = if self.states.contains(&SearchState::Waiting) { self.few(WAITING)? } else { None };
        Ok(waiting.or_else(|| self.only.clone()))
    }

    /// The chats that a statement names, where they are few.
    fn few(&self, sql: &str) -> Stored<Option<BTreeSet<ChatId>>> {
        let mut statement = self.c.prepare_cached(sql)?;
        let chats = statement.query_map([self.many as i64 + 1], |r| r.get(0).map(uuid_from).map(ChatId))?;
        let chats: BTreeSet<ChatId> = chats.collect::<Result<_, _>>()?;
        Ok(Some(chats).filter(|chats| chats.len() <= self.many))
    }

    /// All of the parts of lists that are let through, where they are few.
    fn listed(&self) -> Stored<Option<BTreeSet<ChatId>>> {
        let parts = self.parts()?;
        let mut statement = self.c.prepare_cached(TALLY)?;
        let (mut chats, most) = (0, self.many as i64);
        for (list, part) in &parts {
            for pinned in [false, true] {
                let tally = statement.query_row(params![list.bytes(), part.bucket(pinned)], |r| r.get::<_, i64>(0));
                chats += tally.optional()?.unwrap_or_default();
            }
            if chats > most {
                return Ok(None);
            }
        }
        Ok(Some(newest(self.c, &parts, self.many)?.into_iter().collect()))
    }

    /// The parts of lists in which all is that is let through.
    pub fn parts(&self) -> Stored<Vec<(ListId, Part)>> {
        let all = channels(self.c)?.into_iter().map(|channel| channel.id);
        let of = |id: ChannelId| ListId::of_channel(self.c, id);
        let lists: Vec<ListId> = match &self.places {
            Some(Places { channels, chats: Called { few: Some(few), .. }, .. }) if few.is_empty() => {
                channels.iter().copied().map(of).collect::<Stored<_>>()?
            }
            _ => all.map(of).chain([Ok(ListId::Direct), Ok(ListId::Team)]).collect::<Stored<_>>()?,
        };
        let parts = Part::ALL.into_iter().filter(|part| self.states.iter().all(|state| has(*state, *part)));
        Ok(parts.flat_map(|part| lists.iter().map(move |list| (*list, part))).collect())
    }

    /// The first position of what can be let through.
    pub fn first_pos(&self) -> i64 {
        if self.states.contains(&SearchState::Waiting) { LOCAL_POS } else { i64::MIN }
    }

    /// Whether something of that moment is let through.
    pub fn lets_time(&self, at_ms: i64) -> bool {
        self.since_ms.is_none_or(|since| since <= at_ms) && self.until_ms.is_none_or(|until| at_ms < until)
    }

    /// Whether what that author wrote may be let through; of people outside that depends on the chat.
    pub fn lets_author(&self, author: Option<MemberId>) -> bool {
        match (&self.authors, author) {
            (Some((members, _)), Some(author)) => members.contains(&author),
            _ => true,
        }
    }

    /// Whether a message that was read is let through: by its time, and what the system says is of nobody.
    pub fn lets_hit(&self, hit: &Hit) -> bool {
        self.lets_time(hit.at_ms) && (self.authors.is_none() || hit.author != Author::System)
    }

    /// Whether a message is let through, by what is known of it before it is read.
    pub fn lets(&self, message: &Found) -> Stored<bool> {
        if message.pos < self.first_pos()
            || !self.lets_author(message.author)
            || self.only.as_ref().is_some_and(|only| !only.contains(&message.chat))
        {
            return Ok(false);
        }
        let people = self.authors.as_ref().map(|(_, people)| people).filter(|_| message.author.is_none());
        if people.is_some_and(|people| !people.may_be(message.chat)) {
            return Ok(false);
        }
        let Some(known) = self.chats.known(message.chat)? else { return Ok(false) };
        if !self.lets_into(&known)? {
            return Ok(false);
        }
        let Some(people) = people else { return Ok(true) };
        let whole = self.chats.whole(message.chat)?;
        Ok(whole.is_some_and(|whole| matches!(whole.chat, Chat::Conversation(..)) && people.is(&whole.called)))
    }

    /// Whether a chat is let through, as one that was found itself: somebody takes part in it, and it is as new as its last
    /// message.
    pub fn lets_chat(&self, known: &Known) -> Stored<bool> {
        let timed = self.since_ms.is_some() || self.until_ms.is_some();
        if timed && !self.lets_time(self.chats.last(known)?.at_ms) || !self.lets_into(known)? {
            return Ok(false);
        }
        if let Some((members, people)) = &self.authors {
            let Some(whole) = self.chats.whole(known.id)? else { return Ok(false) };
            let takes_part = match &whole.chat {
                Chat::Conversation(conversation, _) => {
                    people.is(&whole.called) || members.iter().any(|m| conversation.participants.contains_key(m))
                }
                Chat::Direct(direct) => direct.members.iter().any(|m| members.contains(m)),
                Chat::Team(team) => !team.members.is_disjoint(members),
            };
            if !takes_part {
                return Ok(false);
            }
        }
        Ok(!self.states.contains(&SearchState::Waiting) || chat_waiting(self.c, known.id)?.mark.is_some())
    }

    /// Whether what is in a chat is let through, by what the chat is.
    fn lets_into(&self, known: &Known) -> Stored<bool> {
        if !self.states.iter().all(|state| has(*state, known.part)) {
            return Ok(false);
        }
        if self.states.contains(&SearchState::Unread) && self.chats.last(known)?.unread == 0 {
            return Ok(false);
        }
        if let Some(tags) = &self.tags
            && self.chats.tags(known.id)?.is_disjoint(tags)
        {
            return Ok(false);
        }
        let Some(places) = self.places.as_ref().filter(|places| !places.lists.contains(&known.list)) else {
            return Ok(true);
        };
        if !places.chats.may_be(known.id) {
            return Ok(false);
        }
        Ok(self.chats.whole(known.id)?.is_some_and(|whole| places.chats.is(&whole.called)))
    }
}

/// Whether chats of that part of a list can be in a state.
fn has(state: SearchState, part: Part) -> bool {
    match state {
        SearchState::Open => Part::OPEN.contains(&part),
        SearchState::Closed => part == Part::Closed,
        SearchState::Archived => part == Part::Archived,
        SearchState::Unread | SearchState::Waiting => true,
    }
}
