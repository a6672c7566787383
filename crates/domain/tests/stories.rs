//! Who wins, story by story.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod world;
use deskbell_domain::command::*;
use deskbell_domain::*;
use world::*;

fn claim(world: &mut World, n: u8, chat: ChatId, saw: Option<MemberId>) -> Result<Decision, Refusal> {
    let line = world.id();
    world.member(n, AssignChat { chat, to: Some(member(n)), seen: Some(SeenAssignee { member: saw }), line })
}

fn give(world: &mut World, n: u8, chat: ChatId, to: Option<u8>) -> Result<Decision, Refusal> {
    let line = world.id();
    world.member(n, AssignChat { chat, to: to.map(member), seen: None, line })
}

fn close(world: &mut World, n: u8, chat: ChatId, seen_inbound: u64) -> Result<Decision, Refusal> {
    let line = world.id();
    world.member(n, CloseChat { chat, seen_inbound, line })
}

/// Closes having seen everything.
fn close_seen(world: &mut World, n: u8, chat: ChatId) -> Result<Decision, Refusal> {
    let seen = world.newest(chat);
    close(world, n, chat, seen)
}

/// Answers having seen everything.
fn answer(world: &mut World, n: u8, chat: ChatId) -> Result<Decision, Refusal> {
    let seen = world.newest(chat);
    world.send(n, chat, seen)
}

fn rejected(r: Result<Decision, Refusal>) -> Rejection {
    match r {
        Err(Refusal::Rejected(r)) => r,
        other => panic!("expected a rejection, got {other:?}"),
    }
}

#[test]
fn a_claim_has_one_winner_and_the_loser_is_told_who() {
    let mut w = World::new();
    let chat = w.receive(1, "Hi");
    claim(&mut w, 1, chat, None).unwrap();
    let at_ms = w.conversation(chat).assignee.as_ref().unwrap().at_ms;
    assert_eq!(rejected(claim(&mut w, 2, chat, None)), Rejection::TakenBy { by: Some(member(1)), at_ms });
    assert_eq!(w.conversation(chat).assignee.as_ref().unwrap().member, member(1));
}

#[test]
fn taking_over_from_the_one_that_was_seen_succeeds() {
    let mut w = World::new();
    let chat = w.receive(1, "Hi");
    claim(&mut w, 1, chat, None).unwrap();
    claim(&mut w, 2, chat, Some(member(1))).unwrap();
    assert_eq!(w.conversation(chat).assignee.as_ref().unwrap().member, member(2));
    assert!(w.conversation(chat).participants.contains_key(&member(1)), "was assignee once");
}

#[test]
fn a_manager_gives_to_whom_they_like_and_beats_an_earlier_claim() {
    let mut w = World::new();
    let chat = w.receive(1, "Hi");
    claim(&mut w, 1, chat, None).unwrap();
    give(&mut w, 0, chat, Some(2)).unwrap();
    assert_eq!(w.conversation(chat).assignee.as_ref().unwrap().member, member(2));
    close_seen(&mut w, 2, chat).unwrap();
    give(&mut w, 0, chat, Some(3)).unwrap();
    assert!(!w.conversation(chat).is_open(), "assigning does not reopen");
    assert_eq!(rejected(give(&mut w, 0, chat, Some(4))), Rejection::NotInInbox { member: member(4) });
}

#[test]
fn an_agent_may_not_give_to_others_unless_the_inbox_says_so() {
    let mut w = World::new();
    let chat = w.receive(1, "Hi");
    assert_eq!(rejected(give(&mut w, 1, chat, Some(2))), Rejection::Forbidden);
    let line = w.id();
    let dressed_up = AssignChat { chat, to: Some(member(2)), seen: Some(SeenAssignee { member: None }), line };
    assert_eq!(rejected(w.member(1, dressed_up)), Rejection::Forbidden, "not even dressed up as a claim");
    let mut inbox = w.rows.inbox(INBOX).unwrap().clone();
    inbox.agents_assign = true;
    w.rows.insert(Kind::Inbox, INBOX.0, Some(inbox.into()));
    give(&mut w, 1, chat, Some(2)).unwrap();
}

