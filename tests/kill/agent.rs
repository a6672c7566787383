//! An agent at a terminal: `deskbell-cli` on a profile of one's own, killed in the middle of what it does.

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use deskbell_testkit::{desktop::Desktop, programs::program};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use tokio::sync::watch;

use crate::books::Books;

/// Protects the messages on this computer: there is no keyring here.
const CACHE_PASSWORD: &str = "correct horse battery";
/// No command of a healthy program takes so long.
const LONGEST: Duration = Duration::from_secs(60);

/// Where the profile is, and on which desktop; none has no keyring.
enum Place {
    Own(TempDir),
    Desktop(PathBuf, Arc<Desktop>),
}

/// An agent at a terminal.
pub struct Agent {
    /// First name.
    pub name: String,
    place: Place,
    /// What runs now.
    running: Mutex<Option<Child>>,
    books: Arc<Books>,
}

/// How a command ended.
enum Ended {
    Killed,
    Done(Value),
    Refused(String, Value),
}

impl Agent {
    /// An agent with an empty profile.
    pub fn new(name: &str, books: &Arc<Books>) -> Result<Arc<Self>> {
        Ok(Self::at(name, Place::Own(tempfile::tempdir()?), books))
    }

    /// Somebody whose window is closed now, at a terminal on the same computer.
    pub fn of_window(name: &str, profile: &Path, desktop: &Arc<Desktop>, books: &Arc<Books>) -> Arc<Self> {
        Self::at(name, Place::Desktop(profile.into(), desktop.clone()), books)
    }

    fn at(name: &str, place: Place, books: &Arc<Books>) -> Arc<Self> {
        Arc::new(Self { name: name.into(), place, running: Mutex::new(None), books: books.clone() })
    }

    /// Signs in.
    pub async fn sign_in(&self, hub: &str, password: &str) -> Result<()> {
        let email = format!("{}@example.org", self.name);
        self.must(&["--wait", "30", "login", "--hub", hub, "--email", &email], password).await.map(drop)
    }

    /// Runs a command that nobody kills and that must succeed.
    pub async fn must(&self, arguments: &[&str], input: &str) -> Result<Value> {
        match self.run(arguments, input, None).await? {
            Ended::Done(answer) => Ok(answer),
            Ended::Killed => bail!("{arguments:?} of {} was killed by nobody", self.name),
            Ended::Refused(code, error) => bail!("{arguments:?} of {}: {code}: {error}", self.name),
        }
    }

    /// Kills what runs. `false`: nothing did.
    pub fn kill(&self) -> Result<bool> {
        let mut running = self.lock();
        let Some(child) = running.as_mut() else { return Ok(false) };
        if child.try_wait()?.is_some() {
            return Ok(false);
        }
        child.start_kill()?;
        Ok(true)
    }

    /// Works until told to stop: writes, follows, syncs.
    pub async fn work(
        self: Arc<Self>,
        chats: Vec<(String, String)>,
        seed: u64,
        stop: watch::Receiver<bool>,
    ) -> Result<()> {
        let mut rng = StdRng::seed_from_u64(seed);
        let mut number = 0;
        while !*stop.borrow() {
            let (chat, title) = chats.choose(&mut rng).context("a conversation")?;
            let ended = match rng.random_range(0..10) {
                0..=4 => {
                    let text = format!("{} answers {number}", self.name);
                    number += 1;
                    let wait = ["0", "1", "3"].choose(&mut rng).copied().unwrap_or("0");
                    self.write(chat, title, &text, wait).await?
                }
                5 => self.run(&["--wait", "1", "assign", chat, "--to", "me"], "", None).await?,
                6 => self.run(&["--wait", "1", "read", chat], "", None).await?,
                7 => self.run(&["sync", "--timeout", "2"], "", None).await?,
                _ => {
                    let long = Duration::from_millis(rng.random_range(300..1500));
                    self.run(&["sync", "--follow"], "", Some(long)).await?
                }
            };
            // What another one did meanwhile, or a network that is away, is an answer; damage or a panic is none.
            if let Ended::Refused(code, error) = ended
                && !["hub_unreachable", "hub_not_deskbell", "taken_by", "not_in_inbox", "unavailable", "internal_hub"]
                    .contains(&code.as_str())
            {
                bail!("{} was told {code}: {error}", self.name);
            }
        }
        Ok(())
    }

