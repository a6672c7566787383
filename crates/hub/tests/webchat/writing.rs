//! What visitors write, and what may come instead.

use crate::shop::{Shop, refusal};
use deskbell_domain::command::CloseChat;
use deskbell_domain::{Actor, Delivery, MAX_MESSAGE_CHARS, MessageId};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

#[tokio::test]
async fn a_message_sent_again_is_one_message() {
    let shop = Shop::open().await;
    let visitor = shop.visitor(Some("Amélie")).await;
    let id = shop.hub().new_id();
    let mut answers = Vec::new();
    for _ in 0..3 {
        answers.push(visitor.send(id, "Is the mint Pashley still for sale?").await.json::<Value>().await.unwrap());
    }
    assert!(answers.iter().all(|a| *a == answers[0]), "{answers:?}");
    let thread = visitor.thread().await;
    assert_eq!(thread.len(), 1);
    assert_eq!((&thread[0]["id"], &thread[0]["pos"]), (&answers[0]["id"], &answers[0]["pos"]));
    // The same identifier in another browser is another message.
    assert_eq!(shop.visitor(None).await.send(id, "me too").await.status(), StatusCode::OK);
    let conversations = shop.conversations().await;
    assert_eq!(conversations.len(), 2);
    let first = conversations.iter().find(|c| c.profile_name.is_some()).unwrap();
    assert_eq!(first.profile_name.as_ref().unwrap().as_str(), "Amélie");
    assert_eq!(first.channel, shop.channel);
}

#[tokio::test]
async fn a_retry_while_the_first_is_still_on_its_way_is_one_message() {
    let shop = Shop::open().await;
    let visitor = shop.visitor(None).await;
    let id = shop.hub().new_id();
    let (a, b, c) = tokio::join!(visitor.send(id, "once"), visitor.send(id, "once"), visitor.send(id, "once"));
    assert!([a, b, c].iter().all(|answer| answer.status() == StatusCode::OK));
    assert_eq!(visitor.thread().await.len(), 1);
}

#[tokio::test]
async fn what_was_answered_is_there_after_a_restart() {
    let shop = Shop::open().await;
    let visitor = shop.visitor(None).await;
    visitor.write("one").await;
    visitor.write("two").await;
    let token = visitor.token.clone();
    let Shop { server, data, http, dana, channel } = shop;
    server.stop().await;
    let hub = deskbell_hub::Hub::open(data.path(), Default::default()).unwrap();
    let server = deskbell_hub::Server::start(hub, Default::default()).await.unwrap();
    let shop = Shop { server, data, http, dana, channel };
    let visitor = crate::shop::Visitor { shop: &shop, token };
    let texts: Vec<Value> = visitor.thread().await.iter().map(|m| m["text"].clone()).collect();
    assert_eq!(texts, ["one", "two"]);
}

#[tokio::test]
async fn markup_and_marks_of_direction_stay_what_they_are() {
    let shop = Shop::open().await;
    let visitor = shop.visitor(Some("\u{202E}\"><img src=x onerror=alert(1)>\0\n")).await;
    let text = "<script>alert(1)</script> R&D <b>now</b> 1<2 \u{202E}abc";
    visitor.write(text).await;
    assert_eq!(visitor.thread().await[0]["text"], text);
    let name = shop.conversations().await[0].profile_name.clone().unwrap();
    assert_eq!(name.as_str(), "\"><img src=x onerror=alert(1)>");
}

