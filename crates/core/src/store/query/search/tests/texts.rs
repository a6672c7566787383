//! Texts that were trouble elsewhere, or could be.

use super::world::{Conv, Op, World, chat};
use super::*;
use crate::rpc::types::{FindNames, ListMessages, PendingMark, Search, SuggestSearch, SuggestionOf};
use crate::store::query::{find_names, list_messages, search, suggest_search};
use crate::store::testing::{BOB, FakeHub, ME};
use crate::store::{Moment, NewCommand, memory};
use deskbell_domain::command::{SendMessage, TagChat};
use deskbell_domain::{
    CommandId, Contact, ContactId, Effect, EmailAddress, Member, MessageText, Name, PhoneNumber, Role, SearchOperator,
};
use uuid::Uuid;

fn desk(texts: &[&str]) -> Store {
    let (mut world, mut store) = World::new();
    let here = Conv { here: true, ..Conv::default() };
    world.apply(&mut store, &[Op::Conversation(0, here)]);
    for (n, text) in (0..).zip(texts) {
        world.apply(&mut store, &[say(n, 0, Some(u64::from(n) + 1), text)]);
    }
    store
}

fn found(store: &Store, text: &str) -> Vec<String> {
    let found = page(store, text, None, 200, &berlin(Here::PATIENCE));
    found.messages.into_iter().map(|message| message.text.text).collect()
}

/// C084
#[test]
fn a_sentence_without_spaces_is_found_by_one_sign_and_by_two() {
    let store = desk(&["明天下午可以送貨嗎", "下班", "配送"]);
    assert_eq!(found(&store, "下午"), ["明天下午可以送貨嗎"]);
    assert_eq!(found(&store, "送"), ["配送", "明天下午可以送貨嗎"]);
    let shown = page(&store, "下午", None, 5, &berlin(9)).messages.remove(0);
    assert_eq!(marked_of(&shown.text), ["下午"]);
}

/// C087
#[test]
fn what_is_typed_is_text_letter_by_letter() {
    let texts = ["say \"unclosed", "NOT x", "a:b", "don't", "multi-agent", "5 * 6", "nothing of it"];
    let store = desk(&texts);
    for typed in ["\"unclosed", "NOT x", "a:b", "don't", "multi-agent", "*", "in:\"", "is:open OR", "{a} -b ^c (d)"] {
        for (at, c) in typed.char_indices() {
            found(&store, &typed[..at + c.len_utf8()]);
        }
    }
    assert_eq!(found(&store, "\"unclosed"), ["say \"unclosed"]);
    assert_eq!(found(&store, "NOT x"), ["NOT x"]);
    assert_eq!(found(&store, "a:b"), ["a:b"]);
    assert_eq!(found(&store, "don't"), ["don't"]);
    assert_eq!(found(&store, "multi-agent"), ["multi-agent"]);
    assert!(found(&store, "*").is_empty());
}

#[test]
fn no_text_is_too_long_or_too_strange() {
    let store = desk(&["a b c", "\u{0}nul", "x"]);
    let letters = "a ".repeat(5_000);
    let one_word = "a".repeat(10_000);
    let operators = "from:a ".repeat(1_500);
    let open = format!("a {}", "is:open ".repeat(1_200));
    let dense = "東京".repeat(5_000);
    let texts = ["", " ", "\u{0}", "\u{301}\u{301}", "\u{202e}", "👍", "in:", "in:\"\"", "before:", "\"\"", "\""];
    for text in texts.into_iter().chain([&*letters, &one_word, &operators, &open, &dense]) {
        let answer = page(&store, text, None, 50, &berlin(Here::PATIENCE));
        assert!(answer.messages.len() <= 3);
    }
    assert_eq!(found(&store, &letters), ["a b c"]);
    assert_eq!(found(&store, "\u{0}nul"), ["nul"]);
    let many = page(&store, &operators, None, 50, &berlin(Here::PATIENCE));
    assert_eq!(many.terms.last().unwrap().problem, Some(deskbell_domain::TermProblem::TooMany));
    assert!(
        found(&store, "is:open").len() == 3 && found(&store, "in: is:").is_empty(),
        "what says nothing finds nothing"
    );
}

