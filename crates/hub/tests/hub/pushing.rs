//! Commands: order, once for ever, and what is refused.

use super::office::{Office, error, new_id, send};
use deskbell_domain::command::{
    AddMember, AssignChat, CloseChat, CreateChat, CreateTag, NewChat, SeenAssignee, TagChat,
};
use deskbell_domain::*;
use deskbell_protocol::{Generation, Stamp, code};
use reqwest::StatusCode;

const ALL_SEEN: u64 = 1 << 52;

#[tokio::test]
async fn seq_has_no_gaps_and_what_changes_nothing_takes_none() {
    let office = Office::open().await;
    let desk = office.sign_in("priya@example.com").await;
    let chat = office.customer_writes(office.front_channel, "v1", "Hello?").await;
    let head = office.hub.head().seq;
    let close = |seen_inbound| CloseChat { chat, seen_inbound, line: MessageId(new_id()) };
    let batch = vec![
        desk.command(send(chat, "Good morning", ALL_SEEN)),
        desk.command(close(0)),
        desk.command(close(ALL_SEEN)),
        desk.command(close(ALL_SEEN)),
        desk.command(send(chat, "One more thing", ALL_SEEN)),
    ];
    let results = desk.push(batch).await;
    let told: Vec<(u64, bool)> = results.results.iter().map(|r| (r.seq - head, r.outcome.is_done())).collect();
    assert_eq!(told, [(1, true), (1, false), (2, true), (2, true), (3, true)]);
    assert_eq!(results.head.seq, head + 3);
    assert_eq!(results.head, office.hub.head());
    let conversation = office.conversation(chat).await;
    assert!(conversation.is_open(), "sending in a closed one reopens it");
    assert_eq!(conversation.last_message.unwrap().pos, Some(pos_of(head + 3, 1)));
}

#[tokio::test]
async fn sending_again_gives_the_first_answer_and_does_nothing_twice() {
    let mut office = Office::open().await;
    let desk = office.sign_in("priya@example.com").await;
    let chat = office.customer_writes(office.front_channel, "v1", "Hello?").await;
    let batch = desk.batch(vec![desk.command(send(chat, "Once", ALL_SEEN)), desk.command(send(chat, "Two", 0))]);
    let first: serde_json::Value = desk.try_push(&batch).await.json().await.unwrap();
    office.restart().await;
    let second: serde_json::Value = desk.try_push(&batch).await.json().await.unwrap();
    assert_eq!(first["results"], second["results"]);
    let page: deskbell_protocol::MessagesPage =
        desk.get(&format!("/v1/conversations/{chat}/messages")).await.json().await.unwrap();
    let texts: Vec<_> = page.rows.iter().filter_map(|r| r.row["content"]["text"].as_str()).collect();
    assert_eq!(texts, ["Two", "Once", "Hello?"]);
}

#[tokio::test]
async fn the_same_identifier_with_other_bytes_is_refused_and_nothing_of_the_batch_is_done() {
    let office = Office::open().await;
    let desk = office.sign_in("priya@example.com").await;
    let other_desk = office.sign_in("dana@example.com").await;
    let chat = office.customer_writes(office.front_channel, "v1", "Hello?").await;
    let sent = desk.command(send(chat, "Original", ALL_SEEN));
    desk.push(vec![sent.clone()]).await;
    let head = office.hub.head();
    let mut forged = desk.command(send(chat, "Forged", ALL_SEEN));
    forged.id = sent.id;
    let innocent = desk.command(send(chat, "Innocent", ALL_SEEN));
    let (status, refused) = error(desk.try_push(&desk.batch(vec![innocent, forged])).await).await;
    assert_eq!((status, refused.code.as_str()), (StatusCode::CONFLICT, code::COMMAND_REUSED));
    assert_eq!(refused.params["command"], sent.id.to_string());
    assert!(!refused.retryable);
    // Another member with the very same bytes is not the one who sent it either.
    let mut stolen = sent.clone();
    stolen.n = 900;
    let (status, _) = error(other_desk.try_push(&other_desk.batch(vec![stolen])).await).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert_eq!(office.hub.head(), head);
}

