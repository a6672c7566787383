//! What a client lives through that was written from the document alone: in the end it has what the hub has.

use super::office::{Office, PASSWORD, data_dir, new_id, send};
use super::other_client::{Client, State};
use deskbell_domain::command::{AssignInbox, CreateTag};
use deskbell_domain::{Actor, ChatId, TagId, TagName, Tint};
use deskbell_hub::clock::SystemRandom;
use deskbell_hub::upkeep::restore;
use serde_json::json;
use std::path::Path;

const ALL_SEEN: u64 = 1 << 52;

async fn sign_in(office: &Office, email: &str) -> Client {
    Client::sign_in(&office.url, email, PASSWORD).await
}

fn message(chat: ChatId, text: &str, seen: u64) -> serde_json::Value {
    json!({ "chat": chat, "message": new_id(), "text": text, "seen": seen })
}

/// Nothing differs, everything was compared, and a client that has just begun has the same rows.
async fn has_what_the_hub_has(office: &Office, client: &mut Client, email: &str) {
    client.sync().await;
    client.sync().await;
    let mut fresh = sign_in(office, email).await;
    fresh.page = 1000;
    fresh.sync().await;
    fresh.sync().await;
    assert!(client.differed.is_empty(), "{:?} differed", client.differed);
    assert_eq!(client.agreed.len(), fresh.session["grants"].as_array().unwrap().len());
    assert_eq!(client.agreed, fresh.agreed);
    let rows = |c: &Client| c.rows.iter().map(|(key, row)| (key.clone(), row.row.clone())).collect::<Vec<_>>();
    assert_eq!(rows(client), rows(&fresh));
}

#[tokio::test]
async fn it_loads_while_things_happen_and_sends_though_answers_are_lost() {
    let office = Office::open().await;
    let dana = office.sign_in("dana@example.com").await;
    for visitor in ["v1", "v2", "v3"] {
        office.customer_writes(office.front_channel, visitor, "Hello?").await;
    }
    let mut client = sign_in(&office, "priya@example.com").await;
    for n in 0..12 {
        assert_eq!(client.round().await, Ok(false), "it must still be loading");
        let chat = office.customer_writes(office.front_channel, &format!("v{}", n % 4), "And another thing").await;
        dana.act(send(chat, &format!("Answer {n}"), ALL_SEEN)).await;
    }
    client.lose = (0, 2);
    client.sync().await;
    let chat = office.customer_writes(office.front_channel, "v9", "Is the Tern in stock?").await;
    client.sync().await;
    client.lose = (3, 0);
    client.act("send_message", message(chat, "Two left.", ALL_SEEN), &[]);
    client.sync().await;
    assert_eq!(client.lose, (0, 0), "answers were lost");
    assert_eq!(client.thread(&chat.to_string()), ["Is the Tern in stock?", "Two left."]);
    assert!(client.outbox.is_empty());

    let mut stream = client.listen().await;
    office.customer_writes(office.front_channel, "v9", "In green?").await;
    let mut heard = String::new();
    while !heard.contains("\n\n") {
        heard.push_str(std::str::from_utf8(&stream.chunk().await.unwrap().unwrap()).unwrap());
    }
    assert!(heard.starts_with("event: changes\n"), "{heard}");
    let data = heard.lines().find_map(|line| line.strip_prefix("data: ")).unwrap();
    client.apply_changes(&serde_json::from_str(data).unwrap());
    assert_eq!(client.thread(&chat.to_string()).last().unwrap(), "In green?");
    has_what_the_hub_has(&office, &mut client, "priya@example.com").await;
}

#[tokio::test]
async fn it_takes_what_is_held_refused_and_joined_for_what_it_is() {
    let office = Office::open().await;
    let dana = office.sign_in("dana@example.com").await;
    let chat = office.customer_writes(office.front_channel, "v1", "How much?").await;
    let mut client = sign_in(&office, "priya@example.com").await;
    client.sync().await;
    dana.act(send(chat, "It is 1,450.", ALL_SEEN)).await;
    let tag = CreateTag { tag: TagId(new_id()), name: TagName::parse("Touring").unwrap(), color: Tint::Moss };
    dana.act(tag.clone()).await;
    let late = client.act("send_message", message(chat, "It is 1,540.", 1), &[]);
    let close = json!({ "chat": chat, "seen_inbound": ALL_SEEN, "line": new_id() });
    let close = client.act("close_chat", close, std::slice::from_ref(&late));
    let own = new_id().to_string();
    let made = client.act("create_tag", json!({ "tag": own, "name": "touring", "color": "sky" }), &[]);
    client.act("tag_chat", json!({ "chat": chat, "tag": own }), &[made]);
    client.sync().await;
    let states: Vec<_> = client.outbox.iter().map(|c| (c.id.clone(), c.state.clone())).collect();
    let (held, refused) = (State::Held("answered".into()), State::Refused("depends_on".into()));
    assert_eq!(states, [(late.clone(), held), (close.clone(), refused)]);
    assert_eq!(client.aliases[&own], tag.tag.to_string());
    let conversation = &client.rows[&("conversation".to_owned(), chat.to_string())].row;
    assert_eq!(conversation["tags"], json!([tag.tag]));
    has_what_the_hub_has(&office, &mut client, "priya@example.com").await;
}

