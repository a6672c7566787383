//! Contacts, unread marks, and what the hub's command line does to channels, chats and members.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod world;
use deskbell_domain::command::*;
use deskbell_domain::*;
use proptest::prelude::*;
use uuid::Uuid;
use world::*;

fn rejected(r: Result<Decision, Refusal>) -> Rejection {
    match r {
        Err(Refusal::Rejected(r)) => r,
        other => panic!("expected a rejection, got {other:?}"),
    }
}

fn contact(id: ContactId, addresses: Vec<Address>, private_to: Option<u8>) -> CreateContact {
    let private_to = private_to.map(member);
    CreateContact { contact: Contact { id, name: name("Layla Haddad"), company: None, addresses, private_to } }
}

fn alias(from: ContactId, to: ContactId) -> Effect {
    Effect::Alias { from: from.0, to: to.0 }
}

#[test]
fn a_contact_made_twice_is_one_and_the_first_address_that_belongs_to_somebody_decides() {
    let mut w = World::new();
    let (first, second, third): (ContactId, ContactId, ContactId) = (w.id(), w.id(), w.id());
    w.member(1, contact(first, vec![phone(1), phone(2)], None)).unwrap();
    w.member(2, contact(second, vec![phone(3)], None)).unwrap();
    let joined = w.member(3, contact(third, vec![phone(9), phone(3), phone(1)], None)).unwrap();
    assert_eq!(joined, Decision { effects: vec![alias(third, second)], joined: Some(second.0) });
    assert!(w.rows.contact(third).is_none());
    let again = w.system(contact(first, vec![phone(1)], None)).unwrap();
    assert_eq!(again, Decision { effects: vec![], joined: Some(first.0) }, "the same once more is no alias of itself");
    assert_eq!(rejected(w.member(1, contact(first, vec![phone(7)], None))), Rejection::Exists);
}

#[test]
fn a_private_contact_is_its_owners_alone() {
    let mut w = World::new();
    let ids: Vec<ContactId> = (0..4).map(|_| w.id()).collect();
    w.member(1, contact(ids[0], vec![phone(1)], Some(1))).unwrap();
    assert_eq!(w.rows.contact(ids[0]).map(|c| Row::from(c.clone()).scope()), Some(Scope::Member(member(1))));
    // Whoever makes the same person does not learn that a colleague has them.
    assert_eq!(w.member(2, contact(ids[1], vec![phone(1)], Some(2))).unwrap().joined, None);
    assert_eq!(w.member(3, contact(ids[2], vec![phone(1)], None)).unwrap().joined, None);
    assert_eq!(w.member(1, contact(ids[3], vec![phone(1)], Some(1))).unwrap().joined, Some(ids[0].0));
    let foreign = w.id();
    assert_eq!(rejected(w.member(1, contact(foreign, vec![], Some(2)))), Rejection::Forbidden);
    assert_eq!(
        rejected(w.member(1, ShareContact { contact: ids[1] })),
        Rejection::NotFound,
        "not even that it is there"
    );
}

#[test]
fn a_contact_that_is_shared_is_everybodys_or_joins_who_has_its_number_already() {
    let mut w = World::new();
    let ids: Vec<ContactId> = (0..5).map(|_| w.id()).collect();
    w.member(1, contact(ids[0], vec![phone(1)], Some(1))).unwrap();
    w.member(1, ShareContact { contact: ids[0] }).unwrap();
    assert_eq!(w.rows.contact(ids[0]).unwrap().private_to, None);
    assert_eq!(w.member(1, ShareContact { contact: ids[0] }), Ok(Decision::nothing()));
    // Its private key is free again, its shared one is taken.
    w.member(1, contact(ids[1], vec![phone(1)], Some(1))).unwrap();
    assert!(w.rows.contact(ids[1]).is_some());
    let joined = w.member(1, ShareContact { contact: ids[1] }).unwrap();
    assert_eq!(joined.effects, [Effect::Delete(Kind::Contact, ids[1].0), alias(ids[1], ids[0])]);
    assert_eq!(joined.joined, Some(ids[0].0));
    assert_eq!(w.rows.key(&NaturalKey::Address(phone(1))), Some(ids[0].0));
    assert_eq!(w.rows.key(&NaturalKey::PrivateAddress(member(1), phone(1))), None, "a contact that is gone has no key");
}

