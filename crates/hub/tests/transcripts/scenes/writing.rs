//! What members do, and what the hub makes of it.

use crate::scene::{Scene, command, command_of, send, uid};
use crate::transcript::{HubAct, Transcript};
use crate::world::{BACK_CHAT, DANA, FRONT_CHAT, KWAME, PRIYA};
use serde_json::{Value, json};

/// A cursor that has seen everything.
const ALL_SEEN: u64 = 1 << 40;
const HOUR_MS: u64 = 60 * 60 * 1000;

pub async fn send_and_again() -> Transcript {
    let mut s = Scene::begin(
        "A message, and the same one again",
        "The answer was lost, so the same bytes are sent again: nothing is done twice, and the answer is the first one.",
    )
    .await;
    let mut desk = s.sign_in("", "Priya signs in.", "priya@example.com").await;
    let chat = uid('d', 1);
    s.visitor("A visitor writes.", FRONT_CHAT, "v1", "Is the Tern in stock?", 1, &chat).await;
    let page = s.ask("", "Priya reads it.", desk.changes(None)).await;
    desk.read(&page);
    let seen = page["changes"][1]["row"]["pos"].as_u64().unwrap();
    let batch = desk.push(&[command(1, "send_message", &send(&chat, 2, "We have two left.", seen))]);
    s.ask("push", "Her answer.", batch.clone()).await;
    s.ask("again", "Sent again.", batch.clone()).await;
    s.hub("The hub is stopped and started.", HubAct::Restart).await;
    s.ask("", "Sent once more.", batch).await;
    s.ask("pull", "What it did: the conversation and two entries of its thread.", desk.changes(None)).await;
    s.end().await
}