#[test]
fn an_agent_releases_only_what_is_theirs() {
    let mut w = World::new();
    let chat = w.receive(1, "Hi");
    claim(&mut w, 1, chat, None).unwrap();
    let release = |w: &mut World, n, saw| {
        let line = w.id();
        w.member(n, AssignChat { chat, to: None, seen: Some(SeenAssignee { member: Some(member(saw)) }), line })
    };
    assert_eq!(rejected(release(&mut w, 2, 1)), Rejection::Forbidden);
    give(&mut w, 0, chat, Some(3)).unwrap();
    assert!(matches!(rejected(release(&mut w, 1, 1)), Rejection::TakenBy { by: Some(m), .. } if m == member(3)));
    release(&mut w, 3, 3).unwrap();
    assert!(w.conversation(chat).assignee.is_none());
}

#[test]
fn assignment_mode_off_refuses_and_keeps_who_has_it() {
    let mut w = World::new();
    let chat = w.receive(1, "Hi");
    claim(&mut w, 1, chat, None).unwrap();
    let mut inbox = w.rows.inbox(INBOX).unwrap().clone();
    inbox.assignment = false;
    w.rows.insert(Kind::Inbox, INBOX.0, Some(inbox.into()));
    assert_eq!(rejected(give(&mut w, 0, chat, None)), Rejection::AssignmentOff);
    w.send(2, chat, u64::MAX).unwrap();
    assert_eq!(w.conversation(chat).assignee.as_ref().unwrap().member, member(1), "a reply claims nothing either");
}

#[test]
fn a_reply_in_what_nobody_has_claims_it_and_one_in_anothers_does_not() {
    let mut w = World::new();
    let chat = w.receive(1, "Hi");
    answer(&mut w, 1, chat).unwrap();
    assert_eq!(w.conversation(chat).assignee.as_ref().unwrap().member, member(1));
    assert_eq!(w.conversation(chat).unanswered, None);
    answer(&mut w, 2, chat).unwrap();
    assert_eq!(w.conversation(chat).assignee.as_ref().unwrap().member, member(1));
}

#[test]
fn a_reply_is_held_when_a_colleague_was_faster_even_behind_ones_own_newer_reply() {
    let mut w = World::new();
    let chat = w.receive(1, "Hi");
    let seen = w.newest(chat);
    w.send(2, chat, seen).unwrap();
    let held = |r| matches!(r, Err(Refusal::Held(Hold::Answered { by, .. })) if by == member(2));
    assert!(held(w.send(1, chat, seen)));
    // The same member answers from another computer that has seen it; the first computer's reply is still held.
    answer(&mut w, 1, chat).unwrap();
    assert!(held(w.send(1, chat, seen)));
}

#[test]
fn a_reply_older_than_twelve_hours_is_held_and_one_in_a_direct_chat_is_not() {
    let mut w = World::new();
    let chat = w.receive(1, "Hi");
    let old = STALE_AFTER_MS + 1;
    let message = w.id();
    let send = SendMessage { chat, message, text: text("Late"), seen: u64::MAX };
    let actor = Actor::Member(member(1));
    assert_eq!(w.act(actor, send.clone(), old), Err(Refusal::Held(Hold::Stale)));
    assert!(w.rows.message(message).is_none(), "a hold creates no message");
    // Send anyway: a new command for the same message.
    w.act(actor, send, 0).unwrap();
    let direct = w.id();
    w.member(1, CreateChat { chat: direct, new: NewChat::Direct { with: member(4) } }).unwrap();
    let message = w.id();
    w.act(actor, SendMessage { chat: direct, message, text: text("Late"), seen: 0 }, old).unwrap();
}

