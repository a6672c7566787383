//! Signing in: what is known afterwards, what is kept of a profile that was damaged, and what a refusal leaves behind.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use anyhow::Result;
use deskbell_core::rpc::types::{Network, Session};
use deskbell_testkit::client::{TestClient, said};
use deskbell_testkit::proxy::Proxy;
use deskbell_testkit::test_hub::{PASSWORD, TestHub};
use serde_json::{Value, json};

fn put_aside(alice: &TestClient) -> Result<Vec<String>> {
    let names = std::fs::read_dir(alice.dir())?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    let names: Vec<String> = names.collect::<Result<_>>()?;
    Ok(names.into_iter().filter(|name| name.starts_with("cache.unreadable-") && !name.ends_with("-wal")).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_just_signed_in_is_called_by_name() -> Result<()> {
    let hub = TestHub::start().await?;
    let Session::SignedIn(session) = TestClient::new().await?.sign_in(&hub.url(), "alice").await.map_err(said)? else {
        panic!("signed in");
    };
    assert_eq!((session.me.name.as_str(), session.organization.as_str()), ("Alice Ames", "Kestrel Cycles"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cache_whose_profile_was_removed_is_put_aside_as_it_is() -> Result<()> {
    let hub = TestHub::start().await?;
    let chat = hub.customer("+16505550101", "Hi").await?;
    let alice = TestClient::signed_in(&hub.url(), "alice").await?;
    alice.core.shutdown().await;
    let before = std::fs::read(alice.dir().join("cache.db"))?;
    std::fs::remove_file(alice.dir().join("profile.json"))?;
    let alice = alice.restart().await?;
    alice.sign_in(&hub.url(), "alice").await.map_err(said)?;
    alice.up_to_date().await?;
    assert_eq!(alice.texts(chat).await?, ["Hi"]);
    let aside = put_aside(&alice)?;
    assert_eq!(aside.len(), 1, "{aside:?}");
    assert!(std::fs::read(alice.dir().join(&aside[0]))? == before, "another file was put aside");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_cache_is_nobody_signed_in_and_signing_in_makes_another() -> Result<()> {
    let hub = TestHub::start().await?;
    let chat = hub.customer("+16505550101", "Hi").await?;
    let alice = TestClient::signed_in(&hub.url(), "alice").await?;
    alice.core.shutdown().await;
    std::fs::write(alice.dir().join("cache.db"), "")?;
    let alice = alice.restart().await?;
    let session: Value = alice.call("get_session", json!({})).await.map_err(said)?;
    assert_eq!((session["state"].as_str(), session["email"].as_str()), (Some("signed_out"), Some("alice@example.org")));
    for call in ["sync_now", "get_status", "list_places"] {
        assert_eq!(alice.call::<Value>(call, json!({})).await.unwrap_err().code, "signed_out", "{call}");
    }
    alice.sign_in(&hub.url(), "alice").await.map_err(said)?;
    alice.up_to_date().await?;
    // The device is the one that the hub knows: what it sends is taken.
    alice.send(chat, "Hello").await.map_err(said)?;
    alice.up_to_date().await?;
    assert_eq!(alice.texts(chat).await?, ["Hi", "Hello"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_is_too_short_for_the_cache_is_refused_before_the_hub_hears_of_it() -> Result<()> {
    let hub = TestHub::start().await?;
    let proxy = Proxy::start(hub.address()).await?;
    let alice = TestClient::new().await?;
    let args = json!({
        "hub": proxy.url(), "email": "alice@example.org", "password": PASSWORD, "cache_password": "elevenchars",
    });
    let refused = alice.call::<Value>("sign_in", args).await.unwrap_err();
    assert_eq!((refused.code.as_str(), refused.params["least"].as_str()), ("password_too_short", "12"));
    assert_eq!(proxy.count("POST /v1/session"), 0);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_refused_for_anothers_unsent_text_leaves_no_device_and_the_other_goes_on() -> Result<()> {
    let hub = TestHub::start().await?;
    let chat = hub.customer("+16505550101", "Hi").await?;
    let proxy = Proxy::start(hub.address()).await?;
    let alice = TestClient::signed_in(&proxy.url(), "alice").await?;
    proxy.set_down(true);
    alice.strip("alice to be offline", |s| s.network == Network::Offline).await?;
    alice.send(chat, "kept").await.map_err(said)?;
    // Bob's way to the hub is another one than Alice's.
    let bobs = Proxy::start(hub.address()).await?;
    assert_eq!(alice.sign_in(&bobs.url(), "bob").await.unwrap_err().code, "unsent");
    assert_eq!((bobs.count("POST /v1/session"), bobs.count("DELETE /v1/session")), (1, 1));
    proxy.set_down(false);
    // Alice is signed in still, and what waits goes without her doing anything.
    alice.strip("what waits to go", |s| s.waiting == 0 && s.network == Network::Online).await?;
    assert_eq!(alice.texts(chat).await?, ["Hi", "kept"]);
    Ok(())
}
