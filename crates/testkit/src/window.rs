//! The real window, used the way a person does: by what is written on the screen.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use thirtyfour::{Key, WebElement};

use crate::{
    desktop::Desktop,
    driver::Driver,
    eventually::{PATIENCE, eventually, within},
    process::Running,
    programs::program,
    screen::Screen,
};

const PAGE: &str = include_str!("page.js");
/// Some frames of the slowest page.
const FRAMES: Duration = Duration::from_millis(100);

/// A window of Deskbell with its profile.
pub struct Window {
    desktop: Arc<Desktop>,
    driver: Driver,
    profile: PathBuf,
}

/// What is found, as it is.
const NOW: &str = "return found;";

/// What is found, once it stands where it stood: a click goes to a place, and what is above may have come since it was looked up.
const STILL: &str = "
    const place = () => JSON.stringify(found.getBoundingClientRect());
    const before = found && place();
    return new Promise((done) => setTimeout(() => done(found && place() === before ? found : null), 40));";

impl Window {
    /// Opens the window of a profile and waits until it shows something.
    pub async fn open(desktop: &Arc<Desktop>, profile: &Path) -> Result<Self> {
        Self::open_with(desktop, profile, &[]).await
    }

    /// The same with more in its environment.
    pub async fn open_with(desktop: &Arc<Desktop>, profile: &Path, environment: &[(&str, String)]) -> Result<Self> {
        Self::open_program(desktop, &program("deskbell")?, profile, environment).await
    }

    /// The same of another build of the program.
    pub async fn open_program(
        desktop: &Arc<Desktop>,
        program: &Path,
        profile: &Path,
        environment: &[(&str, String)],
    ) -> Result<Self> {
        let path = profile.to_str().context("a profile path in UTF-8")?;
        let driver = Driver::start(desktop, program, &["--profile", path], environment).await?;
        let window = Self { desktop: Arc::clone(desktop), driver, profile: profile.into() };
        window.shows_something().await?;
        Ok(window)
    }

    async fn shows_something(&self) -> Result<()> {
        eventually("the window to show something", async || Ok((!self.text().await?.is_empty()).then_some(()))).await
    }

    /// Starts the program again with the same profile and returns how it ended: it raises the window that is open.
    pub fn start_again(&self) -> Result<std::process::ExitStatus> {
        let mut command = Command::new(program("deskbell")?);
        command.arg("--profile").arg(&self.profile);
        let mut second = Running::start(self.desktop.enter(&mut command))?;
        second.wait_for(PATIENCE)?.context("the second start did not end")
    }

    /// Fills the sign-in form and sends it.
    pub async fn sign_in(&self, hub: &str, email: &str, password: &str) -> Result<()> {
        self.fill("Hub address", hub).await?;
        self.fill("Email", email).await?;
        self.fill("Password", password).await?;
        self.click("Sign in").await
    }

    // ── What a person sees ──────────────────────────────────────────────────

    /// Everything that is written in the window.
    pub async fn text(&self) -> Result<String> {
        let answer = self.driver.session()?.execute("return document.body?.innerText ?? '';", vec![]).await?;
        Ok(answer.json().as_str().unwrap_or_default().to_owned())
    }

    /// Waits until `text` is written somewhere.
    pub async fn sees(&self, text: &str) -> Result<()> {
        self.sees_in("body", text).await
    }

    /// Waits until `text` is written in the first element that matches a selector.
    pub async fn sees_in(&self, selector: &str, text: &str) -> Result<()> {
        let found = eventually("", async || {
            Ok(self.text_in(selector).await?.is_some_and(|all| squeeze(&all).contains(&squeeze(text))).then_some(()))
        })
        .await;
        if found.is_err() {
            bail!("waited in vain to see {text:?} in {selector}; it shows:\n{}", self.told().await);
        }
        Ok(())
    }

