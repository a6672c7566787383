//! A program whose window is driven by WebKit's own WebDriver.
//!
//! The program is started as a person would start it, and listens for a driver. Each window it makes is a process of its own,
//! which a driver of its own is put at.

use std::{
    fs::File,
    io::Seek,
    mem::ManuallyDrop,
    net::TcpListener,
    path::Path,
    process::{Command, Stdio},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use thirtyfour::{Capabilities, WebDriver};

use crate::{
    desktop::Desktop,
    eventually::{PATIENCE, within},
    process::Running,
};

/// The process that shows a window.
const WINDOW: &str = "deskbell-window";

/// What a driver may take to find a window that is there.
const ANSWER: Duration = Duration::from_secs(5);

/// A program under WebDriver.
pub struct Driver {
    desktop: Arc<Desktop>,
    program: Mutex<Option<Running>>,
    /// What the program writes.
    log: File,
    /// Where its window listens for a driver.
    target: String,
    at: Mutex<Option<At>>,
}

/// A driver at a window.
struct At {
    _process: Running,
    // Its own `drop` would say goodbye over HTTP, to a driver that is gone and from a runtime that is ending.
    session: ManuallyDrop<WebDriver>,
}

impl Driver {
    /// Starts `program` on `desktop`, with `environment` beside the desktop's own.
    pub async fn start(
        desktop: &Arc<Desktop>,
        program: &Path,
        arguments: &[&str],
        environment: &[(&str, String)],
    ) -> Result<Self> {
        let target = format!("127.0.0.1:{}", free_port()?);
        let log = tempfile::tempfile()?;
        let mut command = Command::new(program);
        command
            .args(arguments)
            // What Tauri asks before it lets itself be driven, and where WebKit then listens.
            .envs([
                ("TAURI_AUTOMATION", "true"),
                ("TAURI_WEBVIEW_AUTOMATION", "true"),
                ("WEBKIT_INSPECTOR_SERVER", &target),
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log.try_clone()?);
        desktop.enter(&mut command);
        command.envs(environment.iter().map(|(name, value)| (name, value)));
        let program = Mutex::new(Some(Running::start(&mut command)?));
        let driver = Self { desktop: Arc::clone(desktop), program, log, target, at: Mutex::new(None) };
        driver.attach().await?;
        Ok(driver)
    }

    /// Puts a driver at the window that is there now, or is about to be.
    pub async fn attach(&self) -> Result<()> {
        let port = free_port()?;
        let mut command = Command::new("WebKitWebDriver");
        command
            .args(["--host=127.0.0.1", &format!("--port={port}"), &format!("--target={}", self.target)])
            // One that was not answered in time stands in the way of the next.
            .arg("--replace-on-new-session")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let process = Running::start(self.desktop.enter(&mut command));
        let process = process.context("WebKitWebDriver (package webkit2gtk-driver)")?;
        let session = within(PATIENCE, "a window that can be driven", async || {
            if self.has_ended()? {
                return Ok(Some(None));
            }
            // Neither the driver nor the window may listen yet, and one that ends meanwhile never answers.
            let session = WebDriver::new(format!("http://127.0.0.1:{port}"), Capabilities::new());
            match tokio::time::timeout(ANSWER, session).await {
                Ok(session) => Ok(Some(Some(session?))),
                Err(_) => Ok(None),
            }
        })
        .await?;
        let Some(session) = session else {
            bail!("the program ended before it answered WebDriver: {}", self.written()?);
        };
        *lock(&self.at) = Some(At { _process: process, session: ManuallyDrop::new(session) });
        Ok(())
    }

    /// The session with the window.
    pub fn session(&self) -> Result<WebDriver> {
        let at = lock(&self.at);
        Ok(WebDriver::clone(&at.as_ref().context("no driver is at the window")?.session))
    }

    /// The id of the program itself.
    pub fn program(&self) -> Result<u32> {
        if self.has_ended()? {
            bail!("the program has ended: {}", self.written()?);
        }
        Ok(lock(&self.program).as_ref().context("the program was ended")?.id())
    }

    /// The id of the process that shows its window, where there is one.
    pub fn window(&self) -> Result<Option<u32>> {
        Ok(self.processes()?.into_iter().find(|process| process.name == WINDOW).map(|process| process.id))
    }

    /// The processes that the program has started, and those that these have started.
    pub fn processes(&self) -> Result<Vec<Process>> {
        let mut wanted = vec![self.program()?];
        let all = processes()?;
        let mut found: Vec<Process> = Vec::new();
        while let Some(parent) = wanted.pop() {
            for process in all.iter().filter(|process| process.parent == parent) {
                wanted.push(process.id);
                found.push(process.clone());
            }
        }
        Ok(found)
    }

    /// Ends the program as a power cut does: no handler runs, in it or in its window.
    pub fn kill(&mut self) -> Result<()> {
        let program = lock(&self.program).take();
        program.map_or(Ok(()), Running::kill)
    }

    /// Waits until the program has ended by itself.
    pub async fn program_ended(&self, patience: Duration) -> Result<()> {
        within(patience, "the program to end", async || Ok(self.has_ended()?.then_some(()))).await
    }

    fn has_ended(&self) -> Result<bool> {
        lock(&self.program).as_mut().map_or(Ok(true), |program| Ok(program.ended()?.is_some()))
    }

    /// What the program has written.
    fn written(&self) -> Result<String> {
        let mut log = self.log.try_clone()?;
        log.rewind()?;
        Ok(std::io::read_to_string(log)?)
    }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
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

/// All that run; one that has ended and was not yet looked after does not count.
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
