//! What a stranger writes is text, wherever it is shown; a link is opened by the system or not at all.

use anyhow::Result;
use deskbell_testkit::team::Team;
use serde_json::json;

const MARKUP: &str = "R&D <b>now</b> 1<2 <img src=x onerror=\"window.ran = true\">";

/// C056, C123
#[tokio::test]
async fn markup_of_a_visitor_is_text_in_list_thread_and_notification() -> Result<()> {
    let team = Team::start()?;
    let alice = team.alice().await?;
    let visitor = team.visitor(MARKUP).await?;
    visitor.writes(MARKUP).await?;

    let shown = alice.notifications();
    shown.wait_for(1).await?;
    let drawn = shown.take_all().await?;
    assert_eq!(drawn[0].title, MARKUP);
    let literal = "R&amp;D &lt;b&gt;now&lt;/b&gt; 1&lt;2 &lt;img src=x onerror=";
    assert_eq!(drawn[0].markup.matches(literal).count(), 2, "name and text, both literal: {drawn:?}");

    alice.lists("<b>now</b>").await?;
    alice.open_chat("<b>now</b>").await?;
    alice.is_at(MARKUP).await?;
    let script = "return [window.ran ?? null, document.querySelectorAll('img[src=x]').length];";
    assert_eq!(alice.ask(script, vec![]).await?, json!([null, 0]));
    Ok(())
}

/// C103
#[tokio::test]
async fn a_link_opens_in_the_system_s_browser_exactly_as_written() -> Result<()> {
    let team = Team::start()?;
    let alice = team.alice().await?;
    let visitor = team.visitor("Rosa Vidal").await?;
    let address = "https://shop.example.org/item?id=7&color=blue#size";
    visitor.writes(&format!("This one: {address}")).await?;
    alice.open_chat("Rosa Vidal").await?;

    alice.click_link(address).await?;

    alice.links().are(&[address]).await?;
    assert_eq!(alice.ask("return location.protocol;", vec![]).await?, json!("tauri:"));
    Ok(())
}

/// C103
#[tokio::test]
async fn what_is_no_link_is_never_opened() -> Result<()> {
    let team = Team::start()?;
    let alice = team.alice().await?;
    let visitor = team.visitor("Rosa Vidal").await?;
    let text = "javascript:alert(1) file:///etc/passwd data:text/html,x";
    visitor.writes(text).await?;
    alice.open_chat("Rosa Vidal").await?;
    alice.is_at(text).await?;
    assert_eq!(alice.ask("return document.querySelectorAll('[role=log] a').length;", vec![]).await?, json!(0));

    // A page that was tricked asks all the same.
    let ask = "return window.__TAURI_INTERNALS__.invoke('rpc', { name: 'open_link', args: { href: arguments[0] } })
        .then(() => 'opened', (error) => error.code);";
    for href in ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "deskbell://x", "--help", ""] {
        assert_ne!(alice.ask(ask, vec![json!(href)]).await?, json!("opened"), "{href}");
    }
    // One that may be opened comes after them, and is the only one.
    assert_eq!(alice.ask(ask, vec![json!("https://example.org/")]).await?, json!("opened"));
    alice.links().are(&["https://example.org/"]).await
}

#[tokio::test]
async fn the_page_can_leave_neither_its_place_nor_its_bounds() -> Result<()> {
    let team = Team::start()?;
    let alice = team.alice().await?;
    let place = alice.ask("return location.href;", vec![]).await?;
    let script = "window.open('https://example.org/'); location.href = 'https://example.org/';
        return fetch('https://example.org/').then(() => 'fetched', () => 'refused');";
    assert_eq!(alice.ask(script, vec![]).await?, json!("refused"));
    assert_eq!(alice.ask("return location.href;", vec![]).await?, place);
    let script =
        "return window.__TAURI_INTERNALS__.invoke(arguments[0], arguments[1]).then(() => 'done', () => 'refused');";
    for (command, arguments) in [
        ("plugin:window|close", json!({ "label": "main" })),
        ("plugin:event|emit", json!({ "event": "core", "payload": null })),
        ("plugin:webview|create_webview_window", json!({ "options": { "label": "x", "url": "https://example.org/" } })),
    ] {
        assert_eq!(alice.ask(script, vec![json!(command), arguments]).await?, json!("refused"), "{command}");
    }
    Ok(())
}

#[tokio::test]
async fn a_name_that_turns_the_line_around_does_not() -> Result<()> {
    let team = Team::start()?;
    let alice = team.alice().await?;
    let visitor = team.visitor("Rosa\u{202E}lanimirc").await?;
    visitor.writes("Hello\u{202E}there").await?;
    let shown = alice.notifications();
    shown.wait_for(1).await?;
    for drawn in shown.take_all().await? {
        assert!(!drawn.title.contains('\u{202E}') && !drawn.body.contains('\u{202E}'), "{drawn:?}");
    }
    alice.open_chat("Rosa").await?;
    for name in ["[data-pane=list] .l1 .name", ".conv-head h1"] {
        let shown = alice.text_in(name).await?.unwrap_or_default().trim().to_owned();
        assert!(shown.starts_with("Rosa") && !shown.contains('\u{202E}'), "{name}: {shown:?}");
    }
    Ok(())
}

/// C077
#[tokio::test]
async fn an_emoji_is_cut_nowhere() -> Result<()> {
    let team = Team::start()?;
    let alice = team.alice().await?;
    let visitor = team.visitor("Rosa Vidal").await?;
    for letters in [20, 60, 79, 80, 119, 120, 200, 249, 250] {
        for emoji in ["🎉", "👨‍👩‍👧‍👦"] {
            visitor.writes(&format!("{letters}{}{emoji}", "x".repeat(letters))).await?;
        }
    }
    alice.lists("250xxx").await?;
    let shown = alice.notifications();
    shown.wait_for(1).await?;
    let drawn = format!("{:?}", shown.take_all().await?);
    alice.open_chat("Rosa Vidal").await?;
    let page = alice.text().await?;
    assert!(!drawn.contains('\u{FFFD}') && !page.contains('\u{FFFD}'));
    Ok(())
}