    /// Waits until `text` is written nowhere.
    pub async fn sees_no(&self, text: &str) -> Result<()> {
        let gone =
            eventually("", async || Ok((!squeeze(&self.text().await?).contains(&squeeze(text))).then_some(()))).await;
        if gone.is_err() {
            bail!("{text:?} does not go away; the window shows:\n{}", self.told().await);
        }
        Ok(())
    }

    /// The text in the first element that matches, or `None` where there is none.
    pub async fn text_in(&self, selector: &str) -> Result<Option<String>> {
        let script = "return document.querySelector(arguments[0])?.innerText ?? null;";
        let answer = self.driver.session()?.execute(script, vec![json!(selector)]).await?;
        Ok(answer.json().as_str().map(str::to_owned))
    }

    /// What a script of the test finds out about the page.
    pub async fn ask(&self, script: &str, arguments: Vec<Value>) -> Result<Value> {
        let answer = self.driver.session()?.execute(format!("{PAGE}\n{script}"), arguments).await?;
        Ok(answer.json().clone())
    }

    /// The same once it is the same three times running: nothing moves any more.
    pub async fn ask_at_rest(&self, script: &str) -> Result<Value> {
        let (mut before, mut times) = (Value::Null, 0);
        eventually("a page in which nothing moves", async || {
            let now = self.ask(script, vec![]).await?;
            times = if now == before { times + 1 } else { 0 };
            before = now;
            tokio::time::sleep(FRAMES).await;
            Ok((times >= 2).then(|| before.clone()))
        })
        .await
    }

    /// The value of a field.
    pub async fn value_of(&self, label: &str) -> Result<String> {
        let field = self.find("field", label, false, None).await?;
        Ok(field.prop("value").await?.unwrap_or_default())
    }

    /// Waits until a field holds exactly this.
    pub async fn has_value(&self, label: &str, value: &str) -> Result<()> {
        eventually(&format!("{value:?} in the field {label:?}"), async || {
            Ok((self.value_of(label).await? == value).then_some(()))
        })
        .await
    }

    /// What the window says about what was refused last.
    pub async fn refusal(&self) -> Result<String> {
        eventually("a refusal", async || self.text_in("[role=alert]").await).await
    }

    /// Waits until what is typed goes into this field.
    pub async fn has_caret_in(&self, label: &str) -> Result<()> {
        let script = "return document.activeElement ? nameOf(document.activeElement) : null;";
        eventually(&format!("the caret in {label:?}"), async || {
            Ok((self.ask(script, vec![]).await? == label).then_some(()))
        })
        .await
    }

    async fn told(&self) -> String {
        self.text().await.unwrap_or_else(|error| format!("(no answer: {error})"))
    }

    // ── What a person does ──────────────────────────────────────────────────

    /// Clicks on the button, menu entry or tab with this name.
    pub async fn click(&self, name: &str) -> Result<()> {
        self.press_found("button", name, false, None).await
    }

    /// The same within the first element that matches a selector.
    pub async fn click_in(&self, selector: &str, name: &str) -> Result<()> {
        self.press_found("button", name, false, Some(selector)).await
    }

    /// Chooses the entry of an open menu that has this in its name.
    pub async fn choose_in_menu(&self, part: &str) -> Result<()> {
        self.press_found("button", part, true, Some("[role=menu]")).await
    }

    /// Clicks on the link with this text.
    pub async fn click_link(&self, text: &str) -> Result<()> {
        self.press_found("link", text, false, None).await
    }

    /// Clicks on what is called something with `part` in it: a conversation in the list, a place in the rail.
    pub async fn choose(&self, selector: &str, part: &str) -> Result<()> {
        self.press_found("row", part, true, Some(selector)).await
    }

    /// Replaces what stands in a field.
    pub async fn fill(&self, label: &str, text: &str) -> Result<()> {
        let field = self.find("field", label, false, None).await?;
        field.click().await?;
        field.send_keys(Key::Control + "a").await?;
        field.send_keys(Key::Delete).await?;
        field.send_keys(text).await?;
        Ok(())
    }

