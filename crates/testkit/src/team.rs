//! A small organization to tell stories with: Alice and Bob are agents, Mira is the manager, all of one inbox, and
//! a web site with a chat box brings them visitors.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::{computer::Computer, hub_program::HubProgram, visitor::Visitor};

/// What all of them sign in with.
pub const PASSWORD: &str = "seven quiet herons";
const INBOX: &str = "Support";
/// Where the chat box stands.
const SITE: &str = "https://shop.example.org";

/// The organization, with its hub running.
pub struct Team {
    /// The hub, to be stopped and started.
    pub hub: HubProgram,
    channel: String,
}

impl Team {
    /// Sets it up as an administrator does, and starts the hub.
    pub fn start() -> Result<Self> {
        let mut hub = HubProgram::init("Kestrel Cycles", "admin@example.org", PASSWORD)?;
        hub.run(&["inbox", "add", "--name", INBOX], None)?;
        for (name, email, role) in [
            ("Alice Ames", "alice@example.org", "agent"),
            ("Bob Bauer", "bob@example.org", "agent"),
            ("Mira Mann", "mira@example.org", "manager"),
        ] {
            let member = ["member", "add", "--name", name, "--email", email, "--role", role, "--inbox", INBOX];
            hub.run(&member, Some(PASSWORD))?;
        }
        let channel = ["channel", "add", "--json", "--inbox", INBOX, "--name", "Shop", "--origin", SITE];
        let added = hub.run(&channel, None)?;
        let added: Value = serde_json::from_str(&added).with_context(|| format!("no JSON: {added}"))?;
        let channel = added["public_id"].as_str().context("a channel without a public id")?.to_owned();
        hub.start()?;
        Ok(Self { hub, channel })
    }

    /// Everybody's password.
    pub fn password(&self) -> &str {
        PASSWORD
    }

    /// Alice, an agent, signed in at a computer of her own.
    pub async fn alice(&self) -> Result<Computer> {
        self.member("alice").await
    }

    /// Alice at a desktop that draws tray icons.
    pub async fn alice_with_tray(&self) -> Result<Computer> {
        let computer = Computer::start_with_tray().await?;
        self.sign_in(&computer, "alice").await?;
        Ok(computer)
    }

    /// Alice at a desktop that draws tray icons, with a window that gives its page up as soon as it is closed.
    pub async fn alice_who_rests(&self) -> Result<Computer> {
        let computer = Computer::start_with_tray_and_rest().await?;
        self.sign_in(&computer, "alice").await?;
        Ok(computer)
    }

    /// Bob, an agent, signed in at a computer of his own.
    pub async fn bob(&self) -> Result<Computer> {
        self.member("bob").await
    }

    /// Mira, the manager, signed in at a computer of her own.
    pub async fn mira(&self) -> Result<Computer> {
        self.member("mira").await
    }

    async fn member(&self, name: &str) -> Result<Computer> {
        let computer = Computer::start().await?;
        self.sign_in(&computer, name).await?;
        Ok(computer)
    }

    /// Signs a member in through the window and waits until the inbox is there and complete.
    pub async fn sign_in(&self, computer: &Computer, name: &str) -> Result<()> {
        computer.sign_in(&self.hub.url(), &format!("{name}@example.org"), PASSWORD).await?;
        computer.sees(INBOX).await?;
        computer.sees("Up to date").await
    }

    /// Somebody who opens the chat box on the web site.
    pub async fn visitor(&self, name: &str) -> Result<Visitor> {
        Visitor::arrive(&self.hub.url(), &self.channel, SITE, Some(name)).await
    }
}
