//! The box and the page around it: neither can harm the other.

use anyhow::Result;
use deskbell_testkit::chromium::{Bubble, Looks};
use deskbell_testkit::eventually::eventually;
use serde_json::Value;
use thirtyfour::{Key, TypingData};

use crate::shop::{Shop, browser, picture};

#[tokio::test]
async fn markup_stays_text_and_only_web_addresses_are_links() -> Result<()> {
    let Some(browser) = browser(Looks::default()).await? else { return Ok(()) };
    let shop = Shop::open().await?;
    browser.visit(&shop.page("/")).await?;
    let hostile =
        "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script> R&D <b>now</b> 1<2";
    browser.write(hostile).await?;
    browser.shows(&[Bubble::own(hostile)]).await?;
    let links = "See https://example.com/a?b=1&c=2, (http://example.org/x(1)) javascript:alert(1) \
        data:text/html,x file:///etc/passwd https://example.com\u{202E}/moc.live";
    shop.dana_writes(hostile).await?;
    shop.dana_writes(links).await?;
    browser.shows(&[Bubble::own(hostile), Bubble::from("Dana", hostile), Bubble::from("Dana", links)]).await?;

    let found: Value = browser
        .ask("return [...document.querySelectorAll('#log a')].map((a) => [a.textContent, a.href, a.target, a.rel])")
        .await?;
    let rel = "noopener noreferrer nofollow";
    let expected = serde_json::json!([
        ["https://example.com/a?b=1&c=2", "https://example.com/a?b=1&c=2", "_blank", rel],
        ["http://example.org/x(1)", "http://example.org/x(1)", "_blank", rel],
        ["https://example.com", "https://example.com/", "_blank", rel],
    ]);
    assert_eq!(found, expected);
    let made: u64 = browser.ask("return document.querySelectorAll('#log :is(img, script, b)').length").await?;
    assert_eq!(made, 0);
    assert_eq!(browser.session().title().await?, "Kestrel Cycles: Bikes");
    let console = browser.console().await?;
    assert!(console.is_empty(), "nothing was refused or failed: {console:?}");
    browser.quit().await
}

#[tokio::test]
async fn a_page_that_the_channel_does_not_allow_shows_nothing() -> Result<()> {
    let Some(browser) = browser(Looks::default()).await? else { return Ok(()) };
    let shop = Shop::open_for_another_site().await?;
    browser.visit(&shop.page("/")).await?;
    let refused = async || {
        let console = browser.console().await?;
        Ok(console.iter().any(|line| line.contains("frame-ancestors")).then_some(()))
    };
    eventually("the browser to refuse the frame", refused).await?;
    assert!(!browser.has_button().await?);
    browser.quit().await
}

#[tokio::test]
async fn messages_between_windows_count_only_from_where_they_must_come() -> Result<()> {
    let Some(browser) = browser(Looks::default()).await? else { return Ok(()) };
    let shop = Shop::open().await?;
    browser.visit(&shop.page("/")).await?;
    browser.write("hello").await?;
    browser.shows(&[Bubble::own("hello")]).await?;
    browser.press_button().await?;
    // The page itself is not the hub: it cannot pretend that there is news.
    let script = "const done = arguments[0];
        addEventListener('message', (event) => { if (event.data.count === 7) done(true); });
        postMessage({ deskbell: 1, type: 'unread', count: 7, peek: null }, '*')";
    browser.session().execute_async(script, Vec::new()).await?;
    assert_eq!(browser.button().await?, "Open the chat");
    shop.dana_writes("hi").await?;
    eventually("the true news", async || Ok((browser.button().await? == "Open the chat, 1 new message").then_some(())))
        .await?;
    // And the frame keeps to itself: the page cannot reach into it.
    let script = "try { return !!document.querySelector('deskbell-chat').shadowRoot.querySelector('iframe')\
        .contentWindow.document } catch (e) { return e.name }";
    let answer: String = browser.session().execute(script, Vec::new()).await?.convert()?;
    assert_eq!(answer, "SecurityError");
    browser.quit().await
}

#[tokio::test]
async fn the_box_is_used_with_the_keyboard() -> Result<()> {
    let Some(browser) = browser(Looks::default()).await? else { return Ok(()) };
    let shop = Shop::open().await?;
    browser.visit(&shop.page("/")).await?;
    browser.open_chat().await?;
    let keys = TypingData::from("one") + Key::Shift + Key::Enter + Key::Null + "two";
    browser.type_text(keys).await?;
    let draft: String = browser.ask("return document.getElementById('draft').value").await?;
    assert_eq!(draft, "one\ntwo", "Shift and Enter break the line");

    // Enter that ends an input method's composition commits it and sends nothing.
    let script = "const draft = document.getElementById('draft');
        for (const init of [{ isComposing: true }, { keyCode: 229 }])
            draft.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true, ...init }));
        return draft.value";
    assert_eq!(browser.ask::<String>(script).await?, "one\ntwo");

    // A draft survives a reload.
    browser.reload().await?;
    browser.open_chat().await?;
    browser.type_text(Key::Enter + "").await?;
    browser.shows(&[Bubble::own("one\ntwo")]).await?;

    browser.type_text(Key::Escape + "").await?;
    eventually("Escape to close the box", async || Ok(browser.button().await?.starts_with("Open").then_some(())))
        .await?;
    let script = "return document.querySelector('deskbell-chat').shadowRoot.activeElement?.className";
    let focused: String = browser.session().execute(script, Vec::new()).await?.convert()?;
    assert_eq!(focused, "open", "the focus goes back to the button");
    browser.quit().await
}

