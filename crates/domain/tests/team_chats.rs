//! Named groups of members: who is in them, what they say of it, and who hears of it.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod world;
use deskbell_domain::command::*;
use deskbell_domain::*;
use std::collections::BTreeSet;
use world::*;

fn start(w: &mut World, by: u8, members: &[u8]) -> ChatId {
    let chat = w.id();
    let new = NewChat::Team { name: name("Repairs"), members: members.iter().map(|n| member(*n)).collect() };
    w.member(by, CreateChat { chat, new }).unwrap();
    chat
}

fn add(w: &mut World, by: u8, chat: ChatId, members: &[u8]) -> Result<Decision, Refusal> {
    let line = w.id();
    w.member(by, AddToChat { chat, members: members.iter().map(|n| member(*n)).collect(), line })
}

fn leave(w: &mut World, by: u8, chat: ChatId) -> Result<Decision, Refusal> {
    let line = w.id();
    w.member(by, LeaveChat { chat, line })
}

fn rename(w: &mut World, by: u8, chat: ChatId, to: &str) -> Result<Decision, Refusal> {
    let line = w.id();
    w.member(by, RenameChat { chat, name: name(to), line })
}

fn team(w: &World, chat: ChatId) -> &TeamChat {
    w.rows.team_chat(chat).unwrap()
}

/// The system lines of a chat, in their order.
fn lines(w: &World, chat: ChatId) -> Vec<Content> {
    let mut found: Vec<&Message> = w.messages().filter(|m| m.chat == chat && !m.is_message()).collect();
    found.sort_by_key(|m| m.pos);
    found.into_iter().map(|m| m.content.clone()).collect()
}

fn rejected(result: Result<Decision, Refusal>) -> Rejection {
    match result {
        Err(Refusal::Rejected(rejection)) => rejection,
        other => panic!("expected a rejection, got {other:?}"),
    }
}

#[test]
fn who_starts_a_team_chat_is_in_it_and_everybody_in_it_may_see_it() {
    let mut w = World::new();
    let chat = w.id();
    let new = NewChat::Team { name: name("Repairs"), members: [member(2), member(3)].into() };
    let decision = w.member(1, CreateChat { chat, new }).unwrap();
    assert_eq!(team(&w, chat).members, BTreeSet::from([member(1), member(2), member(3)]));
    let granted: Vec<Effect> = [1, 2, 3].map(|n| Effect::Grant(member(n), Scope::Chat(chat))).into();
    assert_eq!(decision.effects[1..], granted);
    w.send(2, chat, 0).unwrap();
    assert_eq!(team(&w, chat).last_message.as_ref().unwrap().by, Some(member(2)));
    assert_eq!(rejected(w.send(4, chat, 0)), Rejection::NotFound, "who is not in it does not know that it is there");
}

#[test]
fn two_team_chats_of_one_name_are_two_and_one_identifier_is_one() {
    let mut w = World::new();
    let (one, other) = (start(&mut w, 1, &[2]), start(&mut w, 1, &[2]));
    assert_ne!(one, other);
    let new = NewChat::Team { name: name("Another"), members: BTreeSet::new() };
    assert_eq!(rejected(w.member(2, CreateChat { chat: one, new })), Rejection::Exists);
    let new = NewChat::Direct { with: member(3) };
    assert_eq!(rejected(w.member(2, CreateChat { chat: one, new })), Rejection::Exists);
}

#[test]
fn who_left_the_organization_meanwhile_is_passed_over_and_who_never_was_is_refused() {
    let mut w = World::new();
    w.system(RemoveMember { member: member(3), inboxes: vec![], channels: vec![], chats: vec![] }).unwrap();
    let chat = start(&mut w, 1, &[2, 3]);
    assert_eq!(team(&w, chat).members, BTreeSet::from([member(1), member(2)]));
    assert_eq!(add(&mut w, 1, chat, &[3]).unwrap(), Decision::nothing());
    assert_eq!(rejected(add(&mut w, 1, chat, &[99])), Rejection::NotFound);
}

#[test]
fn everybody_in_it_may_add_and_rename_and_the_thread_says_so() {
    let mut w = World::new();
    let chat = start(&mut w, 1, &[2]);
    let decision = add(&mut w, 2, chat, &[1, 3]).unwrap();
    assert!(decision.effects.contains(&Effect::Grant(member(3), Scope::Chat(chat))));
    assert!(!decision.effects.contains(&Effect::Grant(member(1), Scope::Chat(chat))), "they were in it");
    rename(&mut w, 3, chat, "Workshop").unwrap();
    assert_eq!(rename(&mut w, 1, chat, "Workshop").unwrap(), Decision::nothing());
    assert_eq!(add(&mut w, 1, chat, &[2, 3]).unwrap(), Decision::nothing());
    let said = [Content::Added { members: [member(3)].into() }, Content::Renamed { name: name("Workshop") }];
    assert_eq!(lines(&w, chat), said);
    assert!(team(&w, chat).last_message.is_none(), "a system line is no message");
    assert_eq!(rejected(add(&mut w, 4, chat, &[4])), Rejection::NotFound, "nobody adds themselves");
    assert_eq!(rejected(rename(&mut w, 4, chat, "Mine")), Rejection::NotFound);
}

