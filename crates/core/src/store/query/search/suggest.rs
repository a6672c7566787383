//! What can stand behind an operator while it is typed.

use super::super::lists::channels;
use super::super::names::Names;
use super::super::people::{all_of, by_name};
use super::called::{OF_CHATS, named};
use super::narrowing::searched_channel;
use super::when::Here;
use super::{contacts, marked, tags};
use crate::rpc::types::{Marked, SuggestSearch, Suggestion, SuggestionOf, Suggestions};
use crate::store::{Stored, rows};
use deskbell_domain::search::{Phrase, SearchState, matches, quoted};
use deskbell_domain::{Channel, Inbox, Kind, MemberId, Row, SearchOperator};
use jiff::Timestamp;
use rusqlite::Connection;

/// Most rows.
const MOST_ROWS: u32 = 50;

/// Values that begin with what was typed, the best first.
pub(crate) fn suggest_search(c: &Connection, args: &SuggestSearch, here: &Here) -> Stored<Suggestions> {
    let c = &c.unchecked_transaction()?;
    let most = args.limit.clamp(1, MOST_ROWS) as usize;
    let text = args.text.replace('"', " ");
    let phrases = Phrase::beginnings(&text);
    let suggestions = match args.operator {
        SearchOperator::From => authors(c, text.trim(), &phrases, most)?,
        SearchOperator::In => places(c, &phrases, most)?,
        SearchOperator::Tag => of_tags(c, &phrases, most)?,
        SearchOperator::Is => words(SearchState::ALL.map(SearchState::as_str), SuggestionOf::State, text.trim()),
        SearchOperator::Before | SearchOperator::After => dates(here, text.trim()),
    };
    let mut suggestions = each_once(suggestions);
    suggestions.truncate(most);
    Ok(Suggestions { suggestions })
}

/// Two people of one name are one value.
fn each_once(all: Vec<Suggestion>) -> Vec<Suggestion> {
    let mut once: Vec<Suggestion> = Vec::with_capacity(all.len());
    for one in all {
        if !once.contains(&one) {
            once.push(one);
        }
    }
    once
}

fn suggestion(of: SuggestionOf, name: &str, phrases: &[Phrase]) -> Suggestion {
    Suggestion { value: quoted(name), of, name: marked(name, phrases), inbox: None }
}

/// Words of the product: the window says them in its language.
fn words(all: impl IntoIterator<Item = impl AsRef<str>>, of: SuggestionOf, typed: &str) -> Vec<Suggestion> {
    let typed = typed.to_lowercase();
    let fitting = all.into_iter().filter(|word| word.as_ref().starts_with(&typed));
    let nameless = || Marked { text: String::new(), marks: vec![], cut_start: false, cut_end: false };
    fitting.map(|word| Suggestion { value: word.as_ref().into(), of, name: nameless(), inbox: None }).collect()
}

fn authors(c: &Connection, typed: &str, phrases: &[Phrase], most: usize) -> Stored<Vec<Suggestion>> {
    let names = Names::new(c)?;
    let mut members = all_of(c, Kind::Member, |row| match row {
        Row::Member(member) if phrases.is_empty() || matches(member.name.as_str(), phrases) => Some(member),
        _ => None,
    })?;
    // Who is there no more stands behind those who are.
    members.sort_by_key(|member| (!member.active, member.name.as_str().to_lowercase(), member.id));
    let others = members.iter().filter(|member| Some(member.id) != names.me);
    // Who types their own name means themselves.
    let mine = members.iter().any(|member| Some(member.id) == names.me);
    let typed = if mine && !phrases.is_empty() { "" } else { typed };
    let mut found = words(["me"], SuggestionOf::Me, typed);
    found.extend(others.map(|member| suggestion(SuggestionOf::Member, member.name.as_str(), phrases)).take(most));
    let contacts = contacts::found(c, phrases, most)?.0;
    found.extend(contacts.iter().map(|contact| suggestion(SuggestionOf::Contact, &contact.name.text, phrases)));
    Ok(found)
}

