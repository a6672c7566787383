//! A member at a computer: a desktop, a profile and a window of one's own.

use std::{
    ops::Deref,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::{
    client::at_once,
    desktop::{Desktop, DesktopOptions},
    dunst::Notifications,
    eventually::eventually,
    links::Links,
    screen::Screen,
    statusnotifier::{Panel, TrayIcon},
    window::Window,
};

/// A computer with Deskbell on it.
pub struct Computer {
    // Before the desktop that it is on.
    window: Option<Window>,
    environment: Vec<(&'static str, String)>,
    links: Links,
    profile: TempDir,
    panel: Option<Panel>,
    desktop: Arc<Desktop>,
}

impl Computer {
    /// Switches it on and opens the window, with nobody signed in.
    pub async fn start() -> Result<Self> {
        Self::start_with(&DesktopOptions::default()).await
    }

    /// The same on a desktop as described.
    pub async fn start_with(options: &DesktopOptions) -> Result<Self> {
        Self::on(Arc::new(Desktop::start_with(options)?), None).await
    }

    /// The same on a desktop whose panel draws tray icons.
    pub async fn start_with_tray() -> Result<Self> {
        let desktop = Arc::new(Desktop::start()?);
        let panel = Panel::start(&desktop).await?;
        Self::on(desktop, Some(panel)).await
    }

    /// The same, with a window that gives its page up as soon as it is closed to the tray.
    pub async fn start_with_tray_and_rest() -> Result<Self> {
        let desktop = Arc::new(Desktop::start()?);
        let panel = Panel::start(&desktop).await?;
        let mut computer = Self::off(desktop, Some(panel))?;
        computer.environment.push(("DESKBELL_REST_AFTER", "0.2".to_owned()));
        computer.open().await?;
        Ok(computer)
    }

    /// The same with more in the environment of the program.
    pub async fn start_where(environment: &[(&'static str, &str)]) -> Result<Self> {
        let desktop = Arc::new(Desktop::start()?);
        let panel = Panel::start(&desktop).await?;
        let mut computer = Self::off(desktop, Some(panel))?;
        computer.environment.extend(environment.iter().map(|(name, value)| (*name, (*value).to_owned())));
        computer.open().await?;
        Ok(computer)
    }

    /// The same where no session bus can be reached: no keyring, no notifications, no tray.
    pub async fn start_without_bus() -> Result<Self> {
        let mut computer = Self::off(Arc::new(Desktop::start()?), None)?;
        let nowhere = computer.profile.path().join("no-bus");
        computer.environment.push(("DBUS_SESSION_BUS_ADDRESS", format!("unix:path={}", nowhere.display())));
        computer.open().await?;
        Ok(computer)
    }

    async fn on(desktop: Arc<Desktop>, panel: Option<Panel>) -> Result<Self> {
        let mut computer = Self::off(desktop, panel)?;
        computer.open().await?;
        Ok(computer)
    }

    fn off(desktop: Arc<Desktop>, panel: Option<Panel>) -> Result<Self> {
        let links = Links::record()?;
        let environment = vec![("PATH", links.path()?)];
        let profile = tempfile::tempdir()?;
        at_once(profile.path())?;
        Ok(Self { window: None, environment, links, profile, panel, desktop })
    }

    /// Opens the window of this computer's profile.
    pub async fn open(&mut self) -> Result<()> {
        self.window = Some(Window::open_with(&self.desktop, self.profile.path(), &self.environment).await?);
        Ok(())
    }

    /// Cuts the power of the program.
    pub fn kill(&mut self) -> Result<()> {
        self.window.take().context("no window is open")?.kill()
    }

    /// Closes the window where there is no tray, and waits until the program has ended.
    pub async fn quit(&mut self) -> Result<()> {
        let window = self.window.take().context("no window is open")?;
        window.close().await?;
        window.has_ended().await
    }

    /// The desktop.
    pub fn desktop(&self) -> &Arc<Desktop> {
        &self.desktop
    }

    /// What the notification daemon shows.
    pub fn notifications(&self) -> Notifications {
        Notifications::of(&self.desktop)
    }

    /// Deskbell's icon in the panel.
    pub async fn tray(&self) -> Result<TrayIcon> {
        self.panel.as_ref().context("this desktop has no panel")?.icon().await
    }

    /// The person turns to another program.
    pub async fn look_elsewhere(&self) -> Result<()> {
        Screen::open(&self.desktop)?.focus_elsewhere()?;
        eventually("the page to lose the focus", async || {
            Ok((self.ask("return document.hasFocus();", vec![]).await? == false).then_some(()))
        })
        .await
    }

    /// The addresses that the system's browser was asked for.
    pub fn links(&self) -> &Links {
        &self.links
    }

    /// The profile directory.
    pub fn profile(&self) -> &Path {
        self.profile.path()
    }

    /// The files of the profile in which one of these texts can be read. None is what it should be.
    pub fn files_with(&self, secrets: &[&str]) -> Result<Vec<PathBuf>> {
        let mut found = Vec::new();
        let mut dirs = vec![self.profile.path().to_owned()];
        while let Some(dir) = dirs.pop() {
            for entry in std::fs::read_dir(&dir)? {
                let path = entry?.path();
                let kind = std::fs::symlink_metadata(&path)?.file_type();
                if kind.is_dir() {
                    dirs.push(path);
                } else if kind.is_file() {
                    let bytes = std::fs::read(&path)?;
                    if secrets.iter().any(|secret| bytes.windows(secret.len()).any(|at| at == secret.as_bytes())) {
                        found.push(path);
                    }
                }
            }
        }
        Ok(found)
    }
}

/// What can be asked of the window can be asked of the computer. Panics while the window is closed: a test that does
/// so is wrong.
impl Deref for Computer {
    type Target = Window;

    fn deref(&self) -> &Window {
        self.window.as_ref().expect("the test has closed this window")
    }
}
