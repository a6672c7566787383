//! What goes and what moves, as people see it: removed members, deleted chats, channels of another inbox, and contacts that
//! two make at once. The real client against the real hub.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use anyhow::Result;
use deskbell_core::rpc::types::{Contacts, CreatedContact, Network, OutboxRow, PendingMark, Session};
use deskbell_domain::command::{AddInbox, AssignInbox, MoveChannel, RemoveMember};
use deskbell_domain::{Inbox, InboxId, InboxKind, Name};
use deskbell_hub::admin::{Request, perform};
use deskbell_testkit::client::{TestClient, said};
use deskbell_testkit::eventually::eventually;
use deskbell_testkit::proxy::Proxy;
use deskbell_testkit::test_hub::{PASSWORD, TestHub};
use serde_json::{Value, json};
use std::time::Duration;
use uuid::Uuid;

async fn offline(client: &TestClient, proxy: &Proxy) -> Result<()> {
    proxy.set_down(true);
    client.strip("the network to be gone", |s| s.network == Network::Offline).await.map(drop)
}

async fn online(client: &TestClient, proxy: &Proxy) -> Result<()> {
    proxy.set_down(false);
    client.call::<Value>("sync_now", json!({})).await.map_err(said).map(drop)
}

fn why(row: &OutboxRow) -> &str {
    row.reason.as_ref().map_or("", |reason| reason.code.as_str())
}

