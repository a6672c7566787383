//! A cache that an older program made.

use super::*;
use refinery::Target;
use rusqlite::params;

/// The tables of a cache in which something of a list's has its place, as the version before numbers had them.
const BEFORE_NUMBERS: [(&str, &str, &str); 8] = [
    ("meta", "key, value", "SELECT key, value FROM meta"),
    (
        "scope",
        "n, name, state, epoch, floor, boot, nonce, digest",
        "SELECT n, name, state, epoch, floor, boot, nonce, digest FROM scope",
    ),
    ("entity", "n, kind, id, scope, rev, boot, json", "SELECT n, kind, id, scope, rev, boot, json FROM entity"),
    (
        "message",
        "pos, id, chat, scope, rev, boot, author, said, handed_to, json",
        "SELECT pos, id, chat, scope, rev, boot, author, said, handed_to, json FROM message",
    ),
    ("lookup", "key, id", "SELECT l.key, e.id FROM lookup l JOIN entity e USING (n)"),
    (
        "chat",
        "id, list, bucket, pin, with_me, address, unread, badge, recent, oldest, recent_message, oldest_message",
        "SELECT id, list, bucket, pin, with_me, address, unread, badge, recent, oldest, recent_message, oldest_message
         FROM chat",
    ),
    ("chat_tag", "chat, tag", "SELECT chat, tag FROM chat_tag"),
    ("dead", "n, list", "SELECT n, list FROM dead"),
];

/// What the client has, as the version before numbers would have it.
fn before_numbers(client: &Client, mut before: Connection) -> Connection {
    embedded::migrations::runner().set_target(Target::Version(14)).run(&mut before).unwrap();
    for (table, columns, rows) in BEFORE_NUMBERS {
        let places = vec!["?"; columns.split(", ").count()].join(", ");
        let mut put = before.prepare(&format!("INSERT OR REPLACE INTO {table} ({columns}) VALUES ({places})")).unwrap();
        let mut statement = client.store.connection().prepare(rows).unwrap();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let values = (0..columns.split(", ").count()).map(|at| row.get::<_, rusqlite::types::Value>(at).unwrap());
            put.execute(rusqlite::params_from_iter(values)).unwrap();
        }
    }
    before
}

#[test]
fn a_program_that_ends_in_the_middle_of_its_update_leaves_a_cache_that_opens() {
    let mut client = Client::new();
    for n in 0..3 {
        client.hub.customer(n, "hello");
    }
    client.pull();
    for commits in 0..4 {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("cache.db");
        let open = || deskbell_sqlite::open_writer(&path).unwrap();
        drop(before_numbers(&client, open()));
        let mut dies = open();
        let mut left = commits;
        dies.commit_hook(Some(move || {
            let over = left == 0;
            left -= i32::from(!over);
            over
        }))
        .unwrap();
        drop(Store::new(dies));
        let store = Store::new(open()).unwrap();
        assert_eq!(store.derived_differences().unwrap(), Vec::<String>::new(), "after {commits}");
    }
}

#[test]
fn lists_and_natural_keys_of_the_program_before_are_kept_as_they_are() {
    let mut client = Client::new();
    let chats: Vec<ChatId> = (0..20).map(|n| client.hub.customer(n, "hello")).collect();
    client.pull();
    client.give(CreateChat { chat: Uuid::now_v7().into(), new: NewChat::Direct { with: BOB } });
    let store = Store::new(before_numbers(&client, memory().unwrap())).unwrap();
    assert_eq!(store.derived_differences().unwrap(), Vec::<String>::new());
    let of = |store: &Store| -> Vec<(i64, Vec<u8>, Vec<u8>, i64)> {
        let mut statement = store.connection().prepare("SELECT n, id, list, bucket FROM chat ORDER BY n").unwrap();
        let rows = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?))).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    };
    assert_eq!(of(&store).len(), chats.len() + 1);
    assert_eq!(of(&store), of(&client.store));
}

#[test]
fn rows_of_the_program_before_are_kept_as_they_are() {
    type Kept = (String, Vec<u8>, i64, i64, i64, String);
    let all = |c: &Connection| -> Vec<Kept> {
        let mut statement =
            c.prepare("SELECT kind, id, scope, rev, boot, json FROM live_entity ORDER BY kind, id").unwrap();
        let rows = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?, r.get(4)?, r.get(5)?)));
        rows.unwrap().collect::<Result<_, _>>().unwrap()
    };
    let mut client = Client::new();
    for n in 0..20 {
        client.hub.customer(n, "hello");
    }
    client.pull();
    let rows = all(client.store.connection());
    assert!(rows.len() > 20);
    let mut before = memory().unwrap();
    embedded::migrations::runner().set_target(Target::Version(13)).run(&mut before).unwrap();
    for row in &rows {
        let sql = "INSERT INTO entity (kind, id, scope, rev, boot, json) VALUES (?, ?, ?, ?, ?, ?)";
        before.execute(sql, params![row.0, row.1, row.2, row.3, row.4, row.5]).unwrap();
    }
    let store = Store::new(before).unwrap();
    assert_eq!(all(store.connection()), rows);
    let plan = "EXPLAIN QUERY PLAN SELECT json FROM live_entity WHERE kind = 'contact' AND id = x'00'";
    let found: String = store.connection().query_row(plan, [], |r| r.get(3)).unwrap();
    assert!(found.starts_with("SEARCH"), "{found}");
    let left = "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'keyed%'";
    assert_eq!(store.connection().query_row(left, [], |r| r.get::<_, i64>(0)).unwrap(), 0);
}