#[test]
fn who_leaves_sees_it_no_more_and_leaving_again_changes_nothing() {
    let mut w = World::new();
    let chat = start(&mut w, 1, &[2]);
    let decision = leave(&mut w, 2, chat).unwrap();
    assert_eq!(decision.effects.last(), Some(&Effect::Revoke(member(2), Scope::Chat(chat))));
    assert_eq!(leave(&mut w, 2, chat).unwrap(), Decision::nothing(), "from another computer, say");
    assert_eq!(rejected(w.send(2, chat, 0)), Rejection::NotFound);
    let never = w.id();
    assert_eq!(leave(&mut w, 2, never).unwrap(), Decision::nothing(), "as for one that does not exist");
    add(&mut w, 1, chat, &[2]).unwrap();
    w.send(2, chat, 0).unwrap();
    assert_eq!(lines(&w, chat), [Content::Left, Content::Added { members: [member(2)].into() }]);
}

#[test]
fn when_the_last_one_leaves_the_chat_stays_for_nobody() {
    let mut w = World::new();
    let chat = start(&mut w, 1, &[]);
    w.send(1, chat, 0).unwrap();
    leave(&mut w, 1, chat).unwrap();
    assert!(team(&w, chat).members.is_empty() && team(&w, chat).last_message.is_some());
    assert_eq!(rejected(add(&mut w, 1, chat, &[1])), Rejection::NotFound);
}

#[test]
fn a_team_chat_is_read_and_marked_unread_and_never_assigned_closed_or_tagged() {
    let mut w = World::new();
    let chat = start(&mut w, 1, &[2]);
    w.send(1, chat, 0).unwrap();
    let (pos, mark) = (w.newest(chat), w.id());
    w.member(2, MarkRead { chat, pos, seen: None }).unwrap();
    assert_eq!(w.rows.read_position(member(2), chat).unwrap().pos, pos);
    w.member(2, MarkUnread { chat, from: pos, mark }).unwrap();
    let (line, tag) = (w.id(), w.id());
    w.member(2, CreateTag { tag, name: TagName::parse("Rush").unwrap(), color: Tint::Moss }).unwrap();
    let refused: [Command; 4] = [
        AssignChat { chat, to: Some(member(2)), seen: None, line }.into(),
        CloseChat { chat, seen_inbound: pos, line }.into(),
        ReopenChat { chat, line }.into(),
        TagChat { chat, tag }.into(),
    ];
    for command in refused {
        assert_eq!(rejected(w.member(2, command)), Rejection::WrongKind);
    }
    let direct = w.id();
    w.member(1, CreateChat { chat: direct, new: NewChat::Direct { with: member(2) } }).unwrap();
    assert_eq!(rejected(rename(&mut w, 1, direct, "Us")), Rejection::WrongKind);
    assert_eq!(rejected(add(&mut w, 1, direct, &[3])), Rejection::WrongKind);
    assert_eq!(rejected(leave(&mut w, 1, direct)), Rejection::WrongKind);
}

#[test]
fn what_is_written_in_a_team_chat_is_never_held() {
    let mut w = World::new();
    let chat = start(&mut w, 1, &[2]);
    w.send(1, chat, 0).unwrap();
    let (message, day) = (w.id(), 24 * 60 * 60 * 1000);
    let late = SendMessage { chat, message, text: text("Late and blind"), seen: 0 };
    w.act(Actor::Member(member(2)), late, day).unwrap();
}

#[test]
fn a_team_chat_has_an_end_of_members_and_all_its_commands_stay_within_a_page_of_the_feed() {
    let mut w = World::new();
    let many: Vec<MemberId> = (0..MAX_TEAM as u128 + 1).map(|n| MemberId(uuid::Uuid::from_u128(0x9000 + n))).collect();
    for (n, id) in many.iter().enumerate() {
        let email = EmailAddress::parse(&format!("many{n}@example.com")).unwrap();
        let new = Member { id: *id, name: name("Many"), email, role: Role::Agent, active: true };
        w.system(AddMember { member: new }).unwrap();
    }
    let chat = w.id();
    let start = |members: &[MemberId]| {
        let new = NewChat::Team { name: name("Everybody"), members: members.iter().copied().collect() };
        CreateChat { chat, new }
    };
    let too_many = Rejection::Invalid { field: "members".into(), problem: "too_many".into() };
    assert_eq!(rejected(w.member(1, start(&many))), too_many);
    assert_eq!(rejected(w.member(1, start(&many[..MAX_TEAM]))), too_many, "who starts it counts");
    let decision = w.member(1, start(&many[..MAX_TEAM - 1])).unwrap();
    assert!(decision.effects.len() <= 500);
    assert_eq!(rejected(add(&mut w, 1, chat, &[2])), too_many);
}

#[test]
fn a_member_who_comes_back_has_their_team_chats_and_one_that_they_left_has_them_not() {
    let mut w = World::new();
    let (with_me, left) = (start(&mut w, 1, &[2]), start(&mut w, 1, &[2]));
    leave(&mut w, 2, left).unwrap();
    let chats = vec![with_me, left];
    w.system(RemoveMember { member: member(2), inboxes: vec![], channels: vec![], chats: chats.clone() }).unwrap();
    let back = w.system(RestoreMember { member: member(2), chats, channels: vec![] }).unwrap();
    assert!(back.effects.contains(&Effect::Grant(member(2), Scope::Chat(with_me))));
    assert!(!back.effects.contains(&Effect::Grant(member(2), Scope::Chat(left))));
}

#[test]
fn a_deleted_team_chat_takes_its_grants_with_it() {
    let mut w = World::new();
    let chat = start(&mut w, 1, &[2]);
    w.send(1, chat, 0).unwrap();
    let entries = w.messages().filter(|m| m.chat == chat).map(|m| m.id).collect();
    let gone = w.system(DeleteChat { chat, entries, readers: vec![], last: true }).unwrap();
    assert!(w.rows.team_chat(chat).is_none());
    let revoked = [1, 2].map(|n| Effect::Revoke(member(n), Scope::Chat(chat)));
    assert!(revoked.iter().all(|effect| gone.effects.contains(effect)));
}