    /// Types at the end of a field.
    pub async fn type_in(&self, label: &str, text: &str) -> Result<()> {
        self.find("field", label, false, None).await?.send_keys(text).await?;
        Ok(())
    }

    /// Presses the keys that take back what was typed into a field.
    pub async fn undo_in(&self, label: &str) -> Result<()> {
        self.find("field", label, false, None).await?.send_keys(Key::Control + "z").await?;
        Ok(())
    }

    /// Presses Enter in a field.
    pub async fn enter_in(&self, label: &str) -> Result<()> {
        self.find("field", label, false, None).await?.send_keys(Key::Enter).await?;
        Ok(())
    }

    /// Presses Escape in a field.
    pub async fn escape_in(&self, label: &str) -> Result<()> {
        self.find("field", label, false, None).await?.send_keys(Key::Escape).await?;
        Ok(())
    }

    /// Presses a key where the focus is.
    pub async fn press(&self, key: &str, ctrl: bool) -> Result<()> {
        let script = "
            const event = { key: arguments[0], ctrlKey: arguments[1], bubbles: true, cancelable: true };
            (document.activeElement ?? document.body).dispatchEvent(new KeyboardEvent('keydown', event));";
        self.ask(script, vec![json!(key), json!(ctrl)]).await.map(drop)
    }

    async fn press_found(&self, role: &str, name: &str, part: bool, within: Option<&str>) -> Result<()> {
        // A list may be drawn anew between finding and clicking.
        let clicked = eventually("", async || {
            self.find_now(STILL, role, name, part, within).await?.context("not there, or moving")?.click().await?;
            Ok(Some(()))
        })
        .await;
        match clicked {
            Ok(()) => Ok(()),
            Err(error) => {
                bail!("could not click the {role} {name:?} ({error:#}); the window shows:\n{}", self.told().await)
            }
        }
    }

    async fn find(&self, role: &str, name: &str, part: bool, within: Option<&str>) -> Result<WebElement> {
        let found = eventually("", async || self.find_now(NOW, role, name, part, within).await).await;
        match found {
            Ok(element) => Ok(element),
            Err(_) => bail!("there is no {role} {name:?}; the window shows:\n{}", self.told().await),
        }
    }

    async fn find_now(
        &self,
        how: &str,
        role: &str,
        name: &str,
        part: bool,
        within: Option<&str>,
    ) -> Result<Option<WebElement>> {
        let script = format!("{PAGE}\nconst found = named(...arguments)[0] ?? null;\n{how}");
        let answer =
            self.driver.session()?.execute(script, vec![json!(role), json!(name), json!(part), json!(within)]).await?;
        if answer.json().is_null() {
            return Ok(None);
        }
        Ok(Some(answer.element()?))
    }

    // ── The window itself ───────────────────────────────────────────────────

    /// Process id of the program.
    pub fn pid(&self) -> Result<u32> {
        self.driver.program()
    }

    /// Process id of what shows the window.
    pub fn window_pid(&self) -> Result<u32> {
        self.driver.window()?.context("the program has no window")
    }

    /// Ends the process of the page, as the system does when memory runs out, and waits until there is another. The driver
    /// can see no page after that.
    pub async fn lose_page(&self) -> Result<()> {
        let page_of = || {
            let processes = self.driver.processes()?;
            let page = processes.into_iter().find(|process| process.name.starts_with("WebKitWebProc"));
            anyhow::Ok(page.map(|process| process.id))
        };
        let before = page_of()?.context("no page")?;
        kill(before)?;
        eventually("another page", async || Ok(page_of()?.filter(|now| *now != before).map(drop))).await
    }

    /// Ends the process of the window, as a fault of its toolkit does, and looks at the one that is made in its place.
    pub async fn lose_window(&self) -> Result<()> {
        let before = self.window_pid()?;
        kill(before)?;
        eventually("another window", async || Ok(self.driver.window()?.filter(|now| *now != before).map(drop))).await?;
        self.has_a_new_page().await
    }

