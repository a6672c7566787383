//! The notification daemon of a private desktop, and the person who clicks on what it shows.

use std::{process::Command, sync::Arc};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::{desktop::Desktop, eventually::eventually};

/// A notification as the daemon drew it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    /// Title as it came.
    pub title: String,
    /// Body as the daemon reads it.
    pub body: String,
    /// What is drawn, in Pango's markup: text that should be literal is escaped here, and nothing else is.
    pub markup: String,
}

/// dunst on a private desktop.
pub struct Notifications {
    desktop: Arc<Desktop>,
}

impl Notifications {
    /// Of this desktop, which must have been started with notifications.
    pub fn of(desktop: &Arc<Desktop>) -> Self {
        Self { desktop: Arc::clone(desktop) }
    }

    /// How many are on the screen, or wait for a place there.
    pub fn count(&self) -> Result<usize> {
        Ok(self.counted("displayed")? + self.counted("waiting")?)
    }

    fn counted(&self, kind: &str) -> Result<usize> {
        let said = self.ctl(&["count", kind])?;
        said.trim().parse().with_context(|| format!("dunstctl count said {said:?}"))
    }

    /// How many there ever were, closed ones included.
    pub fn ever(&self) -> Result<usize> {
        Ok(self.count()? + self.counted("history")?)
    }

    /// Waits until exactly `count` are on the screen.
    pub async fn wait_for(&self, count: usize) -> Result<()> {
        eventually(&format!("{count} notifications"), async || Ok((self.count()? == count).then_some(()))).await
    }

    /// Takes all from the screen and says what they were, newest first. Those closed earlier are among them.
    pub async fn take_all(&self) -> Result<Vec<Drawn>> {
        self.ctl(&["close-all"])?;
        self.wait_for(0).await?;
        let history: Value = serde_json::from_str(&self.ctl(&["history"])?).context("dunstctl history")?;
        let list = history["data"][0].as_array().context("dunstctl history has another shape")?;
        let text = |one: &Value, field: &str| one[field]["data"].as_str().unwrap_or_default().to_owned();
        Ok(list
            .iter()
            .map(|one| Drawn { title: text(one, "summary"), body: text(one, "body"), markup: text(one, "message") })
            .collect())
    }

    /// Presses a button on the newest notification.
    pub fn press(&self, label: &str) -> Result<()> {
        self.desktop.press_notification_action(label)
    }

    /// Clicks on the newest notification itself.
    pub fn click(&self) -> Result<()> {
        self.ctl(&["action", "0"]).map(drop)
    }

    fn ctl(&self, arguments: &[&str]) -> Result<String> {
        let mut command = Command::new("dunstctl");
        let output = self.desktop.enter(command.args(arguments)).output().context("dunstctl (package dunst)")?;
        if !output.status.success() {
            bail!("dunstctl {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}
