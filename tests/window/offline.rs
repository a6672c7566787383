//! No network is no reason to stop, a power cut no reason to lose anything.

use anyhow::Result;
use deskbell_testkit::team::Team;

#[tokio::test]
async fn what_was_done_offline_survives_a_power_cut_and_arrives_once() -> Result<()> {
    let mut team = Team::start()?;
    let mut alice = team.alice().await?;
    let bob = team.bob().await?;
    let visitor = team.visitor("Rosa Vidal").await?;
    visitor.writes("Is the blue one in stock?").await?;
    alice.open_chat("Rosa Vidal").await?;
    alice.assign_to_me().await?;
    alice.reply("Let me look.").await?;
    visitor.reads(&["Let me look."]).await?;
    bob.open_chat("Rosa Vidal").await?;

    team.hub.stop()?;
    alice.sees("Working offline").await?;
    alice.reply("Yes, two of them.").await?;
    alice.close_chat().await?;
    alice.sees("Working offline, 2 changes waiting").await?;

    alice.kill()?;
    alice.open().await?;
    alice.sees("Working offline, 2 changes waiting").await?;
    alice.show_closed().await?;
    alice.open_chat("Rosa Vidal").await?;
    alice.is_at("Yes, two of them.").await?;

    team.hub.start()?;
    visitor.reads(&["Let me look.", "Yes, two of them."]).await?;
    bob.is_at("Reopen").await?;
    bob.is_at("Yes, two of them.").await?;
    alice.sees_no("waiting").await?;
    alice.sees_no("Working offline").await
}

#[tokio::test]
async fn of_two_offline_claims_one_wins_and_the_other_keeps_the_message() -> Result<()> {
    let mut team = Team::start()?;
    let alice = team.alice().await?;
    let mut bob = team.bob().await?;
    let visitor = team.visitor("Rosa Vidal").await?;
    visitor.writes("Who can help me?").await?;
    for member in [&alice, &bob] {
        member.open_chat("Rosa Vidal").await?;
    }

    team.hub.stop()?;
    for member in [&alice, &bob] {
        member.sees("Working offline").await?;
        member.assign_to_me().await?;
    }
    bob.reply("I can.").await?;
    // Alice is first: Bob's program is not there when the hub comes back.
    bob.quit().await?;
    team.hub.start()?;
    alice.sees_no("waiting").await?;
    alice.is_at("Assigned to me").await?;
    bob.open().await?;

    bob.open_chat("Rosa Vidal").await?;
    bob.is_at("Alice").await?;
    bob.sees("refused").await?;
    bob.is_at("I can.").await
}
