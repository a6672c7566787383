//! Taking back what one did, as long as nobody has acted since.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod world;
use deskbell_domain::command::*;
use deskbell_domain::*;
use world::*;

/// Member `n` does something. Returns what takes it back.
fn does(w: &mut World, n: u8, command: impl Into<Command>) -> Option<Command> {
    let command = command.into();
    let before = w.load(&command, Actor::Member(member(n)));
    let line = w.id();
    let undo = command.undone_by(&before, line);
    w.member(n, command).unwrap();
    undo
}

fn assign(w: &mut World, n: u8, chat: ChatId, to: Option<u8>) -> Option<Command> {
    let (line, to) = (w.id(), to.map(member));
    let has = w.conversation(chat).assignee.as_ref().map(|a| a.member);
    let own = to == Some(member(n)) || (to.is_none() && has == Some(member(n)));
    does(w, n, AssignChat { chat, to, seen: own.then_some(SeenAssignee { member: has }), line })
}

fn close(w: &mut World, n: u8, chat: ChatId) -> Option<Command> {
    let (line, seen_inbound) = (w.id(), w.newest(chat));
    does(w, n, CloseChat { chat, seen_inbound, line })
}

fn has(w: &World, chat: ChatId) -> Option<MemberId> {
    w.conversation(chat).assignee.as_ref().map(|a| a.member)
}

fn rejected(result: Result<Decision, Refusal>) -> Rejection {
    match result {
        Err(Refusal::Rejected(rejection)) => rejection,
        other => panic!("expected a rejection, got {other:?}"),
    }
}

#[test]
fn an_assignment_is_taken_back_to_who_had_it_before_by_whoever_made_it() {
    let mut w = World::new();
    let chat = w.receive(1, "Hi");
    let undo_claim = assign(&mut w, 1, chat, Some(1)).unwrap();
    w.member(1, undo_claim).unwrap();
    assert_eq!(has(&w, chat), None);
    assign(&mut w, 1, chat, Some(1)).unwrap();
    // An agent may give nothing to others, and may take back what they took from them.
    let undo_takeover = assign(&mut w, 2, chat, Some(2)).unwrap();
    w.member(2, undo_takeover).unwrap();
    assert_eq!(has(&w, chat), Some(member(1)));
    let undo_release = assign(&mut w, 1, chat, None).unwrap();
    w.member(1, undo_release).unwrap();
    assert_eq!(has(&w, chat), Some(member(1)));
    let undo_gift = assign(&mut w, 0, chat, Some(3)).unwrap();
    w.member(0, undo_gift).unwrap();
    assert_eq!(has(&w, chat), Some(member(1)));
    let by = w.conversation(chat).assignee.as_ref().unwrap().by;
    assert_eq!(by, Some(member(0)), "who undoes it is who gave it: the one who has it again is told");
}

#[test]
fn an_assignment_is_not_taken_back_once_somebody_acted_even_where_it_looks_the_same() {
    let mut w = World::new();
    let chat = w.receive(1, "Hi");
    let undo = assign(&mut w, 0, chat, Some(1)).unwrap();
    assign(&mut w, 2, chat, Some(2));
    assert_eq!(rejected(w.member(0, undo.clone())), Rejection::ActedSince);
    assign(&mut w, 1, chat, Some(1));
    assert_eq!(rejected(w.member(0, undo)), Rejection::ActedSince, "member 1 has it by an act of their own now");
    let mut w = World::new();
    let chat = w.receive(1, "Hi");
    let undo = assign(&mut w, 0, chat, Some(1)).unwrap();
    let (again, line) = (w.conversation(chat).clone(), w.id());
    w.member(0, AssignChat { chat, to: Some(member(1)), seen: None, line }).unwrap();
    assert_eq!(w.conversation(chat), &again, "what changes nothing is nothing that anybody did");
    w.member(0, undo.clone()).unwrap();
    assert_eq!(rejected(w.member(0, undo)), Rejection::ActedSince, "an undo is an act too");
}

