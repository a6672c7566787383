//! What is a few members' or one's alone: their own numbers, team chats, favorites, pins, quiet hours.

use super::office::{Desk, Office, new_id, send};
use deskbell_domain::command::*;
use deskbell_domain::*;
use deskbell_hub::admin::{Request, perform};
use serde_json::Value;
use std::collections::BTreeSet;

async fn add_number(office: &Office, member: &str, number: &str) -> ChannelId {
    let new = Request::AddNumber { number: number.into(), name: Some("Mine".into()), member: member.into() };
    serde_json::from_value(office.admin(new).await["id"].clone()).unwrap()
}

async fn texts(office: &Office, channel: ChannelId, from: &str, text: &str) -> ChatId {
    let message = MessageId(new_id());
    let receive = ReceiveMessage {
        channel,
        address: PhoneNumber::parse(from).unwrap().into(),
        profile_name: None,
        message,
        text: MessageText::parse(text).unwrap(),
        new_chat: ChatId(new_id()),
    };
    office.hub.carry_out(Actor::System, receive).await.unwrap();
    match office.hub.row(Kind::Message, message.0).await.unwrap().unwrap().row {
        Row::Message(message) => message.chat,
        other => panic!("{other:?}"),
    }
}

/// Identifiers of the rows that a member is told of, all pages together.
async fn told(desk: &Desk, kind: &str) -> BTreeSet<uuid::Uuid> {
    let page = desk.changes(0, 10_000).await;
    assert!(!page.more);
    page.changes.iter().filter(|c| c.kind == kind && c.row.is_some()).map(|c| c.id).collect()
}

fn rejected(outcome: &Outcome) -> &Rejection {
    match outcome {
        Outcome::Rejected { reason } => reason,
        other => panic!("expected a rejection, got {other:?}"),
    }
}

#[tokio::test]
async fn a_text_reaches_the_owner_of_the_number_and_nobody_else() {
    let office = Office::open().await;
    let number = add_number(&office, "priya@example.com", "+1 415 555 0151").await;
    let (priya, dana) = (office.sign_in("priya@example.com").await, office.sign_in("dana@example.com").await);
    let chat = texts(&office, number, "+12015550100", "Is that you?").await;
    assert!(told(&priya, "conversation").await.contains(&chat.0));
    assert!(!told(&dana, "conversation").await.contains(&chat.0), "an admin neither");
    assert_eq!(priya.act(send(chat, "It is me", 1 << 50)).await.outcome, Outcome::Applied);
    assert_eq!(rejected(&dana.act(send(chat, "Me too", 1 << 50)).await.outcome), &Rejection::NotFound);
    assert!(office.conversation(chat).await.assignee.is_none());
}

#[tokio::test]
async fn a_number_that_moves_delivers_into_the_inbox_and_its_archive_stays_with_its_owner() {
    let office = Office::open().await;
    let number = add_number(&office, "kwame@example.com", "+14155550154").await;
    let (kwame, dana) = (office.sign_in("kwame@example.com").await, office.sign_in("dana@example.com").await);
    let before = texts(&office, number, "+12015550100", "Before").await;
    let move_it = |name: &str, to: &str, share| Request::MoveNumber {
        number: "+1 (415) 555-0154".into(),
        to: to.into(),
        name: Some(name.into()),
        share,
    };
    let nowhere = perform(&office.hub, move_it("Line", "Nowhere", false)).await.unwrap_err();
    assert!(nowhere.to_string().contains("Nowhere"));
    let taken = perform(&office.hub, move_it("front desk", "Front desk", false)).await.unwrap_err();
    assert!(taken.to_string().contains("already"), "{taken}");
    let moved = office.admin(move_it("Kwame’s line", "Front desk", false)).await;
    let line: ChannelId = serde_json::from_value(moved["id"].clone()).unwrap();
    let after = texts(&office, line, "+12015550100", "After").await;
    let late = texts(&office, number, "+12015550100", "Sent to the old channel").await;
    assert_eq!(late, after);
    let (his, hers) = (told(&kwame, "conversation").await, told(&dana, "conversation").await);
    assert!(his.contains(&before.0) && !his.contains(&after.0), "he is not in that inbox");
    assert!(hers.contains(&after.0) && !hers.contains(&before.0));
    assert_eq!(rejected(&kwame.act(send(before, "Too late", 1 << 50)).await.outcome), &Rejection::Archived);
    let again = perform(&office.hub, move_it("Again", "Front desk", false)).await.unwrap_err();
    assert!(again.to_string().contains("deskbell-hub number list"), "{again}");
    let listed = office.admin(Request::ListNumbers).await;
    assert_eq!(listed["numbers"][0]["archived"], true);
    let channels = office.admin(Request::ListChannels { hub_url: None }).await;
    let ids: Vec<&Value> = channels["channels"].as_array().unwrap().iter().map(|c| &c["channel"]["id"]).collect();
    assert!(ids.contains(&&moved["id"]) && !ids.contains(&&moved["archive"]), "an archive is no channel to move");
}

