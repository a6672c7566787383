//! What must not work, and what it answers: a code, a sentence, and nothing changed.

use super::office::{Desk, Office, error, new_id, send};
use deskbell_domain::*;
use deskbell_protocol::{ApiError, MAX_BODY_BYTES, code};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

async fn push_json(desk: &Desk, commands: Value) -> reqwest::Response {
    let mut batch = serde_json::to_value(desk.batch(vec![])).unwrap();
    batch["commands"] = commands;
    desk.try_push(&batch).await
}

fn raw(n: u64, kind: &str, version: u32, args: Value) -> Value {
    json!({ "n": n, "id": new_id(), "kind": kind, "version": version, "args": args, "age_ms": 0 })
}

fn is_a_sentence(error: &ApiError) {
    assert!(error.message.ends_with('.') && error.message.len() > 10, "{error:?}");
}

#[tokio::test]
async fn nothing_is_told_without_a_token() {
    let office = Office::open().await;
    let scope = Scope::Channel(office.front_channel);
    let http = reqwest::Client::new();
    for (method, path) in [
        (Method::GET, "/v1/session".to_owned()),
        (Method::DELETE, "/v1/session".into()),
        (Method::GET, "/v1/devices".into()),
        (Method::DELETE, format!("/v1/devices/{}", new_id())),
        (Method::POST, "/v1/commands".into()),
        (Method::GET, "/v1/changes?since=0&gen=x&seen=0.0".into()),
        (Method::GET, format!("/v1/snapshot/{scope}?boot=b&gen=x&seen=0.0")),
        (Method::GET, format!("/v1/conversations/{}/messages", new_id())),
        (Method::GET, "/v1/events".into()),
    ] {
        for token in [None, Some("made-up"), Some("")] {
            let mut request = http.request(method.clone(), format!("{}{path}", office.url)).json(&json!({}));
            if let Some(token) = token {
                request = request.bearer_auth(token);
            }
            let response = request.send().await.unwrap();
            assert_eq!(response.headers()["www-authenticate"], "Bearer");
            let (status, told) = error(response).await;
            assert_eq!((status, told.code.as_str()), (StatusCode::UNAUTHORIZED, code::SIGN_IN_REQUIRED), "{path}");
        }
    }
}

#[tokio::test]
async fn unknown_newer_and_unreadable_commands_are_refused_and_the_batch_goes_on() {
    let mut office = Office::open().await;
    let desk = office.sign_in("priya@example.com").await;
    let chat = office.customer_writes(office.front_channel, "v1", "Hello?").await;
    let message = |text: Value| json!({ "chat": chat, "message": new_id(), "text": text, "seen": 1u64 << 52 });
    let batch = json!([
        raw(1, "fly_to_the_moon", 1, json!({})),
        raw(2, "send_message", 99, message("From the future".into())),
        raw(3, "send_message", 1, json!({ "chat": 7 })),
        raw(4, "send_message", 1, json!([])),
        raw(5, "send_message", 1, message("".into())),
        raw(6, "send_message", 1, message("x".repeat(MAX_MESSAGE_CHARS + 1).into())),
        raw(7, "create_tag", 1, json!({ "tag": new_id(), "name": "gpj.\u{202e}exe", "color": "moss" })),
        raw(8, "create_tag", 1, json!({ "tag": new_id(), "name": "nul\u{0}", "color": "moss" })),
        raw(9, "send_message", 1, message("With a NUL\u{0} inside".into())),
        raw(10, "send_message", 1, message("ü".repeat(MAX_MESSAGE_CHARS).into())),
    ]);
    let response = push_json(&desk, batch.clone()).await;
    assert_eq!(response.status(), StatusCode::OK);
    let results: Value = response.json().await.unwrap();
    let told = |i: usize| results["results"][i].clone();
    assert_eq!(told(0)["reason"]["code"], "unknown_command");
    assert_eq!(told(1)["reason"]["code"], "unknown_command");
    for i in [2, 3] {
        assert_eq!((&told(i)["reason"]["code"], &told(i)["reason"]["field"]), (&json!("invalid"), &json!("args")));
    }
    for (i, field, problem) in [
        (4, "text", "empty"),
        (5, "text", "too_long"),
        (6, "name", "control_characters"),
        (7, "name", "control_characters"),
    ] {
        assert_eq!(told(i)["reason"], json!({ "code": "invalid", "field": field, "problem": problem }));
    }
    for i in [8, 9] {
        assert_eq!(told(i)["outcome"], "applied", "{i}");
    }
    office.restart().await;
    let again: Value = push_json(&desk, batch).await.json().await.unwrap();
    assert_eq!(again["results"], results["results"], "refusals are remembered too");
    let page: Value = desk.get(&format!("/v1/conversations/{chat}/messages?limit=2")).await.json().await.unwrap();
    assert_eq!(page["rows"][1]["row"]["content"]["text"], "With a NUL inside");
}