#[test]
fn closing_never_buries_a_message_that_the_closer_had_not_seen() {
    let mut w = World::new();
    let chat = w.receive(1, "Hi");
    let seen = w.conversation(chat).last_inbound;
    w.receive(1, "One more thing");
    assert_eq!(rejected(close(&mut w, 1, chat, seen)), Rejection::NewMessage);
    close_seen(&mut w, 1, chat).unwrap();
    assert_eq!(w.conversation(chat).closed.as_ref().unwrap().by, Some(member(1)));
}

#[test]
fn an_inbound_message_reopens_within_the_inboxs_days_and_starts_anew_later() {
    let mut w = World::new();
    let chat = w.receive(1, "Hi");
    claim(&mut w, 1, chat, None).unwrap();
    close_seen(&mut w, 1, chat).unwrap();
    w.now_ms += 6 * 24 * 3600 * 1000;
    assert_eq!(w.receive(1, "Again"), chat);
    assert!(w.conversation(chat).is_open() && w.conversation(chat).assignee.is_none());
    close_seen(&mut w, 1, chat).unwrap();
    w.now_ms += 8 * 24 * 3600 * 1000;
    let later = w.receive(1, "Much later");
    assert_ne!(later, chat);
    let line = w.id();
    assert_eq!(rejected(w.member(1, ReopenChat { chat, line })), Rejection::AnotherOpen { chat: later });
    assert_eq!(rejected(w.send(1, chat, u64::MAX)), Rejection::AnotherOpen { chat: later });
}

#[test]
fn sending_in_a_closed_one_reopens_it_for_the_sender() {
    let mut w = World::new();
    let chat = w.receive(1, "Hi");
    claim(&mut w, 1, chat, None).unwrap();
    close_seen(&mut w, 1, chat).unwrap();
    answer(&mut w, 2, chat).unwrap();
    assert!(w.conversation(chat).is_open());
    assert_eq!(w.conversation(chat).assignee.as_ref().unwrap().member, member(2));
}

#[test]
fn what_is_out_of_sight_answers_as_what_does_not_exist() {
    let mut w = World::new();
    let chat = w.receive(1, "Hi");
    let missing = w.id();
    for chat in [chat, missing] {
        assert_eq!(rejected(w.send(4, chat, 0)), Rejection::NotFound);
        assert_eq!(rejected(close(&mut w, 4, chat, 0)), Rejection::NotFound);
        assert_eq!(rejected(w.member(4, MarkRead { chat, pos: 1, seen: None })), Rejection::NotFound);
    }
}

#[test]
fn a_direct_chat_exists_once_per_pair_and_takes_no_conversation_commands() {
    let mut w = World::new();
    let (first, second) = (w.id(), w.id());
    w.member(1, CreateChat { chat: first, new: NewChat::Direct { with: member(2) } }).unwrap();
    let joined = w.member(2, CreateChat { chat: second, new: NewChat::Direct { with: member(1) } }).unwrap();
    assert_eq!(joined.joined, Some(first.0));
    assert_eq!(joined.effects, [Effect::Alias { from: second.0, to: first.0 }]);
    assert_eq!(rejected(close(&mut w, 1, first, 0)), Rejection::WrongKind);
    assert_eq!(rejected(w.send(3, first, 0)), Rejection::NotFound);
    let own = w.id();
    let with_myself = w.member(1, CreateChat { chat: own, new: NewChat::Direct { with: member(1) } });
    assert!(matches!(rejected(with_myself), Rejection::Invalid { .. }));
}

#[test]
fn equal_tag_names_are_one_tag() {
    let mut w = World::new();
    let (first, second) = (w.id(), w.id());
    let make = |tag, name: &str| CreateTag { tag, name: TagName::parse(name).unwrap(), color: Tint::Sky };
    w.member(1, make(first, "Waiting  for Parts")).unwrap();
    let again = w.member(2, make(second, " waiting for parts ")).unwrap();
    assert_eq!(again.joined, Some(first.0));
}

