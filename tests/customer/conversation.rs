//! What customer and member write to each other.

use anyhow::Result;
use deskbell_domain::Delivery;
use deskbell_testkit::chromium::{Bubble, Looks};
use deskbell_testkit::eventually::eventually;

use crate::shop::{Shop, browser, picture};

/// C095
#[tokio::test]
async fn a_reload_and_a_second_tab_go_on_with_the_same_conversation() -> Result<()> {
    let Some(browser) = browser(Looks::default()).await? else { return Ok(()) };
    let shop = Shop::open().await?;
    browser.visit(&shop.page("/")).await?;
    browser.write("Is the mint Pashley still for sale?").await?;
    let first = Bubble::own("Is the mint Pashley still for sale?");
    browser.shows(std::slice::from_ref(&first)).await?;

    browser.reload().await?;
    browser.shows(std::slice::from_ref(&first)).await?;
    let tab = browser.second_tab(&shop.page("/workshop")).await?;
    browser.shows(std::slice::from_ref(&first)).await?;
    browser.write("And is 52 cm right for 1.68 m?").await?;
    let other_tab = browser.go_to_tab(tab).await?;
    browser.write("I could come on Saturday.").await?;

    let all = [first, Bubble::own("And is 52 cm right for 1.68 m?"), Bubble::own("I could come on Saturday.")];
    browser.shows(&all).await?;
    browser.go_to_tab(other_tab).await?;
    browser.shows(&all).await?;
    shop.conversation().await?;
    browser.quit().await
}

#[tokio::test]
async fn an_answer_waits_behind_the_button_and_is_read_when_the_box_opens() -> Result<()> {
    let Some(browser) = browser(Looks::default()).await? else { return Ok(()) };
    let shop = Shop::open().await?;
    browser.visit(&shop.page("/")).await?;
    assert_eq!(browser.button().await?, "Open the chat", "it never opens by itself");
    browser.write("Is the mint Pashley still for sale?").await?;
    browser.shows(&[Bubble::own("Is the mint Pashley still for sale?")]).await?;
    browser.press_button().await?;

    let answer = shop.dana_writes("Yes, the mint Pashley is still here. Shall I keep it until Saturday?").await?;
    let has_news = async || Ok((browser.button().await? == "Open the chat, 1 new message").then_some(()));
    eventually("the button to tell of a message", has_news).await?;
    let became = async |delivery| {
        eventually("the hub to hear of it", async || {
            Ok((shop.message(answer).await?.delivery == delivery).then_some(()))
        })
        .await
    };
    became(Delivery::Delivered).await?;
    picture(&browser, "widget-light").await?;
    browser.reload().await?;
    eventually("the button to tell of it after a reload", has_news).await?;

    browser.open_chat().await?;
    let thread = [
        Bubble::own("Is the mint Pashley still for sale?"),
        Bubble::from("Dana", "Yes, the mint Pashley is still here. Shall I keep it until Saturday?"),
    ];
    browser.shows(&thread).await?;
    became(Delivery::Read).await?;
    browser.press_button().await?;
    assert_eq!(browser.button().await?, "Open the chat");
    browser.quit().await
}

#[tokio::test]
async fn what_is_written_while_the_hub_is_away_arrives_once_and_in_order() -> Result<()> {
    let Some(browser) = browser(Looks::default()).await? else { return Ok(()) };
    let mut shop = Shop::open().await?;
    browser.visit(&shop.page("/")).await?;
    browser.write("Is the mint Pashley still for sale?").await?;
    let first = Bubble::own("Is the mint Pashley still for sale?");
    browser.shows(std::slice::from_ref(&first)).await?;
    shop.dana_writes("Would you like to try it on Saturday?").await?;
    let answer = Bubble::from("Dana", "Would you like to try it on Saturday?");
    browser.shows(&[first.clone(), answer.clone()]).await?;

    shop.stop_hub().await?;
    browser.write("Saturday at ten would be lovely").await?;
    browser.write("Could you also look at my bottom bracket? It clicks.").await?;
    let texts = ["Saturday at ten would be lovely", "Could you also look at my bottom bracket? It clicks."];
    browser.shows(&[first.clone(), answer.clone(), Bubble::waiting(texts[0]), Bubble::waiting(texts[1])]).await?;
    let says = |what: &'static str| {
        let browser = &browser;
        eventually("the chat box to say how things are", async move || {
            let said: String = browser.ask("return document.body.innerText").await?;
            Ok(said.contains(what).then_some(()))
        })
    };
    says("No connection").await?;
    says("Two messages wait here and go out by themselves.").await?;
    says("Waits for the connection").await?;
    picture(&browser, "widget-offline-light").await?;

    shop.start_hub().await?;
    let all = [first, answer, Bubble::own(texts[0]), Bubble::own(texts[1])];
    browser.shows(&all).await?;
    says("With Dana").await?;
    browser.reload().await?;
    browser.shows(&all).await?;
    shop.conversation().await?;
    browser.quit().await
}

#[tokio::test]
async fn a_first_message_with_the_hub_away_survives_and_a_closed_chat_opens_again() -> Result<()> {
    let Some(browser) = browser(Looks::default()).await? else { return Ok(()) };
    let mut shop = Shop::open().await?;
    browser.visit(&shop.page("/")).await?;
    browser.open_chat().await?;
    shop.stop_hub().await?;
    browser.write("Hello?").await?;
    browser.shows(&[Bubble::waiting("Hello?")]).await?;
    shop.start_hub().await?;
    browser.shows(&[Bubble::own("Hello?")]).await?;

    shop.dana_closes().await?;
    browser.write("One more thing").await?;
    browser.shows(&[Bubble::own("Hello?"), Bubble::own("One more thing")]).await?;
    assert!(shop.conversation().await?.is_open());
    browser.quit().await
}

#[tokio::test]
async fn two_tabs_that_begin_with_the_hub_away_begin_one_conversation() -> Result<()> {
    let Some(browser) = browser(Looks::default()).await? else { return Ok(()) };
    let mut shop = Shop::open().await?;
    browser.visit(&shop.page("/")).await?;
    browser.open_chat().await?;
    let tab = browser.second_tab(&shop.page("/workshop")).await?;
    browser.open_chat().await?;
    shop.stop_hub().await?;
    browser.write("from the second tab").await?;
    let other = browser.go_to_tab(tab).await?;
    browser.write("from the first tab").await?;
    let texts = ["from the second tab", "from the first tab"];
    browser.shows(&texts.map(Bubble::waiting)).await?;

    shop.start_hub().await?;
    browser.shows(&texts.map(Bubble::own)).await?;
    browser.go_to_tab(other).await?;
    browser.shows(&texts.map(Bubble::own)).await?;
    shop.conversation().await?;
    browser.quit().await
}

#[tokio::test]
async fn a_chat_that_the_hub_does_not_know_any_more_begins_anew_and_loses_nothing() -> Result<()> {
    let Some(browser) = browser(Looks::default()).await? else { return Ok(()) };
    let mut shop = Shop::open().await?;
    browser.visit(&shop.page("/")).await?;
    browser.write("before").await?;
    browser.shows(&[Bubble::own("before")]).await?;
    shop.forget_visitors().await?;
    shop.stop_hub().await?;
    browser.write("after").await?;
    shop.start_hub().await?;
    browser.shows(&[Bubble::own("before"), Bubble::own("after")]).await?;
    assert_eq!(shop.conversations().await?.len(), 2);
    browser.quit().await
}
