//! A member's own texting numbers, and what becomes of one that comes into an inbox.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod world;
use deskbell_domain::command::*;
use deskbell_domain::*;
use world::*;

const NUMBER: ChannelId = ChannelId(uuid::Uuid::from_u128(0x250));
const MOVED: ChannelId = ChannelId(uuid::Uuid::from_u128(0x260));

fn number(n: u32) -> PhoneNumber {
    PhoneNumber::parse(&format!("+1 650 555 {n:04}")).unwrap()
}

/// Member 1 has a number of their own.
fn with_number() -> World {
    let mut w = World::new();
    let channel = Channel::personal(NUMBER, member(1), name("Mine"), number(100));
    let added = w.system(AddChannel { channel }).unwrap();
    assert_eq!(added.effects[1..], [Effect::Grant(member(1), Scope::Channel(NUMBER))]);
    w
}

fn receive(w: &mut World, channel: ChannelId, from: u16) -> ChatId {
    let (message, new_chat) = (w.id(), w.id());
    let text = text("Are you there?");
    let command = ReceiveMessage { channel, address: phone(from), profile_name: None, message, text, new_chat };
    w.system(command).unwrap();
    w.rows.message(message).unwrap().chat
}

fn moves(w: &mut World, share: bool) -> Decision {
    w.system(MoveNumber { number: NUMBER, channel: MOVED, name: name("Shop line"), to: INBOX, share }).unwrap()
}

fn rejected(result: Result<Decision, Refusal>) -> Rejection {
    match result {
        Err(Refusal::Rejected(rejection)) => rejection,
        other => panic!("expected a rejection, got {other:?}"),
    }
}

/// All that a member may try on a conversation that changes it.
fn changes(w: &mut World, chat: ChatId) -> Vec<Command> {
    let (message, line, tag, newest) = (w.id(), w.id(), w.id(), w.newest(chat));
    w.member(1, CreateTag { tag, name: TagName::parse("Rush").unwrap(), color: Tint::Moss }).unwrap();
    let act = w.messages().next().unwrap().id;
    vec![
        SendMessage { chat, message, text: text("Yes"), seen: newest }.into(),
        CloseChat { chat, seen_inbound: newest, line }.into(),
        ReopenChat { chat, line }.into(),
        AssignChat { chat, to: Some(member(1)), seen: Some(SeenAssignee { member: None }), line }.into(),
        TagChat { chat, tag }.into(),
        UntagChat { chat, tag }.into(),
        UndoAct { chat, act, line }.into(),
    ]
}

#[test]
fn a_text_is_its_owners_alone_and_answering_it_claims_nothing() {
    let mut w = with_number();
    let chat = receive(&mut w, NUMBER, 1);
    for command in changes(&mut w, chat) {
        assert_eq!(rejected(w.member(0, command)), Rejection::NotFound, "a manager sees no texts either");
    }
    let seen = w.newest(chat);
    w.send(1, chat, seen).unwrap();
    let said = w.conversation(chat);
    assert!(said.assignee.is_none() && said.assigned.is_none() && said.unanswered.is_none());
    assert!(said.participants.contains_key(&member(1)));
}

#[test]
fn a_text_is_closed_reopened_tagged_and_read_and_given_to_nobody() {
    let mut w = with_number();
    let chat = receive(&mut w, NUMBER, 1);
    let (line, again, tag, newest) = (w.id(), w.id(), w.id(), w.newest(chat));
    w.member(1, CreateTag { tag, name: TagName::parse("Rush").unwrap(), color: Tint::Moss }).unwrap();
    w.member(1, TagChat { chat, tag }).unwrap();
    w.member(1, MarkRead { chat, pos: newest, seen: None }).unwrap();
    w.member(1, CloseChat { chat, seen_inbound: newest, line }).unwrap();
    w.member(1, ReopenChat { chat, line: again }).unwrap();
    assert!(w.conversation(chat).is_open() && w.conversation(chat).tags.contains(&tag));
    let (seen, line) = (Some(SeenAssignee { member: None }), w.id());
    assert_eq!(rejected(w.member(1, AssignChat { chat, to: Some(member(1)), seen, line })), Rejection::WrongKind);
}