#[test]
fn an_address_is_taken_in_the_one_form_of_its_kind() {
    let mut w = World::new();
    let loose = |value: &str| Address { kind: AddressKind::Phone, value: value.into() };
    let visitor = |value: &str| Address { kind: AddressKind::Visitor, value: value.into() };
    let bad = [
        (vec![loose("+1 650 555 0101")], "not_in_form"),
        (vec![loose("0650")], "not_in_form"),
        (vec![loose("+0123456789")], "not_in_form"),
        (vec![visitor("")], "not_in_form"),
        (vec![visitor("a\u{202E}b")], "not_in_form"),
        (vec![phone(1), phone(1)], "repeated"),
        ((0..=MAX_ADDRESSES as u16).map(phone).collect(), "too_many"),
    ];
    for (addresses, problem) in bad {
        let id = w.id();
        let said = rejected(w.member(1, contact(id, addresses, None)));
        assert_eq!(said, Rejection::Invalid { field: "addresses".into(), problem: problem.into() });
    }
    for written in ["+1 (650) 555-0101", "+1.650.555.0101", " +16505550101 ", "+1\u{a0}650\u{a0}555\u{a0}0101"] {
        assert_eq!(PhoneNumber::parse(written).unwrap().as_str(), "+16505550101", "{written}");
    }
    for written in ["650 555 0101", "+1", "+1234567890123456", "+1650555o101", "++16505550101", ""] {
        assert!(PhoneNumber::parse(written).is_err(), "{written}");
    }
}

#[test]
fn what_stands_on_a_contact_not_yet_made_waits_for_it() {
    let mut w = World::new();
    let (made, id): (ContactId, CommandId) = (w.id(), w.id());
    let create: Command = contact(made, vec![], Some(1)).into();
    let share: Command = ShareContact { contact: made }.into();
    let other: Command = ShareContact { contact: w.id() }.into();
    assert_eq!(share.depends_on([(id, &create)]), [id]);
    assert_eq!(other.depends_on([(id, &create)]), []);
    assert_eq!(share.lane(), create.lane());
}

#[test]
fn a_late_mark_read_does_not_undo_an_unread_mark_that_its_reader_had_not_seen() {
    let mut w = World::new();
    let chat = w.receive(1, "One");
    let first = w.newest(chat);
    w.receive(1, "Two");
    let last = w.newest(chat);
    let read = |pos, seen| MarkRead { chat, pos, seen };
    w.member(1, read(last, None)).unwrap();
    let mark: UnreadMarkId = w.id();
    w.member(1, MarkUnread { chat, from: first, mark }).unwrap();
    let state = |w: &World| w.rows.read_position(member(1), chat).map(|r| (r.pos, r.marked)).unwrap();
    let marked = Some(UnreadMark { id: mark, from: first });
    assert_eq!(state(&w), (last, marked));
    assert_eq!(ReadPosition::read_to(last, marked), first - 1);
    w.receive(1, "Three");
    let newest = w.newest(chat);
    let other: UnreadMarkId = w.id();
    for seen in [None, Some(other)] {
        w.member(1, read(newest, seen)).unwrap();
        assert_eq!(state(&w), (newest, marked), "it moves the position and leaves the mark");
    }
    assert_eq!(
        w.member(1, read(first - 1, Some(mark))),
        Ok(Decision::nothing()),
        "what is before the mark was read anyway"
    );
    w.member(1, read(newest, Some(mark))).unwrap();
    assert_eq!(state(&w), (newest, None));
    assert_eq!(rejected(w.member(4, MarkUnread { chat, from: first, mark })), Rejection::NotFound);
    let wild = MarkUnread { chat, from: u64::MAX, mark: other };
    w.member(1, wild.clone()).unwrap();
    let from = state(&w).1.unwrap().from;
    w.receive(1, "Four");
    assert!(w.newest(chat) > from, "what is to come is unread, whatever was marked");
}