#[tokio::test]
async fn a_cloned_disk_is_noticed_and_gaps_are_not() {
    let office = Office::open().await;
    let desk = office.sign_in("priya@example.com").await;
    let chat = office.customer_writes(office.front_channel, "v1", "Hello?").await;
    let mut first = desk.command(send(chat, "From the original", ALL_SEEN));
    first.n = 700;
    desk.push(vec![first.clone()]).await;
    let mut second = desk.command(send(chat, "From the clone", ALL_SEEN));
    second.n = 700;
    let (status, refused) = error(desk.try_push(&desk.batch(vec![second])).await).await;
    assert_eq!((status, refused.code.as_str()), (StatusCode::CONFLICT, code::DEVICE_CLONED));
    let mut earlier = desk.command(send(chat, "A lower number, later", ALL_SEEN));
    earlier.n = 3;
    assert!(desk.push(vec![earlier]).await.results[0].outcome.is_done());
}

#[tokio::test]
async fn a_hub_with_another_history_does_nothing() {
    let office = Office::open().await;
    let desk = office.sign_in("priya@example.com").await;
    let chat = office.customer_writes(office.front_channel, "v1", "Hello?").await;
    let head = office.hub.head();
    let good = desk.batch(vec![desk.command(send(chat, "Hi", ALL_SEEN))]);
    let mut other_gen = good.clone();
    other_gen.r#gen = Generation("another".into());
    let mut other_mark = good.clone();
    other_mark.seen = Stamp { mark: head.mark ^ 1, ..head };
    let mut future = good.clone();
    future.seen = Stamp { seq: head.seq + 5, mark: 7 };
    for batch in [other_gen, other_mark, future] {
        let (status, refused) = error(desk.try_push(&batch).await).await;
        assert_eq!((status, refused.code.as_str()), (StatusCode::GONE, code::ROLLED_BACK));
    }
    assert_eq!(office.hub.head(), head);
    assert_eq!(desk.try_push(&good).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn two_claims_have_one_winner_and_the_loser_is_told_who() {
    let office = Office::open().await;
    let (priya, dana) = (office.sign_in("priya@example.com").await, office.sign_in("dana@example.com").await);
    let chat = office.customer_writes(office.front_channel, "v1", "Hello?").await;
    let claim =
        |to| AssignChat { chat, to: Some(to), seen: Some(SeenAssignee { member: None }), line: MessageId(new_id()) };
    let (first, second) = tokio::join!(priya.act(claim(office.priya)), dana.act(claim(office.dana)));
    let (winner, loser, name) =
        if first.outcome.is_done() { (first, second, office.priya) } else { (second, first, office.dana) };
    assert!(winner.outcome.is_done());
    let Outcome::Rejected { reason: Rejection::TakenBy { by, .. } } = loser.outcome else { panic!("{loser:?}") };
    assert_eq!(by, Some(name));
}

#[tokio::test]
async fn what_stands_on_a_refused_command_is_refused() {
    let office = Office::open().await;
    let (priya, dana) = (office.sign_in("priya@example.com").await, office.sign_in("dana@example.com").await);
    let chat = office.customer_writes(office.front_channel, "v1", "Hello?").await;
    assert!(dana.act(send(chat, "Dana was first", ALL_SEEN)).await.outcome.is_done());
    let held = priya.command(send(chat, "Priya had not seen it", 0));
    let mut close = priya.command(CloseChat { chat, seen_inbound: ALL_SEEN, line: MessageId(new_id()) });
    close.depends_on = vec![held.id];
    let mut unknown = priya.command(send(chat, "On nothing that the hub knows", ALL_SEEN));
    unknown.depends_on = vec![CommandId(new_id())];
    let results = priya.push(vec![held.clone(), close, unknown]).await.results;
    assert!(matches!(&results[0].outcome, Outcome::Held { reason: Hold::Answered { by, .. } } if *by == office.dana));
    let on = Rejection::DependsOn { command: held.id };
    assert_eq!(results[1].outcome, Outcome::Rejected { reason: on });
    assert!(results[2].outcome.is_done());
    assert!(office.conversation(chat).await.is_open());
}

#[tokio::test]
async fn a_reply_that_waited_long_is_held_and_a_wild_age_is_clamped() {
    let office = Office::open().await;
    let desk = office.sign_in("priya@example.com").await;
    let chat = office.customer_writes(office.front_channel, "v1", "Hello?").await;
    let mut old = desk.command(send(chat, "Sorry, I was in a tunnel", ALL_SEEN));
    old.age_ms = 13 * 60 * 60 * 1000;
    assert_eq!(desk.push(vec![old]).await.results[0].outcome, Outcome::Held { reason: Hold::Stale });
    let mut close = desk.command(CloseChat { chat, seen_inbound: ALL_SEEN, line: MessageId(new_id()) });
    close.age_ms = u64::MAX;
    assert!(desk.push(vec![close]).await.results[0].outcome.is_done());
    let closed = office.conversation(chat).await.closed.unwrap();
    assert_eq!(closed.at_ms, 1_790_000_000_000 - 30 * 24 * 60 * 60 * 1000);
}

#[tokio::test]
async fn two_tags_of_one_name_become_one_and_later_commands_follow() {
    let mut office = Office::open().await;
    let (priya, dana) = (office.sign_in("priya@example.com").await, office.sign_in("dana@example.com").await);
    let chat = office.customer_writes(office.front_channel, "v1", "Hello?").await;
    let tag = |name: &str| CreateTag { tag: TagId(new_id()), name: TagName::parse(name).unwrap(), color: Tint::Moss };
    let (kept, lost) = (tag("Touring"), tag("touring "));
    assert_eq!(dana.act(kept.clone()).await.outcome, Outcome::Applied);
    let head = office.hub.head().seq;
    let results =
        priya.push(vec![priya.command(lost.clone()), priya.command(TagChat { chat, tag: lost.tag })]).await.results;
    assert_eq!(results[0].outcome, Outcome::Joined { id: kept.tag.0 });
    assert_eq!((results[0].seq, results[1].seq), (head, head + 1));
    assert!(office.conversation(chat).await.tags.contains(&kept.tag));
    office.restart().await;
    let other = office.customer_writes(office.front_channel, "v2", "Hi").await;
    assert!(priya.act(TagChat { chat: other, tag: lost.tag }).await.outcome.is_done());
    assert_eq!(office.conversation(other).await.tags, [kept.tag].into());
}

#[tokio::test]
async fn a_direct_chat_is_for_its_two_members_alone() {
    let office = Office::open().await;
    let priya = office.sign_in("priya@example.com").await;
    let chat = ChatId(new_id());
    let results = priya
        .push(vec![
            priya.command(CreateChat { chat, new: NewChat::Direct { with: office.dana } }),
            priya.command(send(chat, "Coffee?", 0)),
        ])
        .await
        .results;
    assert!(results.iter().all(|r| r.outcome.is_done()), "{results:?}");
    let dana = office.sign_in("dana@example.com").await;
    assert!(dana.session.grants.iter().any(|g| g.scope == Scope::Chat(chat)));
    let kwame = office.sign_in("kwame@example.com").await;
    assert!(!kwame.session.grants.iter().any(|g| g.scope == Scope::Chat(chat)));
    let nosy = kwame.act(send(chat, "May I join?", 0)).await;
    assert_eq!(nosy.outcome, Outcome::Rejected { reason: Rejection::NotFound });
    assert_eq!(kwame.get(&format!("/v1/conversations/{chat}/messages")).await.status(), StatusCode::NOT_FOUND);
    // Dana had made one to Priya with no network: it is the same chat.
    let made = dana.act(CreateChat { chat: ChatId(new_id()), new: NewChat::Direct { with: office.priya } }).await;
    assert_eq!(made.outcome, Outcome::Joined { id: chat.0 });
}

#[tokio::test]
async fn another_inbox_and_the_systems_commands_are_out_of_reach() {
    let office = Office::open().await;
    let kwame = office.sign_in("kwame@example.com").await;
    let chat = office.customer_writes(office.front_channel, "v1", "Hello?").await;
    let head = office.hub.head();
    let missing = kwame.act(send(ChatId(new_id()), "Hi", 0)).await.outcome;
    assert_eq!(kwame.act(send(chat, "Hi", 0)).await.outcome, missing);
    assert_eq!(missing, Outcome::Rejected { reason: Rejection::NotFound });
    let Row::Member(me) = office.hub.row(Kind::Member, office.kwame.0).await.unwrap().unwrap().row else { panic!() };
    let promoted = AddMember { member: Member { role: Role::Admin, ..me } };
    assert_eq!(kwame.act(promoted).await.outcome, Outcome::Rejected { reason: Rejection::Forbidden });
    assert_eq!(office.hub.head(), head);
}

#[tokio::test]
async fn many_writers_at_once_lose_nothing() {
    let office = Office::open().await;
    let desk = std::sync::Arc::new(office.sign_in("priya@example.com").await);
    let chat = office.customer_writes(office.front_channel, "v1", "Hello?").await;
    let head = office.hub.head().seq;
    let mut writers = tokio::task::JoinSet::new();
    for i in 0..16 {
        let desk = desk.clone();
        writers.spawn(async move {
            for j in 0..10 {
                let command = desk.command(send(chat, &format!("{i}.{j}"), ALL_SEEN));
                assert!(desk.push(vec![command]).await.results[0].outcome.is_done());
            }
        });
    }
    while let Some(done) = writers.join_next().await {
        done.unwrap();
    }
    assert_eq!(office.hub.head().seq, head + 160);
    let page: deskbell_protocol::MessagesPage =
        desk.get(&format!("/v1/conversations/{chat}/messages?limit=1000")).await.json().await.unwrap();
    let mut texts: Vec<_> = page.rows.iter().filter_map(|r| r.row["content"]["text"].as_str()).collect();
    texts.sort_unstable();
    texts.dedup();
    assert_eq!(texts.len(), 161);
}

#[tokio::test]
async fn who_is_not_the_cause_of_a_failed_batch_does_not_suffer_from_it() {
    let office = Office::open().await;
    let (priya, dana) = (office.sign_in("priya@example.com").await, office.sign_in("dana@example.com").await);
    let chat = office.customer_writes(office.front_channel, "v1", "Hello?").await;
    let broken = TagId(new_id());
    let spoil = move |c: &mut rusqlite::Connection| {
        let sql = "INSERT INTO entity (kind, id, scope, rev, row) VALUES ('tag', ?1, 'org', 1, 'no row at all')";
        Ok(c.execute(sql, [broken.0])?)
    };
    office.hub.write(spoil).await.unwrap();
    // While the writer is busy both are queued, so they become one batch.
    let hub = office.hub.clone();
    let busy = tokio::spawn(async move {
        let wait = |_: &mut rusqlite::Connection| {
            std::thread::sleep(std::time::Duration::from_millis(500));
            Ok(())
        };
        hub.write(wait).await.unwrap();
    });
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    let bad = priya.batch(vec![
        priya.command(send(chat, "Before the fault", ALL_SEEN)),
        priya.command(TagChat { chat, tag: broken }),
        priya.command(send(chat, "After the fault", ALL_SEEN)),
    ]);
    let (failed, good) = tokio::join!(priya.try_push(&bad), dana.act(send(chat, "Innocent", ALL_SEEN)));
    busy.await.unwrap();
    assert!(good.outcome.is_done());
    let (status, told) = error(failed).await;
    assert_eq!((status, told.code.as_str()), (StatusCode::INTERNAL_SERVER_ERROR, code::INTERNAL));
    assert!(told.retryable);
    let heal = move |c: &mut rusqlite::Connection| Ok(c.execute("DELETE FROM entity WHERE id = ?1", [broken.0])?);
    office.hub.write(heal).await.unwrap();
    // Sent again, it goes on where it stopped.
    let results: deskbell_protocol::Results = priya.try_push(&bad).await.json().await.unwrap();
    let done: Vec<bool> = results.results.iter().map(|r| r.outcome.is_done()).collect();
    assert_eq!(done, [true, false, true]);
    let page: deskbell_protocol::MessagesPage =
        dana.get(&format!("/v1/conversations/{chat}/messages")).await.json().await.unwrap();
    let texts: Vec<_> = page.rows.iter().rev().filter_map(|r| r.row["content"]["text"].as_str()).collect();
    let once = |text| texts.iter().filter(|t| **t == text).count();
    assert_eq!((once("Before the fault"), once("After the fault"), once("Innocent")), (1, 1, 1), "{texts:?}");
}