#[tokio::test]
async fn a_shared_archive_is_seen_by_the_inbox_and_by_who_comes_into_it() {
    let office = Office::open().await;
    let number = add_number(&office, "priya@example.com", "+14155550151").await;
    let before = texts(&office, number, "+12015550100", "Before").await;
    let moved = Request::MoveNumber { number: "Mine".into(), to: "Front desk".into(), name: None, share: true };
    office.admin(moved).await;
    let (priya, dana) = (office.sign_in("priya@example.com").await, office.sign_in("dana@example.com").await);
    let kwame = office.sign_in("kwame@example.com").await;
    assert!(told(&priya, "conversation").await.contains(&before.0));
    assert!(told(&dana, "conversation").await.contains(&before.0));
    assert!(!told(&kwame, "conversation").await.contains(&before.0));
    let assign =
        Request::AssignInbox { inbox: "Front desk".into(), member: "kwame@example.com".into(), assigned: true };
    office.admin(assign).await;
    assert!(told(&kwame, "conversation").await.contains(&before.0));
}

#[tokio::test]
async fn a_number_is_had_by_one_and_goes_to_whoever_it_is_moved_to_when_its_owner_has_left() {
    let office = Office::open().await;
    let number = add_number(&office, "priya@example.com", "+14155550151").await;
    let twice = Request::AddNumber { number: "+14155550151".into(), name: None, member: "dana@example.com".into() };
    assert!(perform(&office.hub, twice).await.unwrap_err().to_string().contains("already"));
    let line = |number: &str| Request::AddLine { number: number.into(), name: None, inbox: "Front desk".into() };
    assert!(perform(&office.hub, line("+14155550151")).await.is_err());
    assert!(perform(&office.hub, line("0800 BIKES")).await.is_err());
    office.admin(line("+14155550140")).await;
    office.admin(Request::RemoveMember { member: "priya@example.com".into() }).await;
    texts(&office, number, "+12015550100", "Are you still there?").await;
    let moved = Request::MoveNumber { number: "Mine".into(), to: "Front desk".into(), name: None, share: false };
    office.admin(moved).await;
    let number = add_number(&office, "kwame@example.com", "+14155550154").await;
    office.admin(Request::RemoveMember { member: "kwame@example.com".into() }).await;
    let (member, inboxes) = ("kwame@example.com".into(), vec![]);
    office.admin(Request::RestoreMember { member, password: "another horse".into(), inboxes }).await;
    let kwame = office.kwame;
    let grants = office.hub.read(move |c| deskbell_hub::feed::grants_of(c, kwame)).await.unwrap();
    assert!(grants.iter().any(|g| g.scope == Scope::Channel(number)), "it is theirs again");
}

