//! Whether what is derived from the rows is what follows from them: the search index, natural keys, list rows, digests.
//!
//! Every one is kept with each change, so one forgotten place in the program shows for ever. Here all of it is made from
//! nothing and compared. Read in one go and sorted in memory, because a simulator asks after every few steps. What is said
//! names rows, never what customers wrote.

use super::index::{self, Fact, Stage};
use super::listed::{Channels, ListRow, tally_differences};
use super::rows::EntryColumns;
use super::{Store, Stored, meta, rev_of, rows, uuid_from};
use deskbell_domain::{ChatId, Kind, Row};
use deskbell_protocol::digest_of;
use rusqlite::Connection;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Most differences of a kind that are said.
const MOST_SAID: usize = 20;

/// A word, the row that has it, its place there: as the index has them.
type Words = Vec<(i64, i64, String)>;

/// What a confirmed row adds to the digest of its scope.
fn add(digests: &mut BTreeMap<i64, u64>, kind: &str, id: Uuid, scope: i64, rev: i64) {
    if rev > 0 {
        let share = digest_of(kind, id, rev.unsigned_abs() & rev_of(0, u64::MAX).unsigned_abs());
        let sum = digests.entry(scope).or_default();
        *sum = sum.wrapping_add(share);
    }
}

/// Scope and rev of the confirmed rows behind visible ones, by kind and identifier; `None` where the hub has none.
type Shadows = BTreeMap<(String, Uuid), Option<(i64, i64)>>;

impl Store {
    /// What the search index has and the visible rows do not, or the other way round; nothing where it is right. Of an
    /// index that is being made, what should be in already is looked at.
    pub fn index_differences(&self) -> Stored<Vec<String>> {
        index_differences(&self.connection)
    }

    /// What is kept beside the rows and does not follow from them: columns of entries, natural keys, rows of lists, digests.
    /// Nothing where all is right.
    pub fn derived_differences(&self) -> Stored<Vec<String>> {
        derived_differences(&self.connection)
    }
}

/// See [`Store::index_differences`].
pub(crate) fn index_differences(c: &Connection) -> Stored<Vec<String>> {
    let (below, names) = match index::stage(c)? {
        None => return Ok(vec!["the search index was not begun".into()]),
        Some(Stage::Messages { below }) => (below, false),
        Some(Stage::Names { .. }) => (i64::MIN, false),
        Some(Stage::Complete) => (i64::MIN, true),
    };
    let mut said = Vec::new();
    let mut wanted: BTreeMap<i64, Option<String>> = BTreeMap::new();
    let mut statement = c.prepare_cached("SELECT pos, json FROM message WHERE pos >= ? ORDER BY pos")?;
    let mut rows = statement.query([below])?;
    while let Some(r) = rows.next()? {
        wanted.insert(r.get(0)?, index::words_of(r.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?)?);
    }
    let years = index::years(c)?;
    let year = |words: &String| words.chars().find_map(Fact::year_of);
    for year in wanted.values().flatten().filter_map(year) {
        if years.is_none_or(|(first, last)| year < first || last < year) {
            said.push(format!("what was written in {year} is not looked for: {years:?}"));
        }
    }
    compare(c, "message", below, &wanted, &mut said)?;
    if names {
        let mut wanted = BTreeMap::new();
        let mut statement = c.prepare_cached(
            "SELECT e.kind, e.id, e.json, n.n FROM entity e LEFT JOIN named n ON n.kind = e.kind AND n.id = e.id",
        )?;
        let mut rows = statement.query([])?;
        while let Some(r) = rows.next()? {
            let word: String = r.get(0)?;
            let Some(kind) = Kind::parse(&word) else { continue };
            let name = index::name_words_of(kind, r.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?)?;
            match (name, r.get::<_, Option<i64>>(3)?) {
                (None, None) => {}
                (Some(_), None) => said.push(format!("{word} {}: its name is not searched", uuid_from(r.get(1)?))),
                (name, Some(n)) => drop(wanted.insert(n, name)),
            }
        }
        compare(c, "name", i64::MIN, &wanted, &mut said)?;
        let gone: i64 = c.query_row(
            "SELECT count(*) FROM named n WHERE NOT EXISTS (SELECT 1 FROM entity e WHERE e.kind = n.kind AND e.id = n.id)",
            [],
            |r| r.get(0),
        )?;
        if gone > 0 {
            said.push(format!("{gone} names are searched whose rows are gone"));
        }
    }
    Ok(shortened(said))
}

