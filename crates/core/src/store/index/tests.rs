//! The index against rows that come, change, move and go, in ten scripts.

use super::*;
use crate::store::rows::Kept;
use crate::store::testing::{CHANNEL, FakeHub};
use crate::store::{LOCAL_POS, memory};
use deskbell_domain::search::parse_search;
use deskbell_domain::{
    Address, AddressKind, Author, ChatId, Contact, Conversation, Delivery, Member, MemberId, Message, MessageId,
    MessageText, Name, Scope,
};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// As it is written, and as it is without what folding takes away.
const WORDS: [[(&str, &str); 3]; 6] = [
    [("Crème", "creme"), ("CREMONA", "cremona"), ("brûlée", "brulee")],
    [("ΟΔΌΣ", "οδοσ"), ("οδοντωτός", "οδοντωτοσ"), ("Νερό", "νερο")],
    [("Ёлка", "елка"), ("ель", "ель"), ("СКЛАД", "склад")],
    [("مُحَمَّد", "محمد"), ("أحمد", "احمد"), ("علـــی", "علي")],
    [("שָׁלוֹם", "שלום"), ("שלג", "שלג"), ("תודה", "תודה")],
    [("हिन्दी", "हिन्दी"), ("हिम", "हिम"), ("कीमत", "कीमत")],
];
/// Han, Kana, Hangul, Thai: any part of a run is found.
const RUNS: [&[char]; 4] = [&['東', '京', '都'], &['カ', 'ガ', 'ー'], &['전', '화', '번'], &['ก', '็', 'า']];

/// A word of a text, or a run of a script without spaces.
#[derive(Debug, Clone)]
struct Part {
    written: String,
    plain: String,
    run: bool,
}

fn part() -> impl Strategy<Value = Part> {
    let word = (0..6usize, 0..3usize).prop_map(|(script, word)| {
        let (written, plain) = WORDS[script][word];
        Part { written: written.into(), plain: plain.into(), run: false }
    });
    let run = (0..4usize, prop::collection::vec(0..3usize, 1..6)).prop_map(|(script, signs)| {
        let run: String = signs.into_iter().map(|sign| RUNS[script][sign]).collect();
        Part { written: run.clone(), plain: run, run: true }
    });
    prop_oneof![word, run]
}

fn written(parts: &[Part]) -> String {
    let words: Vec<&str> = parts.iter().map(|part| part.written.as_str()).collect();
    if words.is_empty() { "👍".into() } else { words.join(" ") }
}

/// What is looked for: whole parts, of which the last may be cut, and of runs any piece.
#[derive(Debug, Clone)]
struct Query(Vec<Part>);

fn query() -> impl Strategy<Value = Query> {
    (prop::collection::vec(part(), 1..3), 1..4usize, 0..3usize).prop_map(|(mut parts, keep, from)| {
        let last = parts.len() - 1;
        for (at, part) in parts.iter_mut().enumerate() {
            let signs: Vec<char> = part.plain.chars().collect();
            if part.run {
                let from = from.min(signs.len() - 1);
                part.plain = signs[from..signs.len().min(from + keep)].iter().collect();
                part.written = part.plain.clone();
            } else if at == last && keep < 3 {
                part.plain = signs[..keep].iter().collect();
                part.written = part.plain.to_uppercase();
            }
        }
        Query(parts)
    })
}

impl Query {
    /// Whether a naive reader finds it.
    fn is_in(&self, text: &[Part]) -> bool {
        self.0.iter().enumerate().all(|(at, wanted)| {
            text.iter().filter(|part| part.run == wanted.run).any(|part| match wanted.run {
                true => part.plain.contains(&wanted.plain),
                false if at == self.0.len() - 1 => part.plain.starts_with(&wanted.plain),
                false => part.plain == wanted.plain,
            })
        })
    }
}

#[derive(Debug, Clone)]
enum Op {
    Message { slot: u8, pos: Option<u64>, text: Vec<Part> },
    Line { slot: u8, pos: u64 },
    Take { slot: u8 },
    Contact { slot: u8, name: Part },
    Member { slot: u8, name: Part },
    Conversation { slot: u8, profile: Option<Part> },
    TakeNamed { slot: u8 },
}