#[test]
fn a_member_gives_no_command_of_the_system_and_a_removed_one_none_at_all() {
    let mut w = World::new();
    let chat = w.receive(1, "Hi");
    let status = ApplyStatus { chat, messages: vec![], status: Delivery::Read };
    assert_eq!(rejected(w.member(1, status)), Rejection::Forbidden);
    let mut gone = w.rows.member(member(1)).unwrap().clone();
    gone.active = false;
    w.system(AddMember { member: gone }).unwrap();
    assert_eq!(rejected(w.send(1, chat, 0)), Rejection::Forbidden);
}

#[test]
fn the_origins_of_a_web_chat_change_and_nothing_else_of_it() {
    let mut w = World::new();
    let origins = |list: &[&str]| list.iter().map(|o| (*o).to_owned()).collect::<Vec<_>>();
    let set = |channel, list: &[&str]| SetOrigins { channel, origins: origins(list) };
    assert_eq!(rejected(w.system(set(CHANNEL, &["https://a.example"]))), Rejection::WrongKind, "it has no box");
    let missing = w.id();
    assert_eq!(rejected(w.system(set(missing, &[]))), Rejection::NotFound);
    let mut before = w.rows.channel(CHANNEL).unwrap().clone();
    before.id = w.id();
    let (public_id, title) = ("web".to_owned(), name("Chat"));
    before.webchat = Some(Webchat { public_id, origins: origins(&["https://a.example"]), title, color: None });
    w.system(AddChannel { channel: before.clone() }).unwrap();
    assert_eq!(rejected(w.member(0, set(before.id, &[]))), Rejection::Forbidden);
    w.system(set(before.id, &["https://a.example", "https://b.example"])).unwrap();
    let again = w.system(set(before.id, &["https://a.example", "https://b.example"]));
    assert_eq!(again, Ok(Decision::nothing()));
    before.webchat.as_mut().unwrap().origins.push("https://b.example".into());
    assert_eq!(w.rows.channel(before.id), Some(&before));
}

#[test]
fn a_status_never_goes_back_and_a_read_position_only_forward() {
    let mut w = World::new();
    let chat = w.receive(1, "Hi");
    let message = w.id();
    w.member(1, SendMessage { chat, message, text: text("Yes"), seen: u64::MAX }).unwrap();
    for (status, now) in
        [(Delivery::Read, Delivery::Read), (Delivery::Delivered, Delivery::Read), (Delivery::Sent, Delivery::Read)]
    {
        w.system(ApplyStatus { chat, messages: vec![message], status }).unwrap();
        assert_eq!(w.rows.message(message).unwrap().delivery, now);
    }
    let pos = w.newest(chat);
    w.member(2, MarkRead { chat, pos, seen: None }).unwrap();
    assert_eq!(w.member(2, MarkRead { chat, pos: pos - 1, seen: None }), Ok(Decision::nothing()));
    w.member(2, MarkRead { chat, pos: u64::MAX, seen: None }).unwrap();
    let read = w.rows.read_position(member(2), chat).unwrap().pos;
    w.receive(1, "New");
    assert!(w.newest(chat) > read, "nobody has read what is not there yet");
}

#[test]
fn a_refused_reply_takes_the_close_behind_it_along() {
    let mut w = World::new();
    let chat = w.receive(1, "Hi");
    let send: Command = SendMessage { chat, message: w.id(), text: text("Bye"), seen: 0 }.into();
    let other: Command = SendMessage { chat: w.id(), message: w.id(), text: text("Bye"), seen: 0 }.into();
    let close: Command = CloseChat { chat, seen_inbound: 0, line: w.id() }.into();
    let (first, second): (CommandId, CommandId) = (w.id(), w.id());
    assert_eq!(close.depends_on([(first, &send), (second, &other)]), [first]);
    assert_eq!(other.depends_on([(first, &send)]), []);
}