fn places(c: &Connection, phrases: &[Phrase], most: usize) -> Stored<Vec<Suggestion>> {
    let fits = |name: &str| phrases.is_empty() || matches(name, phrases);
    let inboxes = all_of(c, Kind::Inbox, |row| match row {
        Row::Inbox(inbox) => Some(inbox),
        _ => None,
    })?;
    let of = |channel: &Channel| -> Option<&Inbox> { inboxes.iter().find(|inbox| Some(inbox.id) == channel.inbox) };
    let mut found: Vec<Suggestion> = inboxes
        .iter()
        .filter(|inbox| fits(inbox.name.as_str()))
        .map(|inbox| suggestion(SuggestionOf::Inbox, inbox.name.as_str(), phrases))
        .collect();
    by_name(&mut found, |one| (&one.name.text, ()));
    let mut in_them: Vec<Suggestion> = channels(c)?
        .iter()
        .filter(|channel| fits(&searched_channel(channel)))
        .map(|channel| Suggestion {
            inbox: of(channel).map(|inbox| inbox.name.to_string()),
            ..suggestion(SuggestionOf::Channel, channel.name.as_str(), phrases)
        })
        .collect();
    in_them.sort_by_cached_key(|one| (one.name.text.to_lowercase(), one.inbox.clone()));
    found.extend(in_them);
    found.extend(chats(c, phrases, most)?);
    Ok(found)
}

fn chats(c: &Connection, phrases: &[Phrase], most: usize) -> Stored<Vec<Suggestion>> {
    let (me, mut found) = (Names::new(c)?.me, Vec::new());
    for kind in OF_CHATS {
        for id in named(c, kind, phrases, most)? {
            // Nobody has a chat with themselves.
            if kind == Kind::Member && me == Some(MemberId(id)) {
                continue;
            }
            let name = match kind {
                Kind::Contact => rows::contact(c, id.into())?.map(|contact| contact.name.to_string()),
                Kind::Member => rows::member(c, MemberId(id))?.map(|member| member.name.to_string()),
                Kind::TeamChat => rows::team_chat(c, id.into())?.map(|team| team.name.to_string()),
                _ => None,
            };
            found.extend(name.map(|name| suggestion(SuggestionOf::Chat, &name, phrases)));
        }
    }
    by_name(&mut found, |one| (&one.name.text, ()));
    Ok(found)
}

fn of_tags(c: &Connection, phrases: &[Phrase], most: usize) -> Stored<Vec<Suggestion>> {
    let ids = if phrases.is_empty() {
        all_of(c, Kind::Tag, |row| match row {
            Row::Tag(tag) => Some(tag.id),
            _ => None,
        })?
    } else {
        named(c, Kind::Tag, phrases, most)?.into_iter().map(Into::into).collect()
    };
    let (names, mut found) = (Names::new(c)?, Vec::new());
    for id in ids {
        found.extend(
            tags::shown(c, &names, id, phrases)?.map(|tag| suggestion(SuggestionOf::Tag, &tag.tag.name, phrases)),
        );
    }
    by_name(&mut found, |one| (&one.name.text, ()));
    Ok(found)
}

/// Days that are asked for often, and this and the last months and years.
fn dates(here: &Here, typed: &str) -> Vec<Suggestion> {
    let today = here.zone.to_datetime(Timestamp::from_millisecond(here.now_ms).unwrap_or_default()).date();
    let months = std::iter::successors(Some(today.first_of_month()), |month| {
        month.yesterday().ok().map(|day| day.first_of_month())
    });
    let months = months.take(3).map(|month| month.strftime("%Y-%m").to_string());
    let years = (today.year() - 1..=today.year()).rev().map(|year| year.to_string());
    let words_of_days = ["today", "yesterday"].map(String::from);
    words(words_of_days.into_iter().chain(months).chain(years), SuggestionOf::Date, typed)
}