fn op() -> impl Strategy<Value = Op> {
    let text = || prop::collection::vec(part(), 0..4);
    prop_oneof![
        6 => (0..6u8, prop::option::weighted(0.8, 1..9u64), text())
            .prop_map(|(slot, pos, text)| Op::Message { slot, pos, text }),
        1 => (0..6u8, 1..9u64).prop_map(|(slot, pos)| Op::Line { slot, pos }),
        2 => (0..6u8).prop_map(|slot| Op::Take { slot }),
        1 => (0..3u8, part()).prop_map(|(slot, name)| Op::Contact { slot, name }),
        1 => (0..3u8, part()).prop_map(|(slot, name)| Op::Member { slot, name }),
        1 => (0..3u8, prop::option::of(part())).prop_map(|(slot, profile)| Op::Conversation { slot, profile }),
        1 => (0..3u8).prop_map(|slot| Op::TakeNamed { slot }),
    ]
}

/// What is written together: it may fail at its end. Then the index may be made anew, and a piece of it is.
type Step = (Vec<Op>, bool, bool, usize);

fn step() -> impl Strategy<Value = Step> {
    (prop::collection::vec(op(), 1..6), prop::bool::weighted(0.1), prop::bool::weighted(0.1), 0..4usize)
}

fn id(slot: u8) -> Uuid {
    Uuid::from_u128(1000 + u128::from(slot))
}

/// Rows of different kinds never share an identifier.
fn named_id(kind: Kind, slot: u8) -> Uuid {
    Uuid::from_u128(2000 + 100 * kind as u128 + u128::from(slot))
}

fn name(part: &Part) -> Name {
    Name::parse(&part.written).unwrap()
}

/// A cache in which somebody is signed in.
fn signed_in() -> Store {
    let mut store = Store::new(memory().unwrap()).unwrap();
    store.sign_in("http://hub", "me@example.org", &FakeHub::new().session()).unwrap();
    store
}

fn message(slot: u8, pos: Option<u64>, content: Content) -> Row {
    let (id, chat) = (MessageId(id(slot)), ChatId(id(slot % 2)));
    let (scope, author, delivery) = (Scope::Channel(CHANNEL), Author::Contact, Delivery::None);
    Message { id, chat, scope, pos, at_ms: 1, author, content, delivery }.into()
}

fn text(text: &str) -> Content {
    Content::Text { text: MessageText::parse(text).unwrap() }
}

fn conversation(slot: u8, profile_name: Option<Name>) -> Conversation {
    let address = Address { kind: AddressKind::Phone, value: format!("+1650555010{slot}") };
    let row = serde_json::json!({
        "id": named_id(Kind::Conversation, slot), "channel": CHANNEL, "address": address, "profile_name": profile_name, "created_ms": 1,
        "inbound": true,
    });
    serde_json::from_value(row).unwrap()
}

fn apply(w: &mut Write<'_>, op: &Op) -> Stored<()> {
    let row: Row = match op {
        Op::Message { slot, pos, text: parts } => message(*slot, *pos, text(&written(parts))),
        Op::Line { slot, pos } => message(*slot, Some(*pos), Content::Closed),
        Op::Take { slot } => return w.delete_visible(Kind::Message, id(*slot)),
        Op::Contact { slot, name: part } => {
            let addresses = vec![Address { kind: AddressKind::Phone, value: "+16505550199".into() }];
            Contact {
                id: named_id(Kind::Contact, *slot).into(),
                name: name(part),
                company: None,
                addresses,
                private_to: None,
            }
            .into()
        }
        Op::Member { slot, name: part } => {
            let email = deskbell_domain::EmailAddress::parse("a@example.org").unwrap();
            let role = deskbell_domain::Role::Agent;
            Member { id: MemberId(named_id(Kind::Member, *slot)), name: name(part), email, role, active: true }.into()
        }
        Op::Conversation { slot, profile } => conversation(*slot, profile.as_ref().map(name)).into(),
        Op::TakeNamed { slot } => {
            for kind in NAMED {
                w.delete_visible(kind, named_id(kind, *slot))?;
            }
            return Ok(());
        }
    };
    put(w, &row)
}

fn put(w: &mut Write<'_>, row: &Row) -> Stored<()> {
    let scope = w.scope_no(row.scope())?;
    let kept = Kept { json: row.to_json().to_string(), scope, rev: 0, boot: 0 };
    w.put_visible(row, &kept, i64::from(row.id().as_bytes()[15]))
}

fn remember(said: &mut BTreeMap<Uuid, Option<Vec<Part>>>, op: &Op) {
    match op {
        Op::Message { slot, text, .. } => drop(said.insert(id(*slot), Some(text.clone()))),
        Op::Line { slot, .. } => drop(said.insert(id(*slot), None)),
        Op::Take { slot } => drop(said.remove(&id(*slot))),
        _ => {}
    }
}

