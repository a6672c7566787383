//! The search index: the words of visible messages and names, changed in the transaction that changes their rows.
//!
//! What a transaction is about to change is noted row by row, and what differs at its end is brought into the index, in
//! ascending order. Not at once, because a page of the feed takes the shadows of its lanes away and puts them back: most
//! rows are then as they were, and the index is by far the dearest thing to write. Ascending, because FTS5 writes a segment
//! out whenever a rowid is not above the one before.
//!
//! A cache that has rows and no index yet (or one of older rules) is filled in pieces, newest messages first, between
//! whatever else is written: folding a million messages takes a minute, which nobody should look at a window for. It goes
//! on from where it was after a stop. Meanwhile what is written is maintained all the same, and searching finds what is in.

mod facts;
mod merging;

pub(crate) use facts::Fact;

use super::{Store, Stored, Write, meta, query, rows, uuid_from};
use deskbell_domain::plant::{Plant, planted};
use deskbell_domain::{Content, Kind, Row, fold_text};
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Raised when `fold_text`, or what of a row is searched, becomes another: every cache is indexed anew.
const VERSION: u64 = 3;
/// How far the index is, in `meta`.
const INDEX: &str = "index";
/// How many messages there are, in `meta`.
const MESSAGES: &str = "messages";
/// The first and the last year of what was ever indexed, in `meta`.
const YEARS: &str = "years";
/// The kinds of rows that have names.
const NAMED: [Kind; 5] = [Kind::Contact, Kind::Conversation, Kind::Member, Kind::Tag, Kind::TeamChat];

/// How far the index is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Index {
    version: u64,
    stage: Stage,
}

/// What is to be done to fill it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Stage {
    /// Messages below this position.
    Messages { below: i64 },
    /// Names of the rows after this one.
    Names { kind: String, id: Uuid },
    /// Nothing: all is in.
    Complete,
}

/// The words by which a row of `message` is found.
pub(super) fn words_of(json: &str) -> Stored<Option<String>> {
    let Row::Message(message) = rows::parsed(Kind::Message, json)? else { return Ok(None) };
    let Content::Text { text } = &message.content else { return Ok(None) };
    Ok(Some(with_facts(Fact::of(&message), text.as_str())))
}

/// The words by which a row of `entity` is found.
pub(super) fn name_words_of(kind: Kind, json: &str) -> Stored<Option<String>> {
    let name = if is_named(kind) { query::searched_name(&rows::parsed(kind, json)?) } else { None };
    Ok(name.map(|name| with_facts([Fact::Kind(kind)], &name)))
}

fn with_facts(facts: impl IntoIterator<Item = Fact>, text: &str) -> String {
    let mut words = String::with_capacity(text.len() + 32);
    for fact in facts {
        words.extend([fact.word(), ' ']);
    }
    words.push_str(&fold_text(text));
    words.truncate(words.trim_end_matches(' ').len());
    words
}

/// Whether rows of the kind have names that are searched.
fn is_named(kind: Kind) -> bool {
    NAMED.contains(&kind)
}

/// How far the index is; `None` where it was never begun, or by older rules.
pub(super) fn stage(c: &Connection) -> Stored<Option<Stage>> {
    Ok(meta::get::<Index>(c, INDEX)?.filter(|index| index.version == VERSION).map(|index| index.stage))
}

/// Whether everything that is visible can be found.
pub(crate) fn is_complete(c: &Connection) -> Stored<bool> {
    Ok(stage(c)? == Some(Stage::Complete))
}

/// How many messages are here, kept with each change: to count them would read all of them.
pub(crate) fn messages_here(c: &Connection) -> Stored<u64> {
    Ok(meta::get(c, MESSAGES)?.unwrap_or_default())
}

/// The first and the last year of which there are messages: what was written since a day is not looked for in all years to
/// come. `None` where there are no messages.
pub(crate) fn years(c: &Connection) -> Stored<Option<(i16, i16)>> {
    Ok(meta::get::<Option<(i16, i16)>>(c, YEARS)?.flatten())
}

/// Both of them, and what is between.
fn joined(years: Option<(i16, i16)>, with: (i16, i16)) -> (i16, i16) {
    years.map_or(with, |(first, last)| (first.min(with.0), last.max(with.1)))
}

fn entry(c: &Connection, pos: i64) -> Stored<Option<String>> {
    let json = c.prepare_cached("SELECT json FROM message WHERE pos = ?")?.query_row([pos], |r| r.get(0));
    Ok(json.optional()?)
}

