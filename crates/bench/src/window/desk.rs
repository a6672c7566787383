//! The desktop with the window on it, and the moments at which it is there.

use crate::client::KeyFile;
use crate::machine::forget;
use anyhow::{Context, Result, bail};
use deskbell_core::secrets::{SecretStore, SystemKeyring};
use deskbell_testkit::desktop::Desktop;
use deskbell_testkit::process::Running;
use deskbell_testkit::screen::Screen;
use deskbell_testkit::statusnotifier::Panel;
use deskbell_testkit::window::Window;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Longest that anything here may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// So soon after it was closed the window gives its page up.
const REST_AFTER: &str = "2";

/// A desktop with a tray, and a profile whose key is in its keyring.
pub struct Desk {
    desktop: Arc<Desktop>,
    panel: Panel,
    profile: PathBuf,
    program: PathBuf,
}

/// The window, driven.
pub struct OpenWindow {
    window: Window,
    began_ms: f64,
    /// From the start of the program to a window on the screen.
    pub mapped_ms: f64,
}

/// A program that is only looked at.
pub struct Empty {
    running: Running,
    /// From its start to a window on the screen.
    pub mapped: Duration,
}

impl Empty {
    /// Its process.
    pub fn id(&self) -> u32 {
        self.running.id()
    }
}

fn now_ms() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64() * 1_000.0)
}

/// Puts the secrets of a profile into the keyring of the desktop that this runs on.
pub async fn put_keys(profile: &Path) -> Result<()> {
    for (name, secret) in KeyFile::beside(profile).all() {
        SystemKeyring.set(&name, &secret).await?;
    }
    Ok(())
}

impl Desk {
    /// Makes it.
    pub async fn settle(profile: &Path, program: &Path) -> Result<Self> {
        let desktop = Arc::new(Desktop::start()?);
        let panel = Panel::start(&desktop).await?;
        let mut keys = Command::new(std::env::current_exe()?);
        keys.arg("keys").arg("--profile").arg(profile);
        if !desktop.enter(&mut keys).status()?.success() {
            bail!("the keyring did not take the keys");
        }
        Ok(Self { desktop, panel, profile: profile.into(), program: program.into() })
    }

    /// Opens the window and waits until it is on the screen.
    pub async fn open(&self) -> Result<OpenWindow> {
        let seen = self.see();
        let environment = [("DESKBELL_REST_AFTER", REST_AFTER.to_owned())];
        let window = Window::open_program(&self.desktop, &self.program, &self.profile, &environment).await?;
        let began_ms = began_ms(window.pid()?)?;
        let mapped_at_ms = seen.await.context("nobody looked")??;
        Ok(OpenWindow { window, began_ms, mapped_ms: mapped_at_ms - began_ms })
    }

    /// Starts a program that has nothing but a window, and gives its page up after a while.
    pub async fn start_empty(&self, program: &Path, rest_after: Duration) -> Result<Empty> {
        let mut command = Command::new(program);
        command.arg("--rest-after").arg(rest_after.as_secs().to_string()).stdin(Stdio::null());
        let began_ms = now_ms();
        let seen = self.see();
        let running = Running::start(self.desktop.enter(&mut command))?;
        let mapped = Duration::from_secs_f64((seen.await.context("nobody looked")?? - began_ms) / 1_000.0);
        Ok(Empty { running, mapped })
    }

    /// When a window comes to the screen.
    fn see(&self) -> tokio::task::JoinHandle<Result<f64>> {
        let desktop = Arc::clone(&self.desktop);
        tokio::task::spawn_blocking(move || {
            let screen = Screen::open(&desktop)?;
            let end = Instant::now() + PATIENCE;
            while Instant::now() < end {
                if screen.shows_any()? {
                    return Ok(now_ms());
                }
                std::thread::sleep(Duration::from_millis(2));
            }
            bail!("no window comes to the screen")
        })
    }

    /// The next start reads the cache from the disk.
    pub fn forget_files(&self) -> Result<()> {
        for file in std::fs::read_dir(&self.profile)? {
            forget(&file?.path())?;
        }
        Ok(())
    }

    /// Closes the window to the tray. Returns after how many milliseconds its page was given up.
    pub async fn give_up(&self, window: &OpenWindow) -> Result<f64> {
        let began = Instant::now();
        window.close().await?;
        window.has_no_page().await?;
        Ok(began.elapsed().as_secs_f64() * 1_000.0)
    }

    /// Clicks on the icon in the tray. Returns after how many milliseconds the window was on the screen, and its list usable.
    pub async fn bring_back(&self, window: &OpenWindow) -> Result<(f64, f64)> {
        let icon = self.panel.icon().await?;
        let seen = self.see();
        let began_ms = now_ms();
        icon.click().await?;
        let mapped_ms = seen.await.context("nobody looked")?? - began_ms;
        window.has_a_new_page().await?;
        Ok((mapped_ms, window.usable_at_ms().await? - began_ms))
    }
}

impl OpenWindow {
    /// From the start of the program to a list that can be worked with.
    pub async fn usable_ms(&self) -> Result<f64> {
        Ok(self.usable_at_ms().await? - self.began_ms)
    }

    async fn usable_at_ms(&self) -> Result<f64> {
        let script = "
            const mark = performance.getEntriesByName('usable')[0];
            return mark === undefined ? null : performance.timeOrigin + mark.startTime;";
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(at) = self.window.ask(script, vec![]).await?.as_f64() {
                return Ok(at);
            }
            if Instant::now() > end {
                bail!("the list is never usable");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Ends the program as the end of a session does.
    pub async fn quit(self) -> Result<()> {
        let process = i32::try_from(self.window.pid()?).ok().and_then(rustix::process::Pid::from_raw);
        rustix::process::kill_process(process.context("no process")?, rustix::process::Signal::TERM)?;
        self.window.has_ended().await
    }
}

impl Deref for OpenWindow {
    type Target = Window;

    fn deref(&self) -> &Window {
        &self.window
    }
}

/// When a process was started, as the system knows it.
fn began_ms(process: u32) -> Result<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    let ticks: f64 = stat
        .rsplit_once(") ")
        .and_then(|(_, rest)| rest.split(' ').nth(19)?.parse().ok())
        .context("the system does not say when a program was started")?;
    let up = std::fs::read_to_string("/proc/uptime")?;
    let up: f64 = up.split(' ').next().and_then(|seconds| seconds.parse().ok()).context("no time")?;
    let age = up - ticks / rustix::param::clock_ticks_per_second() as f64;
    Ok(now_ms() - age * 1_000.0)
}
