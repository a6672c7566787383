//! A customer in a real Chromium, on a page with the chat box.
//!
//! The chat box is a frame on another origin behind a shadow root: a test goes in, does one thing and comes out again, so
//! that it never matters where the last step left off.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::{By, Capabilities, Key, TypingData, WebDriver, WindowHandle};

use crate::{eventually::eventually, process::Running};

/// A window of Chromium is at least this wide; a narrower page is that of a telephone.
const NARROWEST: u32 = 500;

/// Why there is no Chromium here, if there is none.
pub fn missing() -> Option<&'static str> {
    let runs =
        |program: &str| Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    (runs("chromium").is_err() || runs("chromedriver").is_err())
        .then_some("chromium and chromedriver are not installed (packages chromium, chromium-driver)")
}

/// How the browser is.
#[derive(Debug, Clone, Copy)]
pub struct Looks {
    /// The system's theme.
    pub dark: bool,
    /// Width and height of the window.
    pub size: (u32, u32),
}

impl Default for Looks {
    fn default() -> Self {
        Self { dark: false, size: (1440, 900) }
    }
}

/// A bubble of the thread.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Bubble {
    /// First name of the member; `None` = the customer.
    pub by: Option<String>,
    /// The text as it is shown.
    pub text: String,
    /// Whether it has not reached the hub.
    pub waits: bool,
}

impl Bubble {
    /// The customer's own, at the hub.
    pub fn own(text: &str) -> Self {
        Self { by: None, text: text.into(), waits: false }
    }

    /// The customer's own, not yet at the hub.
    pub fn waiting(text: &str) -> Self {
        Self { waits: true, ..Self::own(text) }
    }

    /// A member's.
    pub fn from(member: &str, text: &str) -> Self {
        Self { by: Some(member.into()), ..Self::own(text) }
    }
}

/// Tries to start a driver: it takes a free port of IPv4 and then the same one of IPv6, which may be somebody else's; then
/// it ends.
const DRIVER_STARTS: usize = 5;

/// A driver, and the port where it listens.
fn start_driver() -> Result<(Running, u16)> {
    for _ in 0..DRIVER_STARTS {
        let mut command = Command::new("chromedriver");
        command.arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut driver = Running::start(&mut command).context("chromedriver (package chromium-driver)")?;
        let said = BufReader::new(driver.child().stdout.take().context("a driver without output")?);
        let mut lines = said.lines();
        let port = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| line.split_once("successfully on port ")?.1.trim_end_matches('.').parse().ok());
        if let Some(port) = port {
            std::thread::spawn(move || lines.for_each(drop));
            return Ok((driver, port));
        }
    }
    bail!("chromedriver did not say where it listens")
}

/// A browser with a profile of its own.
pub struct Chromium {
    session: WebDriver,
    driver_url: String,
    _driver: Running,
    _profile: TempDir,
}

impl Chromium {
    /// Starts one.
    pub async fn start(looks: Looks) -> Result<Self> {
        let profile = tempfile::tempdir()?;
        let (driver, port) = start_driver()?;

        let (width, height) = looks.size;
        // No network but this computer: what a browser fetches for itself would only make tests depend on it.
        let mut arguments = vec![
            "--headless=new".to_owned(),
            "--no-sandbox".into(),
            "--disable-gpu".into(),
            "--disable-dev-shm-usage".into(),
            "--no-first-run".into(),
            "--disable-background-networking".into(),
            "--disable-component-update".into(),
            "--disable-sync".into(),
            "--hide-scrollbars".into(),
            format!("--user-data-dir={}", profile.path().display()),
            format!("--window-size={width},{height}"),
        ];
        if looks.dark {
            arguments.push("--blink-settings=preferredColorScheme=0".into());
        }
        let mut options = json!({ "args": arguments });
        if width < NARROWEST {
            options["mobileEmulation"] = json!({ "deviceMetrics": { "width": width, "height": height } });
        }
        let mut capabilities = Capabilities::new();
        capabilities.insert("browserName".into(), json!("chrome"));
        capabilities.insert("goog:chromeOptions".into(), options);
        capabilities.insert("goog:loggingPrefs".into(), json!({ "browser": "ALL" }));
        let driver_url = format!("http://127.0.0.1:{port}");
        let session = WebDriver::new(&driver_url, capabilities).await.context("chromium does not start")?;
        Ok(Self { session, driver_url, _driver: driver, _profile: profile })
    }

    /// The session, for what the rest of this does not say.
    pub fn session(&self) -> &WebDriver {
        &self.session
    }

    /// Goes to a page.
    pub async fn visit(&self, url: &str) -> Result<()> {
        Ok(self.session.goto(url).await?)
    }

    /// Loads the page again.
    pub async fn reload(&self) -> Result<()> {
        Ok(self.session.refresh().await?)
    }

