//! What goes: members who leave, chats that are deleted, channels that move to another inbox.

use super::office::{Desk, Office, PASSWORD, error, new_id, send};
use super::program::{INIT, complaint, json_of, run};
use deskbell_domain::command::{CreateChat, MarkRead, NewChat, ReceiveMessage};
use deskbell_domain::*;
use deskbell_hub::admin::{Request, perform};
use deskbell_hub::commit::{Item, MAX_ROWS, Submission};
use deskbell_protocol::{Op, Session, code};
use reqwest::StatusCode;
use std::collections::BTreeMap;

async fn direct_chat(desk: &Desk, with: MemberId) -> ChatId {
    let chat = ChatId(new_id());
    let made = desk.act(CreateChat { chat, new: NewChat::Direct { with } }).await;
    assert_eq!(made.outcome, Outcome::Applied);
    chat
}

async fn grants(office: &Office, member: MemberId) -> BTreeMap<Scope, u64> {
    let found = office.hub.read(move |c| deskbell_hub::feed::grants_of(c, member)).await.unwrap();
    found.into_iter().map(|g| (g.scope, g.epoch)).collect()
}

/// C004
#[tokio::test]
async fn a_removed_member_is_told_so_everywhere_and_nothing_of_theirs_is_left_open() {
    let mut office = Office::open().await;
    let (desk, dana) = (office.sign_in("priya@example.com").await, office.sign_in("dana@example.com").await);
    let chat = office.customer_writes(office.front_channel, "v", "Hello?").await;
    let direct = direct_chat(&desk, office.dana).await;
    let mut stream = desk.get(&format!("/v1/events?{}", desk.history())).await;
    office.admin(Request::RemoveMember { member: "priya@example.com".into() }).await;
    assert_eq!(grants(&office, office.priya).await, BTreeMap::new());
    let ended = tokio::time::timeout(std::time::Duration::from_secs(10), async {
        while stream.chunk().await.unwrap().is_some() {}
    });
    ended.await.expect("the stream ends");
    for again in [false, true] {
        if again {
            // A hub that starts anew knows it too.
            office.restart().await;
        }
        let changes = format!("/v1/changes?since=0&{}", desk.history());
        let snapshot = format!("/v1/snapshot/org?boot=b&{}", desk.history());
        let events = format!("/v1/events?{}", desk.history());
        for path in ["/v1/session", &changes, &snapshot, &events, "/v1/devices"] {
            let path = format!("{}{path}", office.url);
            let answer = desk.http.get(path).bearer_auth(&desk.session.token).send().await.unwrap();
            let (status, told) = error(answer).await;
            assert_eq!((status, told.code.as_str()), (StatusCode::UNAUTHORIZED, code::MEMBER_REMOVED));
            assert!(!told.retryable && told.message.contains("member"), "{}", told.message);
        }
        let late = desk.batch(vec![desk.command(send(chat, "Too late", 1 << 50))]);
        let answer = desk.http.post(format!("{}/v1/commands", office.url)).bearer_auth(&desk.session.token);
        assert_eq!(error(answer.json(&late).send().await.unwrap()).await.1.code, code::MEMBER_REMOVED);
    }
    let refused = office.try_sign_in("priya@example.com", PASSWORD, None).await;
    assert_eq!(error(refused).await.1.code, code::SIGN_IN_REFUSED);
    // The colleague keeps what was said between the two.
    assert!(grants(&office, office.dana).await.contains_key(&Scope::Chat(direct)));
    drop(dana);
    // Again it finishes what was interrupted, and changes nothing.
    let head = office.hub.head();
    office.admin(Request::RemoveMember { member: "priya@example.com".into() }).await;
    assert_eq!(office.hub.head(), head);
}

