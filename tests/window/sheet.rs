//! The page that is worked on: a message that is taken back in time.

use anyhow::Result;
use deskbell_testkit::team::Team;

const CONVERSATION: &str = "[data-pane=conversation]";

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
