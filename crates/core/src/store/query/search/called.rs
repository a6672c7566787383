//! What chats are called, and who is called so.

use super::super::history::addresses_of;
use super::super::names::Names;
use crate::store::index::Fact;
use crate::store::{Stored, rows, uuid_from};
use deskbell_domain::search::{Phrase, matches};
use deskbell_domain::{ChatId, Kind, NaturalKey};
use rusqlite::{Connection, params};
use std::collections::BTreeSet;
use uuid::Uuid;

/// The kinds of rows whose names are names of chats.
pub(super) const OF_CHATS: [Kind; 4] = [Kind::Contact, Kind::Conversation, Kind::Member, Kind::TeamChat];

/// The kinds of rows whose names are names of people outside.
pub(super) const OUTSIDE: [Kind; 2] = [Kind::Contact, Kind::Conversation];

/// Numbers of rows that are called so, those first that were named last.
pub(super) const NAMED: &str =
    "SELECT i.rowid FROM name_index i WHERE i.name_index MATCH ?1 ORDER BY i.rowid DESC LIMIT ?2";

/// The row of a number.
pub(super) const OF_NUMBER: &str = "SELECT kind, id FROM named WHERE n = ?1";

/// The chats with one address.
pub(super) const OF_ADDRESS: &str = "SELECT id FROM chat INDEXED BY chat_address WHERE address = ?1 LIMIT ?2";

/// The words as FTS5 wants them. Folded words hold letters, digits and marks only, so no question can be more than its text.
pub(super) fn words(phrases: &[Phrase]) -> Vec<String> {
    let phrase = |phrase: &Phrase| format!("\"{}\"{}", phrase.words.join(" "), if phrase.open { " *" } else { "" });
    phrases.iter().map(phrase).collect()
}

/// The index has a list of all rows with a word that begins so, for one, two and three characters (its `prefix`). Of a longer
/// beginning the lists of all words are put together, whole, before the first row is known.
const LISTED: usize = 3;

/// Asks for no longer beginnings than those: whatever has the words is among what is found.
pub(super) fn beginnings(phrases: &[Phrase]) -> Vec<String> {
    let cut = |phrase: &Phrase| {
        let mut phrase = phrase.clone();
        if let (true, Some(last)) = (phrase.open, phrase.words.last_mut())
            && let Some((end, _)) = last.char_indices().nth(LISTED)
        {
            last.truncate(end);
        }
        phrase
    };
    words(&phrases.iter().map(cut).collect::<Vec<_>>())
}

/// One of these facts; `None` where there are none to have.
pub(super) fn one_of(facts: impl IntoIterator<Item = Fact>) -> Option<String> {
    let facts: Vec<String> = facts.into_iter().map(|fact| format!("\"{}\"", fact.word())).collect();
    (!facts.is_empty()).then(|| format!("({})", facts.join(" OR ")))
}

/// The rows of a kind that are called so.
pub(super) fn named(c: &Connection, kind: Kind, phrases: &[Phrase], most: usize) -> Stored<Vec<Uuid>> {
    let numbers = numbers(c, Some(kind), phrases, most)?;
    numbers.into_iter().map(|n| Ok(of_number(c, n)?.1)).collect()
}

fn numbers(c: &Connection, kind: Option<Kind>, phrases: &[Phrase], most: usize) -> Stored<Vec<i64>> {
    if phrases.is_empty() {
        return Ok(Vec::new());
    }
    let wanted: Vec<String> = words(phrases).into_iter().chain(one_of(kind.map(Fact::Kind))).collect();
    let wanted = wanted.join(" AND ");
    let mut statement = c.prepare_cached(NAMED)?;
    let numbers = statement.query_map(params![wanted, most as i64], |r| r.get(0))?;
    Ok(numbers.collect::<Result<_, _>>()?)
}

fn of_number(c: &Connection, n: i64) -> Stored<(Option<Kind>, Uuid)> {
    let read = |r: &rusqlite::Row<'_>| Ok((Kind::parse(r.get_ref(0)?.as_str()?), r.get(1).map(uuid_from)?));
    Ok(c.prepare_cached(OF_NUMBER)?.query_row([n], read)?)
}