#[test]
fn what_is_frequent_and_let_through_by_little_is_read_in_pieces() {
    let (mut world, mut store) = World::new();
    let conv = |closed| Conv { here: true, closed, ..Conv::default() };
    world.apply(&mut store, &[Op::Conversation(0, conv(false)), Op::Conversation(1, conv(true))]);
    world.apply(&mut store, &[say(0, 1, Some(1), "frequent")]);
    let newer: Vec<Op> = (1..10).map(|slot| say(slot, 0, Some(10 + u64::from(slot)), "frequent")).collect();
    world.apply(&mut store, &newer);
    // Of few chats nothing else is read.
    let at_once = page(&store, "frequent is:closed", None, 50, &berlin(1));
    assert!(at_once.messages.len() == 1 && at_once.next.is_none());
    let here = Here { few: 0, many: 0, ..berlin(4) };
    let (mut after, mut pages, mut all) = (None, 0, 0);
    loop {
        let found = page(&store, "frequent is:closed", after, 50, &here);
        (pages, all) = (pages + 1, all + found.messages.len());
        let Some(next) = found.next else { break };
        after = Some(next);
    }
    assert!(all == 1 && pages > 1, "{pages} pages had {all}");
    // Who wrote, where and when is in the index: nothing else is read.
    for text in
        ["frequent from:bob", "frequent in:web", "frequent is:archived", "frequent before:2020", "frequent is:unread"]
    {
        let found = page(&store, text, None, 50, &berlin(1));
        assert!(found.messages.is_empty() && found.next.is_none(), "{text}: {found:?}");
    }
}

#[test]
fn behind_many_words_that_begin_alike_the_one_that_is_meant_is_found() {
    let texts: Vec<&str> = std::iter::once("an invoice").chain([&"an invader"; 60].into_iter().copied()).collect();
    let store = desk(&texts);
    // Of the first page as much is read as costs 40 messages: less than all that begin as the word does.
    let at_once = page(&store, "invoi", None, 50, &berlin(40));
    assert_eq!(at_once.messages.len(), 1, "the rest is asked for exactly");
    assert_eq!(found(&store, "inva").len(), 60);
    assert_eq!(found(&store, "invoices"), [""; 0]);
}

#[test]
fn a_hit_opens_where_it_is() {
    let (mut world, mut store) = World::new();
    world.apply(&mut store, &[Op::Conversation(2, Conv { here: true, ..Conv::default() })]);
    let texts = (0..9).map(|slot| say(slot, 2, Some(10 + u64::from(slot)), if slot == 1 { "needle" } else { "hay" }));
    world.apply(&mut store, &texts.collect::<Vec<_>>());
    let hit = page(&store, "needle", None, 5, &berlin(99)).messages.remove(0);
    let args = ListMessages { chat: hit.chat, before: None, after: None, around: hit.pos, limit: 3 };
    let thread = list_messages(store.connection(), &args).unwrap();
    assert!(thread.entries.iter().any(|entry| entry.id == hit.message) && thread.more_after, "of an archived one too");
    world.apply(&mut store, &[say(9, 2, None, "needle that waits")]);
    let hit = page(&store, "needle", None, 5, &berlin(99)).messages.remove(0);
    assert_eq!(hit.pos, None);
    let args = ListMessages { chat: hit.chat, before: None, after: None, around: None, limit: 3 };
    let thread = list_messages(store.connection(), &args).unwrap();
    assert_eq!(thread.entries.last().map(|entry| entry.id), Some(hit.message), "what has no place yet is at the end");
}

#[test]
fn numbers_are_found_however_they_are_typed() {
    let store = desk(&["hello"]);
    for typed in ["+16505550100", "(650) 555-0100", "6505550100", "555 0100", "5550100", "1 650", "0100"] {
        let found = page(&store, typed, None, 5, &berlin(99));
        assert_eq!(found.conversations.len(), 1, "{typed}");
    }
    assert!(page(&store, "55501", None, 5, &berlin(99)).conversations.len() == 1);
    assert!(page(&store, "50555", None, 5, &berlin(99)).conversations.is_empty());
}

