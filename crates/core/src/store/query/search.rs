//! Searching: everything on this computer, literally, as it is typed.
//!
//! A page never reads on for longer than a few thousand rows: what is frequent and let through by an operator that is rare
//! would else be read to its end for every letter. It answers what it has, and where to go on.

mod called;
mod chats;
mod contacts;
mod inside;
mod known;
mod lets;
mod merged;
mod messages;
mod names;
mod narrowing;
mod suggest;
mod tags;
mod when;

pub(crate) use inside::find_in_chat;
pub(crate) use names::find_names;
pub(crate) use suggest::suggest_search;
pub(crate) use when::Here;

use super::chats::NoPage;
use super::lists::{name_of, parse_after};
use super::names::Names;
use crate::rpc::types::{Found, FoundTerm, Marked, Search};
use crate::store::{Stored, index};
use deskbell_domain::search::{Phrase, Question, Snippet, line, parse_search, utf16};
use known::Chats;
use messages::Wanted;
use narrowing::Narrowing;
use rusqlite::Connection;

/// Most messages of a page.
const MOST_FOUND: u32 = 200;

/// How many chats stand above the messages, and contacts below them, where nobody says how many; and most of either.
const A_FEW: usize = 5;
const MOST_OTHERS: usize = 100;

/// A page of what a text finds.
pub(crate) fn search(c: &Connection, args: &Search, here: &Here) -> Stored<Result<Found, NoPage>> {
    let below = match &args.after {
        None => i64::MAX,
        Some(next) => match parse_after(&args.text, next) {
            Some(below) => below,
            None => return Ok(Err(NoPage::OtherList)),
        },
    };
    // All of a page is of one moment.
    let c = &c.unchecked_transaction()?;
    let names = Names::new(c)?;
    let question = parse_search(&args.text);
    let chats = Chats::new(c, &names);
    let narrowing = Narrowing::of(c, &chats, &question, here)?;
    let mut found = Found {
        terms: terms_of(&args.text, &question, &narrowing),
        signs_only: question.phrases.is_empty() && says_something(&args.text, &question),
        conversations: Vec::new(),
        more_conversations: false,
        messages: Vec::new(),
        next: None,
        contacts: Vec::new(),
        more_contacts: false,
        complete: index::is_complete(c)?,
        here: index::messages_here(c)?,
    };
    if !narrowing.can_find(&question) {
        return Ok(Ok(found));
    }
    let limit = args.limit.clamp(1, MOST_FOUND) as usize;
    let wanted = Wanted { question: &question, narrowing: &narrowing, chat: None, below, most: limit, here };
    let page = wanted.page(c)?;
    found.next = page.next.map(|below| format!("{}.{below}", name_of(&args.text)));
    let few = args.others.map_or(A_FEW, |most| most as usize).clamp(1, MOST_OTHERS);
    let unsent = if args.after.is_none() { wanted.unsent(c)? } else { vec![] };
    for hit in unsent.iter().chain(&page.messages) {
        found.messages.extend(messages::found(&chats, &question.phrases, hit)?);
    }
    if args.after.is_none() {
        let tags = chats::tags_called(c, &question.phrases)?;
        (found.conversations, found.more_conversations) = chats::found(c, &question, &tags, &narrowing, few)?;
        if !narrowing.narrows() {
            (found.contacts, found.more_contacts) = contacts::found(c, &question.phrases, few)?;
        }
    }
    Ok(Ok(found))
}

/// Whether a text has anything beside its operators.
fn says_something(text: &str, question: &Question) -> bool {
    let ends = question.terms.iter().map(|term| term.at.end);
    let starts = question.terms.iter().map(|term| term.at.start);
    let mut between = std::iter::once(0).chain(ends).zip(starts.chain([text.len()]));
    between.any(|(from, to)| !text[from..to].trim().is_empty())
}

fn terms_of(text: &str, question: &Question, narrowing: &Narrowing<'_>) -> Vec<FoundTerm> {
    let places: Vec<_> = question.terms.iter().map(|term| term.at.clone()).collect();
    let terms = question.terms.iter().zip(utf16(text, &places)).zip(narrowing.problems());
    terms
        .map(|((term, (start, end)), problem)| FoundTerm {
            start,
            end,
            operator: term.operator,
            value: term.value.clone(),
            problem: *problem,
        })
        .collect()
}

/// All of a text, marked.
fn marked(text: &str, phrases: &[Phrase]) -> Marked {
    line(text, phrases).into()
}

impl From<Snippet> for Marked {
    fn from(Snippet { text, marks, cut_start, cut_end }: Snippet) -> Self {
        Self { text, marks, cut_start, cut_end }
    }
}

#[cfg(test)]
mod tests;
