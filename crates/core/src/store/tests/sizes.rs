//! The longest message there can be.

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