#[test]
fn names_are_found_and_without_a_text_the_newest_chats() {
    let store = desk(&["hello"]);
    let find = |text: &str| find_names(store.connection(), &FindNames { text: text.into(), limit: 5 }).unwrap();
    let chats: Vec<_> = find("").chats.into_iter().map(|found| found.chat).collect();
    assert_eq!(chats, [chat(4), chat(0)], "what was said last comes first");
    let bob = find("bo");
    assert_eq!(bob.chats[0].chat, chat(4));
    assert_eq!((&*bob.members[0].name.text, bob.members[0].chat), ("Bob", Some(chat(4))));
    assert_eq!(marked_of(&bob.members[0].name), ["Bo"]);
    assert!(find("👍").chats.is_empty());
}

#[test]
fn what_can_stand_behind_an_operator_is_offered() {
    let store = desk(&["hello"]);
    let offer = |operator, text: &str| {
        let args = SuggestSearch { operator, text: text.into(), limit: 9 };
        let all = suggest_search(store.connection(), &args, &berlin(99)).unwrap().suggestions;
        all.into_iter().map(|one| (one.value, one.of)).collect::<Vec<_>>()
    };
    assert_eq!(offer(SearchOperator::In, "\"fro"), [("\"Front desk\"".into(), SuggestionOf::Inbox)]);
    assert_eq!(offer(SearchOperator::In, "web"), [("\"Web chat\"".into(), SuggestionOf::Channel)]);
    assert_eq!(
        offer(SearchOperator::From, ""),
        [("me".into(), SuggestionOf::Me), ("Bob".into(), SuggestionOf::Member)]
    );
    assert_eq!(offer(SearchOperator::Is, "ar"), [("archived".into(), SuggestionOf::State)]);
    let dates: Vec<String> = offer(SearchOperator::After, "").into_iter().map(|(value, _)| value).collect();
    assert_eq!(dates, ["today", "yesterday", "2026-03", "2026-02", "2026-01", "2026", "2025"]);
    assert!(offer(SearchOperator::Before, "2025").contains(&("2025".into(), SuggestionOf::Date)));
}

/// A desk of somebody who is called so.
fn desk_of(name: &str) -> Store {
    let mut hub = FakeHub::new();
    let email = EmailAddress::parse("somebody@example.org").unwrap();
    let me = Member { id: ME, name: Name::parse(name).unwrap(), email, role: Role::Agent, active: true };
    hub.put(vec![Effect::Put(me.into())]);
    let mut store = Store::new(memory().unwrap()).unwrap();
    store.sign_in("http://127.0.0.1:9", "me@example.org", &hub.session()).unwrap();
    store.apply_changes(&hub.page(0)).unwrap();
    store
}

#[test]
fn who_types_their_own_name_is_offered_what_they_wrote_and_no_chat_with_themselves() {
    let store = desk_of("Dana Bouras");
    let offer = |operator, text: &str| {
        let args = SuggestSearch { operator, text: text.into(), limit: 9 };
        let all = suggest_search(store.connection(), &args, &berlin(99)).unwrap().suggestions;
        all.into_iter().map(|one| (one.value, one.of)).collect::<Vec<_>>()
    };
    let me = ("me".to_string(), SuggestionOf::Me);
    for typed in ["dana", "Dana B", "\"bour", "m", "ME"] {
        assert_eq!(offer(SearchOperator::From, typed), std::slice::from_ref(&me), "{typed}");
    }
    // Others that are called so stand beside it.
    assert_eq!(offer(SearchOperator::From, "bo"), [me, ("Bob".into(), SuggestionOf::Member)]);
    assert_eq!(offer(SearchOperator::From, "x"), []);
    assert_eq!(offer(SearchOperator::In, "dana"), []);
    let find = |text: &str, limit| find_names(store.connection(), &FindNames { text: text.into(), limit }).unwrap();
    assert!(find("dana", 5).members.is_empty());
    assert_eq!(find("bo", 1).members.len(), 1, "one oneself takes nobody's place");
}

