//! A message that is held back goes when its time is over, and nothing of its chat before it.

use crate::store::acts::tests::{Desk, at};
use crate::store::{OutboxState, Store, memory};
use crate::sync::{Action, Event, Machine, Now, Request};

#[test]
fn a_message_that_is_held_back_does_not_go_and_nothing_of_its_chat_overtakes_it() {
    let mut desk = Desk::new();
    let (chat, other) = (desk.customer(1), desk.customer(2));
    let held = desk.send_later(chat, "hm", at(0), 5_000);
    let behind = desk.close(chat, at(100));
    let elsewhere = desk.close(other, at(200));
    assert_eq!(desk.store.next_hold_end().unwrap(), Some(5_000));
    assert_eq!(desk.ready(), [elsewhere], "another chat waits for nobody");

    desk.store.end_holds(4_999).unwrap();
    assert_eq!(desk.ready(), [elsewhere]);
    desk.store.end_holds(5_000).unwrap();
    assert_eq!(desk.ready(), [held, behind, elsewhere], "in the order in which they were made");
    assert_eq!(desk.store.next_hold_end().unwrap(), None);
}

#[test]
fn a_crash_while_a_message_is_held_back_loses_nothing_and_sends_nothing_early() {
    let mut desk = Desk::new();
    let chat = desk.customer(1);
    let held = desk.send_later(chat, "hm", at(0), 5_000);
    desk.start_again();
    desk.store.end_holds(3_000).unwrap();
    assert_eq!(desk.ready(), []);
    assert_eq!(desk.store.next_hold_end().unwrap(), Some(5_000));
    // Started again an hour later.
    desk.start_again();
    desk.store.end_holds(3_600_000).unwrap();
    assert_eq!(desk.ready(), [held]);
    desk.push();
    assert_eq!(desk.texts_at_hub(chat), ["hello", "hm"]);
}

#[test]
fn a_clock_that_is_set_back_holds_nothing_for_longer() {
    let mut desk = Desk::new();
    let chat = desk.customer(1);
    let held = desk.send_later(chat, "hm", at(1_000_000), 5_000);
    desk.store.end_holds(999_999).unwrap();
    assert_eq!(desk.ready(), [held]);
}

#[test]
fn who_quits_lets_go_what_was_held_back() {
    let mut desk = Desk::new();
    let chat = desk.customer(1);
    let held = desk.send_later(chat, "hm", at(0), 30_000);
    assert!(desk.store.let_go().unwrap());
    assert_eq!(desk.ready(), [held]);
    assert!(!desk.store.let_go().unwrap());
}

#[test]
fn what_is_held_back_is_not_counted_as_waiting_for_the_network() {
    let mut desk = Desk::new();
    let chat = desk.customer(1);
    desk.send_later(chat, "hm", at(0), 5_000);
    desk.close(chat, at(0));
    assert_eq!(crate::store::held_back(desk.store.connection()).unwrap(), 2);
    desk.store.end_holds(5_000).unwrap();
    assert_eq!(crate::store::held_back(desk.store.connection()).unwrap(), 0);
}

#[test]
fn what_the_rules_refuse_meanwhile_holds_nothing_back_any_more() {
    let mut desk = Desk::new();
    let chat = desk.customer(1);
    let held = desk.send_later(chat, "hm", at(0), 5_000);
    let item = desk.store.outbox_item(held).unwrap().unwrap();
    desk.store.write(|w| w.set_outbox(&item, OutboxState::Refused, None, None)).unwrap();
    let behind = desk.close(chat, at(1));
    assert_eq!(desk.ready(), [behind]);
}

/// The machine wakes for it, whether the hub is reached or not.
#[test]
fn the_machine_wakes_when_the_time_is_over_and_sends_then() {
    let mut desk = Desk::new();
    let chat = desk.customer(1);
    desk.send_later(chat, "hm", at(10_000), 5_000);
    let mut machine = Machine::new("http://hub");
    let mut tell = |store: &mut Store, ms: u64, event| {
        let now = Now { steady_ms: ms, wall_ms: 10_000 + ms as i64 };
        machine.handle(event, store, now, &mut || 0).unwrap()
    };
    let wakes = |actions: &[Action]| actions.iter().any(|action| matches!(action, Action::WakeAt(5_000)));
    let pushes = |actions: &[Action]| actions.iter().any(|action| matches!(action, Action::Send(Request::Push(_))));
    let mut actions = tell(&mut desk.store, 0, Event::Tick);
    assert!(wakes(&actions), "{actions:?}");
    for answer in desk.first_answers() {
        actions = tell(&mut desk.store, 0, Event::Answer(answer));
        assert!(!pushes(&actions), "{actions:?}");
    }
    assert!(wakes(&actions), "{actions:?}");
    assert!(!pushes(&tell(&mut desk.store, 4_999, Event::Tick)));
    assert!(pushes(&tell(&mut desk.store, 5_000, Event::Tick)));
}

#[test]
fn an_older_cache_holds_nothing_back() {
    let store = Store::new(memory().unwrap()).unwrap();
    assert_eq!(store.next_hold_end().unwrap(), None);
}
