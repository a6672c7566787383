//! Several members on one conversation: who is first, who is told, and nothing that is written is lost.

use anyhow::Result;
use deskbell_testkit::team::Team;

#[tokio::test]
async fn a_reply_that_a_colleague_has_overtaken_is_held_and_can_be_sent_anyway() -> Result<()> {
    let mut team = Team::start()?;
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
    // Alice's program is not there when the hub comes back: Bob is first.
    alice.quit().await?;
    team.hub.start()?;
    bob.reply("At eight.").await?;
    visitor.reads(&["At eight."]).await?;

    alice.open().await?;
    alice.open_chat("Rosa Vidal").await?;
    alice.is_at("Needs attention").await?;
    alice.is_at("At eight.").await?;
    alice.is_at("At nine, I think.").await?;
    visitor.reads(&["At eight."]).await?;

    alice.click_in("[data-pane=conversation]", "Send anyway").await?;
    visitor.reads(&["At eight.", "At nine, I think."]).await
}

#[tokio::test]
async fn a_held_reply_can_be_taken_back_into_the_composer() -> Result<()> {
    let mut team = Team::start()?;
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
    alice.quit().await?;
    team.hub.start()?;
    bob.reply("At eight.").await?;
    visitor.reads(&["At eight."]).await?;
    alice.open().await?;
    alice.open_chat("Rosa Vidal").await?;

    alice.click_in("[data-pane=conversation]", "Edit").await?;

    alice.has_value("Message", "At nine, I think.").await?;
    alice.fill("Message", "At eight, as Bob says.").await?;
    alice.enter_in("Message").await?;
    visitor.reads(&["At eight.", "At eight, as Bob says."]).await
}

#[tokio::test]
async fn the_manager_hands_a_conversation_to_an_agent_who_is_told() -> Result<()> {
    let team = Team::start()?;
    let (mira, bob) = (team.mira().await?, team.bob().await?);
    let visitor = team.visitor("Rosa Vidal").await?;
    visitor.writes("I want to complain").await?;
    mira.open_chat("Rosa Vidal").await?;

    mira.click_in(".conv-head", "Assign").await?;
    mira.choose_in_menu("Bob Bauer").await?;
    mira.is_at("Assigned to Bob").await?;

    bob.open_chat("Rosa Vidal").await?;
    bob.is_at("Assigned to me").await
}

#[tokio::test]
async fn colleagues_talk_in_a_direct_chat() -> Result<()> {
    let team = Team::start()?;
    let (alice, bob) = (team.alice().await?, team.bob().await?);

    alice.click("Create").await?;
    alice.click("New direct chat").await?;
    alice.fill("Colleague", "Bob").await?;
    alice.enter_in("Colleague").await?;
    alice.is_at("Bob Bauer").await?;
    alice.reply("Lunch at one?").await?;

    bob.notifications().wait_for(1).await?;
    bob.notifications().click()?;
    bob.is_at("Lunch at one?").await?;
    bob.reply("Gladly.").await?;
    alice.is_at("Gladly.").await
}
