//! What lasts for seconds, at the real hub: messages that are held back, acts that are taken back, who else is in a chat.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use anyhow::Result;
use deskbell_core::ChatId;
use deskbell_core::rpc::types::{Network, Presence, Quiet, QuietHours, Settings, Undo};
use deskbell_testkit::client::{TestClient, said};
use deskbell_testkit::eventually::eventually;
use deskbell_testkit::proxy::Proxy;
use deskbell_testkit::test_hub::TestHub;
use serde_json::{Value, json};

async fn set(client: &TestClient, change: impl FnOnce(&mut Settings)) -> Result<()> {
    let mut settings: Settings = client.call("get_settings", json!({})).await.map_err(said)?;
    change(&mut settings);
    client.call::<Value>("set_settings", json!(settings)).await.map_err(said)?;
    Ok(())
}

async fn undo(client: &TestClient) -> Result<Option<String>> {
    let undone: Undo = client.call("undo", json!({})).await.map_err(said)?;
    Ok(undone.act.map(|act| act.kind))
}

async fn look_at(client: &TestClient, chat: ChatId, focused: bool) -> Result<()> {
    client.call::<Value>("set_view", json!({ "chat": chat, "focused": focused })).await.map_err(said)?;
    Ok(())
}

/// Waits until these are seen viewing and typing.
async fn sees(client: &TestClient, chat: ChatId, viewing: &[&str], typing: &[&str]) -> Result<()> {
    eventually(&format!("{viewing:?} to look and {typing:?} to write"), async || {
        let now: Presence = client.call("get_presence", json!({ "chat": chat })).await.map_err(said)?;
        let names = |members: &[deskbell_core::rpc::types::MemberInfo]| {
            members.iter().map(|member| member.name.clone()).collect::<Vec<_>>()
        };
        Ok((now.known && names(&now.viewing) == viewing && names(&now.typing) == typing).then_some(()))
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_there_before_anybody_signs_in_and_after_a_restart() -> Result<()> {
    let client = TestClient::new().await?;
    set(&client, |settings| settings.theme = "dark".into()).await?;
    let wrong = json!({ "zoom": 300 });
    let error = client.call::<Value>("set_settings", wrong).await.unwrap_err();
    assert_eq!((error.code.as_str(), error.params["field"].as_str()), ("invalid", "zoom"));
    let again = client.restart().await?;
    let settings: Settings = again.call("get_settings", json!({})).await.map_err(said)?;
    assert_eq!((settings.theme.as_str(), settings.zoom), ("dark", 100));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_held_back_as_long_as_is_set_and_then_goes_by_itself() -> Result<()> {
    let hub = TestHub::start().await?;
    let chat = hub.customer("+16505550101", "Hello").await?;
    let alice = TestClient::signed_in(&hub.url(), "alice").await?;
    let bob = TestClient::signed_in(&hub.url(), "bob").await?;
    set(&alice, |settings| settings.undo_seconds = 1).await?;
    alice.send(chat, "In a second").await.map_err(said)?;
    let pending = alice.thread(chat).await?.entries.pop().unwrap().pending.unwrap();
    assert!(pending.leaves_ms.is_some(), "it says until when");
    assert_eq!(alice.status().await?.waiting, 0, "nothing is late");
    assert_eq!(bob.texts(chat).await?, ["Hello"]);
    bob.reads(chat, &["Hello", "In a second"]).await?;
    alice.up_to_date().await?;
    assert!(alice.thread(chat).await?.entries.pop().unwrap().pending.is_none());
    assert_eq!(undo(&alice).await?, None, "it is out");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_undone_is_in_the_composer_again_and_nobody_ever_got_it() -> Result<()> {
    let hub = TestHub::start().await?;
    let chat = hub.customer("+16505550101", "Hello").await?;
    let alice = TestClient::signed_in(&hub.url(), "alice").await?;
    let bob = TestClient::signed_in(&hub.url(), "bob").await?;
    set(&alice, |settings| settings.undo_seconds = 30).await?;
    alice.send(chat, "Too early").await.map_err(said)?;
    assert!(alice.head(chat).await?.assignee.is_some(), "the reply claims at once");
    let shown: Undo = alice.call("get_undo", json!({})).await.map_err(said)?;
    assert_eq!(shown.act.map(|act| (act.kind, act.leaves_ms.is_some())), Some(("send_message".into(), true)));
    assert_eq!(undo(&alice).await?.as_deref(), Some("send_message"));
    assert_eq!(alice.draft(chat).await?, "Too early");
    assert!(alice.head(chat).await?.assignee.is_none());
    alice.up_to_date().await?;
    bob.up_to_date().await?;
    assert_eq!(bob.texts(chat).await?, ["Hello"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_dies_while_it_holds_a_message_back_sends_it_once_when_it_is_started_again() -> Result<()> {
    let hub = TestHub::start().await?;
    let chat = hub.customer("+16505550101", "Hello").await?;
    let alice = TestClient::signed_in(&hub.url(), "alice").await?;
    set(&alice, |settings| settings.undo_seconds = 2).await?;
    alice.send(chat, "Held").await.map_err(said)?;
    let crashed = alice.after_a_crash().await?;
    alice.core.shutdown().await;
    crashed.reads(chat, &["Hello", "Held"]).await?;
    crashed.up_to_date().await?;
    let bob = TestClient::signed_in(&hub.url(), "bob").await?;
    assert_eq!(bob.texts(chat).await?, ["Hello", "Held"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_quits_sends_what_was_held_back() -> Result<()> {
    let hub = TestHub::start().await?;
    let chat = hub.customer("+16505550101", "Hello").await?;
    let alice = TestClient::signed_in(&hub.url(), "alice").await?;
    set(&alice, |settings| settings.undo_seconds = 30).await?;
    alice.send(chat, "Good night").await.map_err(said)?;
    alice.core.let_go(std::time::Duration::from_secs(10)).await;
    alice.core.shutdown().await;
    let bob = TestClient::signed_in(&hub.url(), "bob").await?;
    assert_eq!(bob.texts(chat).await?, ["Hello", "Good night"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_undone_at_the_hub_is_refused_where_somebody_acted_since() -> Result<()> {
    let hub = TestHub::start().await?;
    let chat = hub.customer("+16505550101", "Hello").await?;
    let mira = TestClient::signed_in(&hub.url(), "mira").await?;
    let bob = TestClient::signed_in(&hub.url(), "bob").await?;
    let give = |to| json!({ "chat": chat, "to": to });
    mira.call::<Value>("assign_chat", give(hub.alice)).await.map_err(said)?;
    mira.close(chat).await.map_err(said)?;
    mira.up_to_date().await?;
    assert_eq!(undo(&mira).await?.as_deref(), Some("close_chat"));
    mira.up_to_date().await?;
    assert!(mira.head(chat).await?.closed.is_none());
    // Bob takes it before Mira undoes the other one too.
    bob.up_to_date().await?;
    bob.assign_to_me(chat).await.map_err(said)?;
    bob.up_to_date().await?;
    mira.up_to_date().await?;
    let error = mira.call::<Value>("undo", json!({})).await.unwrap_err();
    assert_eq!((error.code.as_str(), error.params["kind"].as_str()), ("acted_since", "assign_chat"));
    assert_eq!(mira.head(chat).await?.assignee.unwrap().name, "Bob Bauer");
    assert_eq!(undo(&mira).await?, None);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn colleagues_see_who_looks_at_a_chat_and_who_writes_in_it_as_long_as_it_is_so() -> Result<()> {
    let hub = TestHub::start().await?;
    let network = Proxy::start(hub.address()).await?;
    let chat = hub.customer("+16505550101", "Hello").await?;
    let alice = TestClient::signed_in(&network.url(), "alice").await?;
    let bob = TestClient::signed_in(&hub.url(), "bob").await?;
    look_at(&alice, chat, true).await?;
    sees(&bob, chat, &["Alice Ames"], &[]).await?;
    sees(&alice, chat, &[], &[]).await?;
    // Who comes later is told at once who was there.
    look_at(&bob, chat, true).await?;
    sees(&alice, chat, &["Bob Bauer"], &[]).await?;
    bob.call::<Value>("tell_typing", json!({ "chat": chat })).await.map_err(said)?;
    sees(&alice, chat, &["Bob Bauer"], &["Bob Bauer"]).await?;
    bob.send(chat, "On it").await.map_err(said)?;
    sees(&alice, chat, &["Bob Bauer"], &[]).await?;
    // A window in the back is not looked at.
    look_at(&bob, chat, false).await?;
    sees(&alice, chat, &[], &[]).await?;
    // Without the network nothing is known of anybody.
    look_at(&bob, chat, true).await?;
    sees(&alice, chat, &["Bob Bauer"], &[]).await?;
    network.set_down(true);
    alice.strip("alice to be offline", |status| status.network == Network::Offline).await?;
    let now: Presence = alice.call("get_presence", json!({ "chat": chat })).await.map_err(said)?;
    assert!(!now.known && now.viewing.is_empty());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn quiet_is_of_the_member_and_not_of_the_computer() -> Result<()> {
    let hub = TestHub::start().await?;
    let alice = TestClient::signed_in(&hub.url(), "alice").await?;
    let other = TestClient::signed_in(&hub.url(), "alice").await?;
    let hours = Some(QuietHours { from: 21 * 60, to: 7 * 60 });
    let quiet = Quiet { until_ms: Some(i64::MAX), hours, now: false };
    alice.call::<Value>("set_quiet", json!(quiet)).await.map_err(said)?;
    alice.up_to_date().await?;
    other.up_to_date().await?;
    let there: Quiet = other.call("get_quiet", json!({})).await.map_err(said)?;
    assert_eq!(there, Quiet { now: true, ..quiet });
    let mut notices = other.core.notices();
    hub.customer("+16505550101", "In silence").await?;
    other.up_to_date().await?;
    assert!(notices.try_recv().is_none(), "silence is no notification");
    assert_eq!(other.core.unread_count().await, 1, "but it is counted");

    let loud = json!({ "until_ms": null, "hours": null, "now": false });
    other.call::<Value>("set_quiet", loud).await.map_err(said)?;
    other.up_to_date().await?;
    assert!(notices.try_recv().is_none(), "nothing is made up for");
    hub.customer("+16505550102", "Aloud").await?;
    let told = tokio::time::timeout(std::time::Duration::from_secs(20), notices.recv()).await?;
    assert!(told.is_some());
    let wrong = json!({ "until_ms": null, "hours": { "from": 1440, "to": 0 }, "now": false });
    let error = other.call::<Value>("set_quiet", wrong).await.unwrap_err();
    assert_eq!((error.code.as_str(), error.params["field"].as_str()), ("invalid", "hours"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn names_and_text_are_hidden_and_sounds_left_out_as_is_set() -> Result<()> {
    let hub = TestHub::start().await?;
    let alice = TestClient::signed_in(&hub.url(), "alice").await?;
    let mut notices = alice.core.notices();
    set(&alice, |settings| (settings.hide_content, settings.sound) = (true, false)).await?;
    hub.customer("+16505550101", "For your eyes only").await?;
    let told = tokio::time::timeout(std::time::Duration::from_secs(20), notices.recv()).await?;
    let Some(deskbell_core::NoticeEvent::Show(notice)) = told else { panic!("{told:?}") };
    assert_eq!((notice.title.as_str(), notice.body.as_str(), notice.sound), ("Deskbell", "New message", false));
    Ok(())
}