pub async fn joined() -> Transcript {
    let mut s = Scene::begin(
        "Made twice, one thing",
        "Two members make the same direct chat, and the same tag, without knowing of each other. The later identifier \
         becomes an alias for ever.",
    )
    .await;
    let priya = s.sign_in("", "Priya signs in.", "priya@example.com").await;
    let mut dana = s.sign_in("", "Dana signs in.", "dana@example.com").await;
    let (first, second) = (uid('d', 1), uid('d', 2));
    let direct = |chat: &str, with: &str| format!(r#"{{"chat":"{chat}","kind":"direct","with":"{with}"}}"#);
    let made = command(1, "create_chat", &direct(&first, DANA));
    s.ask("made", "Priya starts a chat with Dana.", priya.push(&[made])).await;
    let message = command_of(2, &uid('c', 12), "send_message", 1, &send(&second, 1, "Coffee?", 0), &[uid('c', 11)], 0);
    let batch = [command_of(1, &uid('c', 11), "create_chat", 1, &direct(&second, PRIYA), &[], 0), message];
    s.ask("joined", "Dana had started one with Priya, and written in it.", dana.push(&batch)).await;
    let page = s.ask("feed", "The chat that is there, the grant of it, and the message.", dana.changes(None)).await;
    dana.read(&page);
    let grant = page["changes"].as_array().unwrap().iter().find(|c| c["kind"] == "grant").unwrap();
    let scope = grant["row"]["scope"].as_str().unwrap();
    s.ask("", "A new scope is loaded by snapshot.", dana.snapshot(scope, "b-1", "")).await;
    let tag = |tag: u64, name: &str| format!(r#"{{"tag":"{}","name":"{name}","color":"moss"}}"#, uid('7', tag));
    s.ask("", "Priya makes a tag.", priya.push(&[command(2, "create_tag", &tag(1, "Touring"))])).await;
    let again = command_of(3, &uid('c', 13), "create_tag", 1, &tag(2, " touring"), &[], 0);
    s.ask("tag", "Dana makes one that is called the same.", dana.push(&[again])).await;
    s.end().await
}

pub async fn unread() -> Transcript {
    let mut s = Scene::begin(
        "Read, and marked unread",
        "A read position only rises. A mark of *mark unread from here* is a register of its own: reading on clears it only \
         where the reader had seen it.",
    )
    .await;
    let mut desk = s.sign_in("", "Priya signs in.", "priya@example.com").await;
    let chat = uid('d', 1);
    s.visitor("A visitor writes.", FRONT_CHAT, "v1", "Is the Tern in stock?", 1, &chat).await;
    let page = s.ask("", "She reads it.", desk.changes(None)).await;
    desk.read(&page);
    let pos = page["changes"][1]["row"]["pos"].as_u64().unwrap();
    let read = format!(r#"{{"chat":"{chat}","pos":{pos}}}"#);
    s.ask("read", "It is read.", desk.push(&[command(1, "mark_read", &read)])).await;
    let mark = uid('8', 1);
    let unread = format!(r#"{{"chat":"{chat}","from":{pos},"mark":"{mark}"}}"#);
    s.ask("", "She marks it unread.", desk.push(&[command(2, "mark_unread", &unread)])).await;
    let page = s.ask("marked", "Both are told in one row.", desk.changes(None)).await;
    desk.read(&page);
    let again = command(3, "mark_read", &read);
    s.ask("", "Another device had read it before it heard of the mark: nothing changes.", desk.push(&[again])).await;
    let seen = format!(r#"{{"chat":"{chat}","pos":{pos},"seen":"{mark}"}}"#);
    s.ask("cleared", "She reads on, and says which mark she saw.", desk.push(&[command(4, "mark_read", &seen)])).await;
    s.ask("", "The mark is gone.", desk.changes(None)).await;
    s.end().await
}

pub async fn held() -> Transcript {
    let mut s = Scene::begin(
        "Held",
        "A reply that its author would not have sent, had they known, is not sent: a colleague answered meanwhile, or it \
         waited for more than twelve hours. No message was made; the author decides.",
    )
    .await;
    let mut priya = s.sign_in("", "Priya signs in.", "priya@example.com").await;
    let dana = s.sign_in("", "Dana signs in.", "dana@example.com").await;
    let chat = uid('d', 1);
    s.visitor("A visitor writes.", FRONT_CHAT, "v1", "How much is the Tern?", 1, &chat).await;
    let page = s.ask("", "Priya reads it, and goes offline.", priya.changes(None)).await;
    priya.read(&page);
    let seen = page["changes"][1]["row"]["pos"].as_u64().unwrap();
    let answer = command_of(1, &uid('c', 11), "send_message", 1, &send(&chat, 2, "It is 1,450.", seen), &[], 0);
    s.ask("", "Dana answers.", dana.push(&[answer])).await;
    let late = command(1, "send_message", &send(&chat, 3, "It is 1,540.", seen));
    let close = format!(r#"{{"chat":"{chat}","seen_inbound":{seen},"line":"{}"}}"#, uid('b', 1));
    let close = command_of(2, &uid('c', 2), "close_chat", 1, &close, &[uid('c', 1)], 0);
    let note = "Priya had answered too, and closed the conversation behind it.";
    s.ask("answered", note, priya.push(&[late, close])).await;
    let page = s.ask("", "She reads what Dana wrote.", priya.changes(None)).await;
    priya.read(&page);
    let seen = page["changes"].as_array().unwrap().iter().filter_map(|c| c["row"]["pos"].as_u64()).max().unwrap();
    let anyway = command(3, "send_message", &send(&chat, 3, "It is 1,540, with lights.", seen));
    s.ask("anyway", "Edited and sent anyway: a new command for the same message.", priya.push(&[anyway])).await;
    let old = send(&chat, 4, "Sorry, I was in a tunnel.", ALL_SEEN);
    let old = command_of(4, &uid('c', 4), "send_message", 1, &old, &[], 13 * HOUR_MS);
    s.ask("stale", "One that has waited for thirteen hours.", priya.push(&[old])).await;
    s.end().await
}

pub async fn refused() -> Transcript {
    let mut s = Scene::begin(
        "Refused",
        "Each reason for which a command is rejected. What is rejected changes nothing, and the commands after it in the \
         batch go on.",
    )
    .await;
    let priya = s.sign_in("", "Priya signs in.", "priya@example.com").await;
    let dana = s.sign_in("", "Dana signs in.", "dana@example.com").await;
    let (chat, foreign, missing) = (uid('d', 1), uid('d', 2), uid('d', 99));
    s.visitor("A visitor writes.", FRONT_CHAT, "v1", "Is the Tern in stock?", 1, &chat).await;
    s.visitor("Another one, to the back office.", BACK_CHAT, "v2", "My invoice?", 2, &foreign).await;
    let claim = |to: &str, line| {
        format!(r#"{{"chat":"{chat}","to":"{to}","seen":{{"member":null}},"line":"{}"}}"#, uid('b', line))
    };
    let first = command_of(1, &uid('c', 11), "assign_chat", 1, &claim(DANA, 1), &[], 0);
    s.ask("claimed", "Dana takes the conversation.", dana.push(&[first])).await;
    s.ask("taken", "Priya had seen it free.", priya.push(&[command(1, "assign_chat", &claim(PRIYA, 2))])).await;
    let give = |to: &str, line| format!(r#"{{"chat":"{chat}","to":"{to}","line":"{}"}}"#, uid('b', line));
    let close = |chat: &str, seen: u64, line| {
        format!(r#"{{"chat":"{chat}","seen_inbound":{seen},"line":"{}"}}"#, uid('b', line))
    };
    let refused = [
        command(2, "send_message", &send(&missing, 3, "To nobody", 0)),
        command(3, "send_message", &send(&foreign, 4, "Out of sight looks the same", 0)),
        command(4, "assign_chat", &give(DANA, 3)),
        command(5, "close_chat", &close(&chat, 0, 4)),
        command(6, "send_message", &send(&chat, 5, " ", 0)),
        command(7, "send_message", r#"{"chat":7}"#),
        command(8, "fly_to_the_moon", "{}"),
        command_of(9, &uid('c', 9), "send_message", 99, &send(&chat, 6, "From the future", 0), &[], 0),
        command_of(10, &uid('c', 10), "close_chat", 1, &close(&chat, ALL_SEEN, 5), &[uid('c', 5)], 0),
        command(20, "add_inbox", &json!({ "inbox": inbox(3, true) }).to_string()),
    ];
    s.ask("batch", "Several at once.", priya.push(&refused)).await;
    let to_kwame = command_of(2, &uid('c', 12), "assign_chat", 1, &give(KWAME, 6), &[], 0);
    s.ask("not-in-inbox", "Dana gives it to one who does not see it.", dana.push(&[to_kwame])).await;
    let batch = [
        command(21, "send_message", &send(&chat, 7, "Two left.", ALL_SEEN)),
        command(22, "send_message", &send(&chat, 7, "Two left.", ALL_SEEN)),
        command(23, "create_tag", &tag(1, "Touring")),
        command(24, "create_tag", &tag(1, "Racing")),
        command(25, "create_chat", &format!(r#"{{"chat":"{}","kind":"direct","with":"{DANA}"}}"#, uid('d', 5))),
        command(26, "close_chat", &close(&uid('d', 5), 0, 7)),
        command(27, "close_chat", &close(&chat, ALL_SEEN, 8)),
    ];
    s.ask("more", "A message twice, a tag's identifier twice, a direct chat closed.", priya.push(&batch)).await;
    s.hub("Eight days pass.", HubAct::PassMs(8 * 24 * HOUR_MS as i64)).await;
    s.visitor("The visitor starts anew.", FRONT_CHAT, "v1", "Hello again", 8, &uid('d', 6)).await;
    let reopen = format!(r#"{{"chat":"{chat}","line":"{}"}}"#, uid('b', 9));
    let reopen = priya.push(&[command(28, "reopen_chat", &reopen)]);
    s.ask("another-open", "Only one conversation of an address is open.", reopen).await;
    off(&mut s).await;
    let take =
        format!(r#"{{"chat":"{}","to":"{PRIYA}","seen":{{"member":null}},"line":"{}"}}"#, uid('d', 7), uid('b', 10));
    let take = priya.push(&[command(29, "assign_chat", &take)]);
    s.ask("assignment-off", "Where nobody is assigned, nobody can be.", take).await;
    s.end().await
}

fn inbox(number: u64, assignment: bool) -> Value {
    json!({
        "id": uid('b', number), "name": "Quiet", "kind": "shared", "assignment": assignment, "agents_assign": false,
        "reopen_days": 7, "keep_assignee": false, "members": []
    })
}

fn tag(number: u64, name: &str) -> String {
    format!(r#"{{"tag":"{}","name":"{name}","color":"moss"}}"#, uid('7', number))
}

/// An inbox without assignment, and a conversation in it.
async fn off(s: &mut Scene) {
    let (inbox_id, channel) = (uid('b', 4), uid('f', 4));
    s.system("An inbox without assignment.", "add_inbox", json!({ "inbox": inbox(4, false) })).await;
    let new = json!({ "id": channel, "inbox": inbox_id, "kind": "webchat", "name": "Quiet" });
    s.system("Its channel.", "add_channel", json!({ "channel": new })).await;
    let assign = json!({ "inbox": inbox_id, "member": PRIYA, "assigned": true, "channels": [channel] });
    s.system("Priya sees it.", "assign_inbox", assign).await;
    s.visitor("A visitor writes.", &channel, "v4", "Psst", 9, &uid('d', 7)).await;
}
