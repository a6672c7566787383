//! Getting a copy and keeping it.

use crate::scene::{Desk, Scene, command, send, uid};
use crate::transcript::{Request, Transcript};
use crate::world::{BACK_CHAT, FRONT, FRONT_CHAT, PRIYA};
use serde_json::json;

/// A position that has seen everything.
const ALL_SEEN: u64 = 1 << 40;

pub async fn first_sign_in() -> Transcript {
    let mut s = Scene::begin(
        "First sign-in",
        "A device that knows nothing signs in, loads every scope that it was granted, and follows the feed from the head \
         of the session.",
    )
    .await;
    let (open, closed) = (uid('d', 1), uid('d', 2));
    s.visitor("A visitor writes.", FRONT_CHAT, "v1", "Is the Tern in stock?", 1, &open).await;
    s.visitor("Another one does.", FRONT_CHAT, "v2", "Thanks, all done!", 2, &closed).await;
    let close = json!({ "chat": closed, "seen_inbound": ALL_SEEN, "line": uid('b', 1) });
    s.system("That one is closed.", "close_chat", close).await;
    s.visitor("What the back office gets is not for Priya.", BACK_CHAT, "v3", "My invoice?", 3, &uid('d', 3)).await;
    s.ask("hub", "What anybody may know of a hub.", Request::new("GET", "/v1/hub")).await;
    let mut desk = s.sign_in("session", "Priya signs in.", "priya@example.com").await;
    s.ask("org", "The organization first, so that there are names.", desk.snapshot("org", "b-1", "")).await;
    s.ask("member", "Then what is hers alone.", desk.snapshot(&format!("member:{PRIYA}"), "b-2", "")).await;
    s.ask("inbox", "Then the inbox.", desk.snapshot(&format!("inbox:{FRONT}"), "b-3", "")).await;
    let channel = format!("channel:{FRONT_CHAT}");
    let hint = desk.snapshot(&channel, "b-4", "&phase=hint&limit=3");
    let page = s.ask("hint", "What the list of chats shows of the channel first.", hint).await;
    assert!(page["next"].is_null(), "one page holds it");
    let page = s.ask("channel", "Then all of the channel, in pages.", desk.snapshot(&channel, "b-4", "&limit=3")).await;
    let after = format!("&limit=3&after={}", page["next"].as_str().unwrap());
    s.ask("channel-end", "The last page has no `next`.", desk.snapshot(&channel, "b-4", &after)).await;
    let page =
        s.ask("head", "The feed from the session's head on. Nothing is new; the digests agree.", desk.changes(None));
    desk.read(&page.await);
    s.end().await
}

pub async fn feed() -> Transcript {
    let mut s = Scene::begin(
        "The feed in pages",
        "What changed after a cursor. A page never splits a `seq`; rows are as they are now, so a row that changed twice \
         is told once, at its newest `rev`.",
    )
    .await;
    let mut desk = s.sign_in("", "Priya signs in.", "priya@example.com").await;
    let chat = uid('d', 1);
    s.visitor("A visitor writes.", FRONT_CHAT, "v1", "Is the Tern in stock?", 1, &chat).await;
    s.visitor("A second message to the same conversation.", FRONT_CHAT, "v1", "In green, if you have it.", 2, &chat)
        .await;
    let reply = command(1, "send_message", &send(&chat, 3, "We have two left.", 1 << 40));
    s.ask("", "Priya answers, and with that takes the conversation.", desk.push(&[reply])).await;
    s.visitor("Out of Priya's sight.", BACK_CHAT, "v3", "My invoice?", 4, &uid('d', 3)).await;
    let page = s.ask("first", "A page of about one change.", desk.changes(Some(1))).await;
    desk.read(&page);
    let page = s.ask("second", "The next one.", desk.changes(Some(1))).await;
    desk.read(&page);
    let page = s.ask("last", "The last one is at the head and holds the digests.", desk.changes(Some(1))).await;
    desk.read(&page);
    s.ask("idle", "Nothing new.", desk.changes(None)).await;
    s.end().await
}

pub async fn thread() -> Transcript {
    let mut s = Scene::begin(
        "A thread, backwards, and who is looking at it",
        "The entries of one chat, newest first; and a sign that a member gives their colleagues.",
    )
    .await;
    let desk = s.sign_in("", "Priya signs in.", "priya@example.com").await;
    let chat = uid('d', 1);
    for (number, text) in [(1, "Hello?"), (2, "Anybody?"), (3, "I will try later.")] {
        s.visitor("A visitor writes.", FRONT_CHAT, "v1", text, number, &chat).await;
    }
    let path = format!("/v1/conversations/{chat}/messages");
    let page = s.ask("newest", "The newest two.", desk.get(format!("{path}?limit=2"))).await;
    let before = page["rows"][1]["row"]["pos"].as_u64().unwrap();
    s.ask("older", "What came before them.", desk.get(format!("{path}?limit=2&before={before}"))).await;
    let stranger = s.sign_in("", "Kwame signs in; the conversation is not for him.", "kwame@example.com").await;
    s.ask("", "To him it does not exist.", stranger.get(path)).await;
    let sign =
        |desk: &Desk| desk.request("POST", "/v1/ephemeral").json(&format!(r#"{{"chat":"{chat}","sign":"typing"}}"#));
    s.ask("typing", "Priya types.", sign(&desk)).await;
    s.ask("", "Kwame cannot say that of a chat that he may not see.", sign(&stranger)).await;
    s.end().await
}
