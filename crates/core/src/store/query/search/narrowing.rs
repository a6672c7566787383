//! What the operators of a question let through.

use super::super::lists::channels;
use super::super::names::Names;
use super::super::people::all_of;
use super::super::waiting::chat_waiting;
use super::called::{Called, OF_CHATS, OUTSIDE, all_of_them, any_of_them, named, one_of};
use super::known::{Chat, Known};
use super::tags::tagged;
use super::when::Here;
use crate::store::index::Fact;
use crate::store::listed::{ListId, Part};
use crate::store::{LOCAL_POS, Stored, uuid_from};
use deskbell_domain::search::{MOST_TERMS, Phrase, Question, SearchDate, SearchState, Term, matches};
use deskbell_domain::{ChannelId, ChatId, Kind, MemberId, Row, SearchOperator, TagId, TermProblem};
use rusqlite::Connection;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

/// Chats that are looked up one by one in the index; where there are more, what is found is looked at.
const FEW_CHATS: usize = 200;

/// Chats that are looked at one by one, where those are asked for themselves.
const MANY_CHATS: usize = 200;

/// Most members or tags of one name.
const MOST_NAMED: usize = 200;

/// The chats with something unread.
pub(super) const UNREAD: &str = "SELECT id FROM chat INDEXED BY chat_unread_recent WHERE unread > 0 LIMIT ?";

/// An entry of a thread, as far as operators look at it.
pub(super) struct Found {
    pub pos: i64,
    pub chat: ChatId,
    /// `None`: somebody outside.
    pub author: Option<MemberId>,
    pub at_ms: i64,
}

/// The operators of a question, looked up.
pub(super) struct Narrowing<'a> {
    c: &'a Connection,
    names: &'a Names<'a>,
    problems: Vec<Option<TermProblem>>,
    /// `from:`
    authors: Option<(BTreeSet<MemberId>, Called)>,
    /// `in:`
    places: Option<(BTreeSet<ChannelId>, Called)>,
    /// `tag:`
    tags: Option<BTreeSet<TagId>>,
    /// `is:`
    states: BTreeSet<SearchState>,
    /// `after:` and `before:`
    since_ms: Option<i64>,
    until_ms: Option<i64>,
    known: RefCell<HashMap<ChatId, Option<Rc<Known>>>>,
    looked_at: Cell<usize>,
}

impl<'a> Narrowing<'a> {
    /// Looks up what the operators name.
    pub fn of(c: &'a Connection, names: &'a Names<'a>, question: &Question, here: &Here) -> Stored<Self> {
        let mut narrowing = Self {
            c,
            names,
            problems: Vec::with_capacity(question.terms.len()),
            authors: None,
            places: None,
            tags: None,
            states: BTreeSet::new(),
            since_ms: None,
            until_ms: None,
            known: RefCell::default(),
            looked_at: Cell::new(0),
        };
        // Those that say something yet, by what they narrow.
        let mut values: HashMap<SearchOperator, Vec<(usize, Vec<Phrase>)>> = HashMap::new();
        for (number, term) in question.terms.iter().enumerate() {
            let problem = match term.operator {
                _ if term.value.is_empty() => None,
                _ if number >= MOST_TERMS => Some(TermProblem::TooMany),
                SearchOperator::Is => narrowing.take_state(term),
                SearchOperator::Before | SearchOperator::After => narrowing.take_date(term, here),
                _ => {
                    let phrases = term.phrases();
                    let nothing = phrases.is_empty().then_some(TermProblem::Nothing);
                    values.entry(term.operator).or_default().push((number, phrases));
                    nothing
                }
            };
            narrowing.problems.push(problem);
        }
        for (operator, values) in values {
            match operator {
                SearchOperator::From => narrowing.take_authors(question, values)?,
                SearchOperator::In => narrowing.take_places(values)?,
                _ => narrowing.take_tags(values)?,
            }
        }
        Ok(narrowing)
    }

    fn take_state(&mut self, term: &Term) -> Option<TermProblem> {
        let Some(state) = term.state() else { return Some(TermProblem::NotAState) };
        self.states.insert(state);
        None
    }

    fn take_date(&mut self, term: &Term, here: &Here) -> Option<TermProblem> {
        let Some(date) = SearchDate::parse(&term.value) else { return Some(TermProblem::NotADate) };
        let span = here.span(date);
        if term.operator == SearchOperator::After {
            self.since_ms = Some(self.since_ms.map_or(span.start, |since| since.max(span.start)));
        } else {
            self.until_ms = Some(self.until_ms.map_or(span.start, |until| until.min(span.start)));
        }
        None
    }

    fn take_authors(&mut self, question: &Question, values: Vec<(usize, Vec<Phrase>)>) -> Stored<()> {
        let (mut members, mut people) = (BTreeSet::new(), Vec::new());
        for (number, phrases) in values {
            if question.terms[number].value.eq_ignore_ascii_case("me") {
                members.extend(self.names.me);
                continue;
            }
            let of_name = named(self.c, Kind::Member, &phrases, MOST_NAMED)?;
            let outside = self.is_named(&OUTSIDE, &phrases)?;
            if of_name.is_empty() && !outside {
                self.problems[number] = Some(TermProblem::Nothing);
            }
            members.extend(of_name.into_iter().map(MemberId));
            if outside {
                people.push(phrases);
            }
        }
        self.authors = Some((members, Called::of(self.c, self.names, &OUTSIDE, people, FEW_CHATS)?));
        Ok(())
    }

