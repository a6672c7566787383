//! Computers whose clock is wrong, and disks that were copied.

use anyhow::Result;
use deskbell_core::rpc::types::Network;
use deskbell_testkit::client::{TestClient, said};
use deskbell_testkit::eventually::eventually;
use deskbell_testkit::test_hub::TestHub;
use serde_json::{Value, json};
use std::time::{SystemTime, UNIX_EPOCH};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64
}

/// C007
#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_a_day_off_moves_no_message_and_holds_none() -> Result<()> {
    for wrong in [DAY_MS, -DAY_MS] {
        let hub = TestHub::start().await?;
        let chat = hub.customer("+16505550101", "one").await?;
        let alice = TestClient::new().await?;
        alice.clock.be_wrong_by(wrong);
        alice.sign_in(&hub.url(), "alice").await.map_err(said)?;
        alice.up_to_date().await?;
        let bob = TestClient::signed_in(&hub.url(), "bob").await?;
        let mut wanted = vec!["one"];
        for (reply, next) in [("two", "three"), ("four", "five")] {
            alice.send(chat, reply).await.map_err(said)?;
            let shown = alice.thread(chat).await?.entries.pop().unwrap().at_ms;
            assert!((shown - now_ms()).abs() < 60_000, "the shown time is the hub's");
            alice.up_to_date().await?;
            hub.customer("+16505550101", next).await?;
            wanted.extend([reply, next]);
            alice.up_to_date().await?;
        }
        let alice = alice.restart().await?;
        alice.up_to_date().await?;
        bob.up_to_date().await?;
        assert_eq!(alice.texts(chat).await?, wanted);
        assert_eq!(bob.texts(chat).await?, wanted);
        let status = alice.status().await?;
        assert_eq!((status.held, status.failed, status.problem), (0, 0, None));
    }
    Ok(())
}

/// C007
#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_jumps_by_a_day_while_something_waits_loses_and_moves_nothing() -> Result<()> {
    for jump in [DAY_MS, -DAY_MS] {
        let mut hub = TestHub::start().await?;
        let chat = hub.customer("+16505550101", "one").await?;
        let alice = TestClient::signed_in(&hub.url(), "alice").await?;
        hub.stop().await;
        alice.strip("alice to be offline", |s| s.network == Network::Offline).await?;
        alice.send(chat, "two").await.map_err(said)?;
        alice.clock.be_wrong_by(jump);
        alice.send(chat, "three").await.map_err(said)?;
        hub.start_again().await?;
        alice.call::<Value>("sync_now", json!({})).await.map_err(said)?;
        alice.strip("what waits to be answered", |s| s.waiting == 0 && s.network == Network::Online).await?;
        // After a jump forward it looks like a day's wait; then its author is asked, and the one behind it goes.
        for row in alice.outbox().await?.rows {
            assert_eq!((jump, row.reason.unwrap().code.as_str()), (DAY_MS, "stale"));
            alice.decide("send_anyway", row.command).await.map_err(said)?;
        }
        alice.up_to_date().await?;
        let bob = TestClient::signed_in(&hub.url(), "bob").await?;
        let mut there = bob.texts(chat).await?;
        assert_eq!(there, alice.texts(chat).await?, "both show the hub's order");
        there.sort();
        assert_eq!(there, ["one", "three", "two"]);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_copied_profile_the_later_one_is_told_signs_in_again_and_loses_nothing() -> Result<()> {
    let mut hub = TestHub::start().await?;
    let chat = hub.customer("+16505550101", "Hi").await?;
    let alice = TestClient::signed_in(&hub.url(), "alice").await?;
    alice.send(chat, "before").await.map_err(said)?;
    alice.up_to_date().await?;
    hub.stop().await;
    alice.strip("alice to be offline", |s| s.network == Network::Offline).await?;
    let copy = alice.after_a_crash().await?;
    alice.send(chat, "by the one").await.map_err(said)?;
    copy.send(chat, "by the other").await.map_err(said)?;
    copy.call::<Value>("save_draft", json!({ "chat": chat, "text": "half a" })).await.map_err(said)?;
    // The copy is not there as the first one sends.
    copy.core.shutdown().await;
    hub.start_again().await?;
    alice.up_to_date().await?;
    let copy = copy.restart().await?;
    copy.call::<Value>("sync_now", json!({})).await.map_err(said)?;
    let session = eventually("the copy to be told", async || {
        let session: Value = copy.call("get_session", json!({})).await.map_err(said)?;
        Ok((!session["signed_out_by_hub"].is_null()).then_some(session))
    })
    .await?;
    assert_eq!(session["signed_out_by_hub"]["code"], "device_cloned");
    assert_eq!(copy.outbox().await?.rows[0].text.as_deref(), Some("by the other"), "it is kept meanwhile");
    copy.sign_in(&hub.url(), "alice").await.map_err(said)?;
    copy.up_to_date().await?;
    alice.send(chat, "and on").await.map_err(said)?;
    alice.up_to_date().await?;
    let everything = ["Hi", "before", "by the one", "by the other", "and on"];
    copy.reads(chat, &everything).await?;
    alice.reads(chat, &everything).await?;
    assert_eq!(copy.draft(chat).await?, "half a");
    assert!(copy.outbox().await?.rows.is_empty() && alice.outbox().await?.rows.is_empty());
    Ok(())
}
