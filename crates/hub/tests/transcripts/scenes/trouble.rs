//! The event stream, and what to do when something is wrong.

use crate::scene::{Desk, Scene, command, send, uid};
use crate::transcript::{HubAct, Request, Transcript};
use crate::world::{BACK_CHAT, DANA, FRONT, FRONT_CHAT};
use deskbell_hub::admin;

const ALL_SEEN: u64 = 1 << 40;

pub async fn events() -> Transcript {
    let mut s = Scene::begin(
        "The event stream",
        "A small change travels in the event; a large one only as word that there is something to pull. Each stream is \
         read to the end of what it says.",
    )
    .await;
    let mut desk = s.sign_in("", "Priya signs in.", "priya@example.com").await;
    let dana = s.sign_in("", "Dana signs in.", "dana@example.com").await;
    let chat = uid('d', 1);
    s.visitor("A visitor writes.", FRONT_CHAT, "v1", "Is the Tern in stock?", 1, &chat).await;
    s.open("open", "Priya opens a stream, from her cursor on.", desk.events(), "priya").await;
    let page = s.hear("changes", "What she missed, as a page of the feed.", "priya").await;
    desk.read(&page);
    let reply = command(1, "send_message", &send(&chat, 2, "Two left.", ALL_SEEN));
    s.ask("", "She answers.", desk.push(&[reply])).await;
    let page = s.hear("own", "What she did comes on the stream as well.", "priya").await;
    desk.read(&page);
    s.visitor("Something that is not for her.", BACK_CHAT, "v2", "My invoice?", 3, &uid('d', 2)).await;
    let page = s.hear("nothing", "It moves her cursor and says nothing.", "priya").await;
    desk.read(&page);
    let sign = dana.request("POST", "/v1/ephemeral").json(&format!(r#"{{"chat":"{chat}","sign":"typing"}}"#));
    s.ask("", "Dana types in the conversation.", sign).await;
    s.hear("ephemeral", "Priya is told.", "priya").await;
    let from_now = dana.get(format!("/v1/events?{}", dana.history()));
    s.open("", "A stream without a cursor begins with the head.", from_now, "dana").await;
    s.hear("head", "From there on it says what is new.", "dana").await;
    let elsewhere = desk.get(format!("/v1/events?{}", desk.history())).header("last-event-id", 999_999);
    s.ask("resync", "A cursor that is not of this hub is refused before the stream begins.", elsewhere).await;
    let revoke = admin::Request::RevokeDevice { device: desk.device.clone() };
    s.hub("Priya's device is signed out.", HubAct::Admin(revoke)).await;
    s.hear("end", "Her stream ends.", "priya").await;
    s.end().await
}

pub async fn resync() -> Transcript {
    let mut s = Scene::begin(
        "Away for too long",
        "The hub keeps what left a scope for a limited time. A cursor from before that is told to load everything again, \
         in place: nothing is wiped, the outbox stays.",
    )
    .await;
    let desk = s.sign_in("", "Priya signs in, and is away from then on.", "priya@example.com").await;
    s.visitor("A visitor writes.", FRONT_CHAT, "v1", "Is the Tern in stock?", 1, &uid('d', 1)).await;
    let taken = admin::Request::AssignInbox { inbox: FRONT.into(), member: DANA.into(), assigned: false };
    s.hub("Something leaves a scope: Dana is taken off the inbox.", HubAct::Admin(taken)).await;
    s.hub("Thirty-one days pass.", HubAct::PassMs(31 * 24 * 60 * 60 * 1000)).await;
    s.hub("What left a scope so long ago is forgotten.", HubAct::Compact).await;
    s.ask("resync", "Her cursor is from before.", desk.changes(None)).await;
    let late = desk.push(&[command(1, "send_message", &send(&uid('d', 1), 2, "Two left.", ALL_SEEN))]);
    s.ask("", "What she has to say is taken all the same.", late).await;
    let session = s.ask("session", "What she may see now, and the new cursor.", desk.get("/v1/session")).await;
    let mut desk = Desk::of(&session);
    s.ask("", "Every scope is loaded again.", desk.snapshot(&format!("channel:{FRONT_CHAT}"), "b-9", "")).await;
    let page = s.ask("", "And the feed goes on.", desk.changes(None)).await;
    desk.read(&page);
    s.end().await
}

pub async fn restored() -> Transcript {
    let mut s = Scene::begin(
        "A hub that was restored from a backup",
        "It has another generation, so everybody is told at once, also who had seen nothing that was lost. Devices stay \
         signed in.",
    )
    .await;
    let mut desk = s.sign_in("", "Priya signs in.", "priya@example.com").await;
    s.visitor("A visitor writes.", FRONT_CHAT, "v1", "Is the Tern in stock?", 1, &uid('d', 1)).await;
    let page = s.ask("", "She reads it.", desk.changes(None)).await;
    desk.read(&page);
    s.hub("A backup is made.", HubAct::Backup).await;
    s.visitor("The visitor writes again.", FRONT_CHAT, "v1", "In green?", 2, &uid('d', 1)).await;
    s.hub("The backup is put back.", HubAct::Restore).await;
    s.ask("pull", "The feed.", desk.changes(None)).await;
    s.ask("events", "The stream.", desk.events()).await;
    let session = s.ask("session", "Another generation.", desk.get("/v1/session")).await;
    let mut desk = Desk::of(&session);
    s.ask("", "Loaded again in place.", desk.snapshot(&format!("channel:{FRONT_CHAT}"), "b-1", "")).await;
    let page = s.ask("", "The feed goes on.", desk.changes(None)).await;
    desk.read(&page);
    s.end().await
}

pub async fn rolled_back() -> Transcript {
    let mut s = Scene::begin(
        "A hub that went back in time",
        "The hub comes back as it was when a copy of its data was made; it lost a message that it had confirmed. Whoever has \
         seen more than it knows is told so, and offers their own lost messages again.",
    )
    .await;
    let mut desk = s.sign_in("", "Priya signs in.", "priya@example.com").await;
    let chat = uid('d', 1);
    s.visitor("A visitor writes.", FRONT_CHAT, "v1", "Is the Tern in stock?", 1, &chat).await;
    let page = s.ask("", "She reads it.", desk.changes(None)).await;
    desk.read(&page);
    s.hub("A copy of the hub's data is made.", HubAct::KeepCopy).await;
    let args = send(&chat, 2, "Two left.", ALL_SEEN);
    s.ask("", "Priya answers.", desk.push(&[command(1, "send_message", &args)])).await;
    let page = s.ask("", "She reads what it did.", desk.changes(None)).await;
    desk.read(&page);
    s.hub("The hub loses its disk and comes back as the copy.", HubAct::ComeBackAsCopy).await;
    s.visitor("Other things get the numbers that were given before.", FRONT_CHAT, "v2", "Hello", 3, &uid('d', 2)).await;
    s.ask("pull", "The feed.", desk.changes(None)).await;
    s.ask("snapshot", "A snapshot.", desk.snapshot("org", "b-1", "")).await;
    s.ask("push", "Commands: nothing is done.", desk.push(&[command(2, "send_message", &args)])).await;
    let session =
        s.ask("session", "What she may see now, by the history that there is now.", desk.get("/v1/session")).await;
    let mut desk = Desk::of(&session);
    let scope = format!("channel:{FRONT_CHAT}");
    s.ask("boot", "Loaded again in place: her message is not in it.", desk.snapshot(&scope, "b-2", "")).await;
    let again = desk.push(&[command(2, "send_message", &args)]);
    s.ask("anyway", "She sends it again, by a new command for the same message.", again).await;
    let page = s.ask("", "And reads it.", desk.changes(None)).await;
    desk.read(&page);
    s.end().await
}

pub async fn bad_requests() -> Transcript {
    let mut s = Scene::begin(
        "Requests that cannot be",
        "Each is answered with a code that a client decides by and a sentence for a person.",
    )
    .await;
    s.ask("no-token", "Without a token.", Request::new("GET", "/v1/session")).await;
    let desk = s.sign_in("", "Priya signs in.", "priya@example.com").await;
    let host = Request::new("GET", "/v1/hub").header("host", "hub.example.net");
    s.ask("wrong-host", "Under a name that the hub does not serve.", host).await;
    let origin = desk.get("/v1/session").header("origin", "https://shop.example.net");
    s.ask("wrong-origin", "From a page of another site.", origin).await;
    s.ask("bad-query", "Without the parameters.", desk.get("/v1/changes")).await;
    let after = desk.snapshot("org", "b-1", "&after=nonsense");
    s.ask("bad-after", "After a key that no page gave.", after).await;
    s.ask("", "A scope that is none.", desk.snapshot("nonsense", "b-1", "")).await;
    let text = |text: &str| Request { text: Some(text.into()), ..desk.request("POST", "/v1/commands") };
    let cut = text("{\"device\":").header("content-type", "application/json");
    s.ask("bad-json", "A body that ends too early.", cut).await;
    s.ask("not-json", "A body that is not said to be JSON.", text("{}").header("content-type", "text/plain")).await;
    let stranger = Desk { device: uid('9', 1), ..desk.clone() };
    s.ask("", "A device that is not the one that signed in.", stranger.push(&[])).await;
    let read = r#"{"chat":"01a0c4bf-0000-7000-8000-d00000000001","pos":0}"#;
    let many: Vec<String> = (1..=65).map(|n| command(n, "mark_read", read)).collect();
    s.ask("too-many", "More commands than a batch may hold.", desk.push(&many)).await;
    s.ask("no-method", "A method that the address does not take.", desk.request("PUT", "/v1/commands")).await;
    s.ask("no-address", "An address that there is not.", desk.get("/v1/nothing")).await;
    s.end().await
}