#[test]
fn of_what_the_hub_has_not_taken_it_is_said_what_became_of_it() {
    let mut hub = FakeHub::new();
    let mut store = Store::new(memory().unwrap()).unwrap();
    store.sign_in("http://127.0.0.1:9", "me@example.org", &hub.session()).unwrap();
    let (chat, answered) = (hub.customer(1, "Is the bicycle ready?"), hub.customer(2, "Is the bicycle ready?"));
    store.apply_changes(&hub.page(0)).unwrap();
    let send = |store: &mut Store, chat, text: &str| {
        let (id, seen) = (CommandId(Uuid::now_v7()), store.last_pos(chat).unwrap());
        let text = MessageText::parse(text).unwrap();
        let command = SendMessage { chat, message: Uuid::now_v7().into(), text, seen }.into();
        store.submit(&NewCommand { id, command, instead_of: None }, Moment { local_ms: 1000, skew_ms: 0 }).unwrap();
        id
    };
    let marks = |store: &Store| {
        let found = page(store, "bicycle", None, 9, &berlin(Here::PATIENCE)).messages;
        found.into_iter().map(|one| (one.text.text, one.pending)).collect::<std::collections::BTreeMap<_, _>>()
    };
    send(&mut store, chat, "This bicycle is.");
    let refused = send(&mut store, chat, "No such bicycle");
    assert_eq!(marks(&store)["This bicycle is."], Some(PendingMark::Waiting));
    assert_eq!(marks(&store)["Is the bicycle ready?"], None, "the hub has it");
    store.refuse_request(refused, crate::rpc::errors::plain("too_large", "no")).unwrap();
    assert_eq!(marks(&store)["No such bicycle"], Some(PendingMark::Failed));
    // Bob was first.
    let text = MessageText::parse("Tomorrow").unwrap();
    hub.commit_as(
        BOB,
        SendMessage { chat: answered, message: Uuid::now_v7().into(), text, seen: store.last_pos(answered).unwrap() },
    );
    send(&mut store, answered, "The bicycle is blue");
    while let Some(push) = store.next_push(0, 64).unwrap() {
        store.apply_results(&hub.push(ME, &push.commands)).unwrap();
    }
    assert_eq!(marks(&store)["The bicycle is blue"], Some(PendingMark::Held));
    assert_eq!(marks(&store)["This bicycle is."], None, "it is sent");
}

#[test]
fn that_there_are_signs_alone_is_said() {
    let store = desk(&["hello"]);
    let only = |text: &str| page(&store, text, None, 5, &berlin(9)).signs_only;
    for text in ["👍", "!!! ---", "\"?\"", "is:archived 🙏", "in: *", "\u{301}"] {
        assert!(only(text), "{text}");
    }
    for text in ["", "  ", "a!", "is:open", " in:", "is:open from:bob ", "是", "\u{e8b3}"] {
        assert!(!only(text), "{text}");
    }
}

#[test]
fn people_of_one_name_are_offered_once() {
    let mut hub = FakeHub::new();
    for n in 1..=3_u128 {
        let contact = Contact {
            id: ContactId(Uuid::from_u128(0xC0 + n)),
            name: Name::parse("Maria Garcia").unwrap(),
            company: None,
            addresses: vec![PhoneNumber::parse(&format!("+1650555000{n}")).unwrap().into()],
            private_to: None,
        };
        hub.put(vec![Effect::Put(contact.into())]);
    }
    let mut store = Store::new(memory().unwrap()).unwrap();
    store.sign_in("http://127.0.0.1:9", "me@example.org", &hub.session()).unwrap();
    store.apply_changes(&hub.page(0)).unwrap();
    for operator in [SearchOperator::From, SearchOperator::In] {
        let args = SuggestSearch { operator, text: "mar".into(), limit: 9 };
        let all = suggest_search(store.connection(), &args, &berlin(99)).unwrap().suggestions;
        let values: Vec<&str> = all.iter().map(|one| one.value.as_str()).collect();
        assert_eq!(values, ["\"Maria Garcia\""], "{operator:?}");
    }
}

