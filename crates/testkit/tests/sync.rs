//! The real client against the real hub over real HTTP: what two people do, with a network that fails.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use anyhow::Result;
use deskbell_core::rpc::types::{Network, PendingMark, Session};
use deskbell_testkit::client::{TestClient, said};
use deskbell_testkit::proxy::{Fault, Proxy};
use deskbell_testkit::test_hub::TestHub;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_answered_tagged_and_closed_and_the_other_follows() -> Result<()> {
    let hub = TestHub::start().await?;
    let chat = hub.customer("+16505550101", "Is the bike ready?").await?;
    let alice = TestClient::signed_in(&hub.url(), "alice").await?;
    let bob = TestClient::signed_in(&hub.url(), "bob").await?;
    let rows = alice.list("open", "unassigned").await?;
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].title, "+1 650 555 0101");
    assert_eq!(rows[0].unread, 1);

    hub.customer("+16505550101", "Hello?").await?;
    alice.reads(chat, &["Is the bike ready?", "Hello?"]).await?;
    alice.assign_to_me(chat).await.map_err(said)?;
    alice.send(chat, "Yes, come by.").await.map_err(said)?;
    alice.tag(chat, "Repair").await.map_err(said)?;
    alice.close(chat).await.map_err(said)?;
    assert_eq!(alice.list("closed", "all").await?.len(), 1, "it shows before the hub has it");
    alice.up_to_date().await?;
    bob.reads(chat, &["Is the bike ready?", "Hello?", "Yes, come by."]).await?;
    bob.up_to_date().await?;
    let closed = bob.list("closed", "all").await?;
    assert_eq!(closed[0].tags[0].name, "Repair");
    assert_eq!(bob.head(chat).await?.closed.unwrap().by, "Alice Ames");
    assert!(alice.outbox().await?.rows.is_empty());
    let entries = alice.thread(chat).await?.entries;
    assert!(entries.iter().all(|e| e.pos.is_some() && e.pending.is_none()), "all of it has its place in hub order");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn two_agents_offline_take_the_same_conversation_and_one_is_told_who_won() -> Result<()> {
    let mut hub = TestHub::start().await?;
    let chat = hub.customer("+16505550101", "Anybody there?").await?;
    let alice = TestClient::signed_in(&hub.url(), "alice").await?;
    let bob = TestClient::signed_in(&hub.url(), "bob").await?;
    hub.stop().await;
    alice.strip("alice to be offline", |s| s.network == Network::Offline).await?;
    bob.strip("bob to be offline", |s| s.network == Network::Offline).await?;
    alice.assign_to_me(chat).await.map_err(said)?;
    bob.assign_to_me(chat).await.map_err(said)?;
    bob.send(chat, "I am here.").await.map_err(said)?;
    assert_eq!(alice.head(chat).await?.assignee.unwrap().name, "Alice Ames");
    assert_eq!(bob.head(chat).await?.assignee.unwrap().name, "Bob Bauer");
    assert_eq!(alice.status().await?.waiting, 1);
    hub.start_again().await?;
    alice.up_to_date().await?;
    bob.call::<Value>("sync_now", json!({})).await.map_err(said)?;
    bob.strip("bob to be told", |s| s.failed == 1 && s.waiting == 0).await?;
    let row = bob.outbox().await?.rows.remove(0);
    let reason = row.reason.unwrap();
    assert_eq!((row.kind.as_str(), row.state), ("assign_chat", PendingMark::Failed));
    let mark = bob.list("open", "all").await?[0].pending;
    assert_eq!(mark, Some(PendingMark::Held), "the message was sent: the list must not say that it was not");
    assert_eq!((reason.code.as_str(), reason.params["name"].as_str()), ("taken_by", "Alice Ames"));
    bob.reads(chat, &["Anybody there?", "I am here."]).await?;
    assert_eq!(bob.head(chat).await?.assignee.unwrap().name, "Alice Ames");
    bob.decide("discard", row.command).await.map_err(said)?;
    assert!(bob.outbox().await?.rows.is_empty());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn answer_and_close_survive_a_crash_while_offline() -> Result<()> {
    let mut hub = TestHub::start().await?;
    let chat = hub.customer("+16505550101", "Where is my order?").await?;
    let bob = TestClient::signed_in(&hub.url(), "bob").await?;
    let alice = TestClient::signed_in(&hub.url(), "alice").await?;
    hub.stop().await;
    alice.strip("alice to be offline", |s| s.network == Network::Offline).await?;
    alice.send(chat, "On its way.").await.map_err(said)?;
    alice.close(chat).await.map_err(said)?;
    alice.call::<Value>("save_draft", json!({ "chat": chat, "text": "and more" })).await.map_err(said)?;
    let again = alice.after_a_crash().await?;
    alice.core.shutdown().await;
    assert_eq!(again.texts(chat).await?, ["Where is my order?", "On its way."]);
    assert_eq!(again.draft(chat).await?, "and more");
    assert_eq!(again.list("closed", "all").await?.len(), 1);
    assert_eq!(again.status().await?.waiting, 2);
    hub.start_again().await?;
    again.up_to_date().await?;
    bob.reads(chat, &["Where is my order?", "On its way."]).await?;
    bob.up_to_date().await?;
    assert!(bob.head(chat).await?.closed.is_some());
    let again = again.restart().await?;
    assert_eq!(again.texts(chat).await?, ["Where is my order?", "On its way."]);
    Ok(())
}

/// C006
#[tokio::test(flavor = "multi_thread")]
async fn after_a_failure_later_messages_never_overtake() -> Result<()> {
    let hub = TestHub::start().await?;
    let chat = hub.customer("+16505550101", "Hi").await?;
    let proxy = Proxy::start(hub.address()).await?;
    let alice = TestClient::signed_in(&proxy.url(), "alice").await?;
    proxy.fail("POST /v1/commands", Fault::Busy, 2);
    for text in ["1", "2", "3"] {
        alice.send(chat, text).await.map_err(said)?;
    }
    alice.up_to_date().await?;
    assert!(proxy.count("POST /v1/commands") >= 3);
    let bob = TestClient::signed_in(&hub.url(), "bob").await?;
    assert_eq!(bob.texts(chat).await?, ["Hi", "1", "2", "3"]);
    assert_eq!(alice.texts(chat).await?, ["Hi", "1", "2", "3"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_sends_nothing_twice() -> Result<()> {
    let hub = TestHub::start().await?;
    let chat = hub.customer("+16505550101", "Hi").await?;
    let proxy = Proxy::start(hub.address()).await?;
    let alice = TestClient::signed_in(&proxy.url(), "alice").await?;
    proxy.fail("POST /v1/commands", Fault::CutAfter, 2);
    proxy.fail("POST /v1/commands", Fault::CutBefore, 1);
    alice.send(chat, "only once").await.map_err(said)?;
    alice.close(chat).await.map_err(said)?;
    alice.up_to_date().await?;
    assert_eq!(alice.texts(chat).await?, ["Hi", "only once"]);
    let bob = TestClient::signed_in(&hub.url(), "bob").await?;
    assert_eq!(bob.texts(chat).await?, ["Hi", "only once"]);
    Ok(())
}

/// C007
#[tokio::test(flavor = "multi_thread")]
async fn a_slow_clock_moves_no_message() -> Result<()> {
    let hub = TestHub::start().await?;
    let chat = hub.customer("+16505550101", "one").await?;
    let alice = TestClient::new().await?;
    alice.clock.be_wrong_by(-10 * 60 * 1000);
    alice.sign_in(&hub.url(), "alice").await.map_err(said)?;
    alice.up_to_date().await?;
    let bob = TestClient::signed_in(&hub.url(), "bob").await?;
    let mut wanted = vec!["one"];
    for (reply, next) in [("two", "three"), ("four", "five")] {
        let before = std::time::SystemTime::now();
        alice.send(chat, reply).await.map_err(said)?;
        let sent = alice.thread(chat).await?.entries.pop().unwrap();
        let now = before.duration_since(std::time::UNIX_EPOCH)?.as_millis() as i64;
        assert!((sent.at_ms - now).abs() < 60_000, "the shown time is the hub's");
        alice.up_to_date().await?;
        hub.customer("+16505550101", next).await?;
        wanted.extend([reply, next]);
        alice.up_to_date().await?;
    }
    bob.up_to_date().await?;
    assert_eq!(alice.texts(chat).await?, bob.texts(chat).await?);
    assert_eq!(alice.texts(chat).await?, wanted);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_that_had_not_seen_a_colleagues_is_held_with_both_texts() -> Result<()> {
    let hub = TestHub::start().await?;
    let chat = hub.customer("+16505550101", "How much?").await?;
    let proxy = Proxy::start(hub.address()).await?;
    let alice = TestClient::signed_in(&proxy.url(), "alice").await?;
    let bob = TestClient::signed_in(&hub.url(), "bob").await?;
    proxy.set_down(true);
    alice.strip("alice to be offline", |s| s.network == Network::Offline).await?;
    alice.send(chat, "Thirty.").await.map_err(said)?;
    alice.close(chat).await.map_err(said)?;
    bob.send(chat, "Forty.").await.map_err(said)?;
    bob.up_to_date().await?;
    proxy.set_down(false);
    alice.call::<Value>("sync_now", json!({})).await.map_err(said)?;
    alice.strip("alice's reply to be held", |s| s.held == 1 && s.failed == 1 && s.waiting == 0).await?;
    let rows = alice.outbox().await?.rows;
    let held = &rows[0];
    assert_eq!(held.reason.as_ref().unwrap().code, "answered");
    assert_eq!(held.other.as_ref().unwrap().text, "Forty.");
    assert_eq!(held.text.as_deref(), Some("Thirty."));
    assert_eq!(rows[1].reason.as_ref().unwrap().code, "depends_on", "a close behind a held reply is dropped, and said");
    assert!(alice.head(chat).await?.closed.is_none());
    let entries = alice.thread(chat).await?.entries;
    assert_eq!(
        entries.last().unwrap().pending.as_ref().unwrap().state,
        PendingMark::Held,
        "it never leaves its author's sight"
    );
    alice.decide("send_anyway", held.command).await.map_err(said)?;
    alice.decide("discard", rows[1].command).await.map_err(said)?;
    alice.up_to_date().await?;
    bob.reads(chat, &["How much?", "Forty.", "Thirty."]).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_never_buries_a_message_that_was_not_seen() -> Result<()> {
    let hub = TestHub::start().await?;
    let chat = hub.customer("+16505550101", "Thanks").await?;
    let proxy = Proxy::start(hub.address()).await?;
    let alice = TestClient::signed_in(&proxy.url(), "alice").await?;
    proxy.set_down(true);
    alice.strip("alice to be offline", |s| s.network == Network::Offline).await?;
    alice.close(chat).await.map_err(said)?;
    hub.customer("+16505550101", "One more thing").await?;
    proxy.set_down(false);
    alice.call::<Value>("sync_now", json!({})).await.map_err(said)?;
    alice.strip("the close to be refused", |s| s.failed == 1).await?;
    assert_eq!(alice.outbox().await?.rows[0].reason.as_ref().unwrap().code, "new_message");
    assert!(alice.head(chat).await?.closed.is_none());
    let row = alice.outbox().await?.rows.remove(0);
    alice.decide("retry", row.command).await.map_err(said)?;
    alice.up_to_date().await?;
    assert!(alice.head(chat).await?.closed.is_some(), "having seen it, it closes");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn equal_tags_made_offline_become_one() -> Result<()> {
    let mut hub = TestHub::start().await?;
    let chat = hub.customer("+16505550101", "Hi").await?;
    let other = hub.customer("+16505550102", "Hi").await?;
    let alice = TestClient::signed_in(&hub.url(), "alice").await?;
    let bob = TestClient::signed_in(&hub.url(), "bob").await?;
    hub.stop().await;
    alice.strip("alice to be offline", |s| s.network == Network::Offline).await?;
    bob.strip("bob to be offline", |s| s.network == Network::Offline).await?;
    alice.tag(chat, "Warranty").await.map_err(said)?;
    bob.tag(other, "warranty").await.map_err(said)?;
    let direct = alice.direct(hub.bob).await.map_err(said)?;
    alice.send(direct, "Are you back?").await.map_err(said)?;
    let same = bob.direct(hub.alice).await.map_err(said)?;
    bob.send(same, "Lunch?").await.map_err(said)?;
    bob.call::<Value>("save_draft", json!({ "chat": same, "text": "half a" })).await.map_err(said)?;
    hub.start_again().await?;
    alice.up_to_date().await?;
    bob.up_to_date().await?;
    alice.up_to_date().await?;
    for client in [&alice, &bob] {
        let tags: Value = client.call("list_tags", json!({})).await.map_err(said)?;
        assert_eq!(tags["tags"].as_array().unwrap().len(), 1, "{tags}");
        assert_eq!(client.head(chat).await?.tags.len(), 1);
        assert_eq!(client.head(other).await?.tags.len(), 1);
        assert_eq!(client.places().await?.direct.len(), 1);
        client.reads(direct, &["Are you back?", "Lunch?"]).await?;
        assert!(client.outbox().await?.rows.is_empty());
    }
    assert_eq!(bob.draft(direct).await?, "half a", "the draft went along");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn reading_clears_unread_and_a_hand_over_brings_it_back() -> Result<()> {
    let hub = TestHub::start().await?;
    let chat = hub.customer("+16505550101", "first").await?;
    let alice = TestClient::signed_in(&hub.url(), "alice").await?;
    let mira = TestClient::signed_in(&hub.url(), "mira").await?;
    hub.customer("+16505550101", "second").await?;
    alice.reads(chat, &["first", "second"]).await?;
    assert!(alice.list("open", "all").await?[0].unread >= 1);
    assert_eq!(alice.core.unread_count().await, 1);
    let head = alice.head(chat).await?;
    alice.call::<Value>("mark_read", json!({ "chat": chat, "pos": head.last_pos + 1_000_000 })).await.map_err(said)?;
    assert_eq!(alice.list("open", "all").await?[0].unread, 0);
    assert_eq!(alice.core.unread_count().await, 0);
    alice.up_to_date().await?;
    mira.call::<Value>("assign_chat", json!({ "chat": chat, "to": hub.alice })).await.map_err(said)?;
    mira.up_to_date().await?;
    alice.up_to_date().await?;
    assert!(alice.list("open", "me").await?[0].unread >= 2, "what was never answered is unread again");
    let head = alice.head(chat).await?;
    alice.call::<Value>("mark_read", json!({ "chat": chat, "pos": head.last_pos })).await.map_err(said)?;
    assert_eq!(alice.list("open", "me").await?[0].unread, 0);
    hub.customer("+16505550101", "third").await?;
    alice.reads(chat, &["first", "second", "third"]).await?;
    assert_eq!(alice.list("open", "me").await?[0].unread, 1);
    Ok(())
}

/// C047
#[tokio::test(flavor = "multi_thread")]
async fn every_conversation_of_one_second_is_listed_once_while_another_comes_in() -> Result<()> {
    let hub = TestHub::start().await?;
    for n in 0..200 {
        hub.customer(&format!("+1650555{n:04}"), "Hi").await?;
    }
    let alice = TestClient::signed_in(&hub.url(), "alice").await?;
    let place = json!({ "place": "inbox", "id": hub.inbox });
    let (mut seen, mut after) = (Vec::new(), Value::Null);
    loop {
        let args = json!({ "place": place, "tab": "open", "segment": "all", "after": after, "limit": 28 });
        let page: Value = alice.call("list_chats", args).await.map_err(said)?;
        seen.extend(page["rows"].as_array().unwrap().iter().map(|row| row["chat"].as_str().unwrap().to_string()));
        if seen.len() == 84 {
            let chat = hub.customer("+16505559999", "Me too").await?;
            alice.reads(chat, &["Me too"]).await?;
        }
        after = page["next"].clone();
        if after.is_null() {
            break;
        }
    }
    let unique: std::collections::BTreeSet<_> = seen.iter().collect();
    assert_eq!((seen.len(), unique.len()), (200, 200), "the one that came in stands above what was read already");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_device_loses_nothing_and_goes_on_after_signing_in_again() -> Result<()> {
    let hub = TestHub::start().await?;
    let chat = hub.customer("+16505550101", "Hi").await?;
    let alice = TestClient::signed_in(&hub.url(), "alice").await?;
    hub.hub().accounts().revoke_all(hub.hub(), hub.alice).await?;
    let status = alice.strip("alice to be told", |s| s.problem.is_some()).await?;
    assert_eq!(status.problem.unwrap().code, "device_revoked");
    alice.send(chat, "kept").await.map_err(said)?;
    let Session::SignedIn(session) = alice.call("get_session", json!({})).await.map_err(said)? else {
        panic!("reading works still");
    };
    assert_eq!(session.signed_out_by_hub.unwrap().code, "device_revoked");
    assert_eq!(alice.status().await?.waiting, 1);
    let refused = alice.call::<Value>("sign_out", json!({ "discard_unsent": false })).await.unwrap_err();
    assert_eq!((refused.code.as_str(), refused.params["count"].as_str()), ("unsent", "1"));
    alice.sign_in(&hub.url(), "alice").await.map_err(said)?;
    alice.up_to_date().await?;
    let bob = TestClient::signed_in(&hub.url(), "bob").await?;
    assert_eq!(bob.texts(chat).await?, ["Hi", "kept"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_taken_off_an_inbox_sees_nothing_of_it_and_keeps_their_text() -> Result<()> {
    let hub = TestHub::start().await?;
    let chat = hub.customer("+16505550101", "secret").await?;
    let proxy = Proxy::start(hub.address()).await?;
    let alice = TestClient::signed_in(&proxy.url(), "alice").await?;
    proxy.set_down(true);
    alice.strip("alice to be offline", |s| s.network == Network::Offline).await?;
    alice.send(chat, "too late").await.map_err(said)?;
    hub.assign_inbox(hub.alice, false).await?;
    proxy.set_down(false);
    alice.call::<Value>("sync_now", json!({})).await.map_err(said)?;
    alice.strip("the message to be refused", |s| s.failed == 1).await?;
    alice.call::<Value>("sync_now", json!({})).await.map_err(said)?;
    deskbell_testkit::eventually::eventually("the inbox to go", async || {
        Ok(alice.places().await?.inboxes.is_empty().then_some(()))
    })
    .await?;
    let row = alice.outbox().await?.rows.remove(0);
    assert_eq!((row.text.as_deref(), row.title.as_str()), (Some("too late"), "+1 650 555 0101"));
    assert_eq!(row.reason.unwrap().code, "not_found");
    let gone = alice.call::<Value>("get_chat", json!({ "chat": chat })).await.unwrap_err();
    assert_eq!(gone.code, "not_found");
    hub.assign_inbox(hub.alice, true).await?;
    alice.up_to_date().await?;
    deskbell_testkit::eventually::eventually("the inbox to come back", async || {
        Ok((alice.places().await?.inboxes.len() == 1 && alice.head(chat).await.is_ok()).then_some(()))
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_that_went_back_in_time_holds_what_it_lost() -> Result<()> {
    let mut hub = TestHub::start().await?;
    let chat = hub.customer("+16505550101", "Hi").await?;
    let alice = TestClient::signed_in(&hub.url(), "alice").await?;
    let copy = hub.back_up().await?;
    alice.up_to_date().await?;
    alice.send(chat, "said after the backup").await.map_err(said)?;
    alice.up_to_date().await?;
    assert_eq!(alice.status().await?.waiting, 0);
    hub.go_back_to(&copy).await?;
    hub.customer("+16505550102", "new history").await?;
    alice.call::<Value>("sync_now", json!({})).await.map_err(said)?;
    alice.strip("the lost message to be held", |s| s.held == 1 && !s.first_sync).await?;
    let row = alice.outbox().await?.rows.remove(0);
    assert_eq!((row.text.as_deref(), row.reason.unwrap().code.as_str()), (Some("said after the backup"), "restored"));
    alice.decide("send_anyway", row.command).await.map_err(said)?;
    alice.up_to_date().await?;
    let bob = TestClient::signed_in(&hub.url(), "bob").await?;
    assert_eq!(bob.texts(chat).await?, ["Hi", "said after the backup"]);
    assert_eq!(alice.list("open", "all").await?.len(), 2);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_hub_lost_is_held_also_where_its_new_history_has_taken_the_places() -> Result<()> {
    let mut hub = TestHub::start().await?;
    let chat = hub.customer("+16505550101", "Hi").await?;
    let alice = TestClient::signed_in(&hub.url(), "alice").await?;
    let copy = hub.back_up().await?;
    alice.up_to_date().await?;
    for text in ["one", "two", "three"] {
        alice.send(chat, text).await.map_err(said)?;
        alice.up_to_date().await?;
    }
    hub.go_back_to(&copy).await?;
    // The first reply came with a line in front; the others stand where these will stand.
    for text in ["a", "b", "c"] {
        hub.customer("+16505550101", text).await?;
    }
    alice.call::<Value>("sync_now", json!({})).await.map_err(said)?;
    alice.strip("the lost messages to be held", |s| s.held == 3 && !s.first_sync).await?;
    let rows = alice.outbox().await?.rows;
    let held: Vec<_> = rows.iter().map(|row| row.text.as_deref().unwrap_or_default()).collect();
    assert_eq!(held, ["one", "two", "three"]);
    for row in rows {
        alice.decide("send_anyway", row.command).await.map_err(said)?;
    }
    alice.up_to_date().await?;
    let bob = TestClient::signed_in(&hub.url(), "bob").await?;
    let everything = ["Hi", "a", "b", "c", "one", "two", "three"];
    assert_eq!(bob.texts(chat).await?, everything);
    assert_eq!(alice.texts(chat).await?, everything);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_addresses_passwords_and_pages_are_told_apart() -> Result<()> {
    let mut hub = TestHub::start().await?;
    let proxy = Proxy::start(hub.address()).await?;
    let client = TestClient::new().await?;
    let lookup = async |address: &str| client.call::<Value>("lookup_hub", json!({ "address": address })).await;
    let found = lookup(&proxy.url()).await.map_err(said)?;
    assert_eq!(found["organization"], "Kestrel Cycles");
    proxy.fail("GET /v1/hub", Fault::Page, 1);
    assert_eq!(lookup(&proxy.url()).await.unwrap_err().code, "hub_not_deskbell");
    assert_eq!(lookup("not an address").await.unwrap_err().code, "not_an_address");
    let wrong = json!({ "hub": hub.url(), "email": "alice@example.org", "password": "wrong", "cache_password": null });
    let refused = client.call::<Value>("sign_in", wrong).await.unwrap_err();
    assert_eq!(refused.code, "sign_in_refused");
    assert!(refused.params.contains_key("tries_left"), "{refused:?}");
    hub.stop().await;
    assert_eq!(client.sign_in(&hub.url(), "alice").await.unwrap_err().code, "hub_unreachable");
    assert_eq!(client.call::<Value>("no_such_call", json!({})).await.unwrap_err().code, "unknown_call");
    assert_eq!(client.call::<Value>("get_chat", json!({})).await.unwrap_err().code, "bad_arguments");
    assert_eq!(client.call::<Value>("list_tags", json!({})).await.unwrap_err().code, "signed_out");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_long_is_refused_and_the_draft_is_kept() -> Result<()> {
    let hub = TestHub::start().await?;
    let chat = hub.customer("+16505550101", "Hi").await?;
    let alice = TestClient::signed_in(&hub.url(), "alice").await?;
    let long = "a".repeat(100_001);
    alice.call::<Value>("save_draft", json!({ "chat": chat, "text": long })).await.map_err(said)?;
    assert_eq!(alice.send(chat, &long).await.unwrap_err().code, "too_long");
    assert_eq!(alice.send(chat, " \n ").await.unwrap_err().code, "empty");
    assert_eq!(alice.draft(chat).await?, long);
    let most = "ä".repeat(100_000);
    alice.send(chat, &most).await.map_err(said)?;
    assert_eq!(alice.draft(chat).await?, "");
    alice.up_to_date().await?;
    assert_eq!(alice.texts(chat).await?[1].chars().count(), 100_000);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_keyring_costs_no_unsent_text() -> Result<()> {
    let mut hub = TestHub::start().await?;
    let chat = hub.customer("+16505550101", "Hi").await?;
    let alice = TestClient::signed_in(&hub.url(), "alice").await?;
    hub.stop().await;
    alice.strip("alice to be offline", |s| s.network == Network::Offline).await?;
    alice.send(chat, "precious").await.map_err(said)?;
    alice.secrets().clear();
    let alice = alice.restart().await?;
    let session: Value = alice.call("get_session", json!({})).await.map_err(said)?;
    assert_eq!((session["state"].as_str(), session["why"].as_str()), (Some("locked"), Some("key_lost")));
    hub.start_again().await?;
    alice.sign_in(&hub.url(), "alice").await.map_err(said)?;
    alice.up_to_date().await?;
    let bob = TestClient::signed_in(&hub.url(), "bob").await?;
    assert_eq!(bob.texts(chat).await?, ["Hi", "precious"]);
    Ok(())
}
