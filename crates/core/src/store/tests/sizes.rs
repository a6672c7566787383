//! The longest message there can be, and how many pages of the file a row takes.

use super::*;
use deskbell_domain::MAX_MESSAGE_CHARS;

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
    let key = deskbell_sqlite::encrypted::Key([7; 32]);
    let mut client = Client::on(deskbell_sqlite::encrypted::open_writer(&dir.path().join("cache.db"), &key).unwrap());
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
