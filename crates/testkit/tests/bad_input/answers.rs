//! Answers that are none.

use anyhow::{Result, ensure};
use deskbell_core::rpc::types::Network;
use deskbell_testkit::client::{TestClient, said};
use deskbell_testkit::proxy::{Fault, Proxy};
use deskbell_testkit::test_hub::TestHub;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::{ServerConfig, crypto::ring, pki_types::PrivateKeyDer};

/// Everything that a client asks of a hub while somebody is signed in.
const ENDPOINTS: [&str; 6] =
    ["GET /v1/hub", "GET /v1/session", "GET /v1/changes", "GET /v1/snapshot", "GET /v1/events", "POST /v1/commands"];
const FOR_EVER: usize = usize::MAX;

/// Signs in with one endpoint that answers wrongly, works, and goes on once it answers rightly. `most`: requests of that
/// kind in the meantime.
async fn survives(fault: Fault, endpoint: &str, most: usize) -> Result<()> {
    let hub = TestHub::start().await?;
    let chat = hub.customer("+16505550101", "Hi").await?;
    let proxy = Proxy::start(hub.address()).await?;
    let alice = TestClient::signed_in(&proxy.url(), "alice").await?.restart().await?;
    alice.up_to_date().await?;
    hub.assign_inbox(hub.alice, false).await?;
    proxy.fail(endpoint, fault, FOR_EVER);
    // A new scope, so that snapshots are asked for as well.
    hub.assign_inbox(hub.alice, true).await?;
    let alice = alice.restart().await?;
    let before = proxy.count(endpoint);
    let sent = alice.direct(hub.bob).await.map_err(said)?;
    alice.send(sent, "kept").await.map_err(said)?;
    tokio::time::sleep(Duration::from_millis(2500)).await;
    let asked = proxy.count(endpoint) - before;
    ensure!(asked <= most, "{endpoint} was asked {asked} times");
    alice.status().await?;
    proxy.forgive();
    alice.up_to_date().await?;
    ensure!(alice.texts(sent).await? == ["kept"]);
    ensure!(alice.texts(chat).await? == ["Hi"]);
    ensure!(alice.status().await?.problem.is_none());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_page_of_the_network_at_any_endpoint_costs_nothing_and_is_not_asked_in_a_circle() -> Result<()> {
    for endpoint in ENDPOINTS {
        survives(Fault::Page, endpoint, 12).await.map_err(|error| error.context(endpoint))?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_in_place_of_the_sign_in_is_told_from_a_refused_password() -> Result<()> {
    let hub = TestHub::start().await?;
    let proxy = Proxy::start(hub.address()).await?;
    let alice = TestClient::new().await?;
    for endpoint in ["GET /v1/hub", "POST /v1/session"] {
        proxy.fail(endpoint, Fault::Page, 1);
        assert_eq!(alice.sign_in(&proxy.url(), "alice").await.unwrap_err().code, "hub_not_deskbell", "{endpoint}");
    }
    alice.sign_in(&proxy.url(), "alice").await.map_err(said)?;
    // The page is all that hears of the end of the session: the computer is signed out all the same.
    proxy.fail("DELETE /v1/session", Fault::Page, 1);
    alice.up_to_date().await?;
    let session: Value = alice.call("sign_out", json!({ "discard_unsent": false })).await.map_err(said)?;
    assert_eq!(session["state"], "signed_out");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_of_a_hundred_megabytes_is_not_swallowed_and_said() -> Result<()> {
    let hub = TestHub::start().await?;
    let proxy = Proxy::start(hub.address()).await?;
    let alice = TestClient::new().await?;
    for (fault, most) in [(Fault::Flood { declared: true }, 16), (Fault::Flood { declared: false }, 80)] {
        let before = proxy.flooded();
        proxy.fail("GET /v1/hub", fault, 1);
        let refused = alice.sign_in(&proxy.url(), "alice").await.unwrap_err();
        assert_eq!(refused.code, "hub_answer_too_large", "{fault:?}");
        let read = (proxy.flooded() - before) / (1024 * 1024);
        assert!(read <= most, "{read} MiB went over the wire of {fault:?}");
    }
    alice.sign_in(&proxy.url(), "alice").await.map_err(said)?;
    alice.up_to_date().await?;
    proxy.fail("GET /v1/changes", Fault::Flood { declared: false }, FOR_EVER);
    alice.call::<Value>("sync_now", json!({})).await.map_err(said)?;
    let status = alice.strip("the flood to be said", |s| s.problem.is_some()).await?;
    assert_eq!(status.problem.unwrap().code, "hub_answer_too_large");
    proxy.forgive();
    alice.up_to_date().await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_never_ends_is_ended() -> Result<()> {
    let hub = TestHub::start().await?;
    let chat = hub.customer("+16505550101", "Hi").await?;
    let proxy = Proxy::start(hub.address()).await?;
    let alice = TestClient::signed_in(&proxy.url(), "alice").await?;
    proxy.fail("GET /v1/events", Fault::FloodOfEvent, 1);
    let alice = alice.restart().await?;
    alice.up_to_date().await?;
    deskbell_testkit::eventually::eventually("another stream", async || {
        Ok((proxy.count("GET /v1/events") >= 3).then_some(()))
    })
    .await?;
    let taken = proxy.flooded() / (1024 * 1024);
    assert!((1..=20).contains(&taken), "{} bytes were taken for one event", proxy.flooded());
    hub.customer("+16505550101", "still there?").await?;
    alice.reads(chat, &["Hi", "still there?"]).await
}

/// A listener that speaks TLS with a certificate that nobody has vouched for. Counts who comes.
async fn untrusted() -> Result<(String, Arc<AtomicUsize>)> {
    let key = PrivateKeyDer::Pkcs8(include_bytes!("untrusted.key.der").to_vec().into());
    let certificate = include_bytes!("untrusted.der").to_vec().into();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)?;
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("https://{}", listener.local_addr()?);
    let (came, count) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let counted = came.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::Relaxed);
            let acceptor = acceptor.clone();
            let heard = count.clone();
            tokio::spawn(async move {
                if let Ok(mut stream) = acceptor.accept(stream).await {
                    let read = stream.read(&mut [0; 1024]).await.unwrap_or(0);
                    heard.fetch_add(read, Ordering::Relaxed);
                    assert_eq!(read, 0, "something was said to it");
                }
            });
        }
    });
    Ok((address, came))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_nobody_trusts_is_said_in_a_sentence_and_not_tried_again_and_again() -> Result<()> {
    let (address, came) = untrusted().await?;
    let alice = TestClient::new().await?;
    let looked = alice.call::<Value>("lookup_hub", json!({ "address": address })).await.unwrap_err();
    let refused = alice.sign_in(&address, "alice").await.unwrap_err();
    for error in [looked, refused] {
        assert_eq!(error.code, "hub_untrusted", "{error:?}");
        assert!(error.message.contains("cannot prove") && error.message.contains("date"), "{}", error.message);
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(came.load(Ordering::Relaxed), 2);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_is_away_is_still_only_that() -> Result<()> {
    let hub = TestHub::start().await?;
    let proxy = Proxy::start(hub.address()).await?;
    let alice = TestClient::signed_in(&proxy.url(), "alice").await?;
    proxy.set_down(true);
    let status = alice.strip("alice to be offline", |s| s.network == Network::Offline).await?;
    assert_eq!(status.problem, None);
    Ok(())
}
