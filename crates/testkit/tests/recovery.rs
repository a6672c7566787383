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

/// The names of what was put aside in a profile.
fn put_aside(alice: &TestClient) -> Result<Vec<String>> {
    let names = std::fs::read_dir(alice.dir())?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    let names = names.collect::<Result<Vec<_>>>()?;
    Ok(names.into_iter().filter(|name| name.starts_with("cache.unreadable-")).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_cache_is_said_put_aside_and_made_anew_with_what_was_not_sent() -> Result<()> {
    let mut hub = TestHub::start().await?;
    let chat = hub.customer("+16505550101", "Hi").await?;
    let alice = TestClient::signed_in(&hub.url(), "alice").await?;
    alice.send(chat, "sent before").await.map_err(said)?;
    alice.up_to_date().await?;
    hub.stop().await;
    alice.strip("alice to be offline", |s| s.network == Network::Offline).await?;
    alice.send(chat, "rescued").await.map_err(said)?;
    alice.close(chat).await.map_err(said)?;
    alice.call::<Value>("save_draft", json!({ "chat": chat, "text": "half a" })).await.map_err(said)?;
    alice.core.shutdown().await;
    let cache = alice.dir().join("cache.db");
    let mut bytes = std::fs::read(&cache)?;
    // The first page, which every table is found by.
    bytes[..4096].fill(7);
    std::fs::write(&cache, &bytes)?;

    let alice = alice.restart().await?;
    let status = alice.status().await?;
    let rescued = status.rescued.unwrap();
    assert_eq!((rescued.code.as_str(), rescued.params["count"].as_str()), ("cache_rescued", "1"));
    assert!(rescued.message.contains("others may be lost"), "{}", rescued.message);
    assert_eq!(put_aside(&alice)?, [rescued.params["file"].as_str()]);
    assert_eq!(alice.outbox().await?.rows[0].text.as_deref(), Some("rescued"));
    hub.start_again().await?;
    // Its seal could not be checked: the author reads it again before it goes.
    alice.call::<Value>("sync_now", json!({})).await.map_err(said)?;
    alice.strip("everything to be here", |s| s.network == Network::Online && !s.first_sync).await?;
    eventually("the conversation", async || Ok(alice.texts(chat).await.ok().filter(|texts| texts.len() >= 2))).await?;
    let row = alice.outbox().await?.rows.remove(0);
    assert_eq!(row.reason.unwrap().code, "rescued");
    alice.decide("send_anyway", row.command).await.map_err(said)?;
    alice.up_to_date().await?;
    assert_eq!(alice.texts(chat).await?, ["Hi", "sent before", "rescued"]);
    assert_eq!(alice.draft(chat).await?, "half a");
    alice.call::<Value>("forget_rescue", json!({})).await.map_err(said)?;
    let alice = alice.restart().await?;
    assert_eq!(alice.status().await?.rescued, None);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cache_that_is_damaged_while_it_is_open_is_rescued_without_a_restart() -> Result<()> {
    let mut hub = TestHub::start().await?;
    let chat = hub.customer("+16505550101", "Hi").await?;
    for n in 0..40 {
        hub.customer("+16505550102", &format!("{n} {}", "long ".repeat(600))).await?;
    }
    let alice = TestClient::signed_in(&hub.url(), "alice").await?;
    let alice = alice.restart().await?;
    alice.up_to_date().await?;
    hub.stop().await;
    alice.strip("alice to be offline", |s| s.network == Network::Offline).await?;
    alice.send(chat, "rescued").await.map_err(said)?;
    // Pages that nobody has looked at since the start, at the end of the file: those of the long messages.
    let cache = alice.dir().join("cache.db");
    let length = std::fs::metadata(&cache)?.len() / 4096 * 4096;
    let file = std::fs::File::options().write(true).open(&cache)?;
    std::os::unix::fs::FileExt::write_all_at(&file, &vec![7; length as usize / 3], length - length / 3)?;
    hub.start_again().await?;
    // A check of all of it comes upon the damage, as a call that needs one of these pages does.
    let found: Value = alice.call("check_cache", json!({})).await.map_err(said)?;
    assert!(!found["problems"].as_array().unwrap().is_empty(), "{found}");
    alice.strip_or_locked("the damage to be said", |s| s.rescued.is_some()).await?;
    alice.up_to_date().await?;
    assert_eq!(alice.texts(chat).await?, ["Hi", "rescued"]);
    assert_eq!(put_aside(&alice)?.iter().filter(|name| !name.ends_with("-wal")).count(), 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cache_in_which_it_cannot_be_read_who_was_signed_in_is_rescued_by_signing_in() -> Result<()> {
    let mut hub = TestHub::start().await?;
    let chat = hub.customer("+16505550101", "Hi").await?;
    let alice = TestClient::signed_in(&hub.url(), "alice").await?;
    alice.core.shutdown().await;
    let (dir, cache) = (alice.dir().to_path_buf(), alice.dir().join("cache.db"));
    // Which page says who is signed in: the one without which nobody is.
    let whole = std::fs::read(&cache)?;
    let mut client = alice;
    let mut found = None;
    for page in 1..whole.len() / 4096 {
        let mut bytes = whole.clone();
        bytes[page * 4096..(page + 1) * 4096].fill(7);
        for entry in std::fs::read_dir(&dir)? {
            let path = entry?.path();
            if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("cache.")) {
                std::fs::remove_file(path)?;
            }
        }
        std::fs::write(&cache, &bytes)?;
        client = client.restart().await?;
        let session: Value = client.call("get_session", json!({})).await.map_err(said)?;
        client.core.shutdown().await;
        if session["state"] == "locked" {
            assert_eq!(session["why"], "damaged");
            found = Some(page);
            break;
        }
    }
    let page = found.unwrap();
    std::fs::write(&cache, &whole)?;
    let alice = client.restart().await?;
    hub.stop().await;
    alice.strip("alice to be offline", |s| s.network == Network::Offline).await?;
    alice.send(chat, "rescued").await.map_err(said)?;
    alice.call::<Value>("save_draft", json!({ "chat": chat, "text": "half a" })).await.map_err(said)?;
    alice.core.shutdown().await;
    let mut bytes = std::fs::read(&cache)?;
    bytes[page * 4096..(page + 1) * 4096].fill(7);
    std::fs::write(&cache, &bytes)?;
    hub.start_again().await?;
    let alice = alice.restart().await?;
    let session: Value = alice.call("get_session", json!({})).await.map_err(said)?;
    assert_eq!((session["state"].as_str(), session["why"].as_str()), (Some("locked"), Some("damaged")));
    // Somebody else does not get it.
    assert_eq!(alice.sign_in(&hub.url(), "bob").await.unwrap_err().code, "unsent");
    alice.sign_in(&hub.url(), "alice").await.map_err(said)?;
    assert_eq!(alice.status().await?.rescued.unwrap().params["count"], "1");
    alice.up_to_date().await?;
    assert_eq!(alice.texts(chat).await?, ["Hi", "rescued"]);
    assert_eq!(alice.draft(chat).await?, "half a");
    assert_eq!(put_aside(&alice)?.len(), 1);
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
