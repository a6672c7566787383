//! The panel and the notifications of the private desktop behave like those of a real one.

#![cfg(target_os = "linux")]

use std::sync::Arc;

use anyhow::Result;
use deskbell_testkit::{
    desktop::{Desktop, DesktopOptions, Keyring},
    dunst::Notifications,
    statusnotifier::Panel,
};

fn desktop(notifications: bool) -> Result<Desktop> {
    Desktop::start_with(&DesktopOptions { keyring: Keyring::Absent, notifications, ..DesktopOptions::default() })
}

#[tokio::test]
async fn a_blind_watcher_takes_icons_and_says_that_nobody_draws_them() -> Result<()> {
    let desktop = desktop(false)?;
    let ask = async || -> Result<bool> {
        let bus = zbus::connection::Builder::address(desktop.bus())?.build().await?;
        let watcher = zbus::Proxy::new(
            &bus,
            "org.kde.StatusNotifierWatcher",
            "/StatusNotifierWatcher",
            "org.kde.StatusNotifierWatcher",
        )
        .await?;
        let () = watcher.call("RegisterStatusNotifierItem", &"/Icon").await?;
        let items: Vec<String> = watcher.get_property("RegisteredStatusNotifierItems").await?;
        assert_eq!(items, [format!("{}/Icon", bus.unique_name().expect("a bus gives names"))]);
        Ok(watcher.get_property("IsStatusNotifierHostRegistered").await?)
    };
    let panel = Panel::start_blind(&desktop).await?;
    assert!(!ask().await?);
    panel.stop().await?;
    let _panel = Panel::start(&desktop).await?;
    assert!(ask().await?);
    Ok(())
}

#[tokio::test]
async fn the_daemon_shows_markup_as_markup_and_reports_what_it_drew() -> Result<()> {
    let desktop = Arc::new(desktop(true)?);
    let notifications = Notifications::of(&desktop);
    assert_eq!(notifications.count()?, 0);
    let bus = zbus::connection::Builder::address(desktop.bus())?.build().await?;
    let daemon = zbus::Proxy::new(
        &bus,
        "org.freedesktop.Notifications",
        "/org/freedesktop/Notifications",
        "org.freedesktop.Notifications",
    )
    .await?;
    let hints = std::collections::HashMap::<&str, zbus::zvariant::Value<'_>>::new();
    let body = ("test", 0u32, "", "R&D <b>", "1 &lt; 2 <b>bold</b>", ["default", "Open"].as_slice(), hints, -1i32);
    let _id: u32 = daemon.call("Notify", &body).await?;
    notifications.wait_for(1).await?;
    let drawn = notifications.take_all().await?;
    assert_eq!(drawn.len(), 1);
    assert_eq!(drawn[0].title, "R&D <b>");
    assert!(drawn[0].markup.contains("<b>bold</b>"), "{drawn:?}");
    assert!(drawn[0].markup.contains("1 &lt; 2"), "{drawn:?}");
    Ok(())
}
