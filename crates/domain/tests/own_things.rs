//! What a member keeps for themselves: favorites, pins, quiet hours.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod world;
use deskbell_domain::command::*;
use deskbell_domain::*;
use world::*;

fn contact(w: &mut World, by: u8, phone_number: u16, private: bool) -> ContactId {
    let id = w.id();
    let private_to = private.then(|| member(by));
    let contact = Contact { id, name: name("Layla"), company: None, addresses: vec![phone(phone_number)], private_to };
    w.member(by, CreateContact { contact }).unwrap();
    id
}

fn rejected(result: Result<Decision, Refusal>) -> Rejection {
    match result {
        Err(Refusal::Rejected(rejection)) => rejection,
        other => panic!("expected a rejection, got {other:?}"),
    }
}

#[test]
fn a_favorite_is_one_members_and_both_ways_may_be_repeated() {
    let mut w = World::new();
    let layla = contact(&mut w, 1, 1, false);
    let decision = w.member(2, AddFavorite { contact: layla }).unwrap();
    let Effect::Put(row) = &decision.effects[0] else { panic!("a row") };
    assert_eq!(row.scope(), Scope::Member(member(2)));
    assert_eq!(w.member(2, AddFavorite { contact: layla }).unwrap(), Decision::nothing());
    assert!(w.rows.favorite(member(1), layla).is_none());
    w.member(2, RemoveFavorite { contact: layla }).unwrap();
    assert!(w.rows.favorite(member(2), layla).is_none());
    assert_eq!(w.member(2, RemoveFavorite { contact: layla }).unwrap(), Decision::nothing());
}

#[test]
fn a_contact_that_one_may_not_see_is_no_favorite_and_one_that_has_gone_can_be_taken_off() {
    let mut w = World::new();
    let private = contact(&mut w, 1, 1, true);
    assert_eq!(rejected(w.member(2, AddFavorite { contact: private })), Rejection::NotFound);
    let never = w.id();
    assert_eq!(rejected(w.member(2, AddFavorite { contact: never })), Rejection::NotFound);
    w.member(1, AddFavorite { contact: private }).unwrap();
    w.rows.apply(&[Effect::Delete(Kind::Contact, private.0)]);
    w.member(1, RemoveFavorite { contact: private }).unwrap();
    assert!(w.rows.favorite(member(1), private).is_none());
}

#[test]
fn a_favorite_follows_its_contact_into_the_one_that_is_shared() {
    let mut w = World::new();
    let shared = contact(&mut w, 2, 1, false);
    let mine = contact(&mut w, 1, 1, true);
    w.member(1, AddFavorite { contact: mine }).unwrap();
    w.member(1, ShareContact { contact: mine }).unwrap();
    assert!(w.rows.favorite(member(1), mine).is_none());
    assert!(w.rows.favorite(member(1), shared).is_some());
}

#[test]
fn a_favorite_of_a_contact_that_waits_stands_on_it() {
    let mut w = World::new();
    let id = w.id();
    let new = Contact { id, name: name("Layla"), company: None, addresses: vec![], private_to: None };
    let (made, favorite): (Command, Command) =
        (CreateContact { contact: new }.into(), AddFavorite { contact: id }.into());
    let before: CommandId = w.id();
    assert_eq!(favorite.depends_on([(before, &made)]), [before]);
    assert_eq!(favorite.lane(), made.lane());
}

#[test]
fn a_pin_has_an_order_of_ones_own_and_outlives_its_chat() {
    let mut w = World::new();
    let chat = w.receive(1, "Hi");
    w.member(1, PinChat { chat, order: 10 }).unwrap();
    assert_eq!(w.member(1, PinChat { chat, order: 10 }).unwrap(), Decision::nothing());
    w.member(1, PinChat { chat, order: -3 }).unwrap();
    assert_eq!(w.rows.pin(member(1), chat).unwrap().order, -3);
    assert!(w.rows.pin(member(2), chat).is_none());
    assert_eq!(rejected(w.member(4, PinChat { chat, order: 0 })), Rejection::NotFound);
    let entries = w.messages().map(|m| m.id).collect();
    w.system(DeleteChat { chat, entries, readers: vec![], last: true }).unwrap();
    w.member(1, UnpinChat { chat }).unwrap();
    assert!(w.rows.pin(member(1), chat).is_none());
    assert_eq!(w.member(1, UnpinChat { chat }).unwrap(), Decision::nothing());
    assert_eq!(rejected(w.member(1, PinChat { chat, order: 0 })), Rejection::NotFound);
}

#[test]
fn quiet_hours_are_minutes_of_a_day_and_the_last_word_stands() {
    let mut w = World::new();
    let set = |until_ms, hours: Option<(u32, u32)>| SetQuiet {
        until_ms,
        hours: hours.map(|(from, to)| QuietHours { from, to }),
    };
    assert_eq!(w.member(1, set(None, None)).unwrap(), Decision::nothing(), "nobody is silenced as it is");
    w.member(1, set(Some(5), Some((22 * 60, 7 * 60)))).unwrap();
    assert_eq!(w.member(1, set(Some(5), Some((22 * 60, 7 * 60)))).unwrap(), Decision::nothing());
    assert_eq!(w.rows.quiet(member(1)).unwrap().hours, Some(QuietHours { from: 1320, to: 420 }));
    for wrong in [(1440, 0), (0, 1440), (u32::MAX, 1), (60, 60)] {
        let refused = rejected(w.member(1, set(None, Some(wrong))));
        assert_eq!(refused, Rejection::Invalid { field: "hours".into(), problem: "not_in_form".into() }, "{wrong:?}");
    }
    w.member(1, set(None, Some((0, 1439)))).unwrap();
    w.member(1, set(None, None)).unwrap();
    let quiet = w.rows.quiet(member(1)).unwrap();
    assert_eq!((quiet.until_ms, quiet.hours), (None, None));
    assert!(w.rows.quiet(member(2)).is_none());
}
