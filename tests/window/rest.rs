//! Closed to the tray the window gives its page up, and comes back as it was. Whatever happens without the page happens
//! all the same.

use std::{fs, os::unix::fs::MetadataExt, path::Path, sync::Arc};

use anyhow::Result;
use deskbell_testkit::{
    client::TestClient,
    computer::Computer,
    desktop::Desktop,
    eventually::eventually,
    programs::program,
    statusnotifier::Panel,
    team::{PASSWORD, Team},
    window::Window,
};

const PANEL: &str = "[data-pane=panel]";

async fn is_given_up(alice: &Computer) -> Result<()> {
    alice.close().await?;
    alice.is_hidden().await?;
    alice.has_no_page().await
}

/// What is at the upper edge of the thread and how far it is cut; the draft, its selection, and whether it has the focus.
const LOOK: &str = "
    const log = document.querySelector('[role=log].settled');
    const edge = log.getBoundingClientRect().top;
    const line = [...log.querySelectorAll('[data-entry]')].find((line) => line.getBoundingClientRect().bottom > edge);
    const field = named('field', 'Message')[0];
    return [line.dataset.entry, Math.round((line.getBoundingClientRect().top - edge) / 4), field.value, field.selectionStart,
        field.selectionEnd, field.selectionDirection, document.activeElement === field];";

#[tokio::test]
async fn a_window_that_comes_back_from_the_tray_is_as_it_was() -> Result<()> {
    let team = Team::start()?;
    let alice = team.alice_who_rests().await?;
    let (rosa, omar) = (team.visitor("Rosa Vidal").await?, team.visitor("Omar Haddad").await?);
    omar.writes("Later, please").await?;
    for number in 1..=8 {
        rosa.writes(&format!("Letter {number}\n{}", "one more line of it\n".repeat(9))).await?;
    }
    alice.focus().await?;
    alice.open_chat("Rosa Vidal").await?;
    alice.type_in("Message", "Half an answer").await?;
    alice.lists("Half an answer").await?;
    alice.click_in(".conv-head", "History").await?;
    alice.sees_in(PANEL, "Nothing else came from this address").await?;
    let go = "
        const log = document.querySelector('[role=log]');
        log.scrollTop = Math.round(log.scrollHeight / 2);
        const field = named('field', 'Message')[0];
        field.focus();
        field.setSelectionRange(5, 7, 'backward');";
    alice.ask(go, vec![]).await?;
    let before = alice.ask_at_rest(LOOK).await?;

    is_given_up(&alice).await?;
    alice.tray().await?.choose("Show Deskbell").await?;

    alice.is_in_front().await?;
    alice.has_a_new_page().await?;
    alice.is_at("Rosa Vidal").await?;
    alice.sees_in(PANEL, "Nothing else came from this address").await?;
    let same = eventually("", async || Ok((alice.ask(LOOK, vec![]).await? == before).then_some(()))).await;
    if same.is_err() {
        assert_eq!(alice.ask(LOOK, vec![]).await?, before);
    }
    // And it works as before.
    alice.type_in("Message", "!").await?;
    alice.lists("Half").await
}

#[tokio::test]
async fn a_page_whose_process_dies_is_loaded_again_at_the_chat_that_was_open() -> Result<()> {
    let team = Team::start()?;
    let alice = team.alice().await?;
    let rosa = team.visitor("Rosa Vidal").await?;
    rosa.writes("Anybody there?").await?;
    let elsewhere = TestClient::signed_in(&team.hub.url(), "alice").await?;
    let chat = elsewhere.list("open", "all").await?[0].chat;
    alice.focus().await?;
    alice.open_chat("Rosa Vidal").await?;

    alice.lose_page().await?;

    // What the next one shows is known by what it does: it reads what comes into the chat before one's eyes.
    rosa.writes("Hello?").await?;
    elsewhere.reads(chat, &["Anybody there?", "Hello?"]).await?;
    eventually("it to be read", async || Ok((elsewhere.head(chat).await?.unread == 0).then_some(()))).await
}

