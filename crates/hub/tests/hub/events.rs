//! The event stream.

use super::office::{Desk, Office, error, send};
use deskbell_domain::command::AssignInbox;
use deskbell_domain::{Actor, MAX_MESSAGE_CHARS};
use deskbell_hub::admin::Request;
use deskbell_protocol::{Changes, Ephemeral, EventEphemeral, EventHead, Op, Sign, code};
use reqwest::{Method, Response, StatusCode};
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use uuid::Uuid;

const ALL_SEEN: u64 = 1 << 52;
/// Longer than anything here takes on a busy machine.
const SOON: Duration = Duration::from_secs(20);

/// One event.
#[derive(Debug, Default)]
struct Event {
    name: String,
    id: String,
    data: String,
}

struct Stream {
    response: Response,
    buffer: String,
}

impl Stream {
    async fn open(desk: &Desk, cursor: Option<u64>) -> Self {
        let mut request = desk.request(Method::GET, &format!("/v1/events?{}", desk.history()));
        if let Some(cursor) = cursor {
            request = request.header("last-event-id", cursor);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { response, buffer: String::new() }
    }

    /// The next event; `None` at the end of the stream.
    async fn next(&mut self) -> Option<Event> {
        tokio::time::timeout(SOON, async {
            loop {
                if let Some((text, rest)) = self.buffer.split_once("\n\n") {
                    let mut event = Event::default();
                    for line in text.lines() {
                        let (field, value) = line.split_once(": ").unwrap_or((line, ""));
                        match field {
                            "event" => event.name = value.into(),
                            "id" => event.id = value.into(),
                            "data" => event.data = value.into(),
                            _ => {}
                        }
                    }
                    self.buffer = rest.to_owned();
                    return Some(event);
                }
                let chunk = self.response.chunk().await.ok()??;
                self.buffer.push_str(std::str::from_utf8(&chunk).unwrap());
            }
        })
        .await
        .expect("an event or the end comes soon")
    }
}

#[tokio::test]
async fn a_small_change_travels_in_the_event_from_the_cursor_on() {
    let office = Office::open().await;
    let desk = office.sign_in("priya@example.com").await;
    let cursor = office.hub.head().seq;
    let chat = office.customer_writes(office.front_channel, "v1", "Hello?").await;
    let mut stream = Stream::open(&desk, Some(cursor)).await;
    let event = stream.next().await.unwrap();
    assert_eq!((event.name.as_str(), event.id.as_str()), ("changes", (cursor + 1).to_string().as_str()));
    let page: Changes = serde_json::from_str(&event.data).unwrap();
    assert_eq!((page.from, page.to), (cursor, cursor + 1));
    assert!(page.changes.iter().any(|c| c.op == Op::Put && c.id == chat.0));
    desk.act(send(chat, "Good morning", ALL_SEEN)).await;
    let page: Changes = serde_json::from_str(&stream.next().await.unwrap().data).unwrap();
    assert_eq!((page.from, page.to), (cursor + 1, cursor + 2));
    // What is not for this member moves the cursor and says nothing.
    office.customer_writes(office.back_channel, "v2", "Not for Priya").await;
    let event = stream.next().await.unwrap();
    assert!(!event.data.contains("Not for Priya"));
    let page: Changes = serde_json::from_str(&event.data).unwrap();
    assert_eq!((page.to, page.changes.len()), (cursor + 3, 0));
}

/// What a client holds that hears these pages one after the other.
fn held(pages: impl IntoIterator<Item = Changes>) -> BTreeMap<(String, String, Uuid), (u64, Option<Value>)> {
    let mut held = BTreeMap::new();
    for change in pages.into_iter().flat_map(|page| page.changes) {
        held.insert((change.scope.to_string(), change.kind, change.id), (change.rev, change.row));
    }
    held
}

#[tokio::test]
async fn who_listens_hears_what_who_asks_is_told() {
    let office = Office::open().await;
    let desks = [office.sign_in("priya@example.com").await, office.sign_in("kwame@example.com").await];
    let from = office.hub.head().seq;
    let mut streams = Vec::new();
    for desk in &desks {
        streams.push(Stream::open(desk, Some(from)).await);
    }
    let inbox = |assigned| {
        let channels = vec![office.front_channel];
        AssignInbox { inbox: office.front, member: office.kwame, assigned, channels }
    };
    let chat = office.customer_writes(office.front_channel, "v1", "Hello?").await;
    for n in 0..12 {
        office.customer_writes(office.front_channel, "v1", &format!("Are you open on day {n}?")).await;
        office.customer_writes(office.back_channel, "v2", &format!("And at the back on day {n}?")).await;
        desks[0].act(send(chat, &format!("On day {n} we are."), ALL_SEEN)).await;
        // Kwame comes and goes: what he may see changes while he listens.
        office.hub.carry_out(Actor::System, inbox(n % 3 == 1)).await.unwrap();
    }
    let head = office.hub.head().seq;
    for (desk, stream) in desks.iter().zip(&mut streams) {
        let (mut cursor, mut heard) = (from, Vec::new());
        while cursor < head {
            let event = stream.next().await.unwrap();
            assert_eq!(event.name, "changes");
            let page: Changes = serde_json::from_str(&event.data).unwrap();
            assert_eq!((page.from, page.to.to_string(), page.more), (cursor, event.id, false));
            assert!(page.changes.is_sorted_by_key(|change| change.rev), "{page:?}");
            cursor = page.to;
            heard.push(page);
        }
        let asked = desk.changes(from, 1_000).await;
        let digests = heard.iter().rev().flat_map(|page| &page.digests).collect::<Vec<_>>();
        for (scope, digest) in &asked.digests {
            let told = digests.iter().find(|(told, _)| *told == scope);
            assert!(told.is_none_or(|(_, told)| *told == digest), "{scope}: {told:?}, and {digest} when asked");
        }
        let (heard, asked) = (held(heard), held([asked]));
        assert!(!asked.is_empty());
        for (row, now) in asked {
            assert_eq!(heard.get(&row), Some(&now), "{row:?}");
        }
    }
}

#[tokio::test]
async fn who_listens_hears_nothing_of_what_is_not_for_them() {
    let office = Office::open().await;
    let desk = office.sign_in("priya@example.com").await;
    let mut stream = Stream::open(&desk, Some(office.hub.head().seq)).await;
    // The first is read from the database, the others come from memory.
    for n in 0..5 {
        office.customer_writes(office.back_channel, "v2", &format!("A secret of the back, number {n}")).await;
        let event = stream.next().await.unwrap();
        let page: Changes = serde_json::from_str(&event.data).unwrap();
        assert!(page.changes.is_empty() && !event.data.contains("secret"), "{}", event.data);
        // Nothing changed in what she sees, and the digests of that were said already.
        assert_eq!(page.digests.is_empty(), n > 0, "event {n}: {:?}", page.digests);
    }
}

#[tokio::test]
async fn a_large_change_travels_as_word_of_it() {
    let office = Office::open().await;
    let desk = office.sign_in("priya@example.com").await;
    let chat = office.customer_writes(office.front_channel, "v1", "Hello?").await;
    let cursor = office.hub.head().seq;
    for _ in 0..25 {
        let long = send(chat, &"x".repeat(MAX_MESSAGE_CHARS), ALL_SEEN);
        office.hub.execute(Actor::Member(office.priya), long).await.unwrap();
    }
    let mut stream = Stream::open(&desk, Some(cursor)).await;
    let event = stream.next().await.unwrap();
    assert_eq!(event.name, "head");
    let told: EventHead = serde_json::from_str(&event.data).unwrap();
    assert_eq!(told.head, office.hub.head());
    // Without a cursor the stream begins with the head, and says what comes after it.
    let mut fresh = Stream::open(&desk, None).await;
    assert_eq!(fresh.next().await.unwrap().name, "head");
    office.customer_writes(office.front_channel, "v1", "Still there?").await;
    assert_eq!(fresh.next().await.unwrap().name, "changes");
}

#[tokio::test]
async fn a_new_grant_is_told_and_its_scope_followed() {
    let office = Office::open().await;
    let desk = office.sign_in("kwame@example.com").await;
    let mut stream = Stream::open(&desk, Some(office.hub.head().seq)).await;
    let assign =
        AssignInbox { inbox: office.front, member: office.kwame, assigned: true, channels: vec![office.front_channel] };
    office.hub.carry_out(Actor::System, assign).await.unwrap();
    assert!(stream.next().await.unwrap().data.contains(r#""kind":"grant""#));
    office.customer_writes(office.front_channel, "v1", "For Kwame too").await;
    assert!(stream.next().await.unwrap().data.contains("For Kwame too"));
}

#[tokio::test]
async fn the_stream_ends_when_the_device_is_revoked_and_when_the_hub_stops() {
    let mut office = Office::open().await;
    let (revoked, other) = (office.sign_in("priya@example.com").await, office.sign_in("dana@example.com").await);
    let head = office.hub.head().seq;
    let mut ends = Stream::open(&revoked, Some(head)).await;
    let mut goes_on = Stream::open(&other, Some(head)).await;
    office.admin(Request::RevokeDevice { device: revoked.session.device.to_string() }).await;
    assert!(ends.next().await.is_none());
    office.customer_writes(office.front_channel, "v1", "Hello?").await;
    assert_eq!(goes_on.next().await.unwrap().name, "changes");
    let stopped = std::time::Instant::now();
    office.stop().await;
    assert!(goes_on.next().await.is_none());
    assert!(stopped.elapsed() < Duration::from_secs(5), "an open stream must not hold up a stop");
}

#[tokio::test]
async fn a_stream_from_elsewhere_is_refused_before_it_begins() {
    let office = Office::open().await;
    let desk = office.sign_in("priya@example.com").await;
    let open = |query: String, cursor: &'static str| {
        desk.request(Method::GET, &format!("/v1/events?{query}")).header("last-event-id", cursor).send()
    };
    let (status, told) = error(open("gen=another".into(), "0").await.unwrap()).await;
    assert_eq!((status, told.code.as_str()), (StatusCode::GONE, code::ROLLED_BACK));
    let (status, told) = error(open(desk.history(), "999999").await.unwrap()).await;
    assert_eq!((status, told.code.as_str()), (StatusCode::GONE, code::RESYNC));
    let (status, _) = error(open(desk.history(), "yesterday").await.unwrap()).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_colleague_is_told_who_types_and_who_may_not_see_the_chat_is_not() {
    let office = Office::open().await;
    let (priya, dana) = (office.sign_in("priya@example.com").await, office.sign_in("dana@example.com").await);
    let kwame = office.sign_in("kwame@example.com").await;
    let chat = office.customer_writes(office.front_channel, "v1", "Hello?").await;
    let cursor = Some(office.hub.head().seq);
    let (mut hers, mut others) = (Stream::open(&dana, cursor).await, Stream::open(&kwame, cursor).await);
    let mut own = Stream::open(&priya, cursor).await;
    // A stream hears from the moment that it is served: said until it is heard.
    let typing = Ephemeral { chat, sign: Sign::Typing };
    let say = || async { priya.request(Method::POST, "/v1/ephemeral").json(&typing).send().await.unwrap().status() };
    let heard = async { hers.next().await.unwrap() };
    tokio::pin!(heard);
    let event = loop {
        assert_eq!(say().await, StatusCode::NO_CONTENT);
        tokio::select! {
            event = &mut heard => break event,
            () = tokio::time::sleep(Duration::from_millis(50)) => {}
        }
    };
    assert_eq!(event.name, "ephemeral");
    let told: EventEphemeral = serde_json::from_str(&event.data).unwrap();
    assert_eq!(told, EventEphemeral { chat, member: office.priya, sign: Sign::Typing });
    let refused = kwame.request(Method::POST, "/v1/ephemeral").json(&typing).send().await.unwrap();
    assert_eq!(error(refused).await.1.code, code::NOT_FOUND);
    // The next that the others hear is the next commit, not the sign.
    office.customer_writes(office.front_channel, "v1", "Anyone?").await;
    assert_eq!(own.next().await.unwrap().name, "changes");
    assert_eq!(others.next().await.unwrap().name, "changes");
}

#[tokio::test]
async fn a_stream_takes_its_connection_over_and_both_end_together() {
    let office = Office::open().await;
    let desk = office.sign_in("priya@example.com").await;
    let address = office.url.strip_prefix("http://").unwrap().to_owned();
    let mut connection = TcpStream::connect(&address).await.unwrap();
    let ask = |path: &str, version: &str| {
        let token = &desk.session.token;
        format!("GET {path} HTTP/{version}\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\r\n")
    };
    // What was asked before on the same connection is answered as always.
    connection.write_all(ask("/healthz", "1.1").as_bytes()).await.unwrap();
    let read = read_until(&mut connection, "ok\n").await;
    assert!(read.starts_with("HTTP/1.1 200 OK\r\n") && read.contains("content-length: 3\r\n"), "{read}");
    let path = format!("/v1/events?{}", desk.history());
    connection.write_all(ask(&path, "1.1").as_bytes()).await.unwrap();
    let head = read_until(&mut connection, "\r\n\r\n").await;
    for said in
        ["HTTP/1.1 200 OK", "content-type: text/event-stream", "transfer-encoding: chunked", "connection: close"]
    {
        assert_eq!(head.matches(said).count(), 1, "{said}: {head}");
    }
    assert!(head.contains("x-content-type-options: nosniff\r\n"), "{head}");
    assert!(head.contains("\r\ndate: "), "{head}");
    read_until(&mut connection, "event: head\n").await;
    // One who speaks an older HTTP gets no pieces.
    let mut older = TcpStream::connect(&address).await.unwrap();
    older.write_all(ask(&path, "1.0").as_bytes()).await.unwrap();
    let read = read_until(&mut older, "event: head\n").await;
    assert!(!read.contains("chunked"), "{read}");
    office.hub.begin_stop();
    let rest = read_until(&mut connection, "\r\n0\r\n\r\n").await;
    assert!(rest.ends_with("\r\n0\r\n\r\n"), "{rest}");
    assert_eq!(connection.read(&mut [0; 16]).await.unwrap(), 0, "the connection has ended, too");
}

/// What comes until this was read.
async fn read_until(connection: &mut TcpStream, end: &str) -> String {
    let mut read = Vec::new();
    let reading = async {
        while !String::from_utf8_lossy(&read).contains(end) {
            let byte = connection.read_u8().await.unwrap();
            read.push(byte);
        }
    };
    let done = tokio::time::timeout(SOON, reading).await;
    assert!(done.is_ok(), "{end:?} does not come: {}", String::from_utf8_lossy(&read));
    String::from_utf8(read).unwrap()
}