#[tokio::test]
async fn bodies_that_cannot_be_read_are_bad_requests() {
    let office = Office::open().await;
    let desk = office.sign_in("priya@example.com").await;
    let head = office.hub.head();
    let valid = serde_json::to_string(&desk.batch(vec![desk.command(send(ChatId(new_id()), "Hi", 0))])).unwrap();
    let mut not_utf8 = valid.replace("\"Hi\"", "\"H~\"").into_bytes();
    let at = not_utf8.iter().position(|b| *b == b'~').unwrap();
    not_utf8[at] = 0xff;
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for body in [
        Vec::new(),
        b"{".to_vec(),
        b"null".to_vec(),
        b"[]".to_vec(),
        not_utf8,
        valid.as_bytes()[..valid.len() / 2].to_vec(),
        valid.replace("\"n\":1", "\"n\":-1").into_bytes(),
        valid.replace("\"n\":1", "\"n\":18446744073709551615").into_bytes(),
        valid.replace(&desk.session.device.to_string(), &new_id().to_string()).into_bytes(),
        valid.replace("\"seen\":\"", "\"seen\":\"x").into_bytes(),
        deep.clone().into_bytes(),
    ] {
        let request = desk.request(Method::POST, "/v1/commands").header("content-type", "application/json");
        let shown = String::from_utf8_lossy(&body[..body.len().min(300)]).into_owned();
        let (status, told) = error(request.body(body).send().await.unwrap()).await;
        assert_eq!((status, told.code.as_str()), (StatusCode::BAD_REQUEST, code::BAD_REQUEST), "{shown}");
        is_a_sentence(&told);
    }
    let form = desk.request(Method::POST, "/v1/commands").header("content-type", "text/plain").body(valid.clone());
    assert_eq!(error(form.send().await.unwrap()).await.0, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    // Nothing of it reached the rules; what is only strange inside the arguments does, and is refused there.
    assert_eq!(office.hub.head(), head);
    for args in [r#"{"text":"\ud800"}"#.to_owned(), deep] {
        let at = valid.find("\"args\":").unwrap() + "\"args\":".len();
        let end = at + valid[at..].find('}').unwrap() + 1;
        let body = format!("{}{args}{}", &valid[..at], &valid[end..]);
        let body = body.replace(&valid[valid.find("\"id\":\"").unwrap()..][..42], &format!("\"id\":\"{}", new_id()));
        let body = body.replace("\"n\":1", &format!("\"n\":{}", args.len()));
        let request = desk.request(Method::POST, "/v1/commands").header("content-type", "application/json");
        let response = request.body(body).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        let results: Value = response.json().await.unwrap();
        assert_eq!(results["results"][0]["reason"]["code"], "invalid");
    }
}

#[tokio::test]
async fn too_much_at_once_is_too_large() {
    let office = Office::open().await;
    let desk = office.sign_in("priya@example.com").await;
    let many: Vec<Value> = (0..65).map(|n| raw(n, "mark_read", 1, json!({}))).collect();
    let (status, told) = error(push_json(&desk, many.into()).await).await;
    assert_eq!((status, told.code.as_str()), (StatusCode::PAYLOAD_TOO_LARGE, code::TOO_LARGE));
    assert_eq!(told.params["most"], "64");
    for (path, bytes) in [("/v1/commands", MAX_BODY_BYTES + 1), ("/v1/session", 64 * 1024 + 1)] {
        let request = desk.request(Method::POST, path).header("content-type", "application/json");
        let (status, told) = error(request.body(vec![b' '; bytes]).send().await.unwrap()).await;
        assert_eq!((status, told.code.as_str()), (StatusCode::PAYLOAD_TOO_LARGE, code::TOO_LARGE), "{path}");
    }
}

#[tokio::test]
async fn strange_addresses_methods_and_identifiers_are_not_found() {
    let office = Office::open().await;
    let desk = office.sign_in("priya@example.com").await;
    let foreign = Scope::Channel(office.back_channel);
    let history = desk.history();
    let missing = error(desk.get(&format!("/v1/snapshot/channel:{}?boot=b&{history}", new_id())).await).await;
    assert_eq!((missing.0, missing.1.code.as_str()), (StatusCode::NOT_FOUND, code::NOT_FOUND));
    let other_chat = office.customer_writes(office.back_channel, "v1", "Hello?").await;
    for path in [
        format!("/v1/snapshot/{foreign}?boot=b&{history}"),
        format!("/v1/snapshot/nonsense?boot=b&{history}"),
        format!("/v1/snapshot/member:{}?boot=b&{history}", office.dana),
        format!("/v1/conversations/{other_chat}/messages"),
        format!("/v1/conversations/{}/messages", new_id()),
        "/v1/conversations/1%20OR%201=1/messages".into(),
        "/v1/conversations/%ff/messages".into(),
        "/v1/nothing".into(),
        "/".into(),
    ] {
        assert_eq!(error(desk.get(&path).await).await, missing, "{path}");
    }
    let (status, told) = error(desk.request(Method::PUT, "/v1/commands").send().await.unwrap()).await;
    assert_eq!((status, told.code.as_str()), (StatusCode::METHOD_NOT_ALLOWED, code::BAD_REQUEST));
    for path in [
        "/v1/changes".to_owned(),
        format!("/v1/changes?since=-1&{history}"),
        format!("/v1/changes?since=0&limit=all&{history}"),
        format!("/v1/snapshot/org?boot=b&after=nonsense&{history}"),
        format!("/v1/snapshot/org?boot=b&after=message:18446744073709551615&{history}"),
        format!("/v1/snapshot/org?boot={}&{history}", "b".repeat(101)),
        format!("/v1/conversations/{}/messages?before=x", new_id()),
    ] {
        assert_eq!(error(desk.get(&path).await).await.0, StatusCode::BAD_REQUEST, "{path}");
    }
    let page = desk.get(&format!("/v1/changes?since=0&limit=0&{history}")).await;
    assert_eq!(page.status(), StatusCode::OK, "a limit is brought into its bounds");
}

#[tokio::test]
async fn another_name_for_the_hub_and_pages_of_other_sites_are_refused() {
    let office = Office::open().await;
    let desk = office.sign_in("priya@example.com").await;
    let port = office.url.rsplit(':').next().unwrap();
    let ask = |host: String| desk.request(Method::GET, "/v1/hub").header("host", host).send();
    for host in ["evil.example".to_owned(), format!("evil.example:{port}"), "127.0.0.1:1".into()] {
        let (status, told) = error(ask(host).await.unwrap()).await;
        assert_eq!((status, told.code.as_str()), (StatusCode::MISDIRECTED_REQUEST, code::WRONG_HOST));
        is_a_sentence(&told);
    }
    assert_eq!(ask(format!("localhost:{port}")).await.unwrap().status(), StatusCode::OK);
    for (origin, expected) in [
        ("https://evil.example", StatusCode::MISDIRECTED_REQUEST),
        ("null", StatusCode::MISDIRECTED_REQUEST),
        (office.url.as_str(), StatusCode::OK),
    ] {
        let response = desk.request(Method::GET, "/v1/session").header("origin", origin).send().await.unwrap();
        assert_eq!(response.status(), expected, "{origin}");
    }
}

#[tokio::test]
async fn bytes_that_are_no_http_do_not_harm_the_hub() {
    let office = Office::open().await;
    let address = office.url.strip_prefix("http://").unwrap();
    for bytes in [&b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..], b"GET\r\n\r\n", b"\0\0\0\0\r\n\r\n"] {
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut answer = Vec::new();
        let read = tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut answer)).await;
        assert!(read.is_ok(), "it must not wait for more");
    }
    assert_eq!(reqwest::get(format!("{}/healthz", office.url)).await.unwrap().text().await.unwrap(), "ok\n");
}