#[tokio::test]
async fn a_click_on_a_notification_makes_the_page_and_opens_the_chat() -> Result<()> {
    let team = Team::start()?;
    let alice = team.alice_who_rests().await?;
    let icon = alice.tray().await?;
    is_given_up(&alice).await?;

    let visitor = team.visitor("Rosa Vidal").await?;
    visitor.writes("Anybody there?").await?;
    icon.says("1 unread chat").await?;
    let shown = alice.notifications();
    shown.wait_for(1).await?;
    shown.press("Reply")?;

    alice.is_in_front().await?;
    alice.has_a_new_page().await?;
    alice.is_at("Anybody there?").await?;
    alice.has_caret_in("Message").await?;
    alice.reply("I am.").await?;
    visitor.reads(&["I am."]).await?;
    icon.says("No unread chats").await
}

#[tokio::test]
async fn a_second_start_brings_back_a_window_without_a_page_again_and_again() -> Result<()> {
    let team = Team::start()?;
    let alice = team.alice_who_rests().await?;
    for _ in 0..3 {
        is_given_up(&alice).await?;
        assert!(alice.start_again()?.success());
        alice.is_in_front().await?;
        alice.has_a_new_page().await?;
        alice.sees("Support").await?;
    }
    Ok(())
}

#[tokio::test]
async fn without_its_page_the_program_still_quits() -> Result<()> {
    let team = Team::start()?;
    let alice = team.alice_who_rests().await?;
    is_given_up(&alice).await?;
    alice.tray().await?.choose("Quit").await?;
    alice.has_ended().await
}

#[tokio::test]
async fn a_window_that_dies_is_made_again_and_everything_behind_it_goes_on() -> Result<()> {
    let team = Team::start()?;
    let alice = team.alice().await?;
    let rosa = team.visitor("Rosa Vidal").await?;
    rosa.writes("Anybody there?").await?;
    alice.focus().await?;
    alice.open_chat("Rosa Vidal").await?;
    alice.type_in("Message", "Half an answer").await?;
    alice.lists("Half an answer").await?;
    let program = alice.pid()?;

    alice.lose_window().await?;

    assert_eq!(alice.pid()?, program);
    alice.is_at("Anybody there?").await?;
    alice.has_value("Message", "Half an answer").await?;
    alice.enter_in("Message").await?;
    rosa.reads(&["Half an answer"]).await
}

#[tokio::test]
async fn a_window_does_not_outlive_its_program() -> Result<()> {
    let team = Team::start()?;
    let alice = team.alice().await?;
    alice.lose_program().await
}

#[tokio::test]
async fn a_window_that_does_not_answer_ends_with_its_program_all_the_same() -> Result<()> {
    let team = Team::start()?;
    let alice = team.alice_who_rests().await?;
    let icon = alice.tray().await?;
    alice.freeze_window()?;
    let window = alice.window_pid()?;
    icon.choose("Quit").await?;
    alice.has_ended().await?;
    assert!(!Path::new(&format!("/proc/{window}")).exists(), "it is still there");
    Ok(())
}

/// As a package does: beside what is there, and then in its place.
fn install(dir: &Path) -> Result<()> {
    for name in ["deskbell", "deskbell-window"] {
        fs::copy(program(name)?, dir.join("new"))?;
        fs::rename(dir.join("new"), dir.join(name))?;
    }
    Ok(())
}

#[tokio::test]
async fn after_an_update_the_program_starts_anew_once_its_window_is_wanted() -> Result<()> {
    let team = Team::start()?;
    let desktop = Arc::new(Desktop::start()?);
    let panel = Panel::start(&desktop).await?;
    let (installed, profile) = (tempfile::tempdir()?, tempfile::tempdir()?);
    install(installed.path())?;
    let rest = [("DESKBELL_REST_AFTER", "0.2".to_owned())];
    let deskbell = installed.path().join("deskbell");
    let window = Window::open_program(&desktop, &deskbell, profile.path(), &rest).await?;
    window.sign_in(&team.hub.url(), "alice@example.org", PASSWORD).await?;
    window.sees("Support").await?;
    let icon = panel.icon().await?;
    window.close().await?;
    window.is_hidden().await?;
    window.has_no_page().await?;
    let runs = || anyhow::Ok(fs::metadata(format!("/proc/{}/exe", window.pid()?))?.ino());
    let before = runs()?;

    install(installed.path())?;
    icon.choose("Show Deskbell").await?;

    window.has_a_new_page().await?;
    window.sees("Support").await?;
    assert_ne!(runs()?, before, "the new one runs");
    Ok(())
}