/// The newest messages that have all words of a text, by the index alone.
fn found_by(store: &Store, text: &str, most: usize) -> Vec<Message> {
    let words = parse_search(text)
        .phrases
        .into_iter()
        .map(|phrase| format!("\"{}\"{}", phrase.words.join(" "), if phrase.open { " *" } else { "" }));
    let wanted = words.collect::<Vec<_>>().join(" AND ");
    if wanted.is_empty() {
        return Vec::new();
    }
    let mut statement = store
        .connection()
        .prepare(
            "SELECT m.json FROM message_index i CROSS JOIN message m ON m.pos = i.rowid
             WHERE i.message_index MATCH ? ORDER BY i.rowid DESC LIMIT ?",
        )
        .unwrap();
    let rows = statement.query_map(params![wanted, most as i64], |r| r.get::<_, String>(0)).unwrap();
    rows.map(|json| match rows::parsed(Kind::Message, &json.unwrap()).unwrap() {
        Row::Message(message) => message,
        other => panic!("{other:?}"),
    })
    .collect()
}

fn nothing() -> Vec<String> {
    Vec::new()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn the_index_follows_the_rows_and_finds_what_a_naive_reader_finds(
        steps in prop::collection::vec(step(), 1..14),
        queries in prop::collection::vec(query(), 20),
    ) {
        let mut store = signed_in();
        let mut said = BTreeMap::new();
        for (ops, fails, again, piece) in steps {
            let written = store.write(|w| {
                ops.iter().try_for_each(|op| apply(w, op))?;
                if fails { Err(crate::store::StoreError::from(rusqlite::Error::InvalidQuery)) } else { Ok(()) }
            });
            prop_assert_eq!(written.is_err(), fails);
            if !fails {
                ops.iter().for_each(|op| remember(&mut said, op));
            }
            prop_assert_eq!(store.index_differences().unwrap(), nothing());
            prop_assert_eq!(store.derived_differences().unwrap(), nothing());
            if again {
                store.index_again().unwrap();
            }
            if piece > 0 {
                store.fill_index(piece).unwrap();
            }
            if piece > 1 {
                merge(&mut store);
            }
            prop_assert_eq!(store.index_differences().unwrap(), nothing());
        }
        while !store.fill_index(2).unwrap() {}
        prop_assert_eq!(store.index_differences().unwrap(), nothing());
        let mut newest_first = store.connection().prepare("SELECT id FROM message ORDER BY pos DESC").unwrap();
        let order: Vec<Uuid> =
            newest_first.query_map([], |r| r.get(0).map(uuid_from)).unwrap().map(Result::unwrap).collect();
        prop_assert_eq!(order.len(), said.len());
        for query in queries {
            let naive: Vec<Uuid> =
                order.iter().copied().filter(|id| said[id].as_ref().is_some_and(|text| query.is_in(text))).collect();
            let found = found_by(&store, &written(&query.0), 100);
            let found: Vec<Uuid> = found.into_iter().map(|message| message.id.0).collect();
            prop_assert_eq!(found, naive, "{:?}", query);
        }
    }
}

fn merge(store: &mut Store) {
    for _ in 0..1000 {
        if !store.is_to_be_merged() {
            return;
        }
        store.merge_index().unwrap();
    }
    panic!("it never ends");
}

fn pieces(store: &Store) -> u32 {
    let sql = "SELECT count(DISTINCT segid) FROM message_index_idx";
    store.connection().query_row(sql, [], |r| r.get(0)).unwrap()
}

#[test]
fn what_is_written_is_merged_afterwards_and_not_with_it() {
    let mut store = signed_in();
    for made in ["at first", "anew"] {
        for n in 1..=60u8 {
            let said = text(&format!("bike number {n}, {made}"));
            store.write(|w| put(w, &message(n, Some(n.into()), said))).unwrap();
        }
        assert!(store.is_to_be_merged());
        assert!(pieces(&store) > 40, "{} pieces", pieces(&store));
        let before = store.connection().total_changes();
        store.merge_index().unwrap();
        assert!(store.connection().total_changes() - before < 200, "a little at a time");
        merge(&mut store);
        assert!(pieces(&store) < 10, "{} pieces are left", pieces(&store));
        assert_eq!(store.index_differences().unwrap(), nothing());
        assert_eq!(found_by(&store, "number", 100).len(), 60);
        store.merge_index().unwrap();
        assert!(!store.is_to_be_merged(), "there is nothing to merge");
        // What is made anew is merged so, too.
        store.index_again().unwrap();
        while !store.fill_index(1).unwrap() {}
    }
}