/// C004
#[tokio::test(flavor = "multi_thread")]
async fn a_member_removed_while_offline_loses_what_they_saw_and_keeps_what_they_wrote() -> Result<()> {
    let hub = TestHub::start().await?;
    let chat = hub.customer("+16505550101", "Is the bike ready?").await?;
    let proxy = Proxy::start(hub.address()).await?;
    let alice = TestClient::signed_in(&proxy.url(), "alice").await?;
    let direct = alice.direct(hub.bob).await.map_err(said)?;
    alice.up_to_date().await?;
    offline(&alice, &proxy).await?;
    for text in ["one", "two"] {
        alice.send(chat, text).await.map_err(said)?;
    }
    alice.send(direct, "to Bob").await.map_err(said)?;
    perform(hub.hub(), Request::RemoveMember { member: "alice@example.org".into() }).await?;
    online(&alice, &proxy).await?;
    let gone = alice.strip("alice to be told", |s| s.problem.is_some()).await?;
    assert_eq!(gone.problem.unwrap().code, "member_removed");
    // The same after the program starts again, however soon it is asked.
    let mut alice = alice;
    for _ in 0..20 {
        alice = alice.restart().await?;
        let told = alice.core.settle(Duration::from_secs(5)).await.map_err(said)?;
        assert_eq!(told.problem.unwrap().code, "member_removed");
    }
    let places = alice.places().await?;
    assert!(places.inboxes.is_empty() && places.direct.is_empty());
    assert!(alice.head(chat).await.unwrap_err().to_string().contains("not_found"));
    let Session::SignedIn(session) = alice.call("get_session", json!({})).await.map_err(said)? else {
        panic!("what she wrote can be read");
    };
    assert_eq!(session.signed_out_by_hub.unwrap().code, "member_removed");
    assert_eq!(session.me.name, "alice@example.org");
    let kept = alice.outbox().await?.rows;
    let texts: Vec<&str> = kept.iter().filter_map(|row| row.text.as_deref()).collect();
    assert_eq!(texts, ["one", "two", "to Bob"]);
    assert!(kept.iter().all(|row| row.state == PendingMark::Failed && why(row) == "member_removed"));
    assert_eq!(
        (kept[0].title.as_str(), kept[2].title.as_str()),
        ("+1 650 555 0101", "Bob Bauer"),
        "as they were called"
    );

    // She comes back, to the same computer.
    let restore = Request::RestoreMember {
        member: "alice@example.org".into(),
        password: PASSWORD.into(),
        inboxes: vec!["Support".into()],
    };
    perform(hub.hub(), restore).await?;
    alice.sign_in(&proxy.url(), "alice").await.map_err(said)?;
    alice.up_to_date().await?;
    for row in kept {
        alice.decide("retry", row.command).await.map_err(said)?;
    }
    alice.up_to_date().await?;
    let bob = TestClient::signed_in(&hub.url(), "bob").await?;
    bob.reads(chat, &["Is the bike ready?", "one", "two"]).await?;
    bob.reads(direct, &["to Bob"]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_moves_is_seen_by_its_new_inbox_and_shows_no_assignee_of_the_old_one() -> Result<()> {
    let hub = TestHub::start().await?;
    let chat = hub.customer("+16505550101", "Is the bike ready?").await?;
    let sales = InboxId(Uuid::now_v7());
    hub.system(AddInbox { inbox: Inbox::new(sales, Name::parse("Sales")?, InboxKind::Shared) }).await?;
    for member in [hub.bob, hub.mira] {
        hub.system(AssignInbox { inbox: sales, member, assigned: true, channels: vec![] }).await?;
    }
    hub.assign_inbox(hub.bob, false).await?;
    let (alice, bob, mira) = (
        TestClient::signed_in(&hub.url(), "alice").await?,
        TestClient::signed_in(&hub.url(), "bob").await?,
        TestClient::signed_in(&hub.url(), "mira").await?,
    );
    alice.assign_to_me(chat).await.map_err(said)?;
    alice.up_to_date().await?;
    assert!(bob.list("open", "all").await?.is_empty());
    hub.system(MoveChannel { channel: hub.channel, to: sales }).await?;
    for client in [&bob, &mira] {
        eventually("the conversation to be in Sales, nobody's", async || {
            let rows = client.list("open", "unassigned").await?;
            Ok((rows.len() == 1 && rows[0].chat == chat && rows[0].assignee.is_none()).then_some(()))
        })
        .await?;
        assert_eq!(client.head(chat).await?.inbox.as_deref(), Some("Sales"));
    }
    eventually("Alice not to see it", async || Ok(alice.list("open", "all").await?.is_empty().then_some(()))).await?;
    bob.send(chat, "Yes, come by.").await.map_err(said)?;
    mira.reads(chat, &["Is the bike ready?", "Yes, come by."]).await?;
    assert_eq!(mira.head(chat).await?.assignee.unwrap().name, "Bob Bauer");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_chat_goes_everywhere_and_what_was_written_for_it_stays_with_its_author() -> Result<()> {
    let hub = TestHub::start().await?;
    let chat = hub.customer("+16505550101", "Is the bike ready?").await?;
    let proxy = Proxy::start(hub.address()).await?;
    let alice = TestClient::signed_in(&proxy.url(), "alice").await?;
    let bob = TestClient::signed_in(&hub.url(), "bob").await?;
    let direct = alice.direct(hub.bob).await.map_err(said)?;
    alice.send(direct, "Hello Bob").await.map_err(said)?;
    alice.up_to_date().await?;
    bob.reads(direct, &["Hello Bob"]).await?;
    offline(&alice, &proxy).await?;
    alice.send(chat, "for the customer").await.map_err(said)?;
    alice.send(direct, "for Bob").await.map_err(said)?;
    for chat in [chat, direct] {
        perform(hub.hub(), Request::DeleteChat { chat: chat.to_string() }).await?;
    }
    eventually("Bob to see neither", async || {
        Ok((bob.list("open", "all").await?.is_empty() && bob.places().await?.direct.is_empty()).then_some(()))
    })
    .await?;
    online(&alice, &proxy).await?;
    alice.up_to_date().await?;
    assert!(alice.list("open", "all").await?.is_empty() && alice.places().await?.direct.is_empty());
    let kept = alice.outbox().await?.rows;
    let told: Vec<_> = kept.iter().map(|row| (row.text.as_deref().unwrap(), row.title.as_str(), why(row))).collect();
    assert_eq!(
        told,
        [("for the customer", "+1 650 555 0101", "not_found"), ("for Bob", "Bob Bauer", "not_found")],
        "said with what it was called"
    );
    // Both begin anew, under other identifiers.
    let again = hub.customer("+16505550101", "Hello again").await?;
    assert_ne!(again, chat);
    let anew = alice.direct(hub.bob).await.map_err(said)?;
    assert_ne!(anew, direct);
    alice.send(anew, "Once more").await.map_err(said)?;
    bob.reads(anew, &["Once more"]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_that_two_make_with_no_network_is_one_for_both() -> Result<()> {
    let hub = TestHub::start().await?;
    let chat = hub.customer("+16505550101", "Hi").await?;
    let (first, second) = (Proxy::start(hub.address()).await?, Proxy::start(hub.address()).await?);
    let alice = TestClient::signed_in(&first.url(), "alice").await?;
    let bob = TestClient::signed_in(&second.url(), "bob").await?;
    offline(&alice, &first).await?;
    offline(&bob, &second).await?;
    let layla = |name: &str, private: bool| json!({ "name": name, "phones": ["+1 650 555 0101"], "private": private });
    let made: CreatedContact = alice.call("create_contact", layla("Layla", true)).await.map_err(said)?;
    alice.call::<Value>("share_contact", json!({ "contact": made.contact })).await.map_err(said)?;
    bob.call::<CreatedContact>("create_contact", layla("Layla Haddad", false)).await.map_err(said)?;
    assert_eq!((alice.head(chat).await?.title, bob.head(chat).await?.title), ("Layla".into(), "Layla Haddad".into()));
    online(&bob, &second).await?;
    bob.up_to_date().await?;
    online(&alice, &first).await?;
    alice.up_to_date().await?;
    let mut seen = Vec::new();
    for client in [&alice, &bob] {
        assert_eq!(client.head(chat).await?.title, "Layla Haddad", "the hub had Bob's first");
        let page: Contacts = client.call("list_contacts", json!({ "limit": 10 })).await.map_err(said)?;
        seen.push(page.contacts);
        assert!(client.outbox().await?.rows.is_empty());
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!((seen[0].len(), seen[0][0].private), (1, false));
    Ok(())
}

/// C051
#[tokio::test(flavor = "multi_thread")]
async fn what_a_removed_member_had_is_unassigned_to_everybody_else() -> Result<()> {
    let hub = TestHub::start().await?;
    let of_inbox = hub.customer("+16505550101", "Is it ready?").await?;
    let of_organization = hub.customer("+16505550102", "And mine?").await?;
    let alice = TestClient::signed_in(&hub.url(), "alice").await?;
    let bob = TestClient::signed_in(&hub.url(), "bob").await?;
    bob.assign_to_me(of_inbox).await.map_err(said)?;
    bob.assign_to_me(of_organization).await.map_err(said)?;
    bob.up_to_date().await?;
    alice.lists("what bob has", "others", 2).await?;

    hub.assign_inbox(hub.bob, false).await?;
    alice.lists("what nobody of the inbox has", "unassigned", 2).await?;
    assert_eq!(alice.head(of_inbox).await?.assignee, None);

    hub.assign_inbox(hub.bob, true).await?;
    alice.lists("what bob has again", "others", 2).await?;
    let (inboxes, channels) = (vec![hub.inbox], vec![hub.channel]);
    hub.system(RemoveMember { member: hub.bob, inboxes, channels, chats: Vec::new() }).await?;
    alice.lists("what nobody of the organization has", "unassigned", 2).await?;
    alice.assign_to_me(of_organization).await.map_err(said)?;
    alice.up_to_date().await?;
    assert_eq!(alice.head(of_organization).await?.assignee.map(|a| a.me), Some(true));
    Ok(())
}