impl Write<'_> {
    /// What stands at this position is about to change.
    pub(super) fn touch_entry(&mut self, pos: i64) -> Stored<()> {
        if !self.touched.entries.contains_key(&pos) {
            let before = entry(&self.tx, pos)?;
            self.touched.entries.insert(pos, before);
        }
        Ok(())
    }

    /// A row that may have a name is about to change.
    pub(super) fn touch_name(&mut self, kind: Kind, id: Uuid) -> Stored<()> {
        if is_named(kind) && !self.touched.names.contains_key(&(kind, id)) {
            let before = rows::written(&self.tx, kind, id)?;
            self.touched.names.insert((kind, id), before);
        }
        Ok(())
    }

    /// Brings what has changed into the index.
    pub(super) fn keep_index(&mut self) -> Stored<()> {
        let (mut come, mut gone) = (0, 0);
        for (pos, before) in std::mem::take(&mut self.touched.entries) {
            self.look_up()?;
            let now = entry(&self.tx, pos)?;
            if before == now {
                continue;
            }
            let read = |json: Option<String>| json.map(|json| words_of(&json)).transpose().map(Option::flatten);
            let (before, now) = (read(before)?, read(now)?);
            come += u64::from(now.is_some());
            gone += u64::from(before.is_some());
            match now {
                Some(words) if before.as_ref() != Some(&words) => self.index_message(pos, &words)?,
                None if before.is_some() && !planted(Plant::IndexForgotten) => {
                    self.tx.prepare_cached("DELETE FROM message_index WHERE rowid = ?")?.execute([pos])?;
                }
                _ => {}
            }
        }
        if come != gone {
            self.set(MESSAGES, &(messages_here(&self.tx)? + come).saturating_sub(gone))?;
        }
        for ((kind, id), before) in std::mem::take(&mut self.touched.names) {
            let now = rows::written(&self.tx, kind, id)?;
            if before == now {
                continue;
            }
            let read =
                |json: Option<String>| json.map(|json| name_words_of(kind, &json)).transpose().map(Option::flatten);
            let (before, now) = (read(before)?, read(now)?);
            if before != now {
                self.index_name(kind, id, now.as_deref())?;
            }
        }
        if let Some(come) = self.touched.years {
            let before = years(&self.tx)?;
            let now = joined(before, come);
            if before != Some(now) {
                self.set(YEARS, &now)?;
            }
        }
        Ok(())
    }

    fn index_message(&mut self, pos: i64, words: &str) -> Stored<()> {
        if let Some(year) = words.chars().find_map(Fact::year_of) {
            self.touched.years = Some(joined(self.touched.years, (year, year)));
        }
        self.touched.indexed = true;
        self.tx
            .prepare_cached("INSERT OR REPLACE INTO message_index (rowid, words) VALUES (?, ?)")?
            .execute(params![pos, words])?;
        Ok(())
    }

    fn index_name(&mut self, kind: Kind, id: Uuid, words: Option<&str>) -> Stored<()> {
        self.touched.indexed = true;
        let key = params![kind.as_str(), id.into_bytes()];
        let n: Option<i64> = self
            .tx
            .prepare_cached("SELECT n FROM named WHERE kind = ? AND id = ?")?
            .query_row(key, |r| r.get(0))
            .optional()?;
        let Some(words) = words else {
            if let Some(n) = n {
                self.tx.prepare_cached("DELETE FROM name_index WHERE rowid = ?")?.execute([n])?;
                self.tx.prepare_cached("DELETE FROM named WHERE n = ?")?.execute([n])?;
            }
            return Ok(());
        };
        let n = match n {
            Some(n) => n,
            None => {
                self.tx.prepare_cached("INSERT INTO named (kind, id) VALUES (?, ?)")?.execute(key)?;
                self.tx.last_insert_rowid()
            }
        };
        self.tx
            .prepare_cached("INSERT OR REPLACE INTO name_index (rowid, words) VALUES (?, ?)")?
            .execute(params![n, words])?;
        Ok(())
    }

    /// Empties the index and counts what there is. It is filled again from the rows that are there; where there are none, it
    /// is complete.
    pub(super) fn begin_index(&mut self) -> Stored<()> {
        self.tx.execute_batch(
            "INSERT INTO message_index (message_index) VALUES ('delete-all');
             INSERT INTO name_index (name_index) VALUES ('delete-all');
             DELETE FROM named;",
        )?;
        let here: i64 = self.tx.query_row("SELECT count(*) FROM message WHERE said = 1", [], |r| r.get(0))?;
        self.set(MESSAGES, &here)?;
        self.set(YEARS, &None::<(i16, i16)>)?;
        let empty: bool = self.tx.query_row(
            "SELECT NOT EXISTS (SELECT 1 FROM message) AND NOT EXISTS (SELECT 1 FROM entity)",
            [],
            |r| r.get(0),
        )?;
        self.set_stage(if empty { Stage::Complete } else { Stage::Messages { below: i64::MAX } })
    }

    fn set_stage(&mut self, stage: Stage) -> Stored<()> {
        self.set(INDEX, &Index { version: VERSION, stage })
    }

    fn fill_messages(&mut self, below: i64, most: usize) -> Stored<()> {
        let mut found: Vec<(i64, String)> = {
            let mut statement =
                self.tx.prepare_cached("SELECT pos, json FROM message WHERE pos < ? ORDER BY pos DESC LIMIT ?")?;
            let rows = statement.query_map(params![below, most as i64], |r| Ok((r.get(0)?, r.get(1)?)))?;
            rows.collect::<Result<_, _>>()?
        };
        let next = match found.last().filter(|_| found.len() == most) {
            Some((lowest, _)) => Stage::Messages { below: *lowest },
            None => Stage::Names { kind: String::new(), id: Uuid::nil() },
        };
        found.reverse();
        for (pos, json) in found {
            self.look_up()?;
            if let Some(words) = words_of(&json)? {
                self.index_message(pos, &words)?;
            }
        }
        self.set_stage(next)
    }

    /// One kind at a time: where SQLite is given all of them, every piece begins with reading those before it.
    fn fill_names(&mut self, after: &str, id: Uuid, most: usize) -> Stored<()> {
        let Some(at) = NAMED.iter().position(|kind| kind.as_str() >= after) else {
            return self.set_stage(Stage::Complete);
        };
        let kind = NAMED[at];
        let id = if kind.as_str() == after { id } else { Uuid::nil() };
        let found: Vec<(Uuid, String)> = {
            let mut statement = self
                .tx
                .prepare_cached("SELECT id, json FROM entity WHERE kind = ?1 AND id > ?2 ORDER BY id LIMIT ?3")?;
            let rows = statement.query_map(params![kind.as_str(), id.into_bytes(), most as i64], |r| {
                Ok((r.get(0).map(uuid_from)?, r.get(1)?))
            })?;
            rows.collect::<Result<_, _>>()?
        };
        let next = match (found.last().filter(|_| found.len() == most), NAMED.get(at + 1)) {
            (Some((id, _)), _) => Stage::Names { kind: kind.as_str().into(), id: *id },
            (None, Some(next)) => Stage::Names { kind: next.as_str().into(), id: Uuid::nil() },
            (None, None) => Stage::Complete,
        };
        for (id, json) in found {
            self.look_up()?;
            self.index_name(kind, id, name_words_of(kind, &json)?.as_deref())?;
        }
        self.set_stage(next)
    }
}