    /// Opens a second tab on a page and goes there; the tab that was left is returned.
    pub async fn second_tab(&self, url: &str) -> Result<WindowHandle> {
        let before = self.session.window().await?;
        let tab = self.session.new_tab().await?;
        self.session.switch_to_window(tab).await?;
        self.visit(url).await?;
        Ok(before)
    }

    /// Goes to another tab; the tab that was left is returned.
    pub async fn go_to_tab(&self, tab: WindowHandle) -> Result<WindowHandle> {
        let before = self.session.window().await?;
        self.session.switch_to_window(tab).await?;
        Ok(before)
    }

    /// Whether the page shows the chat's button.
    pub async fn has_button(&self) -> Result<bool> {
        let script =
            "return !!document.querySelector('deskbell-chat')?.shadowRoot.querySelector('.open:not([hidden])')";
        Ok(self.session.execute(script, Vec::new()).await?.convert()?)
    }

    /// Words of the button, for a screen reader.
    pub async fn button(&self) -> Result<String> {
        eventually("the chat's button", async || {
            let script = "return document.querySelector('deskbell-chat')?.shadowRoot\
                .querySelector('.open:not([hidden])')?.getAttribute('aria-label') ?? null";
            Ok(self.session.execute(script, Vec::new()).await?.convert::<Option<String>>()?)
        })
        .await
    }

    /// Presses the button and waits until the box is open (or closed again).
    pub async fn press_button(&self) -> Result<()> {
        self.button().await?;
        let host = self.session.find(By::Css("deskbell-chat")).await?;
        Ok(host.get_shadow_root().await?.find(By::Css(".open")).await?.click().await?)
    }

    /// Opens the box, if it is not open.
    pub async fn open_chat(&self) -> Result<()> {
        if self.button().await?.starts_with("Open") {
            self.press_button().await?;
        }
        eventually("the chat box to open", async || Ok(self.button().await?.starts_with("Close").then_some(()))).await
    }

    /// Types a message and presses Enter.
    pub async fn write(&self, text: &str) -> Result<()> {
        self.type_text(TypingData::from(text) + Key::Enter).await
    }

    /// Types into the field.
    pub async fn type_text(&self, keys: impl Into<TypingData>) -> Result<()> {
        self.open_chat().await?;
        let keys = keys.into();
        self.inside(async |session| {
            let field = session.find(By::Id("draft")).await?;
            Ok(field.send_keys(keys).await?)
        })
        .await
    }

    /// The whole thread with what waits.
    pub async fn thread(&self) -> Result<Vec<Bubble>> {
        let script = "return [...document.querySelectorAll('.wb-m .b')].map((b) => ({
            by: b.parentElement.querySelector('.wb-by bdi')?.textContent ?? null,
            text: b.textContent,
            waits: b.parentElement.classList.contains('wait'),
        }))";
        self.ask(script).await
    }

    /// Waits until exactly these bubbles stand there, in this order.
    pub async fn shows(&self, bubbles: &[Bubble]) -> Result<()> {
        let mut last = Vec::new();
        let waited = eventually("", async || {
            last = self.thread().await?;
            Ok((last == bubbles).then_some(()))
        });
        match waited.await {
            Ok(()) => Ok(()),
            Err(error) => bail!("the chat box should show\n{bubbles:#?}\nand shows\n{last:#?}\n{error:#}"),
        }
    }

    /// Runs a script in the frame and returns what it returns.
    pub async fn ask<T: serde::de::DeserializeOwned>(&self, script: &str) -> Result<T> {
        let value: Value =
            self.inside(async |session| Ok(session.execute(script, Vec::new()).await?.convert()?)).await?;
        Ok(serde_json::from_value(value)?)
    }

    /// What the browser's console got since it was last asked: faults of scripts, refusals by a policy.
    pub async fn console(&self) -> Result<Vec<String>> {
        let url = format!("{}/session/{}/se/log", self.driver_url, self.session.session_id());
        let answer = reqwest::Client::new().post(url).json(&json!({ "type": "browser" })).send().await?;
        let log: Value = answer.error_for_status()?.json().await?;
        let entries = log["value"].as_array().context("a log without entries")?;
        Ok(entries.iter().filter_map(|entry| entry["message"].as_str().map(str::to_owned)).collect())
    }

    /// A picture of the page.
    pub async fn picture(&self, path: &Path) -> Result<()> {
        Ok(self.session.screenshot(path).await?)
    }

    /// Ends the browser.
    pub async fn quit(self) -> Result<()> {
        Ok(self.session.quit().await?)
    }

    async fn inside<T>(&self, work: impl AsyncFnOnce(&WebDriver) -> Result<T>) -> Result<T> {
        self.button().await?;
        let host = self.session.find(By::Css("deskbell-chat")).await?;
        host.get_shadow_root().await?.find(By::Css("iframe")).await?.enter_frame().await?;
        let done = work(&self.session).await;
        self.session.enter_default_frame().await?;
        done
    }
}