#[test]
fn a_text_that_was_closed_lately_is_reopened_and_one_of_long_ago_is_not() {
    let mut w = with_number();
    let chat = receive(&mut w, NUMBER, 1);
    let (line, seen_inbound) = (w.id(), w.newest(chat));
    w.member(1, CloseChat { chat, seen_inbound, line }).unwrap();
    assert_eq!(receive(&mut w, NUMBER, 1), chat);
    let (line, seen_inbound) = (w.id(), w.newest(chat));
    w.member(1, CloseChat { chat, seen_inbound, line }).unwrap();
    w.now_ms += 8 * 24 * 60 * 60 * 1000;
    assert_ne!(receive(&mut w, NUMBER, 1), chat);
}

#[test]
fn a_channel_is_an_inboxs_or_a_members_and_a_number_is_one_channels() {
    let mut w = with_number();
    let id = w.id();
    let personal = |n| Channel::personal(id, member(2), name("Theirs"), number(n));
    assert_eq!(rejected(w.system(AddChannel { channel: personal(100) })), Rejection::Exists, "the number is taken");
    let of_inbox =
        Channel { number: Some(number(100)), ..Channel::of_inbox(id, INBOX, ChannelKind::Sms, name("Shop")) };
    assert_eq!(rejected(w.system(AddChannel { channel: of_inbox })), Rejection::Exists);
    let wrong = [
        Channel { inbox: Some(INBOX), ..personal(200) },
        Channel { owner: None, ..personal(200) },
        Channel { archived: true, ..personal(200) },
        Channel { kind: ChannelKind::Whatsapp, number: None, ..personal(200) },
        Channel { number: Some(number(200)), ..Channel::of_inbox(id, INBOX, ChannelKind::Webchat, name("Site")) },
    ];
    for channel in wrong {
        assert!(matches!(rejected(w.system(AddChannel { channel })), Rejection::Invalid { .. }));
    }
    w.system(RemoveMember { member: member(2), inboxes: vec![], channels: vec![], chats: vec![] }).unwrap();
    assert_eq!(rejected(w.system(AddChannel { channel: personal(200) })), Rejection::NotFound);
}

#[test]
fn a_number_that_moves_leaves_an_archive_that_is_its_owners_alone() {
    let mut w = with_number();
    let open = receive(&mut w, NUMBER, 1);
    let decision = moves(&mut w, false);
    let granted: Vec<Effect> = (0..4).map(|n| Effect::Grant(member(n), Scope::Channel(MOVED))).collect();
    assert_eq!(decision.effects[2..], granted, "the inbox sees the new channel, and nothing of the old one");
    let archive = w.rows.channel(NUMBER).unwrap().clone();
    assert!(archive.archived && archive.owner == Some(member(1)) && archive.inbox == Some(INBOX));
    let moved = w.rows.channel(MOVED).unwrap().clone();
    assert_eq!(moved.number, Some(number(100)));
    assert!(moved.is_of(INBOX) && !archive.is_of(INBOX));
    assert!(w.conversation(open).is_open(), "archived, not closed");
    for command in changes(&mut w, open) {
        assert_eq!(rejected(w.member(1, command.clone())), Rejection::Archived, "{}", command.kind());
        assert_eq!(rejected(w.member(0, command)), Rejection::NotFound);
    }
    let newest = w.newest(open);
    w.member(1, MarkRead { chat: open, pos: newest, seen: None }).unwrap();
    w.member(1, PinChat { chat: open, order: 0 }).unwrap();
}

#[test]
fn the_next_message_starts_a_conversation_in_the_inbox_even_where_it_was_sent_to_the_old_channel() {
    let mut w = with_number();
    let before = receive(&mut w, NUMBER, 1);
    moves(&mut w, false);
    let after = receive(&mut w, MOVED, 1);
    assert_ne!(after, before);
    assert_eq!(w.conversation(after).channel, MOVED);
    assert_eq!(receive(&mut w, NUMBER, 1), after, "what was on its way is not lost, and not archived unread");
    let other = receive(&mut w, NUMBER, 2);
    assert_eq!(w.conversation(other).channel, MOVED);
}

