//! The page that is worked on: what stands beside a thread, and a message that is taken back in time.

use anyhow::Result;
use deskbell_testkit::{eventually::eventually, team::Team};

const CONVERSATION: &str = "[data-pane=conversation]";
const PANEL: &str = "[data-pane=panel]";

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
    let escape = "document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true }));";
    alice.ask(escape, vec![]).await?;
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