    /// Stops the process of the window, as one that hangs.
    pub fn freeze_window(&self) -> Result<()> {
        signal(self.window_pid()?, Signal::STOP)
    }

    /// Ends the program and leaves its window alone; returns once that has ended too.
    pub async fn lose_program(&self) -> Result<()> {
        let window = self.window_pid()?;
        kill(self.pid()?)?;
        eventually("the window to end with its program", async || {
            let status = std::fs::read_to_string(format!("/proc/{window}/stat")).unwrap_or_default();
            Ok((status.is_empty() || status.contains(") Z ")).then_some(()))
        })
        .await
    }

    /// Waits until the window has been given up, with its processes.
    pub async fn has_no_page(&self) -> Result<()> {
        eventually("the window to be given up", async || Ok(self.driver.processes()?.is_empty().then_some(()))).await
    }

    /// Waits for the window that was made after the one before was given up, and looks at it from now on.
    pub async fn has_a_new_page(&self) -> Result<()> {
        eventually("a new window", async || Ok(self.driver.window()?.map(drop))).await?;
        self.driver.attach().await?;
        self.shows_something().await
    }

    /// Gives the window the focus.
    pub async fn focus(&self) -> Result<()> {
        let (screen, pid) = (Screen::open(&self.desktop)?, self.window_pid()?);
        eventually("the window to have the focus", async || {
            screen.focus(pid)?;
            Ok(screen.has_focus(pid)?.then_some(()))
        })
        .await
    }

    /// Waits until the window is on the screen and has the focus.
    pub async fn is_in_front(&self) -> Result<()> {
        let screen = Screen::open(&self.desktop)?;
        eventually("the window to be shown with the focus", async || {
            let Some(pid) = self.driver.window()? else { return Ok(None) };
            Ok((screen.is_shown(pid)? && screen.has_focus(pid)?).then_some(()))
        })
        .await
    }

    /// Waits until the window is hidden or gone, with the program running.
    pub async fn is_hidden(&self) -> Result<()> {
        let screen = Screen::open(&self.desktop)?;
        eventually("the window to be hidden", async || {
            let shown = self.driver.window()?.map_or(Ok(false), |pid| screen.is_shown(pid))?;
            Ok((!shown).then_some(()))
        })
        .await?;
        self.pid().map(drop).context("the program has ended instead of hiding")
    }

    /// Presses the close button of the window.
    pub async fn close(&self) -> Result<()> {
        let (screen, pid) = (Screen::open(&self.desktop)?, self.window_pid()?);
        eventually("a window to close", async || Ok(screen.is_shown(pid)?.then_some(()))).await?;
        screen.close(pid)
    }

    /// Waits until the program has ended by itself.
    pub async fn has_ended(&self) -> Result<()> {
        self.driver.program_ended(PATIENCE).await
    }

    /// Cuts the power: nothing of the program gets a chance to say goodbye.
    pub fn kill(mut self) -> Result<()> {
        self.driver.kill()
    }

    /// Waits with another patience than usual.
    pub async fn sees_within(&self, patience: Duration, text: &str) -> Result<()> {
        within(patience, &format!("the window to show {text:?}"), async || {
            Ok(squeeze(&self.text().await?).contains(&squeeze(text)).then_some(()))
        })
        .await
    }

    /// A picture of the page, for looking at when a test fails.
    pub async fn picture(&self, file: &Path) -> Result<()> {
        Ok(self.driver.session()?.screenshot(file).await?)
    }
}

/// Ends a process at once.
fn kill(process: u32) -> Result<()> {
    signal(process, Signal::KILL)
}

fn signal(process: u32, signal: Signal) -> Result<()> {
    let process = i32::try_from(process).ok().and_then(Pid::from_raw).context("a process")?;
    Ok(kill_process(process, signal)?)
}

/// Text as it is read: line breaks and runs of spaces are one space.
fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