#[tokio::test]
async fn a_member_who_comes_back_has_their_direct_chats_and_signs_in_anew() {
    let office = Office::open().await;
    let desk = office.sign_in("priya@example.com").await;
    let direct = direct_chat(&desk, office.dana).await;
    let restore = |password: &str| Request::RestoreMember {
        member: "Priya Raman".into(),
        password: password.into(),
        inboxes: vec!["front desk".into()],
    };
    assert!(perform(&office.hub, restore("another horse")).await.is_err(), "she is a member");
    office.admin(Request::RemoveMember { member: "Priya Raman".into() }).await;
    assert!(perform(&office.hub, restore("short")).await.is_err());
    office.admin(restore("another horse")).await;
    assert_eq!(error(desk.get("/v1/session").await).await.1.code, code::DEVICE_REVOKED);
    let old = office.try_sign_in("priya@example.com", PASSWORD, None).await;
    assert_eq!(old.status(), StatusCode::UNAUTHORIZED);
    let back: Session = office.try_sign_in("priya@example.com", "another horse", None).await.json().await.unwrap();
    assert_eq!(back.member, office.priya);
    let scopes: Vec<Scope> = back.grants.iter().map(|g| g.scope).collect();
    for scope in [Scope::Org, Scope::Member(office.priya), Scope::Channel(office.front_channel), Scope::Chat(direct)] {
        assert!(scopes.contains(&scope), "{scope}");
    }
    let said = Desk::new(&office.url, back).act(send(direct, "I am back", 0)).await;
    assert_eq!(said.outcome, Outcome::Applied);
}

#[tokio::test]
async fn a_long_chat_is_deleted_in_parts_whatever_is_written_meanwhile() {
    let office = Office::open().await;
    let desk = office.sign_in("priya@example.com").await;
    let other = office.customer_writes(office.front_channel, "other", "Not this one").await;
    let chat = office.customer_writes(office.front_channel, "v", "Hello?").await;
    let receive = || ReceiveMessage {
        channel: office.front_channel,
        address: Address { kind: AddressKind::Visitor, value: "v".into() },
        profile_name: None,
        message: MessageId(new_id()),
        text: MessageText::parse("And another thing").unwrap(),
        new_chat: ChatId(new_id()),
    };
    for _ in 0..65 {
        let own = || Item::own(CommandId(new_id()), Actor::System, receive().into(), office.hub.now_ms());
        office.hub.commit(Submission { seen: None, items: (0..64).map(|_| own()).collect() }).await.unwrap();
    }
    desk.act(MarkRead { chat, pos: 100, seen: None }).await;
    let since = office.hub.head().seq;
    let delete = || office.admin(Request::DeleteChat { chat: chat.to_string() });
    let first = delete().await;
    assert_eq!(first["done"], false, "{first}");
    let written = desk.act(send(chat, "Still here?", 1 << 50)).await;
    assert_eq!(written.outcome, Outcome::Applied, "its row goes last");
    let second = delete().await;
    assert_eq!(second["done"], true, "{second}");
    let deleted = first["deleted"].as_u64().unwrap() + second["deleted"].as_u64().unwrap();
    assert_eq!(deleted, 1 + 65 * 64 + 2 + 2, "all messages, the line of who took it, the reader, the chat");
    let refused = desk.act(send(chat, "Too late", 1 << 50)).await;
    assert_eq!(refused.outcome, Outcome::Rejected { reason: Rejection::NotFound });
    assert!(perform(&office.hub, Request::DeleteChat { chat: chat.to_string() }).await.is_err(), "there is none");
    let left = office.hub.read(move |c| {
        let sql = "SELECT (SELECT count(*) FROM message WHERE chat = ?1) + (SELECT count(*) FROM lookup WHERE id = ?1)";
        Ok(c.query_row(sql, [chat.0], |r| r.get::<_, u64>(0))?)
    });
    assert_eq!(left.await.unwrap(), 0);
    assert!(office.hub.row(Kind::Conversation, other.0).await.unwrap().is_some());
    // Every client hears of it, in commands that fit into a page.
    let page = desk.changes(since, 1000).await;
    let mut of_seq: BTreeMap<u64, usize> = BTreeMap::new();
    page.changes.iter().filter(|c| c.op == Op::Del).for_each(|c| *of_seq.entry(c.rev).or_default() += 1);
    assert!(of_seq.len() > 1 && of_seq.values().all(|n| *n <= MAX_ROWS), "{of_seq:?}");
    assert_ne!(office.customer_writes(office.front_channel, "v", "Hello again").await, chat);
}