#[tokio::test]
async fn a_message_that_is_too_long_stays_in_its_field_with_the_reason() -> Result<()> {
    let Some(browser) = browser(Looks::default()).await? else { return Ok(()) };
    let shop = Shop::open().await?;
    browser.visit(&shop.page("/")).await?;
    browser.open_chat().await?;
    let script = "const draft = document.getElementById('draft');
        draft.value = 'x'.repeat(100001); draft.dispatchEvent(new Event('input'));
        document.getElementById('send').click();
        return [draft.value.length, document.getElementById('problem').textContent]";
    let (length, problem): (usize, String) = browser.ask(script).await?;
    assert_eq!(length, 100_001);
    assert_eq!(problem, "This is too long to send. Make it shorter, or send it in parts.");
    assert!(browser.thread().await?.is_empty() && shop.conversations().await?.is_empty());
    browser.quit().await
}

#[tokio::test]
async fn the_box_follows_the_page_the_system_and_the_brand() -> Result<()> {
    for (looks, color, path, name) in [
        (Looks::default(), None, "/", "widget-open-light"),
        (Looks { dark: true, ..Looks::default() }, None, "/", "widget-open-dark"),
        (Looks { size: (1024, 700), ..Looks::default() }, Some("#f0b02a"), "/ar", "widget-rtl-light"),
        (Looks { dark: true, size: (390, 760) }, Some("#7a3e9d"), "/", "widget-narrow-dark"),
    ] {
        let Some(browser) = browser(looks).await? else { return Ok(()) };
        let shop = match color {
            Some(color) => Shop::open_in_color(color).await?,
            None => Shop::open().await?,
        };
        browser.visit(&shop.page(path)).await?;
        browser.write("Is the mint Pashley still for sale? And is 52 cm right for 1.68 m?").await?;
        shop.dana_writes("Hi Amélie! Yes, it is still here.").await?;
        shop.dana_writes("52 cm is right from 1.62 to 1.72 m. Would you like to try it on Saturday?").await?;
        browser.write("نعم، السبت ممتاز 🙏").await?;
        eventually("four messages", async || Ok((browser.thread().await?.len() == 4).then_some(()))).await?;
        picture(&browser, name).await?;

        let style: Value = browser
            .ask(
                "const head = getComputedStyle(document.querySelector('.wb-head'));
                 return { dir: document.documentElement.dir, brand: head.backgroundColor, ink: head.color,
                     paper: getComputedStyle(document.body).backgroundColor,
                     sideways: document.documentElement.scrollWidth > innerWidth }",
            )
            .await?;
        assert_eq!(style["dir"], if path == "/ar" { "rtl" } else { "ltr" });
        assert_eq!(style["paper"], if looks.dark { "rgb(34, 31, 27)" } else { "rgb(255, 254, 251)" });
        assert_eq!(style["sideways"], false);
        let (brand, ink) = match (color, looks.dark) {
            (Some("#f0b02a"), _) => ("rgb(240, 176, 42)", "rgb(0, 0, 0)"),
            (Some(_), _) => ("rgb(122, 62, 157)", "rgb(255, 255, 255)"),
            (None, true) => ("rgb(47, 125, 114)", "rgb(255, 255, 255)"),
            (None, false) => ("rgb(31, 93, 84)", "rgb(255, 255, 255)"),
        };
        assert_eq!((&style["brand"], &style["ink"]), (&brand.into(), &ink.into()));

        let script = "const r = document.querySelector('deskbell-chat').shadowRoot.querySelector('iframe')\
            .getBoundingClientRect(); return [r.left, r.top, innerWidth - r.right, innerHeight - r.bottom, r.width]";
        let [left, top, right, bottom, width]: [f64; 5] =
            serde_json::from_value(browser.session().execute(script, Vec::new()).await?.convert()?)?;
        if looks.size.0 <= 480 {
            assert_eq!((left, top, right, bottom), (0.0, 0.0, 0.0, 0.0), "it fills a telephone's screen");
        } else if path == "/ar" {
            assert_eq!((left, bottom, width), (24.0, 96.0, 376.0), "on the left of a page that is read from the right");
        } else {
            assert_eq!((right, bottom, width), (24.0, 96.0, 376.0));
        }
        assert!(top >= 0.0);
        browser.quit().await?;
    }
    Ok(())
}
