//! How SQLite answers: nothing that grows is read through or sorted.

use super::super::{called, chats, known, lets, merged, messages, tags};
use super::world::World;

#[test]
fn every_statement_of_search_goes_by_an_index() {
    let (_, mut store) = World::new();
    store.write::<_, crate::store::StoreError>(|w| Ok(w.tx.execute_batch("ANALYZE")?)).unwrap();
    let plan = |sql: &str| -> Vec<String> {
        let mut statement = store.connection().prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let count = statement.parameter_count();
        let lines = statement.query_map(rusqlite::params_from_iter(vec![0; count]), |r| r.get(3)).unwrap();
        lines.map(Result::unwrap).collect()
    };
    let all = [
        messages::BY_WORDS,
        messages::ALL,
        messages::ONE,
        messages::UNSENT,
        merged::OF_CHAT,
        known::PLACE,
        known::TAGS,
        called::NAMED,
        called::OF_NUMBER,
        called::OF_ADDRESS,
        chats::NEWEST,
        chats::COUNT,
        lets::UNREAD,
        lets::WAITING,
        lets::TALLY,
        tags::TAGGED,
    ];
    for sql in all {
        for line in plan(sql) {
            // The index of words is asked by words, in the order of its rows; an index of what is rare is small.
            let by_index = line.starts_with("SEARCH")
                || (line.starts_with("SCAN i VIRTUAL TABLE") && line.contains('M'))
                || line.contains("chat_unread_recent")
                || line.contains("SUBQUERY")
                // Whether there is one at all.
                || line == "SCAN dead"
                || line.starts_with("CO-ROUTINE")
                || line.starts_with("SCAN (subquery");
            assert!(by_index && !line.contains("TEMP B-TREE"), "{sql}: {line}");
        }
    }
    assert!(plan(messages::ALL)[0].contains("INTEGER PRIMARY KEY"));
}
