//! What the operators of a question name.

use super::super::lists::channels;
use super::super::people::all_of;
use super::called::{Called, OF_CHATS, OUTSIDE, named};
use super::known::Chats;
use super::when::Here;
use crate::store::Stored;
use crate::store::listed::ListId;
use deskbell_domain::search::{MOST_TERMS, Phrase, Question, SearchDate, SearchState, Term, matches};
use deskbell_domain::{ChannelId, ChatId, Kind, MemberId, Row, SearchOperator, TagId, TermProblem};
use rusqlite::Connection;
use std::collections::{BTreeSet, HashMap};

/// Most members or tags of one name.
const MOST_NAMED: usize = 200;

/// Where to look.
pub(super) struct Places {
    pub channels: BTreeSet<ChannelId>,
    /// The lists of these channels, as `chat` has them.
    pub lists: BTreeSet<Vec<u8>>,
    /// Or in what is called so.
    pub chats: Called,
}

/// The operators of a question, looked up.
pub(super) struct Narrowing<'a> {
    pub(super) c: &'a Connection,
    pub(super) chats: &'a Chats<'a>,
    problems: Vec<Option<TermProblem>>,
    /// `from:`
    pub(super) authors: Option<(BTreeSet<MemberId>, Called)>,
    /// `in:`
    pub(super) places: Option<Places>,
    /// `tag:`
    pub(super) tags: Option<BTreeSet<TagId>>,
    /// `is:`
    pub(super) states: BTreeSet<SearchState>,
    /// `after:` and `before:`
    pub(super) since_ms: Option<i64>,
    pub(super) until_ms: Option<i64>,
    /// All chats that are let through, where an operator leads to few.
    pub(super) only: Option<BTreeSet<ChatId>>,
    /// How many are few.
    pub(super) many: usize,
}

impl<'a> Narrowing<'a> {
    /// No operators: everything is let through.
    pub fn nothing(c: &'a Connection, chats: &'a Chats<'a>) -> Self {
        Self {
            c,
            chats,
            problems: Vec::new(),
            authors: None,
            places: None,
            tags: None,
            states: BTreeSet::new(),
            since_ms: None,
            until_ms: None,
            only: None,
            many: 0,
        }
    }

    /// Looks up what the operators name.
    pub fn of(c: &'a Connection, chats: &'a Chats<'a>, question: &Question, here: &Here) -> Stored<Self> {
        let mut narrowing = Self { many: here.many, ..Self::nothing(c, chats) };
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
        narrowing.only = narrowing.led_to()?;
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
                members.extend(self.chats.names.me);
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
        self.authors = Some((members, Called::of(self.c, self.chats.names, &OUTSIDE, people, self.many)?));
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
        let lists = places.iter().map(|id| Ok(ListId::of_channel(self.c, *id)?.bytes())).collect::<Stored<_>>()?;
        let chats = Called::of(self.c, self.chats.names, &OF_CHATS, chats, self.many)?;
        self.places = Some(Places { channels: places, lists, chats });
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
}

/// Name and number of a channel, as they are searched.
pub(super) fn searched_channel(channel: &deskbell_domain::Channel) -> String {
    let number = channel.number.as_ref().map(|number| format!("{}\n{number}", number.formatted()));
    [Some(channel.name.to_string()), number].into_iter().flatten().collect::<Vec<_>>().join("\n")
}
