//! WebKit's own WebDriver, one process for each window.

use std::{
    io::Seek,
    mem::ManuallyDrop,
    net::TcpListener,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use serde_json::json;
use thirtyfour::{Capabilities, WebDriver};

use crate::{
    desktop::Desktop,
    eventually::{PATIENCE, within},
    process::Running,
};

/// A program under WebDriver. The program is a child of the driver, in the driver's process group.
pub struct Driver {
    process: Option<Running>,
    // Its own `drop` would say goodbye over HTTP, to a driver that is gone and from a runtime that is ending.
    session: ManuallyDrop<WebDriver>,
}

impl Driver {
    /// Starts `program` on `desktop`, with `environment` beside the desktop's own.
    pub async fn start(
        desktop: &Desktop,
        program: &Path,
        arguments: &[&str],
        environment: &[(&str, String)],
    ) -> Result<Self> {
        let port = free_port()?;
        let mut log = tempfile::tempfile()?;
        let mut command = Command::new("WebKitWebDriver");
        command
            .args(["--host=127.0.0.1", &format!("--port={port}")])
            // What Tauri asks before it lets itself be driven.
            .envs([("TAURI_AUTOMATION", "true"), ("TAURI_WEBVIEW_AUTOMATION", "true")])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log.try_clone()?);
        desktop.enter(&mut command);
        command.envs(environment.iter().map(|(name, value)| (name, value)));
        let process = Running::start(&mut command).context("WebKitWebDriver (package webkit2gtk-driver)")?;

        within(PATIENCE, "WebKitWebDriver to listen", async || {
            Ok(tokio::net::TcpStream::connect(("127.0.0.1", port)).await.ok())
        })
        .await?;
        let mut capabilities = Capabilities::new();
        capabilities.insert("webkitgtk:browserOptions".into(), json!({ "binary": program, "args": arguments }));
        let session = WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities);
        // A program that ends before it answers leaves WebKit's driver waiting for ever.
        let session = tokio::select! {
            session = session => session.with_context(|| format!("{} does not answer WebDriver", program.display()))?,
            status = starts_and_ends(process.id()) => {
                status?;
                log.rewind()?;
                bail!("{} ended before it answered WebDriver: {}", program.display(), std::io::read_to_string(log)?);
            }
        };
        Ok(Self { process: Some(process), session: ManuallyDrop::new(session) })
    }

    /// The session.
    pub fn session(&self) -> &WebDriver {
        &self.session
    }

    /// The id of the program itself.
    pub fn program(&self) -> Result<u32> {
        let driver = self.process.as_ref().context("the program was ended")?.id();
        children_of(driver)?.first().copied().context("the program has ended")
    }

    /// The processes that the program has started.
    pub fn processes(&self) -> Result<Vec<Process>> {
        let program = self.program()?;
        Ok(processes()?.into_iter().filter(|process| process.parent == program).collect())
    }

    /// Ends the program as a power cut does: no handler runs, in it or in its web process.
    pub fn kill(&mut self) -> Result<()> {
        match self.process.take() {
            Some(process) => process.kill(),
            None => Ok(()),
        }
    }

    /// Waits until the program has ended by itself.
    pub async fn program_ended(&self, patience: Duration) -> Result<()> {
        let driver = self.process.as_ref().context("the program was ended")?.id();
        within(patience, "the program to end", async || Ok(children_of(driver)?.is_empty().then_some(()))).await
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.kill();
    }
}

/// Waits until the driver's program has come and gone.
async fn starts_and_ends(driver: u32) -> Result<()> {
    let is_there = async |there: bool| {
        while children_of(driver)?.is_empty() == there {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        anyhow::Ok(())
    };
    is_there(true).await?;
    is_there(false).await
}

/// A port that was free a moment ago: WebKit's driver cannot choose one and tell us.
fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// A running process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    /// Its number.
    pub id: u32,
    /// The number of who started it.
    pub parent: u32,
    /// Its name, as far as the system keeps it: 15 letters.
    pub name: String,
}

/// Living children of a process; one that has ended and was not yet looked after does not count.
fn children_of(parent: u32) -> Result<Vec<u32>> {
    Ok(processes()?.into_iter().filter(|process| process.parent == parent).map(|process| process.id).collect())
}

fn processes() -> Result<Vec<Process>> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir("/proc")? {
        let Some(id) = entry?.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        let Ok(stat) = std::fs::read_to_string(format!("/proc/{id}/stat")) else { continue };
        // "pid (name) state parent ...", and the name may hold anything.
        let Some((before, rest)) = stat.rsplit_once(") ") else { continue };
        let Some((_, name)) = before.split_once('(') else { continue };
        let mut fields = rest.split(' ');
        let state = fields.next();
        let Some(parent) = fields.next().and_then(|parent| parent.parse().ok()) else { continue };
        if state != Some("Z") {
            all.push(Process { id, parent, name: name.to_owned() });
        }
    }
    Ok(all)
}
