//! Notifications of the real client at the real hub: once, for what matters, and gone when it is read or taken.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use anyhow::{Result, bail};
use deskbell_core::rpc::types::{CoreEvent, Network};
use deskbell_core::{ChatId, Notice, NoticeAction, NoticeEvent, Notices};
use deskbell_testkit::client::{TestClient, said};
use deskbell_testkit::proxy::Proxy;
use deskbell_testkit::test_hub::TestHub;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;

/// In what time a notification must be there.
const SOON: Duration = Duration::from_secs(20);

async fn next(notices: &mut Notices) -> Result<NoticeEvent> {
    match tokio::time::timeout(SOON, notices.recv()).await {
        Ok(Some(event)) => Ok(event),
        Ok(None) => bail!("the client was closed"),
        Err(_) => bail!("no notification came"),
    }
}

async fn shown(notices: &mut Notices) -> Result<Notice> {
    match next(notices).await? {
        NoticeEvent::Show(notice) => Ok(notice),
        other => bail!("{other:?} instead of a notification"),
    }
}

/// Whatever the client knows by now has been judged: nothing more may have come.
async fn nothing(client: &TestClient, notices: &mut Notices) -> Result<()> {
    client.up_to_date().await?;
    match notices.try_recv() {
        Some(event) => bail!("{event:?} is one too many"),
        None => Ok(()),
    }
}