#[tokio::test]
async fn a_channel_moves_with_its_conversations_and_nobody_in_both_inboxes_loads_it_again() {
    let office = Office::open().await;
    let chat = office.customer_writes(office.front_channel, "v", "Hello?").await;
    office
        .admin(Request::AssignInbox { inbox: "Back office".into(), member: "dana@example.com".into(), assigned: true })
        .await;
    let scope = Scope::Channel(office.front_channel);
    let before = grants(&office, office.dana).await[&scope];
    let to = |inbox: &str| Request::MoveChannel { channel: office.front_channel.to_string(), to: inbox.into() };
    office.admin(to("Back office")).await;
    assert_eq!(grants(&office, office.dana).await.get(&scope), Some(&before));
    assert!(!grants(&office, office.priya).await.contains_key(&scope));
    assert!(grants(&office, office.kwame).await.contains_key(&scope));
    let (priya, kwame) = (office.sign_in("priya@example.com").await, office.sign_in("kwame@example.com").await);
    let refused = priya.act(send(chat, "Mine", 1 << 50)).await;
    assert_eq!(refused.outcome, Outcome::Rejected { reason: Rejection::NotFound });
    assert_eq!(kwame.act(send(chat, "Mine", 1 << 50)).await.outcome, Outcome::Applied);
    // Whoever joins the inbox later gets it, whoever leaves it loses it.
    office
        .admin(Request::AssignInbox {
            inbox: "Back office".into(),
            member: "kwame@example.com".into(),
            assigned: false,
        })
        .await;
    assert!(!grants(&office, office.kwame).await.contains_key(&scope));
}

#[tokio::test]
async fn two_channels_of_one_name_do_not_come_into_one_inbox() {
    let office = Office::open().await;
    let add = |inbox: &str| Request::AddWebchat {
        name: "Site".into(),
        inbox: inbox.into(),
        title: None,
        color: None,
        origins: vec![],
        hub_url: None,
    };
    let first = office.admin(add("Front desk")).await["id"].as_str().unwrap().to_owned();
    office.admin(add("Back office")).await;
    let refused = perform(&office.hub, Request::MoveChannel { channel: first, to: "back office".into() }).await;
    assert!(refused.unwrap_err().to_string().contains("has a channel Site already"));
}

#[test]
fn the_command_line_moves_deletes_removes_and_restores() {
    let dir = super::office::data_dir();
    let data = dir.path().join("data");
    assert!(run(&INIT, &data, "long enough\n").status.success());
    let add = ["member", "add", "--name", "Bob", "--email", "bob@example.com", "--json"];
    json_of(&run(&add, &data, "bob's password"));
    for inbox in ["Help", "Sales"] {
        json_of(&run(&["inbox", "add", "--name", inbox, "--json"], &data, ""));
    }
    json_of(&run(&["channel", "add", "--name", "Site", "--inbox", "Help", "--json"], &data, ""));
    let moved = json_of(&run(&["channel", "move", "site", "--to", "sales", "--json"], &data, ""));
    let channels = json_of(&run(&["channel", "list", "--json"], &data, ""));
    assert_eq!(channels["channels"][0]["channel"]["inbox"], moved["inbox"]);
    assert!(complaint(&run(&["channel", "move", "site", "--to", "attic"], &data, ""), 1).contains("inbox list"));
    json_of(&run(&["member", "remove", "--member", "bob@example.com", "--json"], &data, ""));
    assert!(complaint(&run(&["member", "restore", "--member", "Bob"], &data, "short"), 1).contains("8 characters"));
    let restored = run(&["member", "restore", "--member", "Bob", "--inbox", "help", "--json"], &data, "long enough");
    let bob = json_of(&restored)["id"].clone();
    let inboxes = json_of(&run(&["inbox", "list", "--json"], &data, ""));
    let help = inboxes["inboxes"].as_array().unwrap().iter().find(|i| i["name"] == "Help").unwrap();
    assert_eq!(help["members"][0], bob);
    for wrong in ["not an identifier", "0190f0a0-0000-7000-8000-000000000000"] {
        let complaint = complaint(&run(&["chat", "delete", "--chat", wrong], &data, ""), 1);
        assert!(complaint.contains("there is none"), "{complaint}");
    }
}
