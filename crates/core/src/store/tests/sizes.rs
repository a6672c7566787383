//! The longest message there can be, and how many pages of the file a row takes.

use super::*;
use deskbell_domain::MAX_MESSAGE_CHARS;
use refinery::Target;
use rusqlite::params;

/// One word, as long as a message may be.
fn word(letter: impl Fn(u32) -> char) -> String {
    (0..MAX_MESSAGE_CHARS as u32).map(letter).collect()
}

#[test]
fn the_longest_message_of_a_single_word_is_found_and_does_not_burst_the_index() {
    let of = |first: u32, many: u32| move |n: u32| char::from_u32(first + n % many).unwrap();
    let words = [
        ("one letter", word(|_| 'a')),
        ("Latin", word(of(0x61, 26))),
        ("Arabic", word(of(0x628, 20))),
        ("Han", word(of(0x4E00, 20_000))),
        ("marks upon one letter", format!("e{}", word(|_| '\u{301}').chars().skip(1).collect::<String>())),
        ("signs", word(|_| '👍')),
    ];
    for (of, text) in words {
        let mut client = Client::new();
        client.hub.customer(1, &text);
        client.pull();
        let beginning: String = text.chars().take(12).collect();
        let wanted = usize::from(of != "signs");
        assert_eq!(testing::finds(&client.store, &beginning), wanted, "{of}");
        let sql = "SELECT sum(length(block)) FROM message_index_data";
        let size: i64 = client.store.connection().query_row(sql, [], |r| r.get(0)).unwrap();
        assert!(size <= 20 * text.len() as i64, "{of}: {size} bytes for {}", text.len());
    }
}

/// Of the pages that a table has: those that hold what is too long for where it stands.
fn overflowing(c: &Connection, table: &str) -> (i64, i64) {
    let sql = "SELECT count(*), sum(pagetype = 'overflow') FROM dbstat WHERE name = ?";
    c.query_row(sql, [table], |r| Ok((r.get(0)?, r.get(1)?))).unwrap()
}

#[test]
fn a_row_and_a_piece_of_the_index_stand_in_one_page() {
    let dir = tempfile::tempdir().unwrap();
    let key = deskbell_sqlite::Key([7; 32]);
    let mut client = Client::on(deskbell_sqlite::open_writer(&dir.path().join("cache.db"), Some(&key)).unwrap());
    for n in 0..300 {
        let words: Vec<String> = (0..40).map(|word| format!("كلمة{}", n * 7 + word * 31)).collect();
        client.hub.customer(n, &words.join(" "));
    }
    client.pull();
    while client.store.is_to_be_merged() {
        client.store.merge_index().unwrap();
    }
    for table in ["entity", "message_index_data", "name_index_data"] {
        let (pages, overflow) = overflowing(client.store.connection(), table);
        assert!(pages > 10 || table == "name_index_data", "{table}: too few to tell");
        assert_eq!(overflow, 0, "{table}: of {pages} pages");
    }
}

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

#[test]
fn lists_and_natural_keys_of_the_program_before_are_kept_as_they_are() {
    let mut client = Client::new();
    let chats: Vec<ChatId> = (0..20).map(|n| client.hub.customer(n, "hello")).collect();
    client.pull();
    client.give(CreateChat { chat: Uuid::now_v7().into(), new: NewChat::Direct { with: BOB } });
    let now = client.store.connection();
    let mut before = memory().unwrap();
    embedded::migrations::runner().set_target(Target::Version(14)).run(&mut before).unwrap();
    for (table, columns, rows) in BEFORE_NUMBERS {
        let places = vec!["?"; columns.split(", ").count()].join(", ");
        let mut put = before.prepare(&format!("INSERT OR REPLACE INTO {table} ({columns}) VALUES ({places})")).unwrap();
        let mut statement = now.prepare(rows).unwrap();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let values = (0..columns.split(", ").count()).map(|at| row.get::<_, rusqlite::types::Value>(at).unwrap());
            put.execute(rusqlite::params_from_iter(values)).unwrap();
        }
    }
    let store = Store::new(before).unwrap();
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
