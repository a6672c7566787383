//! The page that is worked on: where a thread opens, what stands beside a thread, and a message that is taken back in time.

use anyhow::Result;
use deskbell_testkit::{eventually::eventually, team::Team, window::Window};
use serde_json::{Value, json};

const CONVERSATION: &str = "[data-pane=conversation]";
const PANEL: &str = "[data-pane=panel]";

/// What is at the upper edge of the thread, and how far it is cut. Nothing while that is still sought.
const EDGE: &str = "
    const log = document.querySelector('[role=log].settled');
    if (log === null) return null;
    const edge = log.getBoundingClientRect().top;
    const line = [...log.querySelectorAll('[data-entry]')].find((line) => line.getBoundingClientRect().bottom > edge);
    return line === undefined ? null : [line.dataset.entry, Math.round((line.getBoundingClientRect().top - edge) / 4)];";

/// Turns the wheel in the thread, up or down.
async fn scroll(window: &Window, by: i32) -> Result<()> {
    window
        .ask("document.querySelector('[role=log].settled').scrollTop += arguments[0];", vec![json!(by)])
        .await
        .map(drop)
}

/// Waits until the thread is where it was.
async fn is_where_it_was(window: &Window, place: &Value) -> Result<()> {
    let found = eventually("", async || Ok((window.ask(EDGE, vec![]).await? == *place).then_some(()))).await;
    if found.is_err() {
        assert_eq!(window.ask(EDGE, vec![]).await?, *place);
    }
    // And it stays there.
    assert_eq!(window.ask_at_rest(EDGE).await?, *place);
    Ok(())
}

#[tokio::test]
async fn a_thread_opens_where_it_was_left_after_a_restart_too() -> Result<()> {
    let team = Team::start()?;
    let mut alice = team.alice().await?;
    let rosa = team.visitor("Rosa Vidal").await?;
    for n in 1..=12 {
        rosa.writes(&format!("Letter {n}\n{}", "one more line of it\n".repeat(9))).await?;
    }
    team.visitor("Ada Bright").await?.writes("Do you ship abroad?").await?;
    // No row moves under the mouse any more.
    alice.lists("Do you ship abroad?").await?;
    alice.focus().await?;
    alice.open_chat("Rosa Vidal").await?;
    // Read to its end: what is new is above the edge now.
    eventually("everything to be read", async || {
        scroll(&alice, 100_000).await?;
        let read = "return document.querySelector('[data-pane=list] .row[aria-selected=true]:not(.unread)') !== null;";
        Ok((alice.ask(read, vec![]).await? == true).then_some(()))
    })
    .await?;
    alice.is_at("Letter 12").await?;
    scroll(&alice, -900).await?;
    let place = alice.ask_at_rest(EDGE).await?;
    assert!(place.is_array(), "the thread shows something");

    alice.open_chat("Ada Bright").await?;
    alice.is_at("Do you ship abroad?").await?;
    alice.open_chat("Rosa Vidal").await?;
    is_where_it_was(&alice, &place).await?;

    alice.quit().await?;
    alice.open().await?;
    // The chat that was open is open.
    alice.is_at("Letter").await?;
    is_where_it_was(&alice, &place).await?;

    // And what was scrolled just before the end is not forgotten.
    scroll(&alice, -400).await?;
    let place = alice.ask_at_rest(EDGE).await?;
    alice.quit().await?;
    alice.open().await?;
    alice.is_at("Letter").await?;
    is_where_it_was(&alice, &place).await
}

#[tokio::test]
async fn the_panel_beside_a_thread_tells_of_the_contact_and_goes_away_with_esc() -> Result<()> {
    let team = Team::start()?;
    let alice = team.alice().await?;
    team.visitor("Rosa Vidal").await?.writes("When do you open?").await?;
    alice.open_chat("Rosa Vidal").await?;
    alice.is_at("When do you open?").await?;

    alice.click_in(".conv-head", "History").await?;
    alice.sees_in(PANEL, "Nothing else came from this address").await?;
    alice.sees_in(PANEL, "Inbound").await?;
    alice.press("Escape", false).await?;
    eventually("no panel", async || Ok(alice.text_in(PANEL).await?.is_none().then_some(()))).await
}

#[tokio::test]
async fn a_message_that_is_held_back_is_undone_and_nobody_has_read_it() -> Result<()> {
    let team = Team::start()?;
    let alice = team.alice().await?;
    let rosa = team.visitor("Rosa Vidal").await?;
    rosa.writes("When do you open?").await?;
    alice.set("undo_seconds", 30).await?;
    alice.open_chat("Rosa Vidal").await?;
    alice.reply("At eigth.").await?;
    alice.is_at("Sending in").await?;

    alice.click_in(CONVERSATION, "Undo").await?;
    alice.has_value("Message", "At eigth.").await?;
    alice.has_caret_in("Message").await?;
    alice.set("undo_seconds", 0).await?;
    alice.fill("Message", "At eight.").await?;
    alice.enter_in("Message").await?;
    rosa.reads(&["At eight."]).await
}