#[test]
fn an_archive_that_is_shared_is_the_inboxs_and_no_more_its_former_owners_unless_they_are_in_it() {
    let mut w = with_number();
    let chat = receive(&mut w, NUMBER, 1);
    let decision = moves(&mut w, true);
    let scope = Scope::Channel(NUMBER);
    assert!([0, 2, 3].into_iter().all(|n| decision.effects.contains(&Effect::Grant(member(n), scope))));
    assert!(!decision.effects.contains(&Effect::Grant(member(1), scope)), "they keep theirs, with its epoch");
    assert!(!decision.effects.contains(&Effect::Revoke(member(1), scope)));
    assert!(w.rows.channel(NUMBER).unwrap().is_of(INBOX));
    let line = w.id();
    assert_eq!(rejected(w.member(0, ReopenChat { chat, line })), Rejection::Archived);

    let mut w = World::new();
    let channel = Channel::personal(NUMBER, member(4), name("Theirs"), number(100));
    w.system(AddChannel { channel }).unwrap();
    let decision = moves(&mut w, true);
    assert!(decision.effects.contains(&Effect::Revoke(member(4), scope)), "who is not in the inbox");
    assert!((0..4).all(|n| decision.effects.contains(&Effect::Grant(member(n), scope))));
}

#[test]
fn moving_a_number_may_be_repeated_and_only_a_personal_number_moves_so() {
    let mut w = with_number();
    moves(&mut w, false);
    assert_eq!(moves(&mut w, false), Decision::nothing());
    let channel = w.id();
    let again = MoveNumber { number: NUMBER, channel, name: name("Again"), to: INBOX, share: false };
    assert_eq!(rejected(w.system(again)), Rejection::WrongKind, "an archive has no number to move");
    let shared = MoveNumber { number: CHANNEL, channel, name: name("Web"), to: INBOX, share: false };
    assert_eq!(rejected(w.system(shared)), Rejection::WrongKind);
    let taken = Channel::personal(channel, member(1), name("Second"), number(101));
    w.system(AddChannel { channel: taken }).unwrap();
    let onto = MoveNumber { number: channel, channel: CHANNEL, name: name("Onto"), to: INBOX, share: false };
    assert_eq!(rejected(w.system(onto)), Rejection::Exists);
    let nowhere = MoveNumber { number: channel, channel: w.id(), name: name("No"), to: w.id(), share: false };
    assert_eq!(rejected(w.system(nowhere)), Rejection::NotFound);
    let other = w.id();
    w.system(AddInbox { inbox: Inbox::new(other, name("Sales"), InboxKind::Shared) }).unwrap();
    assert_eq!(rejected(w.system(MoveChannel { channel, to: other })), Rejection::WrongKind);
    assert_eq!(rejected(w.system(MoveChannel { channel: NUMBER, to: other })), Rejection::WrongKind);
    assert_eq!(
        rejected(w.member(
            1,
            MoveNumber { number: channel, channel: other.0.into(), name: name("Mine"), to: INBOX, share: true }
        )),
        Rejection::Forbidden
    );
}

#[test]
fn an_archive_that_is_its_owners_alone_is_not_granted_to_who_comes_into_the_inbox() {
    let mut w = with_number();
    moves(&mut w, false);
    let channels = vec![CHANNEL, NUMBER, MOVED];
    let assign = |assigned| AssignInbox { inbox: INBOX, member: member(4), assigned, channels: channels.clone() };
    let came = w.system(assign(true)).unwrap();
    assert!(came.effects.contains(&Effect::Grant(member(4), Scope::Channel(MOVED))));
    assert!(!came.effects.contains(&Effect::Grant(member(4), Scope::Channel(NUMBER))));
    let mine = AssignInbox { inbox: INBOX, member: member(1), assigned: false, channels };
    let went = w.system(mine).unwrap();
    assert!(!went.effects.contains(&Effect::Revoke(member(1), Scope::Channel(NUMBER))), "it stays with its owner");
}

#[test]
fn the_number_of_a_member_who_left_takes_messages_and_is_theirs_again_when_they_come_back() {
    let mut w = with_number();
    let channels = vec![NUMBER];
    let gone =
        w.system(RemoveMember { member: member(1), inboxes: vec![INBOX], channels: channels.clone(), chats: vec![] });
    assert!(gone.unwrap().effects.contains(&Effect::Revoke(member(1), Scope::Channel(NUMBER))));
    receive(&mut w, NUMBER, 1);
    let back = RestoreMember { member: member(1), chats: vec![], channels: vec![NUMBER, CHANNEL] };
    let back = w.system(back).unwrap();
    assert!(back.effects.contains(&Effect::Grant(member(1), Scope::Channel(NUMBER))));
    assert!(!back.effects.contains(&Effect::Grant(member(1), Scope::Channel(CHANNEL))), "an inbox's are not theirs");
}
