//! A notification for what needs one, never two, and each of its buttons does what it says.

use anyhow::Result;
use deskbell_testkit::{computer::Computer, desktop::DesktopOptions, launcher::Launcher, team::Team};

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

/// C043
#[tokio::test]
async fn what_comes_into_the_open_chat_behind_another_program_is_unread_and_told_until_one_looks() -> Result<()> {
    let team = Team::start()?;
    let alice = team.alice().await?;
    let visitor = team.visitor("Rosa Vidal").await?;
    visitor.writes("First").await?;
    alice.focus().await?;
    alice.open_chat("Rosa Vidal").await?;
    alice.notifications().wait_for(0).await?;
    alice.look_elsewhere().await?;
    visitor.writes("Second").await?;
    alice.notifications().wait_for(1).await?;
    alice.lists("1 unread").await?;
    alice.focus().await?;
    alice.sees_no("1 unread").await?;
    alice.notifications().wait_for(0).await
}

/// C056
#[tokio::test]
async fn what_a_customer_calls_themselves_and_writes_is_shown_as_it_is() -> Result<()> {
    let team = Team::start()?;
    let alice = team.alice().await?;
    let odd = "R&D <b>now</b> 1<2";
    team.visitor(odd).await?.writes(odd).await?;
    alice.notifications().wait_for(1).await?;
    let all = alice.notifications().take_all().await?;
    let drawn = all.first().expect("the one that was there");
    assert_eq!(drawn.title, odd);
    let plain = "R&amp;D &lt;b&gt;now&lt;/b&gt; 1&lt;2";
    assert!(drawn.markup.matches(plain).count() >= 1 && !drawn.markup.contains("<b>now"), "{drawn:?}");
    Ok(())
}

#[tokio::test]
async fn names_and_text_are_hidden_where_it_is_set() -> Result<()> {
    let team = Team::start()?;
    let alice = team.alice().await?;
    alice.set("hide_content", true).await?;
    team.visitor("Rosa Vidal").await?.writes("For your eyes only").await?;
    alice.notifications().wait_for(1).await?;
    let all = alice.notifications().take_all().await?;
    assert!(all.iter().all(|one| one.title == "Deskbell" && one.body == "New message"), "{all:?}");
    Ok(())
}

#[tokio::test]
async fn the_icon_in_the_dock_has_the_number_of_unread_chats() -> Result<()> {
    let team = Team::start()?;
    let alice = team.alice().await?;
    let dock = Launcher::start(alice.desktop()).await?;
    team.visitor("Rosa Vidal").await?.writes("One").await?;
    dock.shows(1).await?;
    team.visitor("Omar Haddad").await?.writes("Two").await?;
    dock.shows(2).await?;
    alice.focus().await?;
    alice.open_chat("Rosa Vidal").await?;
    dock.shows(1).await?;
    alice.open_chat("Omar Haddad").await?;
    dock.shows(0).await
}

#[tokio::test]
async fn many_that_came_while_the_program_was_off_are_one_notification() -> Result<()> {
    let team = Team::start()?;
    let mut alice = team.alice().await?;
    alice.quit().await?;
    for name in ["Rosa Vidal", "Omar Haddad", "Ines Prado"] {
        team.visitor(name).await?.writes("Anybody there?").await?;
    }
    alice.open().await?;
    alice.lists("Ines Prado").await?;
    alice.notifications().wait_for(1).await?;
    let all = alice.notifications().take_all().await?;
    assert_eq!(all.len(), 1, "{all:?}");
    assert_eq!(all[0].title, "Unread messages in 3 chats");
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
async fn a_daemon_that_was_started_anew_keeps_what_other_programs_show_there() -> Result<()> {
    let team = Team::start()?;
    let alice = team.alice().await?;
    let visitor = team.visitor("Rosa Vidal").await?;
    visitor.writes("First").await?;
    let shown = alice.notifications();
    shown.wait_for(1).await?;
    alice.desktop().stop_notifications()?;
    alice.desktop().start_notifications()?;
    shown.wait_for(0).await?;
    // It has the number that the first one had.
    alice.desktop().notify_as_another_program("The backup is done")?;
    shown.wait_for(1).await?;

    visitor.writes("Second").await?;
    shown.wait_for(2).await?;
    alice.focus().await?;
    alice.open_chat("Rosa Vidal").await?;

    shown.wait_for(1).await?;
    let left = shown.take_all().await?;
    assert!(left.iter().any(|one| one.title == "The backup is done"), "{left:?}");
    Ok(())
}

#[tokio::test]
async fn what_came_while_there_was_no_daemon_is_shown_as_soon_as_there_is_one() -> Result<()> {
    let team = Team::start()?;
    let alice = team.alice().await?;
    let (rosa, omar) = (team.visitor("Rosa Vidal").await?, team.visitor("Omar Haddad").await?);
    rosa.writes("First").await?;
    let shown = alice.notifications();
    shown.wait_for(1).await?;
    alice.desktop().stop_notifications()?;
    rosa.writes("Second").await?;
    omar.writes("Third").await?;
    alice.lists("Third").await?;
    alice.focus().await?;
    alice.open_chat("Rosa Vidal").await?;
    alice.sees_no("2 unread").await?;

    alice.desktop().start_notifications()?;

    shown.wait_for(1).await?;
    let all = shown.take_all().await?;
    assert_eq!((all.len(), all[0].title.as_str()), (1, "Omar Haddad"), "what was read meanwhile is not told: {all:?}");
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
