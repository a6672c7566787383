//! An outbox of a long time offline, and one for which there is no room.

use super::OutboxState;
use crate::rpc::errors;
use crate::store::testing::{FakeHub, ME};
use crate::store::{Moment, NewCommand, Store, StoreError, SubmitError, Submitted, memory};
use deskbell_domain::command::{CloseChat, SendMessage};
use deskbell_domain::{ChatId, Command, CommandId, MessageText};
use deskbell_sqlite::encrypted::Key;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use uuid::Uuid;

const AT: Moment = Moment { local_ms: 1000, skew_ms: 0 };

fn online(mut store: Store, hub: &FakeHub) -> Store {
    store.sign_in("http://hub", "me@example.org", &hub.session()).unwrap();
    store.apply_changes(&hub.page(0)).unwrap();
    let all = "UPDATE scope SET state = 2 WHERE state = 1";
    store.write(|w| Ok::<_, StoreError>(w.tx.execute(all, [])?)).unwrap();
    store
}

fn message(store: &Store, chat: ChatId, text: &str) -> NewCommand {
    let (text, seen) = (MessageText::parse(text).unwrap(), store.last_pos(chat).unwrap());
    let command: Command = SendMessage { chat, message: Uuid::now_v7().into(), text, seen }.into();
    NewCommand { id: CommandId(Uuid::now_v7()), command, instead_of: None }
}

#[test]
fn ten_thousand_commands_are_taken_as_fast_as_the_first_and_go_in_their_order() {
    const ALL: usize = 10_000;
    let mut hub = FakeHub::new();
    let chats: Vec<ChatId> = (0..1000).map(|n| hub.customer(n, "hello")).collect();
    let mut store = online(Store::new(memory().unwrap()).unwrap(), &hub);
    let mut wanted: BTreeMap<ChatId, Vec<CommandId>> = BTreeMap::new();
    let mut took = Vec::new();
    for n in 0..ALL {
        let chat = chats[n % chats.len()];
        let new = message(&store, chat, &format!("number {n}"));
        wanted.entry(chat).or_default().push(new.id);
        let began = Instant::now();
        assert_eq!(store.submit(&new, AT).unwrap(), Submitted::Waiting);
        took.push(began.elapsed());
    }
    let (first, last): (Duration, Duration) = (took[..500].iter().sum(), took[ALL - 500..].iter().sum());
    println!("the first 500 took {first:?}, the last 500 {last:?}");
    assert!(last < first * 8 + Duration::from_millis(500), "each waits for all before it: {first:?}, then {last:?}");

    let began = Instant::now();
    let mut gone: BTreeMap<ChatId, Vec<CommandId>> = BTreeMap::new();
    let mut left = ALL;
    while let Some(push) = store.next_push(0, 64).unwrap() {
        left -= push.commands.commands.len();
        for command in &push.commands.commands {
            let item = store.outbox_item(command.id).unwrap().unwrap();
            gone.entry(item.chat.unwrap()).or_default().push(command.id);
        }
        store.apply_results(&hub.push(ME, &push.commands)).unwrap();
        let page = hub.page(store.cursor().unwrap());
        store.apply_changes(&page).unwrap();
    }
    println!("{} went in {:?}", ALL - left, began.elapsed());
    for (chat, gone) in gone {
        assert!(wanted[&chat].starts_with(&gone), "{gone:?} of {:?}", wanted[&chat]);
    }
    let items = store.outbox().unwrap();
    assert_eq!(items.len(), left);
    assert!(items.is_sorted_by_key(|item| item.n));
}

#[test]
fn hundreds_of_answers_in_one_chat_and_a_close_go_in_their_order() {
    let mut hub = FakeHub::new();
    let chat = hub.customer(1, "hello");
    let mut store = online(Store::new(memory().unwrap()).unwrap(), &hub);
    let mut wanted = Vec::new();
    for n in 0..300 {
        let new = message(&store, chat, &format!("number {n}"));
        wanted.push(new.id);
        store.submit(&new, AT).unwrap();
    }
    let close = CloseChat { chat, seen_inbound: u64::MAX >> 1, line: Uuid::now_v7().into() }.into();
    let close = NewCommand { id: CommandId(Uuid::now_v7()), command: close, instead_of: None };
    store.submit(&close, AT).unwrap();
    assert_eq!(store.outbox_item(close.id).unwrap().unwrap().depends_on, wanted);
    wanted.push(close.id);
    let mut gone = Vec::new();
    while let Some(push) = store.next_push(0, 64).unwrap() {
        gone.extend(push.commands.commands.iter().map(|command| command.id));
        store.apply_results(&hub.push(ME, &push.commands)).unwrap();
    }
    assert_eq!(gone, wanted);
}

#[test]
fn on_a_full_disk_a_click_is_refused_with_words_and_nothing_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("cache.db");
    let key = Key([5; 32]);
    let mut hub = FakeHub::new();
    let chat = hub.customer(1, "hello");
    let open = || Store::new(deskbell_sqlite::encrypted::open_writer(&path, &key).unwrap()).unwrap();
    let mut store = online(open(), &hub);
    store.submit(&message(&store, chat, "before"), AT).unwrap();
    let pages: i64 = store.connection().query_row("PRAGMA page_count", [], |r| r.get(0)).unwrap();
    store.connection().pragma_update(None, "max_page_count", pages).unwrap();
    let long = "no room ".repeat(4000);
    let refused = loop {
        match store.submit(&message(&store, chat, &long), AT) {
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    let said = errors::submit(&store, &refused);
    assert_eq!((said.code.as_str(), said.retryable), ("disk_full", true));
    let SubmitError::Store(error) = refused else { panic!("{refused:?}") };
    assert!(error.is_disk_full() && !error.is_damaged());
    // The network has no room either: the cursor stays where it is, so that nothing is skipped.
    let cursor = store.cursor().unwrap();
    for n in 0..50 {
        hub.customer(n, &long);
    }
    let error = store.apply_changes(&hub.page(cursor)).unwrap_err();
    assert!(error.is_disk_full(), "{error}");
    assert_eq!(store.cursor().unwrap(), cursor);
    assert_eq!(store.outbox().unwrap()[0].text.as_deref(), Some("before"));
    assert_eq!(Store::integrity(store.connection()).unwrap(), [""; 0]);
    // There is room again.
    let all = i64::from(u32::MAX - 1);
    store.connection().pragma_update(None, "max_page_count", all).unwrap();
    store.apply_changes(&hub.page(cursor)).unwrap();
    assert_eq!(store.submit(&message(&store, chat, &long), AT).unwrap(), Submitted::Waiting);
    drop(store);
    let waiting = open().outbox().unwrap();
    assert!(waiting.iter().all(|item| item.state == OutboxState::Waiting) && waiting.len() >= 2);
}