    fn take_places(&mut self, values: Vec<(usize, Vec<Phrase>)>) -> Stored<()> {
        let all = channels(self.c)?;
        let inboxes = all_of(self.c, Kind::Inbox, |row| match row {
            Row::Inbox(inbox) => Some(inbox),
            _ => None,
        })?;
        let (mut places, mut chats) = (BTreeSet::new(), Vec::new());
        for (number, phrases) in values {
            let inboxes: BTreeSet<_> =
                inboxes.iter().filter(|i| matches(i.name.as_str(), &phrases)).map(|i| i.id).collect();
            let here = all.iter().filter(|channel| {
                channel.inbox.is_some_and(|inbox| inboxes.contains(&inbox))
                    || matches(&searched_channel(channel), &phrases)
            });
            let here: Vec<ChannelId> = here.map(|channel| channel.id).collect();
            let called = self.is_named(&OF_CHATS, &phrases)?;
            if inboxes.is_empty() && here.is_empty() && !called {
                self.problems[number] = Some(TermProblem::Nothing);
            }
            places.extend(here);
            if called {
                chats.push(phrases);
            }
        }
        self.places = Some((places, Called::of(self.c, self.names, &OF_CHATS, chats, FEW_CHATS)?));
        Ok(())
    }

    fn take_tags(&mut self, values: Vec<(usize, Vec<Phrase>)>) -> Stored<()> {
        let mut tags = BTreeSet::new();
        for (number, phrases) in values {
            let of_name = named(self.c, Kind::Tag, &phrases, MOST_NAMED)?;
            if of_name.is_empty() {
                self.problems[number] = Some(TermProblem::Nothing);
            }
            tags.extend(of_name.into_iter().map(TagId));
        }
        self.tags = Some(tags);
        Ok(())
    }

