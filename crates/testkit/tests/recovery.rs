//! What a person does with what waits, was held or refused, and what they see of a hub that cannot be used.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use anyhow::Result;
use deskbell_core::rpc::types::{Draft, Network, PendingMark};
use deskbell_testkit::client::{TestClient, said};
use deskbell_testkit::eventually::eventually;
use deskbell_testkit::proxy::{Fault, Proxy};
use deskbell_testkit::test_hub::TestHub;
use serde_json::{Value, json};

const NEWER: &str = r#"{"service":"deskbell","protocol":9,"oldest_protocol":9,"organization":"Kestrel Cycles"}"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_hub_is_said_and_everything_is_kept_until_the_program_can_talk_to_it() -> Result<()> {
    let hub = TestHub::start().await?;
    let chat = hub.customer("+16505550101", "Hi").await?;
    let proxy = Proxy::start(hub.address()).await?;
    let alice = TestClient::signed_in(&proxy.url(), "alice").await?;
    alice.core.shutdown().await;
    proxy.fail("GET /v1/hub", Fault::Says(NEWER), 2);
    let refused = TestClient::new().await?.sign_in(&proxy.url(), "bob").await.unwrap_err();
    assert_eq!(refused.code, "hub_newer");
    let alice = alice.restart().await?;
    let status = alice.strip("the newer hub to be said", |s| s.problem.is_some()).await?;
    assert_eq!(status.problem.unwrap().code, "hub_newer");
    alice.send(chat, "kept").await.map_err(said)?;
    assert_eq!(alice.status().await?.waiting, 1);
    alice.up_to_date().await?;
    assert_eq!(alice.status().await?.problem, None);
    let bob = TestClient::signed_in(&hub.url(), "bob").await?;
    assert_eq!(bob.texts(chat).await?, ["Hi", "kept"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_page_of_the_network_is_not_taken_for_the_hub() -> Result<()> {
    let hub = TestHub::start().await?;
    let chat = hub.customer("+16505550101", "Hi").await?;
    let proxy = Proxy::start(hub.address()).await?;
    let alice = TestClient::signed_in(&proxy.url(), "alice").await?;
    proxy.fail("GET", Fault::Page, 1000);
    proxy.fail("POST", Fault::Page, 1000);
    alice.send(chat, "kept").await.map_err(said)?;
    let status = alice.strip("the page to be told from the hub", |s| s.problem.is_some()).await?;
    assert_eq!(status.problem.unwrap().code, "hub_not_deskbell");
    assert_eq!((status.network, status.waiting), (Network::Offline, 1));
    proxy.forgive();
    alice.up_to_date().await?;
    assert_eq!(alice.texts(chat).await?, ["Hi", "kept"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_reply_is_edited_behind_what_was_typed_meanwhile() -> Result<()> {
    let hub = TestHub::start().await?;
    let chat = hub.customer("+16505550101", "How much?").await?;
    let proxy = Proxy::start(hub.address()).await?;
    let alice = TestClient::signed_in(&proxy.url(), "alice").await?;
    let bob = TestClient::signed_in(&hub.url(), "bob").await?;
    proxy.set_down(true);
    alice.strip("alice to be offline", |s| s.network == Network::Offline).await?;
    let sent = alice.send(chat, "Thirty.").await.map_err(said)?;
    alice.call::<Value>("save_draft", json!({ "chat": chat, "text": "I mean" })).await.map_err(said)?;
    let early = alice.decide("send_anyway", sent.command).await.unwrap_err();
    assert_eq!(early.code, "on_its_way", "what waits is not sent a second time");
    bob.send(chat, "Forty.").await.map_err(said)?;
    bob.up_to_date().await?;
    proxy.set_down(false);
    alice.call::<Value>("sync_now", json!({})).await.map_err(said)?;
    alice.strip("the reply to be held", |s| s.held == 1).await?;
    alice.reads(chat, &["How much?", "Forty.", "Thirty."]).await?;
    assert_eq!(alice.draft(chat).await?, "I mean", "what comes in leaves the draft alone");
    assert_eq!(alice.list("open", "all").await?[0].pending, Some(PendingMark::Held));
    let draft: Draft = alice.call("edit", json!({ "command": sent.command })).await.map_err(said)?;
    assert_eq!(draft.text, "I mean\nThirty.");
    assert_eq!(alice.draft(chat).await?, draft.text);
    assert!(alice.outbox().await?.rows.is_empty());
    assert_eq!(alice.texts(chat).await?, ["How much?", "Forty."]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_never_on_the_wire_can_be_taken_back() -> Result<()> {
    let mut hub = TestHub::start().await?;
    let chat = hub.customer("+16505550101", "Hi").await?;
    let alice = TestClient::signed_in(&hub.url(), "alice").await?;
    hub.stop().await;
    alice.strip("alice to be offline", |s| s.network == Network::Offline).await?;
    let sent = alice.send(chat, "oops").await.map_err(said)?;
    alice.close(chat).await.map_err(said)?;
    alice.decide("discard", sent.command).await.map_err(said)?;
    assert_eq!(alice.texts(chat).await?, ["Hi"]);
    let row = alice.outbox().await?.rows.remove(0);
    assert_eq!((row.kind.as_str(), row.reason.unwrap().code.as_str()), ("close_chat", "depends_on"));
    assert!(alice.head(chat).await?.closed.is_none());
    hub.start_again().await?;
    alice.up_to_date().await?;
    let bob = TestClient::signed_in(&hub.url(), "bob").await?;
    assert_eq!(bob.texts(chat).await?, ["Hi"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_leaves_nothing_behind() -> Result<()> {
    let hub = TestHub::start().await?;
    hub.customer("+16505550101", "confidential").await?;
    let alice = TestClient::signed_in(&hub.url(), "alice").await?;
    let dir = alice.dir().to_path_buf();
    let session: Value = alice.call("sign_out", json!({ "discard_unsent": false })).await.map_err(said)?;
    assert_eq!((session["state"].as_str(), session["email"].as_str()), (Some("signed_out"), Some("alice@example.org")));
    let left: Vec<_> = std::fs::read_dir(&dir)?.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    assert!(!left.iter().any(|name| name.starts_with("cache")), "{left:?}");
    assert!(alice.secrets().is_empty());
    assert_eq!(alice.call::<Value>("list_places", json!({})).await.unwrap_err().code, "signed_out");
    alice.sign_in(&hub.url(), "bob").await.map_err(said)?;
    alice.up_to_date().await?;
    assert_eq!(alice.list("open", "all").await?.len(), 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_connection_is_dead_and_another_is_made() -> Result<()> {
    let hub = TestHub::start().await?;
    let chat = hub.customer("+16505550101", "Hi").await?;
    let proxy = Proxy::start(hub.address()).await?;
    let alice = TestClient::with_silence(std::time::Duration::from_millis(600)).await?;
    alice.sign_in(&proxy.url(), "alice").await.map_err(said)?;
    alice.up_to_date().await?;
    eventually("the silent stream to be opened again", async || Ok((proxy.count("GET /v1/events") >= 3).then_some(())))
        .await?;
    hub.customer("+16505550101", "still there?").await?;
    alice.reads(chat, &["Hi", "still there?"]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_reply_is_not_sent_by_a_retry() -> Result<()> {
    let hub = TestHub::start().await?;
    let chat = hub.customer("+16505550101", "How much?").await?;
    let proxy = Proxy::start(hub.address()).await?;
    let alice = TestClient::signed_in(&proxy.url(), "alice").await?;
    let bob = TestClient::signed_in(&hub.url(), "bob").await?;
    proxy.set_down(true);
    alice.strip("alice to be offline", |s| s.network == Network::Offline).await?;
    alice.send(chat, "12 euros").await.map_err(said)?;
    bob.send(chat, "10 euros").await.map_err(said)?;
    bob.up_to_date().await?;
    proxy.set_down(false);
    alice.call::<Value>("sync_now", json!({})).await.map_err(said)?;
    alice.strip("the reply to be held", |s| s.held == 1).await?;
    let row = alice.outbox().await?.rows.remove(0);
    assert_eq!(alice.decide("retry", row.command).await.unwrap_err().code, "held");
    alice.up_to_date().await?;
    assert_eq!((bob.texts(chat).await?.len(), alice.status().await?.held), (2, 1));
    alice.decide("send_anyway", row.command).await.map_err(said)?;
    alice.up_to_date().await?;
    eventually("the reply to arrive", async || Ok((bob.texts(chat).await?.len() == 3).then_some(()))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_cache_is_said_put_aside_and_made_anew() -> Result<()> {
    let hub = TestHub::start().await?;
    let chat = hub.customer("+16505550101", "Hi").await?;
    let alice = TestClient::signed_in(&hub.url(), "alice").await?;
    alice.core.shutdown().await;
    let cache = alice.dir().join("cache.db");
    let mut bytes = std::fs::read(&cache)?;
    // The first page, which proves the key, is whole; what the tables stand in is not.
    bytes[2 * 4096..22 * 4096].fill(7);
    std::fs::write(&cache, &bytes)?;
    let alice = alice.restart().await?;
    let session: Value = alice.call("get_session", json!({})).await.map_err(said)?;
    assert_eq!((session["state"].as_str(), session["why"].as_str()), (Some("locked"), Some("key_lost")));
    alice.sign_in(&hub.url(), "alice").await.map_err(said)?;
    alice.up_to_date().await?;
    assert_eq!(alice.texts(chat).await?, ["Hi"]);
    let names = std::fs::read_dir(alice.dir())?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    let names = names.collect::<Result<Vec<_>>>()?;
    assert!(names.iter().any(|name| name.starts_with("cache.unreadable-")), "{names:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_back_to_the_window_does_not_wait_out_the_pause() -> Result<()> {
    let hub = TestHub::start().await?;
    let chat = hub.customer("+16505550101", "Hi").await?;
    let proxy = Proxy::start(hub.address()).await?;
    let alice = TestClient::signed_in(&proxy.url(), "alice").await?;
    let look = async |focused: bool| {
        alice.call::<Value>("set_view", json!({ "chat": null, "focused": focused })).await.map_err(said)
    };
    proxy.set_down(true);
    alice.strip("alice to be offline", |s| s.network == Network::Offline).await?;
    // The hub asks for ten minutes of peace; nothing that this test waits for takes as long.
    proxy.fail("GET", Fault::BusyFor(600), 1000);
    let before = proxy.count("GET");
    proxy.set_down(false);
    eventually("the hub to be asked", async || Ok((proxy.count("GET") > before).then_some(()))).await?;
    proxy.forgive();
    hub.customer("+16505550101", "Anybody?").await?;
    eventually("the message to be here", async || {
        look(false).await?;
        look(true).await?;
        Ok((alice.texts(chat).await?.len() == 2).then_some(()))
    })
    .await
}