/// Chats that may be called so: their names were, when they were looked up.
pub(super) struct Candidates {
    pub chats: BTreeSet<ChatId>,
    /// There are no others.
    pub all: bool,
}

/// Rows that are called so.
pub(super) struct NamedRows<'k> {
    kinds: &'k [Kind],
    /// Their numbers, and those of other kinds.
    numbers: Vec<i64>,
    /// There are no others.
    pub all: bool,
}

impl<'k> NamedRows<'k> {
    /// Those of these kinds; where more than so many rows of whatever kind are called so, a few of each.
    pub fn of(c: &Connection, kinds: &'k [Kind], phrases: &[Phrase], most: usize, few: usize) -> Stored<Self> {
        // Asking for one kind makes the index walk two lists side by side, which takes longer than a few rows of other kinds.
        let mut rows = Self { kinds, numbers: numbers(c, None, phrases, most + 1)?, all: true };
        if rows.numbers.len() > most {
            rows.all = false;
            rows.numbers.clear();
            for kind in kinds {
                rows.numbers.extend(numbers(c, Some(*kind), phrases, few)?);
            }
        }
        Ok(rows)
    }

    /// The chats whose names are theirs, no more than about so many.
    pub fn chats(&self, c: &Connection, names: &Names<'_>, most: usize) -> Stored<Candidates> {
        let mut found = Candidates { chats: BTreeSet::new(), all: self.all };
        let mut of_address = c.prepare_cached(OF_ADDRESS)?;
        for n in &self.numbers {
            let (kind, id) = of_number(c, *n)?;
            let Some(kind) = kind.filter(|kind| self.kinds.contains(kind)) else { continue };
            match kind {
                Kind::Contact => {
                    let Some(contact) = rows::contact(c, id.into())? else { continue };
                    for address in addresses_of(&contact) {
                        let chats =
                            of_address.query_map(params![address, most as i64 + 1], |r| r.get(0).map(uuid_from))?;
                        for chat in chats {
                            found.chats.insert(ChatId(chat?));
                        }
                    }
                }
                Kind::Member => {
                    let pair = names.me.map(|me| NaturalKey::pair(me, id.into()));
                    let direct = pair.map(|pair| rows::key(c, &pair.to_string())).transpose()?.flatten();
                    found.chats.extend(direct.map(ChatId));
                }
                _ => drop(found.chats.insert(ChatId(id))),
            }
            if found.chats.len() > most {
                found.all = false;
                break;
            }
        }
        Ok(found)
    }
}

/// Names, of which one is meant.
#[derive(Default)]
pub(super) struct Called {
    /// Of each its words, all of which may be beginnings.
    values: Vec<Vec<Phrase>>,
    /// The chats that may be called so; `None` where they are many.
    pub few: Option<BTreeSet<ChatId>>,
}

impl Called {
    /// Chats that are called by one of these values.
    pub fn of(
        c: &Connection,
        names: &Names<'_>,
        kinds: &[Kind],
        values: Vec<Vec<Phrase>>,
        most: usize,
    ) -> Stored<Self> {
        let mut few = Some(BTreeSet::new());
        for phrases in &values {
            let found = NamedRows::of(c, kinds, phrases, most, 0)?.chats(c, names, most)?;
            few = few.filter(|_| found.all).map(|few: BTreeSet<ChatId>| &few | &found.chats);
        }
        Ok(Self { values, few: few.filter(|few| few.len() <= most) })
    }

    /// Whether a chat may be meant, before it is looked at.
    pub fn may_be(&self, chat: ChatId) -> bool {
        self.few.as_ref().is_none_or(|few| few.contains(&chat))
    }

    /// Whether something that is called by these words is meant.
    pub fn is(&self, called: &str) -> bool {
        self.values.iter().any(|phrases| matches(called, phrases))
    }
}
