//! What is read whenever somebody looks at something never reads a whole table and sorts nothing, however large the cache is.
//!
//! The statements are not copied to here: SQLite says which it ran while every call that reads was made over a filled cache.
//! A call that nobody makes here fails the test, so a new one cannot be forgotten.

use super::CALLS;
use crate::profile::Profile;
use crate::secrets::{MemorySecrets, create_cache_key};
use crate::store::testing::{BOB, CHANNEL, FakeHub, INBOX, ME};
use crate::store::{Moment, NewCommand, Store, StoreError};
use crate::{Core, CoreOptions};
use deskbell_domain::command::{AssignChat, CloseChat, CreateChat, NewChat, SeenAssignee, SendMessage};
use deskbell_domain::{ChatId, Command, CommandId, MessageText};
use rusqlite::Connection;
use rusqlite::trace::{TraceEvent, TraceEventCodes};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use uuid::Uuid;

/// Statements that ran on files that are watched.
static RAN: Mutex<BTreeMap<PathBuf, BTreeSet<String>>> = Mutex::new(BTreeMap::new());

fn with_ran<T>(f: impl FnOnce(&mut BTreeMap<PathBuf, BTreeSet<String>>) -> T) -> T {
    f(&mut RAN.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Notes what runs on a connection, where somebody wants to know.
pub(crate) fn watch(connection: &mut Connection, path: &Path) {
    let path = path.to_path_buf();
    if with_ran(|ran| ran.contains_key(&path)) {
        let note = move |event: TraceEvent<'_>| {
            if let TraceEvent::Stmt(_, sql) = event {
                with_ran(|ran| ran.get_mut(&path).map(|ran| ran.insert(sql.to_string())));
            }
        };
        connection.trace_v2(TraceEventCodes::SQLITE_TRACE_STMT, Some(note)).unwrap();
    }
}

/// Tables that have a row for each of something of which nobody has thousands.
const SMALL: [(&str, &str); 5] = [
    ("scope", "one for each channel, inbox and team chat"),
    ("tally", "ten for each of those"),
    ("dead", "one for each channel that was lost in this minute"),
    ("alias", "one for each thing that two people made at once"),
    ("outbox", "one for each thing that a person did since the hub was there"),
];

/// What is wrong with the way in which SQLite would answer.
fn complaints(c: &Connection, sql: &str) -> Vec<String> {
    let mut statement = c.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let nulls = vec![rusqlite::types::Null; statement.parameter_count()];
    let lines = statement.query_map(rusqlite::params_from_iter(nulls), |r| r.get::<_, String>(3)).unwrap();
    let bad = |line: &String| {
        let scans = line.strip_prefix("SCAN ").is_some_and(|what| {
            let table = what.split(' ').next().unwrap_or_default();
            let is_small = SMALL.iter().any(|(small, _)| *small == table);
            // The index of words is asked for a word.
            let is_search = what.contains("VIRTUAL TABLE INDEX") && sql.contains(" MATCH ");
            // What is unread or pinned has an index without the rest.
            let is_rare = what.contains("INDEX chat_unread_") || what.contains("INDEX chat_pin");
            // What a subquery reads is a line of its own.
            let is_counted = what.starts_with("(subquery");
            !is_small && !is_search && !is_rare && !is_counted && what != "CONSTANT ROW"
        });
        scans || line.contains("TEMP B-TREE")
    };
    lines.map(Result::unwrap).filter(bad).collect()
}

fn give(store: &mut Store, command: impl Into<Command>) {
    let new = NewCommand { id: CommandId(Uuid::now_v7()), command: command.into(), instead_of: None };
    store.submit(&new, Moment { local_ms: 1000, skew_ms: 0 }).unwrap();
}

/// A cache with something of everything.
fn fill(store: &mut Store) -> (Vec<ChatId>, CommandId) {
    let mut hub = FakeHub::new();
    store.sign_in("http://127.0.0.1:9", "me@example.org", &hub.session()).unwrap();
    let chats: Vec<ChatId> = (0..40).map(|n| hub.customer(n, "Is the bicycle ready?")).collect();
    hub.tag("Warranty");
    store.apply_changes(&hub.page(0)).unwrap();
    let all = "UPDATE scope SET state = 2 WHERE state = 1";
    store.write(|w| Ok::<_, StoreError>(w.tx.execute(all, [])?)).unwrap();
    give(store, CreateChat { chat: Uuid::now_v7().into(), new: NewChat::Direct { with: BOB } });
    for (n, chat) in chats.iter().enumerate() {
        let text = MessageText::parse("Nearly.").unwrap();
        give(store, SendMessage { chat: *chat, message: Uuid::now_v7().into(), text, seen: u64::MAX >> 1 });
        let line = Uuid::now_v7().into();
        match n % 4 {
            0 => give(store, CloseChat { chat: *chat, seen_inbound: u64::MAX >> 1, line }),
            1 => give(store, AssignChat { chat: *chat, to: Some(ME), seen: Some(SeenAssignee { member: None }), line }),
            _ => store.save_draft(*chat, "half a sentence").unwrap(),
        }
    }
    let waiting = store.outbox().unwrap()[0].id;
    (chats, waiting)
}

/// What each call that reads is asked here.
fn questions(chats: &[ChatId], waiting: CommandId) -> BTreeMap<&'static str, Vec<Value>> {
    let chat = json!({ "chat": chats[0] });
    let place = |kind: &str, id: Value| json!({ "place": kind, "id": id });
    let places = [
        place("inbox", json!(INBOX)),
        place("channel", json!(CHANNEL)),
        json!({ "place": "direct" }),
        json!({ "place": "team" }),
    ];
    let mut lists = Vec::new();
    for place in &places {
        for sort in ["recent_conversations", "oldest_conversations", "recent_messages", "oldest_messages"] {
            for (tab, segment, with_me) in [
                ("open", "all", false),
                ("open", "me", true),
                ("open", "unassigned", false),
                ("closed", "all", false),
                ("archived", "all", false),
            ] {
                for filter in ["all", "unread", "archived"] {
                    lists.push(json!({ "place": place, "tab": tab, "segment": segment, "with_me": with_me,
                        "filter": filter, "sort": sort, "limit": 5 }));
                }
            }
        }
    }
    let of_places: Vec<Value> = places.iter().map(|place| json!({ "place": place })).collect();
    let threads = ["before", "after", "around"].map(|way| json!({ "chat": chats[1], way: 3, "limit": 20 }));
    let outbox = ["waiting", "attention"].map(|part| json!({ "part": part, "from": 0, "limit": 20 }));
    let found = ["bicycle rea", "", "is:unread", "from:me in:shop tag:warranty is:open after:2020 nearly"];
    let operators = ["from", "in", "tag", "is", "before", "after"];
    let of_chat = json!({ "part": "waiting", "chat": chats[2], "from": 0, "limit": 20 });
    BTreeMap::from([
        ("list_chats", lists),
        ("count_chats", of_places.clone()),
        ("get_list_view", of_places),
        ("list_places", vec![json!({})]),
        ("list_members", vec![json!({})]),
        ("get_chat", vec![chat.clone()]),
        ("list_assignees", vec![chat.clone()]),
        ("list_history", vec![json!({ "chat": chats[0], "limit": 20 })]),
        ("get_undo", vec![json!({})]),
        ("get_quiet", vec![json!({})]),
        ("get_presence", vec![chat.clone()]),
        ("find_date", vec![json!({ "chat": chats[0], "at_ms": 0 })]),
        ("get_reading", vec![chat.clone()]),
        ("list_messages", [threads.to_vec(), vec![json!({ "chat": chats[0], "limit": 20 })]].concat()),
        ("list_contacts", vec![json!({ "limit": 20 })]),
        ("search", found.map(|text| json!({ "text": text, "limit": 20 })).to_vec()),
        ("suggest_search", operators.map(|of| json!({ "operator": of, "text": "", "limit": 20 })).to_vec()),
        ("find_in_chat", vec![json!({ "chat": chats[0], "text": "bicycle rea" })]),
        ("find_names", vec![json!({ "text": "", "limit": 20 }), json!({ "text": "bob", "limit": 20 })]),
        ("list_tags", vec![json!({})]),
        ("get_draft", vec![chat]),
        ("list_outbox", [outbox.to_vec(), vec![of_chat]].concat()),
        ("get_outbox_row", vec![json!({ "command": waiting })]),
        ("get_session", vec![json!({})]),
        ("get_status", vec![json!({})]),
        ("get_settings", vec![json!({})]),
        ("get_last_place", vec![json!({})]),
    ])
}

