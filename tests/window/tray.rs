//! Closing the window: into the tray where somebody draws the icon, else the program ends. Never out of reach.

use std::sync::Arc;

use anyhow::Result;
use deskbell_testkit::{desktop::Desktop, statusnotifier::Panel, window::Window};

/// C112
#[tokio::test]
async fn with_a_tray_closing_hides_and_the_menu_brings_back() -> Result<()> {
    let desktop = Arc::new(Desktop::start()?);
    let panel = Panel::start(&desktop).await?;
    let profile = tempfile::tempdir()?;
    let window = Window::open(&desktop, profile.path()).await?;
    let icon = panel.icon().await?;
    icon.says("No unread chats").await?;
    assert_eq!(icon.menu().await?, ["Hide Deskbell", "Quit"]);

    window.close().await?;
    window.is_hidden().await?;
    icon.menu_is(&["Show Deskbell", "Quit"]).await?;

    icon.choose("Show Deskbell").await?;
    window.is_in_front().await?;
    icon.menu_is(&["Hide Deskbell", "Quit"]).await?;

    icon.choose("Hide Deskbell").await?;
    window.is_hidden().await?;
    icon.click().await?;
    window.is_in_front().await
}

#[tokio::test]
async fn quit_in_the_menu_ends_the_program() -> Result<()> {
    let desktop = Arc::new(Desktop::start()?);
    let panel = Panel::start(&desktop).await?;
    let profile = tempfile::tempdir()?;
    let window = Window::open(&desktop, profile.path()).await?;
    panel.icon().await?.choose("Quit").await?;
    window.has_ended().await
}

/// C107
#[tokio::test]
async fn without_a_tray_closing_ends_the_program() -> Result<()> {
    let desktop = Arc::new(Desktop::start()?);
    let profile = tempfile::tempdir()?;
    let window = Window::open(&desktop, profile.path()).await?;
    window.close().await?;
    window.has_ended().await
}

/// C107
#[tokio::test]
async fn an_icon_that_nobody_draws_is_no_way_back() -> Result<()> {
    let desktop = Arc::new(Desktop::start()?);
    let panel = Panel::start_blind(&desktop).await?;
    let profile = tempfile::tempdir()?;
    let window = Window::open(&desktop, profile.path()).await?;
    panel.icon().await?;
    window.close().await?;
    window.has_ended().await
}

#[tokio::test]
async fn a_hidden_window_comes_back_when_the_panel_goes_away() -> Result<()> {
    let desktop = Arc::new(Desktop::start()?);
    let panel = Panel::start(&desktop).await?;
    let profile = tempfile::tempdir()?;
    let window = Window::open(&desktop, profile.path()).await?;
    panel.icon().await?;
    window.close().await?;
    window.is_hidden().await?;

    panel.stop().await?;

    window.is_in_front().await
}

#[tokio::test]
async fn a_panel_that_starts_later_gets_the_icon() -> Result<()> {
    let desktop = Arc::new(Desktop::start()?);
    let profile = tempfile::tempdir()?;
    let window = Window::open(&desktop, profile.path()).await?;
    let panel = Panel::start(&desktop).await?;
    panel.icon().await?;
    window.close().await?;
    window.is_hidden().await
}
