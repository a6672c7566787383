//! A message travels: from a visitor of a web site to the agents' windows, and the answer back.

use anyhow::Result;
use deskbell_testkit::team::Team;

#[tokio::test]
async fn a_visitor_writes_and_is_answered() -> Result<()> {
    let team = Team::start()?;
    let alice = team.alice().await?;
    let visitor = team.visitor("Rosa Vidal").await?;

    visitor.writes("Is the blue one in stock?").await?;
    alice.lists("Rosa Vidal").await?;
    alice.lists("Is the blue one in stock?").await?;
    alice.open_chat("Rosa Vidal").await?;
    alice.assign_to_me().await?;
    alice.reply("Yes, two of them.").await?;
    visitor.reads(&["Yes, two of them."]).await?;
    alice.tag("Stock").await?;
    alice.close_chat().await?;

    alice.show_closed().await?;
    alice.lists("Rosa Vidal").await
}

#[tokio::test]
async fn a_colleague_s_window_follows() -> Result<()> {
    let team = Team::start()?;
    let alice = team.alice().await?;
    let bob = team.bob().await?;
    let visitor = team.visitor("Rosa Vidal").await?;
    visitor.writes("Hello?").await?;
    bob.open_chat("Rosa Vidal").await?;

    alice.open_chat("Rosa Vidal").await?;
    alice.assign_to_me().await?;
    bob.is_at("Alice").await?;
    alice.reply("Hello, Rosa!").await?;
    bob.is_at("Hello, Rosa!").await?;
    alice.tag("Greeting").await?;
    bob.is_at("Greeting").await?;
    alice.close_chat().await?;
    bob.is_at("Reopen").await
}

#[tokio::test]
async fn a_notification_arrives_and_assigns_without_the_window() -> Result<()> {
    let team = Team::start()?;
    let alice = team.alice().await?;
    let bob = team.bob().await?;
    let visitor = team.visitor("Rosa Vidal").await?;

    visitor.writes("My order did not come").await?;
    let shown = alice.notifications();
    shown.wait_for(1).await?;
    shown.press("Assign to me")?;

    shown.wait_for(0).await?;
    alice.open_chat("Rosa Vidal").await?;
    alice.is_at("Assigned to me").await?;
    bob.open_chat("Rosa Vidal").await?;
    bob.is_at("Alice").await?;
    // What a colleague has taken is not Bob's to be told of.
    bob.notifications().wait_for(0).await
}

#[tokio::test]
async fn a_draft_survives_a_quit() -> Result<()> {
    let team = Team::start()?;
    let mut alice = team.alice().await?;
    let visitor = team.visitor("Rosa Vidal").await?;
    visitor.writes("Hello?").await?;
    alice.open_chat("Rosa Vidal").await?;
    alice.type_in("Message", "Half an answer").await?;

    alice.quit().await?;
    alice.open().await?;

    alice.lists("Half an answer").await?;
    alice.open_chat("Rosa Vidal").await?;
    alice.has_value("Message", "Half an answer").await?;
    assert!(visitor.answers().await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_draft_stays_in_its_chat_and_what_arrives_does_not_touch_it() -> Result<()> {
    let team = Team::start()?;
    let alice = team.alice().await?;
    let (rosa, omar) = (team.visitor("Rosa Vidal").await?, team.visitor("Omar Haddad").await?);
    rosa.writes("First question").await?;
    omar.writes("Other question").await?;
    alice.open_chat("Rosa Vidal").await?;
    alice.type_in("Message", "For Rosa only").await?;

    rosa.writes("Are you there?").await?;
    alice.is_at("Are you there?").await?;
    alice.has_value("Message", "For Rosa only").await?;

    alice.open_chat("Omar Haddad").await?;
    alice.has_value("Message", "").await?;
    alice.enter_in("Message").await?;
    alice.reply("For Omar").await?;
    omar.reads(&["For Omar"]).await?;
    alice.open_chat("Rosa Vidal").await?;
    alice.has_value("Message", "For Rosa only").await?;
    assert!(rosa.answers().await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn what_was_typed_is_taken_back_and_never_comes_to_another_chat() -> Result<()> {
    let team = Team::start()?;
    let alice = team.alice().await?;
    let (rosa, noor) = (team.visitor("Rosa Vidal").await?, team.visitor("Noor Haddad").await?);
    rosa.writes("Hello?").await?;
    noor.writes("Hello?").await?;
    alice.open_chat("Rosa Vidal").await?;
    alice.type_in("Message", "A word too many").await?;
    alice.undo_in("Message").await?;
    alice.has_value("Message", "A word too ").await?;
    for _ in 0..4 {
        alice.undo_in("Message").await?;
    }
    alice.has_value("Message", "").await?;

    alice.type_in("Message", "For Rosa alone").await?;
    alice.open_chat("Noor Haddad").await?;
    alice.has_value("Message", "").await?;
    alice.undo_in("Message").await?;
    alice.undo_in("Message").await?;
    assert_eq!(alice.value_of("Message").await?, "");
    alice.open_chat("Rosa Vidal").await?;
    alice.has_value("Message", "For Rosa alone").await
}