    fn is_named(&self, kinds: &[Kind], phrases: &[Phrase]) -> Stored<bool> {
        for kind in kinds {
            if !named(self.c, *kind, phrases, 1)?.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Of each operator of the question, why nothing can be found by it.
    pub fn problems(&self) -> &[Option<TermProblem>] {
        &self.problems
    }

    /// Whether any operator says something.
    pub fn narrows(&self) -> bool {
        self.authors.is_some()
            || self.places.is_some()
            || self.tags.is_some()
            || !self.states.is_empty()
            || self.since_ms.is_some()
            || self.until_ms.is_some()
    }

    /// Whether there can be an answer.
    pub fn can_find(&self, question: &Question) -> bool {
        self.problems.iter().all(Option::is_none) && (self.narrows() || !question.phrases.is_empty())
    }

    /// How many chats had to be looked at so far: each costs as much as some messages.
    pub fn looked_at(&self) -> usize {
        self.looked_at.get()
    }

    /// The chat; `None` where the member has no such chat.
    pub fn known(&self, chat: ChatId) -> Stored<Option<Rc<Known>>> {
        if let Some(known) = self.known.borrow().get(&chat) {
            return Ok(known.clone());
        }
        self.looked_at.set(self.looked_at.get() + 1);
        let known = Known::of(self.c, self.names, chat)?.map(Rc::new);
        self.known.borrow_mut().insert(chat, known.clone());
        Ok(known)
    }

    /// What the index can be asked for beside words, so that little else is read; `None` where nothing can be let through.
    pub fn facts(&self) -> Stored<Option<Vec<String>>> {
        let mut wanted = Vec::new();
        if self.since_ms.is_some() || self.until_ms.is_some() {
            let (since, until) = (self.since_ms.unwrap_or(i64::MIN), self.until_ms.unwrap_or(i64::MAX));
            wanted.push(one_of(if since < until { Fact::between(since, until) } else { Vec::new() }));
        }
        if let Some((members, people)) = &self.authors {
            let outside = match &people.few {
                Some(few) => all_of_them([one_of([Fact::Outside]), one_of(few.iter().copied().map(Fact::Chat))]),
                None => one_of([Fact::Outside]),
            };
            let members = one_of(members.iter().copied().map(Fact::Member));
            wanted.push(any_of_them([members, outside]));
        }
        if let Some((channels, Called { few: Some(few), .. })) = &self.places {
            let channels = channels.iter().copied().map(Fact::Channel);
            wanted.push(one_of(channels.chain(few.iter().copied().map(Fact::Chat))));
        }
        if let Some(tags) = &self.tags
            && let Some(few) = tagged(self.c, tags, FEW_CHATS)?
        {
            wanted.push(one_of(few.into_iter().map(Fact::Chat)));
        }
        if self.states.contains(&SearchState::Archived) {
            let archived = channels(self.c)?.into_iter().filter(|channel| channel.archived);
            wanted.push(one_of(archived.map(|channel| Fact::Channel(channel.id))));
        }
        if self.states.contains(&SearchState::Unread)
            && let Some(few) = self.unread(FEW_CHATS)?
        {
            wanted.push(one_of(few.into_iter().map(Fact::Chat)));
        }
        Ok(wanted.into_iter().collect())
    }

    /// The chats with something unread; `None` where they are more than so many.
    fn unread(&self, most: usize) -> Stored<Option<BTreeSet<ChatId>>> {
        let mut statement = self.c.prepare_cached(UNREAD)?;
        let unread = statement.query_map([most as i64 + 1], |r| r.get(0).map(uuid_from).map(ChatId))?;
        let unread: BTreeSet<ChatId> = unread.collect::<Result<_, _>>()?;
        Ok(Some(unread).filter(|unread| unread.len() <= most))
    }

    /// The fewest chats that an operator lets through, where one lets only so many; others do not matter.
    pub fn chats(&self) -> Stored<Option<BTreeSet<ChatId>>> {
        let of_authors =
            self.authors.as_ref().filter(|(members, _)| members.is_empty()).and_then(|(_, people)| people.few.clone());
        let of_places =
            self.places.as_ref().filter(|(channels, _)| channels.is_empty()).and_then(|(_, chats)| chats.few.clone());
        let of_tags = self.tags.as_ref().map(|tags| tagged(self.c, tags, MANY_CHATS)).transpose()?.flatten();
        let unread = if self.states.contains(&SearchState::Unread) { self.unread(MANY_CHATS)? } else { None };
        Ok([of_authors, of_places, of_tags, unread].into_iter().flatten().min_by_key(BTreeSet::len))
    }

    /// The parts of lists in which all is that is let through.
    pub fn parts(&self) -> Stored<Vec<(ListId, Part)>> {
        let all = channels(self.c)?.into_iter().map(|channel| channel.id);
        let of = |id: ChannelId| ListId::of_channel(self.c, id);
        let lists: Vec<ListId> = match &self.places {
            Some((channels, Called { few: Some(few), .. })) if few.is_empty() => {
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

    /// Whether a message is let through.
    pub fn lets(&self, message: &Found) -> Stored<bool> {
        if self.since_ms.is_some_and(|since| message.at_ms < since)
            || self.until_ms.is_some_and(|until| message.at_ms >= until)
            || message.pos < self.first_pos()
        {
            return Ok(false);
        }
        if let (Some((members, _)), Some(author)) = (&self.authors, message.author)
            && !members.contains(&author)
        {
            return Ok(false);
        }
        let Some(known) = self.known(message.chat)? else { return Ok(false) };
        if let (Some((_, people)), None) = (&self.authors, message.author)
            && !(matches!(known.chat, Chat::Conversation(_)) && people.is(&known.called))
        {
            return Ok(false);
        }
        self.lets_into(&known)
    }

    /// Whether a chat is let through, as one that was found itself: somebody takes part in it, and it is as new as its last
    /// message.
    pub fn lets_chat(&self, id: ChatId, known: &Known) -> Stored<bool> {
        if self.since_ms.is_some_and(|since| known.at_ms() < since)
            || self.until_ms.is_some_and(|until| known.at_ms() >= until)
        {
            return Ok(false);
        }
        if let Some((members, people)) = &self.authors {
            let takes_part = match &known.chat {
                Chat::Conversation(conversation) => {
                    people.is(&known.called) || members.iter().any(|m| conversation.participants.contains_key(m))
                }
                Chat::Direct(direct) => direct.members.iter().any(|m| members.contains(m)),
                Chat::Team(team) => !team.members.is_disjoint(members),
            };
            if !takes_part {
                return Ok(false);
            }
        }
        if self.states.contains(&SearchState::Waiting) && chat_waiting(self.c, id)?.mark.is_none() {
            return Ok(false);
        }
        self.lets_into(known)
    }

    /// Whether what is in a chat is let through, by what the chat is.
    fn lets_into(&self, known: &Known) -> Stored<bool> {
        let unread = known.unread > 0 || !self.states.contains(&SearchState::Unread);
        if !unread || !self.states.iter().all(|state| has(*state, known.part)) {
            return Ok(false);
        }
        if let Some((channels, chats)) = &self.places {
            let there = match &known.chat {
                Chat::Conversation(conversation) => channels.contains(&conversation.channel),
                Chat::Direct(_) | Chat::Team(_) => false,
            };
            if !there && !chats.is(&known.called) {
                return Ok(false);
            }
        }
        Ok(match &self.tags {
            Some(tags) => !known.tags(self.c)?.is_disjoint(tags),
            None => true,
        })
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

/// Name and number of a channel, as they are searched.
pub(super) fn searched_channel(channel: &deskbell_domain::Channel) -> String {
    let number = channel.number.as_ref().map(|number| format!("{}\n{number}", number.formatted()));
    [Some(channel.name.to_string()), number].into_iter().flatten().collect::<Vec<_>>().join("\n")
}
