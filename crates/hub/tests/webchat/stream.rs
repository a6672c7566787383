//! What is new, as it comes.

use crate::shop::{Shop, Visitor};
use reqwest::{Method, Response, StatusCode};
use serde_json::Value;
use std::time::Duration;

/// An open event stream.
struct Events {
    answer: Response,
    rest: String,
}

impl Events {
    async fn open(visitor: &Visitor<'_>, after: u64) -> Self {
        Self::at(visitor, &format!("after={after}")).await
    }

    async fn at(visitor: &Visitor<'_>, parameters: &str) -> Self {
        let answer = visitor.call(Method::GET, &format!("events?{parameters}")).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        Self { answer, rest: String::new() }
    }

    /// The next event, `None` at the end.
    async fn next(&mut self) -> Option<(String, Value)> {
        loop {
            if let Some((block, rest)) = self.rest.split_once("\n\n") {
                let block = block.to_owned();
                self.rest = rest.to_owned();
                let field = |name: &str| block.lines().find_map(|l| l.strip_prefix(name)).map(str::trim);
                if let (Some(event), Some(data)) = (field("event:"), field("data:")) {
                    return Some((event.into(), serde_json::from_str(data).unwrap()));
                }
                continue;
            }
            let chunk = tokio::time::timeout(Duration::from_secs(20), self.answer.chunk()).await.expect("an event");
            self.rest.push_str(std::str::from_utf8(&chunk.ok()??).unwrap());
        }
    }

    async fn texts_until_ready(&mut self) -> (Vec<String>, bool) {
        let mut texts = Vec::new();
        loop {
            match self.next().await.expect("the stream goes on") {
                (event, data) if event == "message" => texts.push(data["text"].as_str().unwrap().into()),
                (_, data) => return (texts, data["more"].as_bool().unwrap()),
            }
        }
    }
}

#[tokio::test]
async fn an_answer_arrives_by_itself() {
    let shop = Shop::open().await;
    let visitor = shop.visitor(None).await;
    let sent = visitor.write("Is it still for sale?").await;
    let mut events = Events::open(&visitor, 0).await;
    assert_eq!(events.texts_until_ready().await, (vec!["Is it still for sale?".into()], false));

    let chat = shop.conversations().await[0].id;
    shop.answer(chat, "Yes!").await;
    let (event, message) = events.next().await.unwrap();
    assert_eq!((event.as_str(), &message["text"], &message["delivery"]), ("message", &"Yes!".into(), &"sent".into()));

    // A second tab hears what the first one writes; a line that broke goes on where it was.
    visitor.write("Great").await;
    assert_eq!(events.next().await.unwrap().1["text"], "Great");
    let mut again = Events::open(&visitor, sent["pos"].as_u64().unwrap()).await;
    assert_eq!(again.texts_until_ready().await, (vec!["Yes!".into(), "Great".into()], false));
}

#[tokio::test]
async fn a_long_thread_begins_with_its_end_and_no_gap_is_ever_left() {
    let shop = Shop::open().await;
    let visitor = shop.visitor(None).await;
    visitor.write("0").await;
    let chat = shop.conversations().await[0].id;
    for i in 1..=230 {
        shop.answer(chat, &i.to_string()).await;
    }
    let (texts, more) = Events::open(&visitor, 0).await.texts_until_ready().await;
    assert_eq!((texts.len(), texts[0].as_str(), texts[99].as_str(), more), (100, "131", "230", true));
    let first = visitor.thread().await[0]["pos"].as_u64().unwrap();
    let older = visitor.call(Method::GET, &format!("messages?before={first}")).send().await.unwrap();
    let older: Value = older.json().await.unwrap();
    assert_eq!((&older["messages"][0]["text"], &older["more"]), (&"31".into(), &true.into()));

    let (texts, _) = Events::open(&visitor, 1).await.texts_until_ready().await;
    let all: Vec<String> = (0..=230).map(|i| i.to_string()).collect();
    assert_eq!(texts, all, "from a position on, all of it");
}

#[tokio::test]
async fn a_browser_that_knows_a_later_history_than_a_restored_hub_is_told_the_thread_again() {
    let shop = Shop::open().await;
    let visitor = shop.visitor(None).await;
    visitor.write("Hello?").await;
    let mut events = Events::open(&visitor, 0).await;
    events.next().await.unwrap();
    let ready = events.next().await.unwrap().1;
    let known = ready["gen"].as_str().unwrap();
    assert_eq!(known, shop.hub().generation().0);
    let far = 1u64 << 40;
    let (texts, _) = Events::at(&visitor, &format!("after={far}&gen={known}")).await.texts_until_ready().await;
    assert!(texts.is_empty(), "it has everything");
    let mut behind = Events::at(&visitor, &format!("after={far}&gen=of-before-the-restore")).await;
    assert_eq!(behind.texts_until_ready().await, (vec!["Hello?".into()], false));
    shop.answer(shop.conversations().await[0].id, "Yes!").await;
    assert_eq!(behind.next().await.unwrap().1["text"], "Yes!");
}

#[tokio::test]
async fn a_browser_has_a_line_for_each_tab_and_not_a_thousand() {
    let shop = Shop::open().await;
    let visitor = shop.visitor(None).await;
    let mut open = Vec::new();
    for _ in 0..12 {
        open.push(Events::open(&visitor, 0).await);
    }
    let answer = visitor.call(Method::GET, "events").send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn a_hub_that_stops_ends_the_lines_at_once() {
    let shop = Shop::open().await;
    let token = shop.visitor(None).await.token.clone();
    let mut events = Events::open(&Visitor { shop: &shop, token }, 0).await;
    events.texts_until_ready().await;
    let begun = std::time::Instant::now();
    shop.server.stop().await;
    assert!(events.next().await.is_none());
    assert!(begun.elapsed() < Duration::from_secs(5));
}