#[tokio::test]
async fn every_call_that_reads_finds_what_it_shows_by_an_index_and_sorts_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let secrets = Arc::new(MemorySecrets::new());
    let profile = Profile::open(dir.path()).unwrap();
    let key = create_cache_key(&profile, secrets.as_ref(), None).await.unwrap();
    profile.update(|facts| facts.email = Some("me@example.org".into())).unwrap();
    let path = profile.cache_path();
    drop(profile);
    let mut store = Store::new(deskbell_sqlite::encrypted::open_writer(&path, &key).unwrap()).unwrap();
    let (chats, waiting) = fill(&mut store);
    drop(store);

    with_ran(|ran| ran.insert(path.clone(), BTreeSet::new()));
    let options = CoreOptions { secrets, background_sync: false, ..CoreOptions::default() };
    let core = Core::open(dir.path(), options).await.unwrap();
    // What the start itself reads is none of this.
    with_ran(|ran| ran.get_mut(&path).map(BTreeSet::clear));
    let questions = questions(&chats, waiting);
    for (name, _, _) in CALLS {
        let reads =
            ["get_", "list_", "count_", "search", "suggest_", "find_"].iter().any(|word| name.starts_with(word));
        assert_eq!(reads, questions.contains_key(name), "{name} is not asked here");
    }
    for (name, questions) in questions {
        for question in questions {
            let answer = core.rpc(name, question.clone()).await;
            assert!(answer.is_ok(), "{name} {question}: {answer:?}");
        }
    }
    core.shutdown().await;

    let ran = with_ran(|ran| ran.remove(&path)).unwrap();
    // What the index of words asks of its own tables is not ours.
    let ours = |sql: &&String| (sql.starts_with("SELECT") || sql.starts_with("WITH")) && !sql.contains("FROM 'main'.");
    let reads: Vec<&String> = ran.iter().filter(ours).collect();
    assert!(reads.len() > 40, "only {} statements were seen", reads.len());
    let c = deskbell_sqlite::encrypted::open_reader(&path, &key).unwrap();
    let mut found = Vec::new();
    for sql in reads {
        found.extend(complaints(&c, sql).into_iter().map(|line| format!("{line}: {sql}")));
        for table in ["message", "entity"] {
            let raw = [format!("FROM {table} "), format!("JOIN {table} ")];
            if raw.iter().any(|raw| sql.contains(raw)) {
                found.push(format!("reads what was lost, too: {sql}"));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_statement_that_reads_all_of_a_table_or_sorts_it_is_noticed() {
    let store = Store::new(crate::store::memory().unwrap()).unwrap();
    let c = store.connection();
    for bad in [
        "SELECT id FROM chat ORDER BY unread",
        "SELECT json FROM live_message WHERE json LIKE ?",
        "SELECT count(*) FROM live_entity",
        "SELECT id FROM live_message WHERE chat = ? ORDER BY rev",
    ] {
        assert!(!complaints(c, bad).is_empty(), "{bad}");
    }
    let good = "SELECT json FROM live_message WHERE chat = ? AND pos > ? ORDER BY pos LIMIT ?";
    assert_eq!(complaints(c, good), Vec::<String>::new());
}