#[test]
fn what_stands_under_the_number_of_a_row_goes_before_the_number_is_given_again() {
    let mut store = signed_in();
    let put_all = |w: &mut Write<'_>, slots: [u8; 2]| {
        slots.into_iter().try_for_each(|slot| put(w, &conversation(slot, None).into()))
    };
    let number = |store: &Store, slot: u8| -> i64 {
        let id = named_id(Kind::Conversation, slot).into_bytes();
        store.connection().query_row("SELECT n FROM chat WHERE id = ?", [id], |r| r.get(0)).unwrap()
    };
    store.write(|w| put_all(w, [1, 2])).unwrap();
    let last = number(&store, 2);
    store
        .write(|w| {
            w.delete_visible(Kind::Conversation, named_id(Kind::Conversation, 2))?;
            put_all(w, [3, 2])
        })
        .unwrap();
    assert_eq!(number(&store, 3), last);
    assert!(number(&store, 2) > last);
    assert_eq!(store.derived_differences().unwrap(), nothing());
}

#[test]
fn a_forgotten_update_is_named() {
    let forgotten = [
        ("DELETE FROM message_index WHERE rowid = 2", "message at 2 is not searched"),
        (
            "INSERT OR REPLACE INTO message_index (rowid, words) VALUES (2, 'other')",
            "message at 2 is searched by other",
        ),
        ("INSERT INTO message_index (rowid, words) VALUES (9, 'x')", "message at 9 is searched and not there"),
        ("INSERT INTO message_index (rowid, words) VALUES (9, '')", "message at 9 is counted wrongly"),
        ("UPDATE message SET pos = 5 WHERE pos = 2", "message at 5 is not searched"),
        ("DELETE FROM named", "its name is not searched"),
        ("UPDATE entity SET json = replace(json, '0101', '0102') WHERE kind = 'conversation'", "name at 1"),
        ("DELETE FROM entity WHERE kind = 'conversation'", "1 names are searched whose rows are gone"),
        ("UPDATE message SET said = 0", "its columns are not those of its row"),
        ("DELETE FROM lookup", "a natural key does not lead to"),
        ("INSERT INTO lookup (key, n) SELECT 'tag:x', min(n) FROM entity", "does not have it"),
        ("INSERT INTO lookup (key, n) VALUES ('tag:x', 1 << 40)", "where nothing is"),
        ("UPDATE chat SET n = n + (1 << 40)", "under another number"),
        ("UPDATE chat SET unread = unread + 1", "lists have"),
        ("DELETE FROM chat", "lists have nothing"),
        ("UPDATE tally SET badges = badges + 1", "it is counted wrongly"),
        ("UPDATE scope SET digest = 7 WHERE name = 'org'", "org: the digest is 0000000000000007"),
        ("UPDATE entity SET rev = 3 WHERE kind = 'conversation'", "the digest is"),
    ];
    for (sql, wanted) in forgotten {
        let mut store = signed_in();
        store
            .write(|w| {
                put(w, &conversation(1, None).into())?;
                put(w, &message(1, Some(2), text("Is it ready?")))
            })
            .unwrap();
        let differences =
            |store: &Store| [store.index_differences().unwrap(), store.derived_differences().unwrap()].concat();
        assert_eq!(differences(&store), nothing());
        store.connection().execute_batch(sql).unwrap();
        let said = differences(&store);
        assert!(said.iter().any(|line| line.contains(wanted)), "{sql}: {said:?}");
    }
}

#[test]
fn what_a_cache_of_an_older_program_has_is_found_piece_by_piece_newest_first() {
    let mut store = signed_in();
    let number = |n: u64| message(n as u8, Some(n), text(&format!("bike number {n}")));
    store
        .write(|w| {
            (1..=30).try_for_each(|n| put(w, &number(n)))?;
            put(w, &conversation(1, None).into())
        })
        .unwrap();
    // As it was before there was an index.
    store
        .connection()
        .execute_batch(
            "DELETE FROM meta WHERE key = 'index'; INSERT INTO message_index (message_index) VALUES ('delete-all');
             INSERT INTO name_index (name_index) VALUES ('delete-all'); DELETE FROM named;",
        )
        .unwrap();
    let mut store = Store::new(store.connection).unwrap();
    assert!(!store.is_indexed().unwrap());
    let found = |store: &Store| found_by(store, "BIKE", 100).len();
    assert_eq!(found(&store), 0);
    assert!(!store.fill_index(7).unwrap());
    assert_eq!(found(&store), 7);
    assert_eq!(found_by(&store, "bike", 1)[0].pos, Some(30), "the newest come first");
    // Written meanwhile, on both sides of the mark, and the program stops and starts.
    store.write(|w| [message(3, Some(3), text("a bike")), number(31)].iter().try_for_each(|row| put(w, row))).unwrap();
    let mut store = Store::new(store.connection).unwrap();
    assert_eq!(found(&store), 9);
    let mut pieces = 0;
    while !store.fill_index(7).unwrap() {
        pieces += 1;
        assert_eq!(store.index_differences().unwrap(), nothing());
    }
    assert!(pieces >= 3, "{pieces}");
    assert_eq!(found(&store), 31);
    assert_eq!(store.index_differences().unwrap(), nothing());
}