async fn look_at(client: &TestClient, chat: Option<ChatId>, focused: bool) -> Result<()> {
    client.call::<Value>("set_view", json!({ "chat": chat, "focused": focused })).await.map_err(said)?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customers_message_is_notified_once_and_its_button_takes_the_conversation() -> Result<()> {
    let hub = TestHub::start().await?;
    hub.customer("+16505550101", "From before").await?;
    let alice = TestClient::signed_in(&hub.url(), "alice").await?;
    let bob = TestClient::signed_in(&hub.url(), "bob").await?;
    let (mut to_alice, mut to_bob) = (alice.core.notices(), bob.core.notices());
    nothing(&alice, &mut to_alice).await?;

    let chat = hub.customer("+16505550101", "R&D <b>now</b>\u{202E} 1<2").await?;
    let notice = shown(&mut to_alice).await?;
    assert_eq!((notice.chat, notice.body.as_str()), (chat, "R&D <b>now</b> 1<2"));
    assert_eq!(notice.actions, [NoticeAction::AssignToMe, NoticeAction::MarkRead, NoticeAction::Reply]);
    assert_eq!(shown(&mut to_bob).await?.chat, chat);
    nothing(&alice, &mut to_alice).await?;

    alice.core.act(&notice.id, NoticeAction::AssignToMe).await.map_err(said)?;
    alice.up_to_date().await?;
    assert_eq!(alice.head(chat).await?.assignee.unwrap().name, "Alice Ames");
    // It is Alice's affair now: Bob's notification goes, and he hears of no further one.
    assert_eq!(next(&mut to_bob).await?, NoticeEvent::Retract { chat });
    hub.customer("+16505550101", "Hello?").await?;
    let notice = shown(&mut to_alice).await?;
    assert_eq!(notice.actions, [NoticeAction::MarkRead, NoticeAction::Reply]);
    nothing(&bob, &mut to_bob).await?;

    alice.core.act(&notice.id, NoticeAction::MarkRead).await.map_err(said)?;
    assert_eq!(next(&mut to_alice).await?, NoticeEvent::Retract { chat });
    assert_eq!(alice.head(chat).await?.unread, 0);
    let mut events = alice.core.events();
    alice.core.act(&notice.id, NoticeAction::Reply).await.map_err(said)?;
    let navigate = tokio::time::timeout(SOON, async {
        loop {
            if let CoreEvent::Navigate { chat, reply } = events.recv().await? {
                return anyhow::Ok((chat, reply));
            }
        }
    });
    assert_eq!(navigate.await??, (chat, true));
    assert_eq!(alice.core.act("nonsense", NoticeAction::Open).await.unwrap_err().code, "not_found");
    Ok(())
}

/// C058
#[tokio::test(flavor = "multi_thread")]
async fn a_message_fetched_after_the_network_came_back_is_notified_once() -> Result<()> {
    let hub = TestHub::start().await?;
    let network = Proxy::start(hub.address()).await?;
    let alice = TestClient::signed_in(&network.url(), "alice").await?;
    let mut notices = alice.core.notices();
    network.set_down(true);
    alice.strip("alice to be offline", |status| status.network == Network::Offline).await?;
    let chat = hub.customer("+16505550101", "While you were away").await?;
    network.set_down(false);
    alice.call::<Value>("sync_now", json!({})).await.map_err(said)?;
    let notice = shown(&mut notices).await?;
    assert_eq!((notice.chat, notice.body.as_str()), (chat, "While you were away"));
    nothing(&alice, &mut notices).await
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_notified_that_is_before_the_eyes_or_by_oneself() -> Result<()> {
    let hub = TestHub::start().await?;
    let alice = TestClient::signed_in(&hub.url(), "alice").await?;
    let other_computer = TestClient::signed_in(&hub.url(), "alice").await?;
    let mut notices = alice.core.notices();
    let chat = hub.customer("+16505550101", "First").await?;
    shown(&mut notices).await?;
    look_at(&alice, Some(chat), true).await?;
    hub.customer("+16505550101", "Second").await?;
    alice.reads(chat, &["First", "Second"]).await?;
    other_computer.up_to_date().await?;
    other_computer.send(chat, "Answered elsewhere").await.map_err(said)?;
    other_computer.up_to_date().await?;
    alice.reads(chat, &["First", "Second", "Answered elsewhere"]).await?;
    nothing(&alice, &mut notices).await?;
    look_at(&alice, Some(chat), false).await?;
    hub.customer("+16505550101", "Third").await?;
    assert_eq!(shown(&mut notices).await?.body, "Third");
    // Read on the other computer: gone here too.
    let pos = other_computer.head(chat).await?.last_pos.max(alice.head(chat).await?.last_pos);
    other_computer.call::<Value>("mark_read", json!({ "chat": chat, "pos": pos })).await.map_err(said)?;
    other_computer.up_to_date().await?;
    assert_eq!(next(&mut notices).await?, NoticeEvent::Retract { chat });
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hand_over_and_a_first_direct_message_are_told() -> Result<()> {
    let hub = TestHub::start().await?;
    let alice = TestClient::signed_in(&hub.url(), "alice").await?;
    let mira = TestClient::signed_in(&hub.url(), "mira").await?;
    let mut notices = alice.core.notices();
    // The direct chat is new to Alice: its scope arrives together with the message.
    let direct = mira.direct(hub.alice).await.map_err(said)?;
    mira.send(direct, "Welcome!").await.map_err(said)?;
    let notice = shown(&mut notices).await?;
    assert_eq!((notice.chat, notice.title.as_str(), notice.body.as_str()), (direct, "Mira Mann", "Welcome!"));

    let chat = hub.customer("+16505550101", "Hello").await?;
    shown(&mut notices).await?;
    mira.up_to_date().await?;
    let give = |to| json!({ "chat": chat, "to": to });
    mira.call::<Value>("assign_chat", give(hub.alice)).await.map_err(said)?;
    assert_eq!(shown(&mut notices).await?.body, "Mira Mann assigned this conversation to you");
    mira.call::<Value>("assign_chat", give(hub.bob)).await.map_err(said)?;
    assert_eq!(shown(&mut notices).await?.body, "Mira Mann assigned this conversation to Bob Bauer");
    nothing(&alice, &mut notices).await
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_is_taken_back_is_told_to_a_desktop_that_is_slow() -> Result<()> {
    let hub = TestHub::start().await?;
    let alice = TestClient::signed_in(&hub.url(), "alice").await?;
    let mut notices = alice.core.notices();
    let mut told = BTreeSet::new();
    for n in 0..100 {
        told.insert(hub.customer(&format!("+165055501{n:02}"), "Hello").await?);
    }
    alice.up_to_date().await?;
    let mut shown = BTreeSet::new();
    while let Some(NoticeEvent::Show(notice)) = notices.try_recv() {
        shown.extend(notice.chats);
    }
    assert_eq!(shown, told);
    // All of them go in one moment, and nobody takes the events.
    hub.assign_inbox(hub.alice, false).await?;
    alice.up_to_date().await?;
    while let Some(event) = notices.try_recv() {
        let NoticeEvent::Retract { chat } = event else { bail!("{event:?} of what is gone") };
        assert!(told.remove(&chat), "twice");
    }
    assert_eq!(told, BTreeSet::new(), "these stay on the screen for ever");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_crash_swallowed_comes_as_one_digest_at_the_next_start() -> Result<()> {
    let hub = TestHub::start().await?;
    let alice = TestClient::signed_in(&hub.url(), "alice").await?;
    let mut notices = alice.core.notices();
    for n in 1..=3 {
        hub.customer(&format!("+1650555010{n}"), "Hello").await?;
        let notice = shown(&mut notices).await?;
        // The desktop confirms the first one only.
        if n == 1 {
            alice.core.notice_shown(&notice.id).await;
        }
    }
    let crashed = alice.after_a_crash().await?;
    let mut notices = crashed.core.notices();
    let digest = shown(&mut notices).await?;
    assert_eq!(digest.title, "Unread messages in 2 chats");
    crashed.core.notice_shown(&digest.id).await;
    let again = crashed.restart().await?;
    let mut notices = again.core.notices();
    nothing(&again, &mut notices).await
}