#[tokio::test]
async fn who_never_finishes_asking_is_let_go_and_a_stream_stays() {
    let office = Office::open().await;
    let desk = office.sign_in("priya@example.com").await;
    let mut stream = desk.get("/v1/events").await;
    assert!(stream.chunk().await.unwrap().is_some(), "where history is");
    let address = office.url.strip_prefix("http://").unwrap().to_owned();
    let waiting = [&b""[..], b"GET /healthz HTTP/1.1\r\nHost: ", b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX: "];
    let waiting = waiting.map(|bytes| {
        let address = address.clone();
        tokio::spawn(async move {
            let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
            stream.write_all(bytes).await.unwrap();
            let mut answer = Vec::new();
            let _ = stream.read_to_end(&mut answer).await;
        })
    });
    for one in waiting {
        tokio::time::timeout(Duration::from_secs(20), one).await.expect("it is let go").unwrap();
    }
    office.customer_writes(office.front_channel, "v1", "Still there?").await;
    let told = tokio::time::timeout(Duration::from_secs(10), stream.chunk()).await.unwrap().unwrap().unwrap();
    assert!(String::from_utf8_lossy(&told).contains("Still there?"));
}

#[tokio::test]
async fn only_json_is_json() {
    let office = Office::open().await;
    let desk = office.sign_in("priya@example.com").await;
    let body = serde_json::to_string(&desk.batch(vec![])).unwrap();
    for (kind, expected) in [
        ("application/json", StatusCode::OK),
        ("Application/JSON; charset=utf-8", StatusCode::OK),
        ("application/json ;charset=utf-8", StatusCode::OK),
        ("application/jsonx", StatusCode::UNSUPPORTED_MEDIA_TYPE),
        ("application/json-patch+json", StatusCode::UNSUPPORTED_MEDIA_TYPE),
        ("text/plain; application/json", StatusCode::UNSUPPORTED_MEDIA_TYPE),
        ("", StatusCode::UNSUPPORTED_MEDIA_TYPE),
    ] {
        let request = desk.request(Method::POST, "/v1/commands").header("content-type", kind).body(body.clone());
        assert_eq!(request.send().await.unwrap().status(), expected, "{kind}");
    }
}