/// Compares an index with the words that should be in it, by their rowids.
fn compare(
    c: &Connection,
    of: &str,
    from: i64,
    wanted: &BTreeMap<i64, Option<String>>,
    said: &mut Vec<String>,
) -> Stored<()> {
    let mut expected: Words = Vec::new();
    for (rowid, words) in wanted {
        let words = words.as_deref().unwrap_or_default().split(' ').filter(|word| !word.is_empty()).zip(0..);
        expected.extend(words.map(|(word, at)| (*rowid, at, word.to_string())));
    }
    let mut found: Words = {
        let mut statement = c.prepare_cached(&format!("SELECT doc, offset, term FROM {of}_words"))?;
        let rows = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?;
        rows.filter(|row| row.as_ref().map_or(true, |(rowid, ..)| *rowid >= from)).collect::<Result<_, _>>()?
    };
    found.sort_unstable();
    if expected != found {
        let searched: BTreeSet<i64> = found.iter().map(|(rowid, ..)| *rowid).collect();
        let (expected, found): (BTreeSet<_>, BTreeSet<_>) = (expected.iter().collect(), found.iter().collect());
        let differing: BTreeSet<i64> = expected.symmetric_difference(&found).map(|(rowid, ..)| *rowid).collect();
        for rowid in differing {
            let why = match wanted.get(&rowid) {
                None | Some(None) => "is searched and not there",
                Some(_) if searched.contains(&rowid) => "is searched by other words than it has",
                Some(_) => "is not searched",
            };
            said.push(format!("{of} at {rowid} {why}"));
        }
    }
    // A row without words leaves a trace all the same, which would be in the way of the next one there.
    let mut statement = c.prepare_cached(&format!("SELECT rowid FROM {of}_index WHERE rowid >= ? ORDER BY rowid"))?;
    let traces: BTreeSet<i64> = statement.query_map([from], |r| r.get(0))?.collect::<Result<_, _>>()?;
    let rows: BTreeSet<i64> = wanted.iter().filter(|(_, words)| words.is_some()).map(|(rowid, _)| *rowid).collect();
    said.extend(traces.symmetric_difference(&rows).map(|rowid| format!("{of} at {rowid} is counted wrongly")));
    Ok(())
}

/// See [`Store::derived_differences`].
pub(crate) fn derived_differences(c: &Connection) -> Stored<Vec<String>> {
    let mut said = Vec::new();
    let mut keys: BTreeSet<(String, Uuid)> = BTreeSet::new();
    let mut chats: BTreeSet<Uuid> = BTreeSet::new();
    let mut digests: BTreeMap<i64, u64> = BTreeMap::new();
    let shadows = shadows(c)?;
    let mut count = |kind: &str, id: Uuid, scope: i64, rev: i64| {
        let behind = shadows.get(&(kind.to_string(), id));
        let (scope, rev) = behind.map_or((scope, rev), |behind| behind.unwrap_or((scope, 0)));
        add(&mut digests, kind, id, scope, rev);
    };
    let mut seen: BTreeSet<(String, Uuid)> = BTreeSet::new();
    {
        let mut statement = c.prepare_cached(
            "SELECT kind, id, scope, rev, json, EXISTS (SELECT 1 FROM dead WHERE n = scope) FROM entity",
        )?;
        let mut found = statement.query([])?;
        while let Some(r) = found.next()? {
            let (word, id): (String, Uuid) = (r.get(0)?, r.get(1).map(uuid_from)?);
            // One that waits to be swept has its keys and its words still, and counts nowhere.
            let swept: bool = r.get(5)?;
            if !swept {
                count(&word, id, r.get(2)?, r.get(3)?);
            }
            if let Some(kind) = Kind::parse(&word).filter(|kind| rows::has_keys(*kind)) {
                let row = rows::parsed(kind, r.get_ref(4)?.as_str().map_err(rusqlite::Error::from)?)?;
                keys.extend(row.keys().into_iter().map(|key| (key.to_string(), id)));
                if !swept && matches!(row, Row::Conversation(_) | Row::DirectChat(_) | Row::TeamChat(_)) {
                    chats.insert(id);
                }
            }
            seen.insert((word, id));
        }
    }
    {
        let mut statement = c.prepare_cached(
            "SELECT id, scope, rev, json, chat, author, said, handed_to, EXISTS (SELECT 1 FROM dead WHERE n = scope)
             FROM message",
        )?;
        let mut found = statement.query([])?;
        while let Some(r) = found.next()? {
            let id = r.get(0).map(uuid_from)?;
            if !r.get::<_, bool>(8)? {
                count(Kind::Message.as_str(), id, r.get(1)?, r.get(2)?);
            }
            let kept = EntryColumns { chat: r.get(4)?, author: r.get(5)?, said: r.get(6)?, handed_to: r.get(7)? };
            let row = rows::parsed(Kind::Message, r.get_ref(3)?.as_str().map_err(rusqlite::Error::from)?)?;
            if !matches!(&row, Row::Message(message) if EntryColumns::of(message) == kept) {
                said.push(format!("message {id}: its columns are not those of its row"));
            }
            seen.insert((Kind::Message.as_str().into(), id));
        }
    }
    // Rows that pending commands have taken away count still.
    for ((kind, id), behind) in shadows.iter().filter(|(key, _)| !seen.contains(*key)) {
        if let Some((scope, rev)) = behind {
            add(&mut digests, kind, *id, *scope, *rev);
        }
    }
    // So do those that only a newer program understands.
    {
        let mut statement = c.prepare_cached("SELECT kind, id, scope, rev FROM unknown")?;
        let mut found = statement.query([])?;
        while let Some(r) = found.next()? {
            add(&mut digests, &r.get::<_, String>(0)?, r.get(1).map(uuid_from)?, r.get(2)?, r.get(3)?);
        }
    }
    compare_keys(c, &keys, &mut said)?;
    compare_lists(c, chats, &mut said)?;
    compare_digests(c, digests, &mut said)?;
    Ok(shortened(said))
}

