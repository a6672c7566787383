//! What a member can do while the first sync goes on.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use anyhow::Result;
use deskbell_testkit::client::{TestClient, said};
use deskbell_testkit::eventually::eventually;
use deskbell_testkit::proxy::{Fault, Proxy};
use deskbell_testkit::test_hub::TestHub;

/// S14
#[tokio::test(flavor = "multi_thread")]
async fn at_the_first_sync_open_conversations_can_be_worked_with_before_everything_is_here() -> Result<()> {
    let hub = TestHub::start().await?;
    let before = TestClient::signed_in(&hub.url(), "bob").await?;
    for n in 0..4 {
        let chat = hub.customer(&format!("+1650555020{n}"), "done long ago").await?;
        before.reads(chat, &["done long ago"]).await?;
        before.close(chat).await.map_err(said)?;
    }
    let long = hub.customer("+16505550101", "0").await?;
    for n in 1..70 {
        hub.customer("+16505550101", &n.to_string()).await?;
    }
    hub.customer("+16505550102", "Is the bike ready?").await?;
    before.up_to_date().await?;

    let proxy = Proxy::start(hub.address()).await?;
    // Nothing but hints of a channel comes through.
    let full = format!("GET /v1/snapshot/channel:{}?boot=", hub.channel);
    proxy.fail(&full, Fault::Busy, usize::MAX);
    let alice = TestClient::new().await?;
    alice.sign_in(&proxy.url(), "alice").await.map_err(said)?;
    let rows = eventually("the open conversations", async || {
        // The inbox's name may not be here yet.
        let rows = alice.list("open", "unassigned").await.unwrap_or_default();
        let complete = rows.len() == 2 && rows.iter().all(|row| row.unread > 0 && row.preview.is_some());
        Ok(complete.then_some(rows))
    })
    .await?;
    assert_eq!(rows[0].preview.as_ref().unwrap().text, "Is the bike ready?", "the newest first");
    assert_eq!(rows[1].preview.as_ref().unwrap().text, "69");
    let newest: Vec<String> = (20..70).map(|n| n.to_string()).collect();
    eventually("the newest entries", async || Ok((alice.texts(long).await? == newest).then_some(()))).await?;
    assert!(alice.status().await?.first_sync, "it is not all of it");
    assert_eq!(alice.list("closed", "all").await?, []);
    alice.assign_to_me(long).await.map_err(said)?;
    alice.send(long, "I am on it.").await.map_err(said)?;

    proxy.forgive();
    alice.up_to_date().await?;
    assert_eq!(alice.texts(long).await?.len(), 71);
    assert_eq!(alice.list("closed", "all").await?.len(), 4);
    assert_eq!(alice.list("open", "me").await?.len(), 1);
    assert_eq!(alice.core.cache_differences().await.map_err(said)?, Vec::<String>::new());
    before.up_to_date().await?;
    assert_eq!(before.texts(long).await?.last().unwrap(), "I am on it.");
    Ok(())
}
