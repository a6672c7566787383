//! A notification for what needs one, never two, and each of its buttons does what it says.

use anyhow::Result;
use deskbell_testkit::{computer::Computer, desktop::DesktopOptions, team::Team};

/// C060
#[tokio::test]
async fn a_click_opens_a_closed_window_at_the_conversation() -> Result<()> {
    let team = Team::start()?;
    let alice = team.alice_with_tray().await?;
    let visitor = team.visitor("Rosa Vidal").await?;
    alice.close().await?;
    alice.is_hidden().await?;

    visitor.writes("Anybody there?").await?;
    let shown = alice.notifications();
    shown.wait_for(1).await?;
    shown.click()?;

    alice.is_in_front().await?;
    alice.is_at("Anybody there?").await?;
    shown.wait_for(0).await
}

#[tokio::test]
async fn reply_puts_the_caret_into_the_composer() -> Result<()> {
    let team = Team::start()?;
    let alice = team.alice().await?;
    let visitor = team.visitor("Rosa Vidal").await?;
    visitor.writes("Anybody there?").await?;
    let shown = alice.notifications();
    shown.wait_for(1).await?;
    shown.press("Reply")?;

    alice.is_at("Anybody there?").await?;
    alice.has_caret_in("Message").await?;
    alice.reply("I am.").await?;
    visitor.reads(&["I am."]).await
}

#[tokio::test]
async fn mark_read_takes_the_number_away_everywhere() -> Result<()> {
    let team = Team::start()?;
    let alice = team.alice_with_tray().await?;
    let icon = alice.tray().await?;
    let visitor = team.visitor("Rosa Vidal").await?;
    visitor.writes("For your information").await?;
    let shown = alice.notifications();
    shown.wait_for(1).await?;
    icon.says("1 unread chat").await?;
    alice.lists("1 unread").await?;

    shown.press("Mark read")?;

    icon.says("No unread chats").await?;
    alice.sees_no("1 unread").await?;
    shown.wait_for(0).await
}

/// C064
#[tokio::test]
async fn reading_takes_the_notification_and_the_tray_s_mark_away() -> Result<()> {
    let team = Team::start()?;
    let alice = team.alice_with_tray().await?;
    let icon = alice.tray().await?;
    let visitor = team.visitor("Rosa Vidal").await?;
    visitor.writes("First").await?;
    alice.focus().await?;
    alice.open_chat("Rosa Vidal").await?;
    icon.says("No unread chats").await?;

    // The chat is open, and the person is looking at another program.
    alice.look_elsewhere().await?;
    visitor.writes("Second").await?;
    icon.says("1 unread chat").await?;
    let shown = alice.notifications();
    shown.wait_for(1).await?;

    alice.focus().await?;
    icon.says("No unread chats").await?;
    shown.wait_for(0).await
}

#[tokio::test]
async fn what_is_before_one_s_eyes_is_not_notified() -> Result<()> {
    let team = Team::start()?;
    let alice = team.alice().await?;
    let visitor = team.visitor("Rosa Vidal").await?;
    visitor.writes("First").await?;
    alice.notifications().wait_for(1).await?;
    alice.focus().await?;
    alice.open_chat("Rosa Vidal").await?;
    alice.notifications().wait_for(0).await?;
    let before = alice.notifications().ever()?;

    visitor.writes("Second").await?;
    alice.is_at("Second").await?;
    alice.reply("Mine").await?;
    visitor.reads(&["Mine"]).await?;

    assert_eq!(alice.notifications().ever()?, before, "neither the message in view nor one's own");
    Ok(())
}

#[tokio::test]
async fn nothing_is_notified_twice_across_a_restart() -> Result<()> {
    let team = Team::start()?;
    let mut alice = team.alice().await?;
    let visitor = team.visitor("Rosa Vidal").await?;
    visitor.writes("Only once").await?;
    alice.notifications().wait_for(1).await?;
    alice.notifications().take_all().await?;

    alice.quit().await?;
    alice.open().await?;
    alice.lists("Only once").await?;
    // A later one shows that notifying works, and that the earlier one did not come again.
    team.visitor("Omar Haddad").await?.writes("Something new").await?;
    alice.notifications().wait_for(1).await?;
    let all = alice.notifications().take_all().await?;
    let again = all.iter().filter(|one| one.body.contains("Only once")).count();
    assert_eq!(again, 1, "{all:?}");
    Ok(())
}

#[tokio::test]
async fn without_a_daemon_the_message_is_in_the_list_all_the_same() -> Result<()> {
    let team = Team::start()?;
    let computer = Computer::start_with(&DesktopOptions { notifications: false, ..Default::default() }).await?;
    team.sign_in(&computer, "alice").await?;
    team.visitor("Rosa Vidal").await?.writes("Anybody there?").await?;
    computer.lists("Anybody there?").await?;
    computer.pid().map(drop)
}