fn shadows(c: &Connection) -> Stored<Shadows> {
    let mut statement = c.prepare_cached("SELECT kind, id, scope, rev, json IS NOT NULL FROM shadow")?;
    let rows = statement.query_map([], |r| {
        let behind = (r.get(2)?, r.get(3)?);
        Ok(((r.get(0)?, r.get(1).map(uuid_from)?), r.get::<_, bool>(4)?.then_some(behind)))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn compare_keys(c: &Connection, keys: &BTreeSet<(String, Uuid)>, said: &mut Vec<String>) -> Stored<()> {
    let mut statement = c.prepare_cached("SELECT l.key, e.id, l.n FROM lookup l LEFT JOIN entity e ON e.n = l.n")?;
    let mut rows = statement.query([])?;
    let mut kept: BTreeSet<(String, Uuid)> = BTreeSet::new();
    while let Some(r) = rows.next()? {
        match r.get::<_, Option<_>>(1)?.map(uuid_from) {
            Some(id) => drop(kept.insert((r.get(0)?, id))),
            None => said.push(format!("a natural key leads to {}, where nothing is", r.get::<_, i64>(2)?)),
        }
    }
    said.extend(keys.difference(&kept).map(|(_, id)| format!("a natural key does not lead to {id}")));
    said.extend(kept.difference(keys).map(|(_, id)| format!("a natural key leads to {id}, which does not have it")));
    Ok(())
}

fn compare_lists(c: &Connection, mut chats: BTreeSet<Uuid>, said: &mut Vec<String>) -> Stored<()> {
    let Some(identity) = meta::identity(c)? else { return Ok(()) };
    let mut statement = c.prepare_cached(
        "SELECT chat.id, e.n IS NOT NULL FROM chat LEFT JOIN entity e ON e.n = chat.n AND e.id = chat.id
         WHERE NOT EXISTS (SELECT 1 FROM dead WHERE dead.list = chat.list)",
    )?;
    let mut listed = statement.query([])?;
    while let Some(r) = listed.next()? {
        let id = r.get(0).map(uuid_from)?;
        if !r.get::<_, bool>(1)? {
            said.push(format!("chat {id}: lists have it under another number"));
        }
        chats.insert(id);
    }
    let mut channels = Channels::default();
    for id in chats {
        let (made, kept) = (ListRow::made(c, identity.me, ChatId(id), &mut channels)?, ListRow::kept(c, ChatId(id))?);
        if made != kept {
            let say = |row: Option<ListRow>| row.map_or("nothing".into(), |row| format!("{row:?}"));
            said.push(format!("chat {id}: lists have {}, and it is {}", say(kept), say(made)));
        }
    }
    said.extend(tally_differences(c)?);
    Ok(())
}

fn compare_digests(c: &Connection, digests: BTreeMap<i64, u64>, said: &mut Vec<String>) -> Stored<()> {
    let mut statement = c.prepare_cached("SELECT n, name, digest FROM scope")?;
    let mut found = statement.query([])?;
    while let Some(r) = found.next()? {
        let made = digests.get(&r.get(0)?).copied().unwrap_or_default();
        let kept = r.get::<_, i64>(2)?.cast_unsigned();
        if made != kept {
            said.push(format!("{}: the digest is {kept:016x}, and its rows give {made:016x}", r.get::<_, String>(1)?));
        }
    }
    Ok(())
}

fn shortened(mut said: Vec<String>) -> Vec<String> {
    if said.len() > MOST_SAID {
        let more = said.len() - MOST_SAID;
        said.truncate(MOST_SAID);
        said.push(format!("and {more} more"));
    }
    said
}