#[test]
fn a_mark_read_of_before_there_were_marks_says_that_none_was_seen() {
    let chat = Uuid::from_u128(7);
    let old = format!(r#"{{"chat":"{chat}","pos":42}}"#);
    let parsed = Command::parse("mark_read", 1, &old).unwrap();
    assert_eq!(parsed, MarkRead { chat: chat.into(), pos: 42, seen: None }.into());
    assert_eq!(parsed.args().to_string(), old, "and is written as it was");
    let json = serde_json::json!({ "v": 1, "member": Uuid::from_u128(1), "chat": chat, "pos": 42 });
    let Row::ReadPosition(row) = Row::from_json(Kind::ReadPosition, &json).unwrap() else { panic!("a read position") };
    assert_eq!((row.pos, row.marked), (42, None));
}

const OTHER: InboxId = InboxId(Uuid::from_u128(0x101));

#[test]
fn a_channel_that_moves_changes_grants_and_no_conversation() {
    let mut w = World::new();
    let chat = w.receive(1, "Hi");
    w.system(AddInbox { inbox: Inbox::new(OTHER, name("Sales"), InboxKind::Shared) }).unwrap();
    for n in [2, 3, 4] {
        w.system(AssignInbox { inbox: OTHER, member: member(n), assigned: true, channels: vec![] }).unwrap();
    }
    assert_eq!(rejected(w.member(0, MoveChannel { channel: CHANNEL, to: OTHER })), Rejection::Forbidden);
    let line = w.id();
    w.member(1, AssignChat { chat, to: Some(member(1)), seen: Some(SeenAssignee { member: None }), line }).unwrap();
    let before = w.conversation(chat).clone();
    let moved = w.system(MoveChannel { channel: CHANNEL, to: OTHER }).unwrap();
    let scope = Scope::Channel(CHANNEL);
    let channel = w.rows.channel(CHANNEL).unwrap().clone();
    assert_eq!(channel.inbox, Some(OTHER));
    // Who is in both is not mentioned: a grant given again would be a new epoch.
    let expected = [
        Effect::Put(channel.into()),
        Effect::Revoke(member(0), scope),
        Effect::Revoke(member(1), scope),
        Effect::Grant(member(4), scope),
    ];
    assert_eq!(moved.effects, expected);
    assert_eq!(w.conversation(chat), &before);
    assert_eq!(rejected(w.send(1, chat, u64::MAX)), Rejection::NotFound);
    w.send(4, chat, u64::MAX).unwrap();
    let has = w.conversation(chat).assignee.as_ref().map(|a| a.member);
    assert_eq!(has, Some(member(4)), "who is not in the inbox any more has nothing: the reply claims it");
    assert_eq!(w.system(MoveChannel { channel: CHANNEL, to: OTHER }), Ok(Decision::nothing()));
    let missing = w.id();
    assert_eq!(rejected(w.system(MoveChannel { channel: CHANNEL, to: missing })), Rejection::NotFound);
}

fn delete(w: &World, chat: ChatId, last: bool) -> DeleteChat {
    let entries = w.messages().filter(|m| m.chat == chat).map(|m| m.id).collect();
    DeleteChat { chat, entries, readers: (0..5).map(member).collect(), last }
}

#[test]
fn a_chat_is_deleted_with_all_that_is_in_it_and_nothing_else() {
    let mut w = World::new();
    let (chat, other) = (w.receive(1, "Hi"), w.receive(2, "Hello"));
    w.send(1, chat, u64::MAX).unwrap();
    w.member(1, MarkRead { chat, pos: 1, seen: None }).unwrap();
    w.member(1, MarkRead { chat: other, pos: 1, seen: None }).unwrap();
    assert_eq!(rejected(w.member(0, delete(&w, chat, true))), Rejection::Forbidden);
    let kept: Vec<Row> = w.all.values().filter(|row| !is_of(row, chat)).cloned().collect();
    // An entry of another chat that is named is not taken along.
    let mut first = delete(&w, chat, false);
    first.entries.extend(w.messages().filter(|m| m.chat == other).map(|m| m.id));
    w.system(first.clone()).unwrap();
    assert!(w.rows.conversation(chat).is_some() && w.messages().all(|m| m.chat == other));
    // Somebody writes while it is deleted.
    w.receive(1, "Are you there?");
    w.system(DeleteChat { entries: vec![], readers: vec![], ..delete(&w, chat, true) }).unwrap();
    assert_eq!(rejected(w.send(1, chat, u64::MAX)), Rejection::NotFound);
    w.system(delete(&w, chat, false)).unwrap();
    assert_eq!(w.all.values().cloned().collect::<Vec<_>>(), kept);
    assert_eq!(w.system(first), Ok(Decision::nothing()), "again it finds nothing");
    assert_ne!(w.receive(1, "Hi again"), chat, "its natural key is free");
}

fn is_of(row: &Row, chat: ChatId) -> bool {
    match row {
        Row::Message(m) => m.chat == chat,
        Row::ReadPosition(r) => r.chat == chat,
        row => row.id() == chat.0,
    }
}

#[test]
fn a_direct_chat_that_is_deleted_takes_its_grants_along_and_can_begin_anew() {
    let mut w = World::new();
    let (chat, again): (ChatId, ChatId) = (w.id(), w.id());
    w.member(1, CreateChat { chat, new: NewChat::Direct { with: member(2) } }).unwrap();
    let gone = w.system(delete(&w, chat, true)).unwrap();
    let scope = Scope::Chat(chat);
    assert!(gone.effects.contains(&Effect::Revoke(member(1), scope)));
    assert!(gone.effects.contains(&Effect::Revoke(member(2), scope)));
    assert_eq!(w.member(2, CreateChat { chat: again, new: NewChat::Direct { with: member(1) } }).unwrap().joined, None);
    let many = DeleteChat { entries: (0..401).map(|_| w.id()).collect(), ..delete(&w, again, false) };
    assert!(matches!(rejected(w.system(many)), Rejection::Invalid { .. }));
}

#[test]
fn who_is_removed_loses_every_grant_and_who_is_restored_has_their_direct_chats_again() {
    let mut w = World::new();
    let (with_me, without_me): (ChatId, ChatId) = (w.id(), w.id());
    w.member(1, CreateChat { chat: with_me, new: NewChat::Direct { with: member(2) } }).unwrap();
    w.member(3, CreateChat { chat: without_me, new: NewChat::Direct { with: member(2) } }).unwrap();
    let me = member(1);
    let remove = RemoveMember { member: me, inboxes: vec![INBOX], channels: vec![CHANNEL], chats: vec![with_me] };
    let gone = w.system(remove).unwrap();
    assert!(!w.rows.member(me).unwrap().active && !w.rows.inbox(INBOX).unwrap().members.contains(&me));
    let chat_of_mine = Scope::Chat(with_me);
    for scope in [Scope::Org, Scope::Member(me), Scope::Inbox(INBOX), Scope::Channel(CHANNEL), chat_of_mine] {
        assert!(gone.effects.contains(&Effect::Revoke(me, scope)), "{scope}");
    }
    assert_eq!(rejected(w.send(1, with_me, 0)), Rejection::Forbidden);
    let back = w.system(RestoreMember { member: me, chats: vec![with_me, without_me], channels: vec![] }).unwrap();
    let given: Vec<_> = back.effects.iter().filter(|e| matches!(e, Effect::Grant(..))).cloned().collect();
    assert_eq!(given, [Scope::Org, Scope::Member(me), chat_of_mine].map(|scope| Effect::Grant(me, scope)));
    w.send(1, with_me, 0).unwrap();
}

#[derive(Debug, Clone)]
enum Mark {
    Read { pos: u64, saw: bool },
    Unread { from: u64 },
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    /// The position only rises; the mark is the last one that was set and that nobody has read on from, having seen it.
    #[test]
    fn a_read_position_and_an_unread_mark_do_not_disturb_each_other(
        marks in prop::collection::vec(prop_oneof![
            (0..200u64, any::<bool>()).prop_map(|(pos, saw)| Mark::Read { pos, saw }),
            (0..200u64).prop_map(|from| Mark::Unread { from }),
        ], 1..30),
    ) {
        let mut w = World::new();
        let chat = w.receive(1, "Hi");
        let (mut pos, mut marked) = (0, None::<UnreadMark>);
        for mark in marks {
            match mark {
                Mark::Read { pos: to, saw } => {
                    let stale: UnreadMarkId = w.id();
                    let seen = if saw { marked.map(|m| m.id) } else { Some(stale) };
                    w.member(1, MarkRead { chat, pos: to, seen }).unwrap();
                    marked = marked.filter(|m| !saw || to < m.from);
                    pos = pos.max(to);
                }
                Mark::Unread { from } => {
                    let id = w.id();
                    w.member(1, MarkUnread { chat, from, mark: id }).unwrap();
                    marked = Some(UnreadMark { id, from });
                }
            }
            let row = w.rows.read_position(member(1), chat).map_or((0, None), |r| (r.pos, r.marked));
            prop_assert_eq!(row, (pos, marked));
        }
    }
}
