//! Clients that are odd, broken or many days behind: each gets an answer that says what to do, and harms nobody.

use super::office::{Desk, Office, error, new_id, send};
use deskbell_domain::command::{CreateTag, ReceiveMessage};
use deskbell_domain::*;
use deskbell_protocol::{PushedCommand, Snapshot, code};
use futures_util::StreamExt;
use reqwest::{Body, Method, StatusCode};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const ALL_SEEN: u64 = 1 << 52;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
const MIB: usize = 1024 * 1024;

fn tag(desk: &Desk, name: &str) -> PushedCommand {
    desk.command(CreateTag { tag: TagId(new_id()), name: TagName::parse(name).unwrap(), color: Tint::Moss })
}

#[tokio::test]
async fn a_body_of_a_hundred_megabytes_is_refused_without_reading_it() {
    let office = Office::open().await;
    let desk = office.sign_in("priya@example.com").await;
    for (path, says_its_length, most) in
        [("/v1/commands", true, 8), ("/v1/commands", false, 48), ("/v1/session", true, 8), ("/v1/session", false, 8)]
    {
        let sent = Arc::new(AtomicUsize::new(0));
        let count = sent.clone();
        let piece = bytes::Bytes::from(vec![b' '; 64 * 1024]);
        let pieces = futures_util::stream::iter(0..100 * MIB / piece.len()).map(move |_| {
            count.fetch_add(piece.len(), Ordering::SeqCst);
            Ok::<_, std::io::Error>(piece.clone())
        });
        let mut request = desk.request(Method::POST, path).header("content-type", "application/json");
        if says_its_length {
            request = request.header("content-length", 100 * MIB);
        }
        let began = Instant::now();
        let response = request.body(Body::wrap_stream(pieces)).send().await;
        let response = response.unwrap_or_else(|e| panic!("{path}: it does not hear why: {e:?}"));
        let (status, told) = error(response).await;
        assert_eq!((status, told.code.as_str()), (StatusCode::PAYLOAD_TOO_LARGE, code::TOO_LARGE), "{path}");
        let sent = sent.load(Ordering::SeqCst);
        assert!(sent < most * MIB, "{path}: {sent} bytes were taken");
        assert!(began.elapsed() < Duration::from_secs(10));
    }
    // One that never stops sending and never listens is cut, and others are served meanwhile.
    let address = office.url.strip_prefix("http://").unwrap().to_owned();
    let mut stream = TcpStream::connect(&address).await.unwrap();
    let head = format!(
        "POST /v1/commands HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
         Content-Length: 104857600\r\n\r\n",
        desk.session.token
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut told = [0; 12];
    stream.read_exact(&mut told).await.unwrap();
    assert_eq!(&told, b"HTTP/1.1 413", "before a byte of the body came");
    let piece = vec![b' '; MIB];
    let sending = async {
        let mut sent = 0;
        while sent < 100 && stream.write_all(&piece).await.is_ok() {
            sent += 1;
        }
        sent
    };
    let sent = tokio::time::timeout(Duration::from_secs(15), sending).await.expect("it is cut");
    assert!(sent < 100, "all of it was taken");
    assert!(
        desk.act(send(office.customer_writes(office.front_channel, "v1", "Hi").await, "Hello", ALL_SEEN))
            .await
            .outcome
            .is_done()
    );
}

#[tokio::test]
async fn what_is_of_a_later_protocol_is_refused_with_words_or_passed_over() {
    let office = Office::open().await;
    let desk = office.sign_in("priya@example.com").await;
    for path in ["/v2/changes?since=0", "/v2/commands", "/v1/changes/stream"] {
        let (status, told) = error(desk.get(path).await).await;
        assert_eq!((status, told.code.as_str()), (StatusCode::NOT_FOUND, code::NOT_FOUND), "{path}");
        assert!(told.message.ends_with('.'));
    }
    // What a later program says besides is not understood and does no harm; a command of it is refused, for ever.
    let mut batch = serde_json::to_value(desk.batch(vec![tag(&desk, "today"), tag(&desk, "of tomorrow")])).unwrap();
    batch["compression"] = json!({ "kind": "quantum" });
    batch["commands"][1]["version"] = 7.into();
    batch["commands"][1]["reminder"] = json!({ "at_ms": 1 });
    let results: Value = desk.try_push(&batch).await.json().await.unwrap();
    assert_eq!(results["results"][0]["outcome"], "applied");
    assert_eq!(results["results"][1]["reason"]["code"], "unknown_command");
    let again: Value = desk.try_push(&batch).await.json().await.unwrap();
    assert_eq!(again, results);
    let page = desk.get(&format!("/v1/changes?since=0&and=more&{}", desk.history())).await;
    assert_eq!(page.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_clients_clock_is_nobodys_business() {
    let office = Office::open().await;
    let (priya, dana) = (office.sign_in("priya@example.com").await, office.sign_in("dana@example.com").await);
    let chat = office.customer_writes(office.front_channel, "v1", "Hello?").await;
    // A day behind, a day ahead, never, always: what travels is how long a command waited, and order is the hub's.
    let waited = [0, 3_600_000, 11 * 3_600_000, 7];
    for (n, age_ms) in waited.into_iter().enumerate() {
        let desk = if n % 2 == 0 { &priya } else { &dana };
        let mut command = desk.command(send(chat, &format!("number {n}"), ALL_SEEN));
        command.age_ms = age_ms;
        assert!(desk.push(vec![command]).await.results[0].outcome.is_done(), "{n}");
    }
    let page: Value = priya.get(&format!("/v1/conversations/{chat}/messages?limit=100")).await.json().await.unwrap();
    let rows = page["rows"].as_array().unwrap().iter().rev();
    let written: Vec<_> =
        rows.filter(|r| r["row"]["author"]["kind"] == "member" && r["row"]["content"]["kind"] == "text").collect();
    let texts: Vec<_> = written.iter().filter_map(|r| r["row"]["content"]["text"].as_str()).collect();
    assert_eq!(texts, ["number 0", "number 1", "number 2", "number 3"]);
    let now_ms = office.hub.now_ms();
    let at: Vec<_> = written.iter().filter_map(|r| r["row"]["at_ms"].as_i64()).map(|at_ms| now_ms - at_ms).collect();
    assert_eq!(at, waited.map(|age| age as i64));
    let mut wild = tag(&priya, "from the stone age");
    wild.age_ms = u64::MAX;
    assert!(priya.push(vec![wild]).await.results[0].outcome.is_done());
    for age in [json!(-1), json!(1.5), json!("1"), json!(null), json!(1e30)] {
        let mut batch = serde_json::to_value(priya.batch(vec![tag(&priya, "nonsense")])).unwrap();
        batch["commands"][0]["age_ms"] = age.clone();
        assert_eq!(error(priya.try_push(&batch).await).await.0, StatusCode::BAD_REQUEST, "{age}");
    }
    // The hub's own clock jumps a day back: history does not.
    let head = office.hub.head();
    office.clock.advance_ms(-DAY_MS);
    let result = dana.act(send(chat, "after the jump", ALL_SEEN)).await;
    assert!(result.outcome.is_done() && result.seq == head.seq + 1);
    assert_eq!(office.conversation(chat).await.last_message.unwrap().pos.unwrap() / 16, result.seq);
}

#[tokio::test]
async fn of_two_copies_of_a_disk_one_goes_on_and_the_other_becomes_a_device_of_its_own() {
    let office = Office::open().await;
    let original = office.sign_in("priya@example.com").await;
    let chat = office.customer_writes(office.front_channel, "v1", "Hello?").await;
    original.act(send(chat, "Before the copy", ALL_SEEN)).await;
    // Both have the token, the device and the next number, and send at the same time.
    let batches: Vec<_> = ["left", "right"]
        .map(|side| {
            let mut command = original.command(send(chat, side, ALL_SEEN));
            command.n = 50;
            original.batch(vec![command])
        })
        .into();
    let (left, right) = tokio::join!(original.try_push(&batches[0]), original.try_push(&batches[1]));
    let mut statuses = [left.status(), right.status()];
    statuses.sort();
    assert_eq!(statuses, [StatusCode::OK, StatusCode::CONFLICT]);
    let (refused, lost) =
        if left.status() == StatusCode::CONFLICT { (left, &batches[0]) } else { (right, &batches[1]) };
    assert_eq!(error(refused).await.1.code, code::DEVICE_CLONED);
    // The other copy signs in as a new device and sends the same command from there: nothing is lost, nothing doubled.
    let clone = office.sign_in("priya@example.com").await;
    assert_ne!(clone.session.device, original.session.device);
    for _ in 0..2 {
        let mut again = clone.batch(lost.commands.clone());
        again.commands[0].n = 1;
        let response = clone.try_push(&again).await;
        assert_eq!(response.status(), StatusCode::OK);
    }
    let page: Value = clone.get(&format!("/v1/conversations/{chat}/messages?limit=100")).await.json().await.unwrap();
    let mut texts: Vec<_> =
        page["rows"].as_array().unwrap().iter().filter_map(|r| r["row"]["content"]["text"].as_str()).collect();
    texts.sort_unstable();
    assert_eq!(texts, ["Before the copy", "Hello?", "left", "right"]);
}

#[tokio::test]
async fn ten_thousand_commands_that_waited_go_through_in_their_order() {
    let office = Office::open().await;
    let desk = office.sign_in("priya@example.com").await;
    let mut chats = Vec::new();
    for n in 0..40 {
        chats.push(office.customer_writes(office.front_channel, &format!("v{n}"), "Hello?").await);
    }
    let outbox: Vec<PushedCommand> = (0..10_000)
        .map(|n| {
            let mut command = desk.command(send(chats[n % chats.len()], &format!("number {n}"), ALL_SEEN));
            command.age_ms = 60_000;
            command
        })
        .collect();
    let head = office.hub.head().seq;
    let began = Instant::now();
    let mut seqs = Vec::new();
    for batch in outbox.chunks(64) {
        let results = desk.push(batch.to_vec()).await;
        assert!(results.results.iter().all(|r| r.outcome.is_done()));
        seqs.extend(results.results.iter().map(|r| r.seq));
    }
    let took = began.elapsed();
    println!("10,000 commands in batches of 64: {took:?}, {:.0} a second", 10_000.0 / took.as_secs_f64());
    assert_eq!(seqs, (head + 1..=head + 10_000).collect::<Vec<_>>());
    assert!(took < Duration::from_secs(60), "{took:?}");
    // The answer to the last batches was lost: the same again is quick and does nothing.
    for batch in outbox[9_000..].chunks(64) {
        desk.push(batch.to_vec()).await;
    }
    assert_eq!(office.hub.head().seq, head + 10_000);
}

#[tokio::test]
async fn pages_of_a_snapshot_may_be_asked_in_any_order_and_keys_may_be_nonsense() {
    let office = Office::open().await;
    let desk = office.sign_in("priya@example.com").await;
    for n in 0..6 {
        let chat = office.customer_writes(office.front_channel, &format!("v{n}"), "Hello?").await;
        desk.act(send(chat, "Good morning", ALL_SEEN)).await;
    }
    let scope = Scope::Channel(office.front_channel);
    let (mut pages, mut keys, mut after) = (Vec::new(), Vec::new(), None);
    loop {
        let page = desk.snapshot(scope, after.clone(), 3).await;
        keys.push(after);
        after = page.next.clone();
        pages.push(page);
        if after.is_none() {
            break;
        }
    }
    assert!(pages.len() > 5);
    for n in (0..pages.len()).rev().chain([3, 0, 3, 1]) {
        let page = desk.snapshot(scope, keys[n].clone(), 3).await;
        assert_eq!((&page.rows, &page.next), (&pages[n].rows, &pages[n].next), "page {n}");
    }
    // A message that comes while pages are asked for changes none of those that were there.
    let address = Address { kind: AddressKind::Visitor, value: "v0".into() };
    let command = ReceiveMessage {
        channel: office.front_channel,
        address,
        profile_name: None,
        message: MessageId(new_id()),
        text: MessageText::parse("Meanwhile").unwrap(),
        new_chat: ChatId(new_id()),
    };
    office.hub.carry_out(Actor::System, command).await.unwrap();
    let kept = |page: &Snapshot| page.rows.iter().map(|r| r.id).collect::<Vec<_>>();
    let n = pages.len() - 2;
    assert_eq!(kept(&desk.snapshot(scope, keys[n].clone(), 3).await), kept(&pages[n]));
    let history = desk.history();
    let after = |key: &str| format!("/v1/snapshot/{scope}?boot=b&limit=3&{history}&after={key}");
    let id = new_id();
    for nonsense in [
        "",
        ":",
        "message",
        "message:",
        "message:x",
        "message:1.5",
        "message:9223372036854775808",
        "message:-",
        "conversation",
        "conversation:",
        "conversation:7",
        &format!("hologram:{id}"),
        &format!("Conversation:{id}"),
        &format!("conversation:{id}:{id}"),
        "message:%00",
        "%27%20OR%201=1",
        "%F0%9F%98%80",
        &"9".repeat(5000),
    ] {
        let (status, told) = error(desk.get(&after(nonsense)).await).await;
        assert_eq!((status, told.code.as_str()), (StatusCode::BAD_REQUEST, code::BAD_REQUEST), "{nonsense}");
    }
    // A key of nothing that is there is a place in the order all the same.
    for (key, is_empty) in [
        ("message:9223372036854775807".to_owned(), true),
        ("message:-1".into(), false),
        (format!("channel:{}", uuid::Uuid::max()), false),
        (format!("tag:{}", uuid::Uuid::max()), false),
        (format!("conversation:{}", uuid::Uuid::nil()), false),
    ] {
        let response = desk.get(&after(&key)).await;
        assert_eq!(response.status(), StatusCode::OK, "{key}");
        let page: Snapshot = response.json().await.unwrap();
        assert_eq!(page.rows.is_empty(), is_empty, "{key}");
    }
}