#[tokio::test]
async fn what_is_taken_from_it_goes_and_what_it_wrote_there_stays_with_its_author() {
    let office = Office::open().await;
    let chat = office.customer_writes(office.front_channel, "v1", "Hello?").await;
    let mut client = sign_in(&office, "kwame@example.com").await;
    client.sync().await;
    let assign = |assigned| {
        let channels = vec![office.front_channel];
        AssignInbox { inbox: office.front, member: office.kwame, assigned, channels }
    };
    office.hub.carry_out(Actor::System, assign(true)).await.unwrap();
    // Taken and given again while it loads.
    assert_eq!(client.round().await, Ok(false));
    office.hub.carry_out(Actor::System, assign(false)).await.unwrap();
    office.hub.carry_out(Actor::System, assign(true)).await.unwrap();
    client.sync().await;
    assert_eq!(client.thread(&chat.to_string()), ["Hello?"]);
    office.hub.carry_out(Actor::System, assign(false)).await.unwrap();
    let late = client.act("send_message", message(chat, "Two left.", ALL_SEEN), &[]);
    client.sync().await;
    assert!(client.thread(&chat.to_string()).is_empty());
    assert!(!client.rows.values().any(|row| row.row["id"] == json!(office.front)), "the inbox went too");
    let [kept] = client.outbox.as_slice() else { panic!("one command is kept") };
    assert_eq!((&kept.id, &kept.state), (&late, &State::Refused("not_found".into())));
    has_what_the_hub_has(&office, &mut client, "kwame@example.com").await;
}

fn copy(from: &Path, to: &Path) {
    for left in ["hub.db-wal", "hub.db-shm"] {
        let _ = std::fs::remove_file(to.join(left));
    }
    std::fs::copy(from.join("hub.db"), to.join("new")).unwrap();
    std::fs::rename(to.join("new"), to.join("hub.db")).unwrap();
}

#[tokio::test]
async fn after_a_restore_it_offers_again_what_the_hub_has_lost() {
    let put_back = |data: &Path, kept: &Path| drop(restore(data, &kept.join("hub.db"), &SystemRandom, 0).unwrap());
    goes_back(put_back).await;
}

#[tokio::test]
async fn a_hub_that_went_back_without_knowing_is_noticed_as_well() {
    goes_back(|data, kept| copy(kept, data)).await;
}

async fn goes_back(put_back: impl Fn(&Path, &Path)) {
    let mut office = Office::open().await;
    let chat = office.customer_writes(office.front_channel, "v1", "Hello?").await;
    let mut client = sign_in(&office, "priya@example.com").await;
    client.act("send_message", message(chat, "Before the copy", ALL_SEEN), &[]);
    client.sync().await;
    let kept = data_dir();
    office.restart_after(|data| copy(data, kept.path())).await;
    client.act("send_message", message(chat, "After the copy", ALL_SEEN), &[]);
    client.sync().await;
    assert_eq!(client.thread(&chat.to_string()), ["Hello?", "Before the copy", "After the copy"]);
    office.restart_after(|data| put_back(data, kept.path())).await;
    for visitor in ["v2", "v3", "v4"] {
        office.customer_writes(office.front_channel, visitor, "What came afterwards").await;
    }
    client.act("mark_read", json!({ "chat": chat, "pos": ALL_SEEN }), &[]);
    client.sync().await;
    assert_eq!(client.thread(&chat.to_string()), ["Hello?", "Before the copy"]);
    let [lost] = client.outbox.as_slice() else { panic!("one message is offered again") };
    assert_eq!(lost.state, State::Held("restored".into()));
    client.send_anyway(0, ALL_SEEN);
    client.sync().await;
    assert!(client.outbox.is_empty());
    assert_eq!(client.thread(&chat.to_string()), ["Hello?", "Before the copy", "After the copy"]);
    has_what_the_hub_has(&office, &mut client, "priya@example.com").await;
}