#[tokio::test]
async fn what_is_no_message_is_refused_and_changes_nothing() {
    let shop = Shop::open().await;
    let visitor = shop.visitor(None).await;
    let id = shop.hub().new_id();
    let long = "a".repeat(MAX_MESSAGE_CHARS);
    assert_eq!(refusal(visitor.send(id, &format!("{long}b")).await).await, (413, "too_large".into()));
    assert_eq!(refusal(visitor.send(id, &"😀".repeat(100_001)).await).await, (413, "too_large".into()));
    assert_eq!(refusal(visitor.send(id, " \n\t\0 ").await).await, (422, "bad_request".into()));
    let huge = vec![b'a'; 3 * 1024 * 1024];
    for (body, answer) in [
        (&b"{"[..], (400, "bad_request")),
        (b"{\"id\":\"1\",\"text\":\"x\"}", (400, "bad_request")),
        (b"{\"text\":\"no id\"}", (400, "bad_request")),
        (b"{\"id\":\"01890000-0000-7000-8000-000000000001\",\"text\":\"\xff\xfe\"}", (400, "bad_request")),
        (b"[]", (400, "bad_request")),
        (&huge, (413, "too_large")),
    ] {
        let call =
            visitor.call(Method::POST, "messages").header("Content-Type", "application/json").body(body.to_vec());
        let (status, code) = refusal(call.send().await.unwrap()).await;
        assert_eq!((status, code.as_str()), answer, "{:?}", String::from_utf8_lossy(&body[..body.len().min(60)]));
    }
    let form = visitor.call(Method::POST, "messages").body("id=1&text=x").send().await.unwrap();
    assert_eq!(refusal(form).await.0, 415);
    let wrong = visitor.call(Method::GET, "messages?before=x").send().await.unwrap();
    assert_eq!(refusal(wrong).await, (400, "bad_request".into()));
    let method = visitor.call(Method::DELETE, "messages").send().await.unwrap();
    assert_eq!(refusal(method).await.0, 405);
    assert!(shop.conversations().await.is_empty());
    assert_eq!(visitor.send(id, &long).await.status(), StatusCode::OK, "the longest message is taken");
}

#[tokio::test]
async fn members_are_first_names_and_system_lines_are_not_for_visitors() {
    let shop = Shop::open().await;
    let visitor = shop.visitor(None).await;
    visitor.write("hello").await;
    let chat = shop.conversations().await[0].id;
    shop.answer(chat, "Hi! Yes, it is still here.").await;
    let seen_inbound = shop.conversations().await[0].last_inbound;
    let line = MessageId(shop.hub().new_id());
    shop.hub().carry_out(Actor::Member(shop.dana), CloseChat { chat, seen_inbound, line }).await.unwrap();
    let thread = visitor.thread().await;
    assert_eq!(thread.len(), 2, "{thread:?}");
    assert_eq!(thread[1]["from"], json!({ "kind": "member", "name": "Dana", "initials": "DW" }));
    assert_eq!(thread[1]["text"], "Hi! Yes, it is still here.");

    visitor.write("one more thing").await;
    let conversations = shop.conversations().await;
    assert_eq!(conversations.len(), 1);
    assert!(conversations[0].is_open(), "a message soon after the close opens it again");
    assert_eq!(visitor.thread().await.len(), 3);
}

#[tokio::test]
async fn a_browser_reports_what_arrived_and_what_was_read() {
    let shop = Shop::open().await;
    let (visitor, stranger) = (shop.visitor(None).await, shop.visitor(None).await);
    visitor.write("hello").await;
    let chat = shop.conversations().await[0].id;
    let (first, second) = (shop.answer(chat, "first").await, shop.answer(chat, "second").await);
    assert_eq!(shop.message(first).await.delivery, Delivery::Sent);
    let first_pos = shop.message(first).await.pos.unwrap();
    let report = async |who: &crate::shop::Visitor<'_>, upto: u64, status: &str| {
        let call = who.call(Method::POST, "seen").json(&json!({ "upto": upto, "status": status }));
        call.send().await.unwrap().status().as_u16()
    };
    assert_eq!(report(&stranger, u64::MAX, "read").await, 204);
    assert_eq!(shop.message(first).await.delivery, Delivery::Sent, "nobody reports for another");
    assert_eq!(report(&visitor, first_pos, "read").await, 204);
    assert_eq!(report(&visitor, u64::MAX, "delivered").await, 204);
    assert_eq!(shop.message(first).await.delivery, Delivery::Read, "a status never goes back");
    assert_eq!(shop.message(second).await.delivery, Delivery::Delivered);
    assert_eq!(report(&visitor, 1, "eaten").await, 400);
}
