//! *Needs attention* and *What waits*, in the real window.

use super::looks::is_accessible;
use anyhow::Result;
use deskbell_testkit::{computer::Computer, team::Team};

const LIST: &str = "[data-pane=list]";
const SHEET: &str = "[data-pane=conversation]";

/// Alice has answered offline and her program is not there when the hub comes back: Bob is first.
async fn overtaken(team: &mut Team) -> Result<Computer> {
    let mut alice = team.alice().await?;
    let bob = team.bob().await?;
    let visitor = team.visitor("Rosa Vidal").await?;
    visitor.writes("When do you open?").await?;
    for member in [&alice, &bob] {
        member.open_chat("Rosa Vidal").await?;
    }
    team.hub.stop()?;
    alice.sees("Working offline").await?;
    alice.reply("At nine, I think.").await?;
    alice.close_chat().await?;
    alice.quit().await?;
    team.hub.start()?;
    bob.reply("At eight.").await?;
    visitor.reads(&["At eight."]).await?;
    alice.open().await?;
    Ok(alice)
}

#[tokio::test]
async fn a_held_reply_is_decided_about_where_everything_that_needs_attention_is() -> Result<()> {
    let mut team = Team::start()?;
    let alice = overtaken(&mut team).await?;

    alice.click("Needs attention").await?;
    alice.sees_in(SHEET, "Bob answered Rosa Vidal before your reply got there").await?;
    for text in ["At nine, I think.", "At eight.", "When do you open?"] {
        alice.sees_in(SHEET, text).await?;
    }
    // The close waited behind the reply: it was dropped, and that is said.
    alice.sees_in(LIST, "Something before it failed").await?;
    is_accessible(&alice, "needs attention").await?;

    alice.click_in(SHEET, "Edit").await?;
    alice.has_value("Message", "At nine, I think.").await?;
    alice.fill("Message", "At eight, as Bob says.").await?;
    alice.enter_in("Message").await?;
    alice.is_at("At eight, as Bob says.").await?;

    alice.click("Needs attention").await?;
    alice.sees_in(SHEET, "Not done: Close Rosa Vidal").await?;
    alice.click_in(SHEET, "Retry").await?;
    alice.sees_in(SHEET, "Nothing needs you").await?;
    alice.click("Support").await?;
    alice.sees_no("Needs attention").await?;
    alice.show_closed().await?;
    alice.open_chat("Rosa Vidal").await?;
    alice.is_at("Reopen").await
}

#[tokio::test]
async fn what_waits_stands_in_its_order_survives_a_power_cut_and_can_be_taken_back() -> Result<()> {
    let mut team = Team::start()?;
    let mut alice = team.alice().await?;
    let visitor = team.visitor("Rosa Vidal").await?;
    visitor.writes("Is the blue one in stock?").await?;
    alice.open_chat("Rosa Vidal").await?;
    team.hub.stop()?;
    alice.sees("Working offline").await?;
    alice.reply("Yes, two of them.").await?;
    alice.reply("Shall I put one aside?").await?;
    alice.close_chat().await?;
    alice.kill()?;
    alice.open().await?;

    alice.click("Show what waits").await?;
    for text in [
        "3 changes on this computer",
        "Yes, two of them.",
        "The network",
        "Number 1, same conversation",
        "Number 2, and only if that is done",
    ] {
        alice.sees_in(SHEET, text).await?;
    }
    is_accessible(&alice, "what waits").await?;
    alice.click_in(SHEET, "Take back: Close Rosa Vidal").await?;
    alice.sees_in(SHEET, "2 changes on this computer").await?;
    alice.click_in(SHEET, "Take back: Message to Rosa Vidal").await?;
    alice.sees_in(SHEET, "Taken back: your text is in the draft of Rosa Vidal.").await?;
    alice.click_in(SHEET, "Open the conversation").await?;
    alice.has_value("Message", "Yes, two of them.").await?;

    team.hub.start()?;
    visitor.reads(&["Shall I put one aside?"]).await?;
    alice.sees_no("waiting").await
}