impl Store {
    /// Begins the index where there is none by today's rules. Filling it is [`Store::fill_index`].
    pub(super) fn begin_missing_index(&mut self) -> Stored<()> {
        if stage(&self.connection)?.is_some() { Ok(()) } else { self.index_again() }
    }

    /// Throws the index away; [`Store::fill_index`] makes it anew. For a cache whose index differs from its rows.
    pub fn index_again(&mut self) -> Stored<()> {
        self.write(|w| w.begin_index())
    }

    /// Whether everything that is visible can be found.
    pub fn is_indexed(&self) -> Stored<bool> {
        is_complete(&self.connection)
    }

    /// Fills a piece of an index that is not complete: `most` rows in one transaction. Says whether it is complete then.
    pub fn fill_index(&mut self, most: usize) -> Stored<bool> {
        let most = most.max(1);
        match stage(&self.connection)? {
            Some(Stage::Complete) => return Ok(true),
            Some(Stage::Messages { below }) => self.write_lazily(|w| w.fill_messages(below, most))?,
            Some(Stage::Names { kind, id }) => self.write_lazily(|w| w.fill_names(&kind, id, most))?,
            None => self.write(|w| w.begin_index())?,
        }
        self.is_indexed()
    }
}

#[cfg(test)]
mod tests;
