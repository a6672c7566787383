//! Who may use a chat box: denied by default.

use crate::shop::{SITE, Shop, refusal};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

#[tokio::test]
async fn the_frame_may_stand_on_the_channels_pages_only_and_runs_no_foreign_script() {
    let shop = Shop::open().await;
    let answer = shop.http.get(shop.url("/widget/web")).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.ends_with(&format!("frame-ancestors {SITE}")), "{policy}");
    assert!(policy.contains("script-src 'self'; style-src 'self'") && !policy.contains("unsafe"), "{policy}");
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let page = answer.text().await.unwrap();
    assert!(page.contains("data-title=\"Kestrel &amp; Co &lt;b&gt;\""), "{page}");
    assert!(page.contains("data-color=\"#f0b02a\" data-ink=\"#000000\" data-faint=\"light\""), "{page}");

    let missing = shop.http.get(shop.url("/widget/nothing")).send().await.unwrap();
    assert_eq!(refusal(missing).await, (404, "not_found".into()));
}

#[tokio::test]
async fn a_session_needs_a_page_of_the_channel_and_the_frame_as_caller() {
    let shop = Shop::open().await;
    let ask = async |origin: Option<&str>, site: &str, channel: &str| {
        let mut request =
            shop.http.post(shop.url(&format!("/widget/{channel}/session"))).json(&json!({ "site": site }));
        if let Some(origin) = origin {
            request = request.header("Origin", origin);
        }
        request.send().await.unwrap()
    };
    let own = shop.server.public_url().to_owned();
    for (origin, site) in [
        (Some(own.as_str()), "https://evil.example"),
        (Some(own.as_str()), "null"),
        (Some(own.as_str()), ""),
        (Some("https://evil.example"), SITE),
        (Some(SITE), SITE),
        (Some("null"), SITE),
        (None, SITE),
    ] {
        assert_eq!(refusal(ask(origin, site, "web").await).await, (403, "wrong_host".into()), "{origin:?} {site}");
    }
    assert_eq!(refusal(ask(Some(&own), SITE, "nothing").await).await, (404, "not_found".into()));
    assert_eq!(ask(Some(&own), "https://WWW.example.com:443", "web").await.status(), StatusCode::CREATED);
}

#[tokio::test]
async fn every_call_needs_the_token_of_that_channel() {
    let shop = Shop::open().await;
    let visitor = shop.visitor(None).await;
    let inbox = shop.hub().rows(deskbell_domain::Kind::Inbox).await.unwrap()[0].id();
    crate::shop::add_channel(shop.hub(), inbox.into(), "other").await;

    for token in ["", "guess", &visitor.token[1..]] {
        let calls = [
            shop.call(Method::POST, "/widget/web/messages").json(&json!({ "id": shop.hub().new_id(), "text": "hi" })),
            shop.call(Method::POST, "/widget/web/seen").json(&json!({ "upto": 1, "status": "read" })),
            shop.call(Method::GET, "/widget/web/messages?before=1"),
            shop.call(Method::GET, "/widget/web/events"),
        ];
        for call in calls {
            assert_eq!(refusal(call.bearer_auth(token).send().await.unwrap()).await, (401, "sign_in_required".into()));
        }
    }
    let elsewhere = shop.call(Method::GET, "/widget/other/messages?before=1").bearer_auth(&visitor.token);
    assert_eq!(refusal(elsewhere.send().await.unwrap()).await, (401, "sign_in_required".into()));
    let foreign = shop.http.get(shop.url("/widget/web/events")).bearer_auth(&visitor.token).header("Origin", SITE);
    assert_eq!(refusal(foreign.send().await.unwrap()).await, (403, "wrong_host".into()));
    assert!(shop.conversations().await.is_empty());
}

#[tokio::test]
async fn a_token_is_not_found_in_the_files_of_the_hub() {
    let shop = Shop::open().await;
    let token = shop.visitor(None).await.token.clone();
    assert!(token.len() >= 43, "256 bits");
    let data = shop.data.path().to_owned();
    shop.server.stop().await;
    for file in std::fs::read_dir(data).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        assert!(!bytes.windows(token.len()).any(|w| w == token.as_bytes()));
    }
}

#[tokio::test]
async fn one_visitor_never_sees_what_another_wrote() {
    let shop = Shop::open().await;
    let (amelie, mateo) = (shop.visitor(Some("Amélie")).await, shop.visitor(Some("Amélie")).await);
    amelie.write("mine").await;
    mateo.write("and mine").await;
    assert_eq!(amelie.thread().await.len(), 1);
    assert_eq!(mateo.thread().await[0]["text"], "and mine");
    assert_eq!(shop.conversations().await.len(), 2);
}

#[tokio::test]
async fn nothing_is_changed_by_looking() {
    let shop = Shop::open().await;
    let visitor = shop.visitor(None).await;
    visitor.write("hello").await;
    let head = shop.hub().head();
    for path in ["/chat.js", "/widget/web", "/widget-assets/main.js", "/widget/web/session", "/widget/web/seen"] {
        shop.call(Method::GET, path).bearer_auth(&visitor.token).send().await.unwrap();
    }
    visitor.thread().await;
    assert_eq!(shop.hub().head(), head);
}

#[tokio::test]
async fn scripts_are_asked_for_again_and_sent_once() {
    let shop = Shop::open().await;
    let first = shop.http.get(shop.url("/chat.js")).send().await.unwrap();
    assert_eq!(first.headers()["cross-origin-resource-policy"], "cross-origin");
    assert!(first.headers()["content-type"].to_str().unwrap().starts_with("text/javascript"));
    let tag = first.headers()["etag"].clone();
    let again = shop.http.get(shop.url("/chat.js")).header("If-None-Match", tag).send().await.unwrap();
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    let missing = shop.http.get(shop.url("/widget-assets/..%2Fchat.js")).send().await.unwrap();
    assert_eq!(refusal(missing).await, (404, "not_found".into()));
}

#[tokio::test]
async fn a_flood_is_told_to_wait() {
    let shop = Shop::open().await;
    let visitor = shop.visitor(None).await;
    let other = shop.visitor(None).await;
    let mut refused = None;
    for i in 0..60 {
        let answer = visitor.send(shop.hub().new_id(), &format!("{i}")).await;
        if answer.status() == StatusCode::TOO_MANY_REQUESTS {
            refused = Some((i, answer));
            break;
        }
    }
    let (sent, answer) = refused.expect("a flood is refused");
    assert!((30..40).contains(&sent), "{sent}");
    let wait: u64 = answer.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=5).contains(&wait), "{wait}");
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body["retryable"], true);
    other.write("and others go on").await;
}