#[test]
fn of_many_chats_that_are_let_through_the_newest_are_shown_and_that_there_are_more() {
    let mut hub = FakeHub::new();
    let mut store = Store::new(memory().unwrap()).unwrap();
    store.sign_in("http://127.0.0.1:9", "me@example.org", &hub.session()).unwrap();
    for n in 0..210 {
        hub.customer(n, "Is the bicycle ready?");
    }
    store.apply_changes(&hub.page(0)).unwrap();
    for text in ["is:open", "is:unread", "650", "650 is:open", "in:shop 555"] {
        let found = page(&store, text, None, 5, &berlin(Here::PATIENCE));
        assert!(found.conversations.len() == A_FEW && found.more_conversations, "{text}: {found:?}");
        assert!(found.conversations.is_sorted_by_key(|found| (-found.at_ms, found.chat)), "{text}");
    }
}

#[test]
fn whoever_wants_them_gets_all_conversations_and_contacts_by_their_tag_too() {
    let mut hub = FakeHub::new();
    let mut store = Store::new(memory().unwrap()).unwrap();
    store.sign_in("http://127.0.0.1:9", "me@example.org", &hub.session()).unwrap();
    let tag = hub.tag("Warranty");
    for n in 0..9 {
        let chat = hub.customer(n, "Is the bicycle ready?");
        hub.commit_as(ME, TagChat { chat, tag });
        let contact = Contact {
            id: ContactId(Uuid::from_u128(0xC0 + u128::from(n))),
            name: Name::parse("Maria Garcia").unwrap(),
            company: None,
            addresses: vec![PhoneNumber::parse(&format!("+1650555{n:04}")).unwrap().into()],
            private_to: None,
        };
        hub.put(vec![Effect::Put(contact.into())]);
    }
    store.apply_changes(&hub.page(0)).unwrap();
    for text in ["warranty", "tag:warranty", "maria", "is:open"] {
        let ask = |others| {
            let args = Search { text: text.into(), after: None, limit: 5, others };
            search(store.connection(), &args, &berlin(Here::PATIENCE)).unwrap().unwrap()
        };
        let (few, all) = (ask(None), ask(Some(100)));
        assert!(few.conversations.len() == A_FEW && few.more_conversations, "{text}");
        assert!(all.conversations.len() == 9 && !all.more_conversations, "{text}: {}", all.conversations.len());
        let contacts = if text == "maria" { 9 } else { 0 };
        assert_eq!((all.contacts.len(), all.more_contacts), (contacts, false), "{text}");
        assert_eq!(ask(Some(9)).conversations.len(), 9, "{text}");
    }
}

/// Nobody's name and no tag leads to where a member once answered: one looks.
#[test]
fn whoever_wants_them_gets_those_far_down_and_is_told_where_there_are_no_more() {
    let mut hub = FakeHub::new();
    let mut store = Store::new(memory().unwrap()).unwrap();
    store.sign_in("http://127.0.0.1:9", "me@example.org", &hub.session()).unwrap();
    let say = |chat, text: &str| {
        let text = MessageText::parse(text).unwrap();
        SendMessage { chat, message: Uuid::now_v7().into(), text, seen: u64::MAX }
    };
    for n in 0..300 {
        let chat = hub.customer(n, "Is the bicycle ready?");
        if n % 25 == 0 {
            hub.commit_as(BOB, say(chat, "Tomorrow"));
        }
    }
    let waits = hub.customer(300, "And mine?");
    store.apply_changes(&hub.page(0)).unwrap();
    let command = say(waits, "It is").into();
    let id = CommandId(Uuid::now_v7());
    store.submit(&NewCommand { id, command, instead_of: None }, Moment { local_ms: 1000, skew_ms: 0 }).unwrap();
    let ask = |text: &str, others| {
        let args = Search { text: text.into(), after: None, limit: 5, others };
        search(store.connection(), &args, &berlin(Here::PATIENCE)).unwrap().unwrap()
    };
    let all = ask("from:bob is:open", Some(100));
    assert_eq!((all.conversations.len(), all.more_conversations), (12, false));
    assert!(ask("from:bob is:open", None).more_conversations);
    for others in [None, Some(100)] {
        let found = ask("is:waiting", others);
        assert_eq!((found.conversations.len(), found.more_conversations), (1, false), "{others:?}");
        assert_eq!(found.messages.len(), 1);
    }
}