#[test]
fn a_reply_that_claims_is_an_act_since() {
    let mut w = World::new();
    let chat = w.receive(1, "Hi");
    assign(&mut w, 1, chat, Some(1));
    let undo = assign(&mut w, 1, chat, None).unwrap();
    let seen = w.newest(chat);
    w.send(2, chat, seen).unwrap();
    assert_eq!(rejected(w.member(1, undo)), Rejection::ActedSince);
    assert_eq!(has(&w, chat), Some(member(2)));
}

#[test]
fn who_had_it_and_is_in_the_inbox_no_more_does_not_get_it_back() {
    let mut w = World::new();
    let chat = w.receive(1, "Hi");
    assign(&mut w, 0, chat, Some(1));
    let undo = assign(&mut w, 0, chat, Some(2)).unwrap();
    w.system(AssignInbox { inbox: INBOX, member: member(1), assigned: false, channels: vec![CHANNEL] }).unwrap();
    assert_eq!(rejected(w.member(0, undo)), Rejection::NotInInbox { member: member(1) });
}

#[test]
fn a_close_is_taken_back_and_not_the_close_of_a_colleague() {
    let mut w = World::new();
    let chat = w.receive(1, "Hi");
    let undo = close(&mut w, 1, chat).unwrap();
    w.member(1, undo.clone()).unwrap();
    assert!(w.conversation(chat).is_open());
    assert_eq!(w.member(1, undo.clone()).unwrap(), Decision::nothing(), "it is open: that was wanted");
    close(&mut w, 2, chat).unwrap();
    assert_eq!(rejected(w.member(1, undo)), Rejection::ActedSince);
    assert!(close(&mut w, 1, chat).is_none(), "closing what is closed has nothing to take back");
}

#[test]
fn a_close_is_not_taken_back_where_the_customer_has_started_another_conversation() {
    let mut w = World::new();
    let chat = w.receive(1, "Hi");
    let undo = close(&mut w, 1, chat).unwrap();
    w.now_ms += 8 * 24 * 60 * 60 * 1000;
    let other = w.receive(1, "Hi again");
    assert_eq!(rejected(w.member(1, undo)), Rejection::AnotherOpen { chat: other });
}

#[test]
fn what_was_never_done_is_taken_back_without_a_word_and_nobody_takes_back_what_others_did() {
    let mut w = World::new();
    let chat = w.receive(1, "Hi");
    let (act, line) = (w.id(), w.id());
    assert_eq!(w.member(1, UndoAct { chat, act, line }).unwrap(), Decision::nothing());
    assign(&mut w, 1, chat, Some(1));
    let act = w.conversation(chat).assigned.unwrap();
    assert_eq!(rejected(w.member(0, UndoAct { chat, act, line })), Rejection::Forbidden);
    let elsewhere = w.receive(2, "Hello");
    assert_eq!(w.member(1, UndoAct { chat: elsewhere, act, line }).unwrap(), Decision::nothing());
    assert_eq!(rejected(w.member(4, UndoAct { chat, act, line })), Rejection::NotFound, "who may not see it");
    let message = w.conversation(chat).last_message.as_ref().unwrap().id;
    assert_eq!(rejected(w.member(1, UndoAct { chat, act: message, line })), Rejection::Forbidden);
    w.send(1, chat, u64::MAX).unwrap();
    let own = w.conversation(chat).last_message.as_ref().unwrap().id;
    assert_eq!(rejected(w.member(1, UndoAct { chat, act: own, line })), Rejection::WrongKind);
}

#[test]
fn a_tag_is_taken_back_by_the_opposite_where_it_changed_anything() {
    let mut w = World::new();
    let (chat, tag) = (w.receive(1, "Hi"), w.id());
    w.member(1, CreateTag { tag, name: TagName::parse("Rush").unwrap(), color: Tint::Moss }).unwrap();
    assert!(does(&mut w, 1, UntagChat { chat, tag }).is_none());
    let undo = does(&mut w, 1, TagChat { chat, tag }).unwrap();
    assert_eq!(undo, UntagChat { chat, tag }.into());
    assert!(does(&mut w, 1, TagChat { chat, tag }).is_none());
    assert_eq!(does(&mut w, 1, UntagChat { chat, tag }), Some(TagChat { chat, tag }.into()));
}