    async fn write(&self, chat: &str, title: &str, text: &str, wait: &str) -> Result<Ended> {
        self.books.will_write(&self.name, title, text);
        let ended = self.run(&["--wait", wait, "send", chat, "--text", text], "", None).await?;
        match &ended {
            Ended::Done(_) => self.books.has_written(text),
            Ended::Killed => self.books.tell(format!("{} was killed writing {text:?}", self.name)),
            Ended::Refused(code, _) => self.books.tell(format!("{} was refused {text:?}: {code}", self.name)),
        }
        Ok(ended)
    }

    /// Runs a command to its end; one that listens is ended after `listens`, as by Ctrl+C.
    async fn run(&self, arguments: &[&str], input: &str, listens: Option<Duration>) -> Result<Ended> {
        let mut command = Command::new(program("deskbell-cli")?);
        let lines = match &self.place {
            Place::Own(dir) => {
                command.arg("--profile").arg(dir.path()).arg("--cache-password-stdin");
                command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent");
                format!("{CACHE_PASSWORD}\n{input}\n")
            }
            Place::Desktop(profile, desktop) => {
                command.arg("--profile").arg(profile);
                command.envs(desktop.env());
                format!("{input}\n")
            }
        };
        command.args(arguments).kill_on_drop(true).stdin(Stdio::piped()).stderr(Stdio::piped());
        command.stdout(if listens.is_some() { Stdio::null() } else { Stdio::piped() });
        let mut child = command.spawn()?;
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let id = child.id();
        *self.lock() = Some(child);
        if let Some(mut stdin) = stdin {
            // One that was killed reads nothing.
            let _ = stdin.write_all(lines.as_bytes()).await;
        }
        let reading = tokio::spawn(async move { (all(stdout).await, all(stderr).await) });
        let began = tokio::time::Instant::now();
        let mut interrupted = false;
        let status = loop {
            if let Some(status) = self.ended()? {
                break status;
            }
            let long = began.elapsed();
            if listens.is_some_and(|listens| long > listens) && !interrupted {
                interrupted = true;
                interrupt(id);
            }
            if long > LONGEST {
                self.kill()?;
                bail!("{arguments:?} of {} does not end", self.name);
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        };
        let (out, err) = reading.await?;
        ended(arguments, &self.name, status, &out, &err, listens.is_some())
    }

    fn ended(&self) -> Result<Option<ExitStatus>> {
        let mut running = self.lock();
        let status = match running.as_mut() {
            Some(child) => child.try_wait()?,
            None => None,
        };
        if status.is_some() {
            *running = None;
        }
        Ok(status)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Child>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn ended(arguments: &[&str], name: &str, status: ExitStatus, out: &str, err: &str, listened: bool) -> Result<Ended> {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (None, Some(9)) => Ok(Ended::Killed),
        // Interrupted before it had begun to listen for that.
        (None, Some(15)) if listened => Ok(Ended::Done(Value::Null)),
        (Some(0), _) if listened => Ok(Ended::Done(Value::Null)),
        (Some(0), _) => {
            Ok(Ended::Done(serde_json::from_str(out).with_context(|| format!("{arguments:?} of {name} said {out:?}"))?))
        }
        (Some(1), _) => {
            let error: Value =
                serde_json::from_str(err).with_context(|| format!("{arguments:?} of {name} said {err:?}"))?;
            let code = error["code"].as_str().unwrap_or_default().to_string();
            ensure!(!code.is_empty(), "{arguments:?} of {name}: {error}");
            Ok(Ended::Refused(code, error))
        }
        _ => bail!("{arguments:?} of {name} ended with {status}: {err}"),
    }
}

fn interrupt(id: Option<u32>) {
    let id = id.and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw);
    if let Some(id) = id {
        // It may have ended this instant.
        let _ = rustix::process::kill_process(id, rustix::process::Signal::TERM);
    }
}

async fn all(pipe: Option<impl AsyncReadExt + Unpin>) -> String {
    let mut bytes = Vec::new();
    if let Some(mut pipe) = pipe {
        let _ = pipe.read_to_end(&mut bytes).await;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