#[tokio::test]
async fn a_team_chat_is_for_who_is_in_it_and_who_comes_later_has_nothing_unread() {
    let office = Office::open().await;
    let (priya, dana) = (office.sign_in("priya@example.com").await, office.sign_in("dana@example.com").await);
    let kwame = office.sign_in("kwame@example.com").await;
    let chat = ChatId(new_id());
    let new = NewChat::Team { name: Name::parse("Repairs").unwrap(), members: [office.dana].into() };
    assert_eq!(priya.act(CreateChat { chat, new }).await.outcome, Outcome::Applied);
    assert_eq!(dana.act(send(chat, "Hello", 0)).await.outcome, Outcome::Applied);
    assert!(!told(&kwame, "team_chat").await.contains(&chat.0));
    let line = || MessageId(new_id());
    let added = AddToChat { chat, members: [office.kwame].into(), line: line() };
    assert_eq!(dana.act(added).await.outcome, Outcome::Applied);
    assert!(told(&kwame, "team_chat").await.contains(&chat.0));
    assert_eq!(told(&kwame, "message").await.len(), 2, "all of it: what was said, and that they came");
    let id = office.kwame;
    let grants = office.hub.read(move |c| deskbell_hub::feed::grants_of(c, id)).await.unwrap();
    let floor = grants.iter().find(|g| g.scope == Scope::Chat(chat)).unwrap().floor;
    let page = kwame.changes(0, 10_000).await;
    let newest = page.changes.iter().filter_map(|c| c.row.as_ref()?["pos"].as_u64()).max().unwrap();
    assert!(newest <= floor, "what was there before them is read");
    assert_eq!(kwame.act(LeaveChat { chat, line: line() }).await.outcome, Outcome::Applied);
    assert_eq!(kwame.act(LeaveChat { chat, line: line() }).await.outcome, Outcome::Applied, "twice is once");
    assert!(!told(&kwame, "team_chat").await.contains(&chat.0));
    assert_eq!(rejected(&kwame.act(send(chat, "Hm", 0)).await.outcome), &Rejection::NotFound);
    // A member who leaves the organization and comes back has it again.
    office.admin(Request::RemoveMember { member: "dana@example.com".into() }).await;
    let (member, inboxes) = ("dana@example.com".into(), vec![]);
    office.admin(Request::RestoreMember { member, password: "another horse".into(), inboxes }).await;
    let gone = perform(&office.hub, Request::DeleteChat { chat: chat.to_string() }).await.unwrap();
    assert_eq!(gone.json["done"], true);
    assert!(!told(&priya, "team_chat").await.contains(&chat.0));
}

#[tokio::test]
async fn what_a_member_keeps_for_themselves_is_told_to_them_alone() {
    let office = Office::open().await;
    let (priya, dana) = (office.sign_in("priya@example.com").await, office.sign_in("dana@example.com").await);
    let chat = office.customer_writes(office.front_channel, "v", "Hello?").await;
    let contact = Contact {
        id: ContactId(new_id()),
        name: Name::parse("Layla").unwrap(),
        company: None,
        addresses: vec![],
        private_to: None,
    };
    let layla = contact.id;
    let hours = Some(QuietHours { from: 22 * 60, to: 7 * 60 });
    let commands: [Command; 4] = [
        CreateContact { contact }.into(),
        AddFavorite { contact: layla }.into(),
        PinChat { chat, order: 1 }.into(),
        SetQuiet { until_ms: None, hours }.into(),
    ];
    for command in commands {
        assert_eq!(priya.act(command).await.outcome, Outcome::Applied);
    }
    for kind in ["favorite", "pin", "quiet"] {
        assert_eq!((told(&priya, kind).await.len(), told(&dana, kind).await.len()), (1, 0), "{kind}");
    }
    assert!(perform(&office.hub, Request::DeleteChat { chat: chat.to_string() }).await.is_ok());
    assert_eq!(priya.act(UnpinChat { chat }).await.outcome, Outcome::Applied);
    assert_eq!(priya.act(RemoveFavorite { contact: layla }).await.outcome, Outcome::Applied);
    assert_eq!((told(&priya, "favorite").await.len(), told(&priya, "pin").await.len()), (0, 0));
}

#[tokio::test]
async fn an_undo_is_refused_once_a_colleague_has_acted() {
    let office = Office::open().await;
    let (priya, dana) = (office.sign_in("priya@example.com").await, office.sign_in("dana@example.com").await);
    let chat = office.customer_writes(office.front_channel, "v", "Hello?").await;
    let line = || MessageId(new_id());
    let give = |to| AssignChat { chat, to: Some(to), seen: None, line: line() };
    assert_eq!(dana.act(give(office.priya)).await.outcome, Outcome::Applied);
    let act = office.conversation(chat).await.assigned.unwrap();
    assert_eq!(dana.act(UndoAct { chat, act, line: line() }).await.outcome, Outcome::Applied);
    assert!(office.conversation(chat).await.assignee.is_none());
    assert_eq!(dana.act(give(office.priya)).await.outcome, Outcome::Applied);
    let act = office.conversation(chat).await.assigned.unwrap();
    let seen = Some(SeenAssignee { member: Some(office.priya) });
    let released = AssignChat { chat, to: None, seen, line: line() };
    assert_eq!(priya.act(released).await.outcome, Outcome::Applied);
    let refused = dana.act(UndoAct { chat, act, line: line() }).await;
    assert_eq!(rejected(&refused.outcome), &Rejection::ActedSince);
}