#[test]
fn what_waits_comes_first_and_moves_to_its_place() {
    let mut store = signed_in();
    store.write(|w| put(w, &message(1, None, text("ready soon")))).unwrap();
    store.write(|w| put(w, &message(2, Some(50), text("ready?")))).unwrap();
    let found =
        |store: &Store| -> Vec<_> { found_by(store, "ready", 9).into_iter().map(|message| message.pos).collect() };
    assert_eq!(found(&store), [None, Some(50)]);
    store.write(|w| put(w, &message(1, Some(40), text("ready soon")))).unwrap();
    assert_eq!(found(&store), [Some(50), Some(40)]);
    // The hub was restored and gave the place to another.
    store.write(|w| put(w, &message(3, Some(50), text("other")))).unwrap();
    assert_eq!(found(&store), [Some(50), Some(40)], "it makes room and is found still");
    assert_eq!(found_by(&store, "other", 9).len(), 1);
    let displaced: i64 = store.connection().query_row("SELECT max(pos) FROM message", [], |r| r.get(0)).unwrap();
    assert!(displaced > LOCAL_POS);
    assert_eq!(store.index_differences().unwrap(), nothing());
}

#[test]
fn a_query_is_text_and_nothing_else() {
    let mut store = signed_in();
    let texts = ["plain words", "NEAR(plain words)", "e-mail me", "mail e", "50% \"off\""];
    store
        .write(|w| (1..).zip(texts).try_for_each(|(n, said)| put(w, &message(n, Some(u64::from(n)), text(said)))))
        .unwrap();
    let found = |query: &str| found_by(&store, query, 9).len();
    assert_eq!(found("plain OR mail"), 0, "no operator");
    assert_eq!(found("near(plain"), 1);
    assert_eq!(found("\"plain words\""), 2);
    assert_eq!(found("\"plain word\""), 0, "what is closed is whole");
    assert_eq!(found("\"plain word"), 2, "what is open is no phrase");
    assert_eq!(found("e-mail"), 1, "what is written together is found together");
    assert_eq!(found("50% off"), 1);
    for query in ["", "  ", "\"", "*", "words:x", "^", "a AND", "(", "NOT", "\u{0}", "%", "👍"] {
        found(query);
    }
    assert_eq!(found("*"), 0);
}

#[test]
fn the_messages_here_are_counted_without_reading_them() {
    let mut store = signed_in();
    let count = |store: &Store| {
        let rows = "SELECT count(*) FROM message WHERE said = 1";
        (
            messages_here(store.connection()).unwrap().cast_signed(),
            store.connection().query_row(rows, [], |r| r.get::<_, i64>(0)).unwrap(),
        )
    };
    assert_eq!(count(&store), (0, 0));
    store.write(|w| (1..=200).try_for_each(|n| put(w, &message(n, Some(u64::from(n)), text("one more"))))).unwrap();
    assert_eq!(count(&store), (200, 200));
    store.write(|w| put(w, &message(7, Some(7), text("said otherwise")))).unwrap();
    store.write(|w| put(w, &message(8, Some(8), Content::Closed))).unwrap();
    store.write(|w| (9..=20).try_for_each(|n| w.delete_visible(Kind::Message, id(n)))).unwrap();
    assert_eq!(count(&store), (187, 187));
    store.connection().execute("DELETE FROM meta WHERE key = 'messages'", []).unwrap();
    store.index_again().unwrap();
    assert_eq!(count(&store), (187, 187), "of a cache of an older program they are counted once");
    while !store.fill_index(50).unwrap() {}
    store.write(|w| w.delete_visible(Kind::Message, id(30))).unwrap();
    assert_eq!(count(&store), (186, 186));
}

#[test]
fn who_signs_in_after_another_finds_nothing_of_theirs() {
    let mut store = signed_in();
    store.write(|w| put(w, &message(1, Some(1), text("secret")))).unwrap();
    store.clear().unwrap();
    assert_eq!(found_by(&store, "secret", 9), []);
    assert!(store.is_indexed().unwrap());
    assert_eq!(store.index_differences().unwrap(), nothing());
}
