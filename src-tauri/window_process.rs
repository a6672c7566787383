//! The window, as the program sees it: a process of its own at the other end of two pipes (`wire`).
//!
//! Tray, notifications, badge, sync and everything that they do are outside of it, so they go on without it: while it is given
//! up, and when it dies. The next one asks the core where the one before it was (`leave_page` and `take_page`).

use std::{
    collections::HashMap,
    ffi::OsString,
    fs::{self, Metadata},
    path::{Path, PathBuf},
    process::Stdio,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use deskbell_core::rpc::types::CoreEvent;
use serde_json::value::to_raw_value;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    process::{Child, ChildStdin, ChildStdout, Command},
    sync::{mpsc, oneshot, watch},
    time,
};

use crate::{
    StartError, calls,
    deaths::Deaths,
    life::{End, Life, Way},
    quit,
    shell::Shell,
    wire::{self, FromWindow, GOODBYE, Look, ToWindow},
};

/// The window's program, beside this one.
const NAME: &str = "deskbell-window";
/// What a window may take to end once it is told nothing more.
const LAST_BREATH: Duration = Duration::from_secs(2);
/// By these the desktop knows who started a program. They hold for the first window alone.
const STARTED_BY: [&str; 2] = ["XDG_ACTIVATION_TOKEN", "DESKTOP_STARTUP_ID"];

/// The window's program as it was when this one started.
pub struct WindowProgram {
    path: PathBuf,
    profile: OsString,
    file: Option<Metadata>,
}

impl WindowProgram {
    /// It lies beside this one.
    pub fn beside_this(profile: &Path) -> Result<Self, StartError> {
        let name = format!("{NAME}{}", std::env::consts::EXE_SUFFIX);
        let path = std::env::current_exe().map_err(StartError::NoPath)?.with_file_name(name);
        Ok(Self { file: fs::metadata(&path).ok(), path, profile: profile.into() })
    }

    /// Starts it: it gets ready, and waits to be told more.
    pub fn start(&self, first: bool) -> Result<Child, StartError> {
        let mut command = Command::new(&self.path);
        command.arg(&self.profile).stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        // Ctrl+C in a terminal is for the program, which gives the page the time to hand over what was typed last.
        #[cfg(unix)]
        command.process_group(0);
        if !first {
            for name in STARTED_BY {
                command.env_remove(name);
            }
        }
        command.spawn().map_err(|why| StartError::NoWindowProgram { path: self.path.clone(), why })
    }

    /// Another version was installed meanwhile: its window is not to be told what this one's understands.
    fn was_exchanged(&self) -> bool {
        let when = |file: &Metadata| file.modified().ok();
        match (&self.file, fs::metadata(&self.path)) {
            (Some(before), Ok(now)) => when(before) != when(&now) || before.len() != now.len(),
            // It cannot be started either, which says more.
            _ => false,
        }
    }
}

/// The window, there or not.
pub struct WindowProcess {
    program: WindowProgram,
    rest_after: Duration,
    /// There is a process.
    runs: watch::Sender<bool>,
    now: Mutex<Now>,
}

struct Now {
    life: Life,
    ear: Option<Ear>,
    /// Who waits for the page to know that it is hidden.
    asks: HashMap<u64, oneshot::Sender<()>>,
    asked: u64,
    /// The page has asked for something: there is one, and it may have something to hand over.
    lives: bool,
    /// What Wayland asks for, of who has asked for a window that is going.
    token: Option<String>,
    deaths: Deaths,
}

/// By which a window is told what to do. Dropped, it is told nothing more.
struct Ear {
    tell: mpsc::UnboundedSender<Vec<u8>>,
    /// Says that it is over to who attends the window, also where that does not listen.
    _over: oneshot::Sender<()>,
}

impl Now {
    fn tell(&self, message: &ToWindow) {
        let Some(ear) = &self.ear else { return };
        match wire::line(message) {
            // It fails only once the window has ended.
            Ok(line) => drop(ear.tell.send(line)),
            Err(error) => tracing::error!(%error, "the window is not told something"),
        }
    }
}

impl WindowProcess {
    /// Not there yet. Closed to the tray it will be kept for `rest_after`.
    pub fn of(program: WindowProgram, rest_after: Duration) -> Self {
        let now = Now {
            life: Life::begins(),
            ear: None,
            asks: HashMap::new(),
            asked: 0,
            lives: false,
            token: None,
            deaths: Deaths::default(),
        };
        Self { program, rest_after, runs: watch::Sender::new(false), now: Mutex::new(now) }
    }

    /// Whether the person can see it.
    pub fn is_shown(&self) -> bool {
        self.now().life.is_shown()
    }

    /// The page hears of it, if there is one.
    pub fn tell_page(&self, event: &CoreEvent) {
        let now = self.now();
        if now.ear.is_none() {
            return;
        }
        match to_raw_value(event) {
            Ok(event) => now.tell(&ToWindow::Event(event)),
            Err(error) => tracing::warn!(%error, "the page did not hear an event"),
        }
    }

    /// Settings were changed.
    pub fn look(&self, look: Look) {
        self.now().tell(&ToWindow::Look(look));
    }

    /// So many chats are unread.
    #[cfg(not(target_os = "linux"))]
    pub fn unread(&self, unread: u32) {
        self.now().tell(&ToWindow::Unread(unread));
    }

    /// A page keeps a draft and says what it leaves when it is hidden. The window hides at once, the page hears of it a moment
    /// later, and what it does then reaches us after that: so it is asked until it knows. Where there is no page, there is
    /// nothing to wait for.
    pub async fn has_said_goodbye(&self) -> bool {
        let (ask, said) = {
            let mut now = self.now();
            if now.ear.is_none() || !now.lives {
                return true;
            }
            let (say, said) = oneshot::channel();
            now.asked += 1;
            let ask = now.asked;
            now.asks.insert(ask, say);
            now.tell(&ToWindow::AskHidden { ask });
            (ask, said)
        };
        let said = time::timeout(GOODBYE, said).await;
        self.now().asks.remove(&ask);
        // A window that has ended says nothing more, and nothing more is to be waited for.
        said.is_ok()
    }

    /// It is told nothing more, and ends; by force where it does not by itself.
    pub fn end(&self) {
        self.now().ear = None;
    }

    /// Waits until its process has ended.
    pub async fn has_ended(&self) {
        // It fails only without a sender, and this is one.
        let _ = self.runs.subscribe().wait_for(|runs| !runs).await;
    }

    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The first window, of a process that has been started already.
pub fn open(shell: &Arc<Shell>, process: Child) {
    let mut now = shell.window.now();
    now.life.show();
    attend(shell, &mut now, process);
}

/// Shows the window, above the others and with the focus; makes it where there is none. `token` is what Wayland asks for
/// before it lets a program take the focus.
pub fn present(shell: &Arc<Shell>, token: Option<String>) {
    if shell.is_ending() {
        return;
    }
    let mut now = shell.window.now();
    match now.life.show() {
        Way::Wait => {
            now.token = token;
            return;
        }
        Way::Raise => {}
        Way::Make if shell.window.program.was_exchanged() => {
            drop(now);
            tracing::info!("another version was installed: the program starts anew");
            quit::restart(shell);
            return;
        }
        Way::Make => match shell.window.program.start(false) {
            Ok(process) => attend(shell, &mut now, process),
            Err(error) => {
                // The next who asks for it tries again.
                now.life.gone();
                drop(now);
                tracing::error!(%error, "the window is not there");
                shell.set_shown(false);
                return;
            }
        },
    }
    now.tell(&ToWindow::Present { token });
    drop(now);
    shell.set_shown(true);
}

/// Hides the window; everything else goes on. Returns the turn of its life that begins.
pub fn hide(shell: &Shell) -> u64 {
    shell.set_shown(false);
    let mut now = shell.window.now();
    now.tell(&ToWindow::Hide);
    now.life.hide()
}

/// Hides the window, and ends it later.
pub fn rest(shell: &Arc<Shell>) {
    let turn = hide(shell);
    let shell = Arc::clone(shell);
    tokio::spawn(async move {
        let window = &shell.window;
        loop {
            time::sleep(window.rest_after).await;
            if !window.now().life.is_as_of(turn) {
                return;
            }
            // Only where something leads back to it. A page that is busy is asked again.
            if shell.leads_back().await && window.has_said_goodbye().await && is_given_up(&shell, turn).await {
                return;
            }
        }
    });
}

/// A page that has not left all that is needed to come back as it was (a dialog is open) stays, for now.
async fn is_given_up(shell: &Shell, turn: u64) -> bool {
    shell.calls.finished().await;
    if !shell.core.page_may_go() {
        tracing::debug!("the page has something unfinished and stays");
        return false;
    }
    if shell.window.now().life.begin_to_go(turn) {
        shell.core.page_is_gone().await;
        shell.window.end();
    }
    true
}

/// Tells a process that it is the window now, and attends it until its end.
fn attend(shell: &Arc<Shell>, now: &mut Now, mut process: Child) {
    let (Some(to), Some(from)) = (process.stdin.take(), process.stdout.take()) else { return };
    let (tell, told) = mpsc::unbounded_channel();
    let (over, is_over) = oneshot::channel();
    now.ear = Some(Ear { tell, _over: over });
    now.lives = false;
    now.tell(&ToWindow::Make(shell.look()));
    shell.window.runs.send_replace(true);
    tokio::spawn(speak(to, told));
    let shell = Arc::clone(shell);
    tokio::spawn(async move {
        let (why, patience) = tokio::select! {
            why = listen(&shell, from) => (why, LAST_BREATH),
            () = after(is_over) => (None, Duration::ZERO),
        };
        shell.window.end();
        if time::timeout(patience, process.wait()).await.is_err() {
            tracing::warn!("the window does not end by itself");
            // One that has ended meanwhile cannot be killed, and need not be.
            let _ = process.kill().await;
        }
        shell.window.runs.send_replace(false);
        has_ended(&shell, why).await;
    });
}

/// A window that is told nothing more has had the time to end.
async fn after(is_over: oneshot::Receiver<()>) {
    // It is dropped, not told.
    let _ = is_over.await;
    time::sleep(LAST_BREATH).await;
}

async fn speak(mut to: ChildStdin, mut told: mpsc::UnboundedReceiver<Vec<u8>>) {
    while let Some(line) = told.recv().await {
        if let Err(error) = to.write_all(&line).await {
            // Whoever listens to it notices its end as well.
            tracing::debug!(%error, "the window does not listen any more");
            return;
        }
    }
}

/// Does what the window asks for until its end. Returns why it never was.
async fn listen(shell: &Arc<Shell>, from: ChildStdout) -> Option<StartError> {
    let mut from = BufReader::new(from);
    let mut why = None;
    let mut line = Vec::new();
    loop {
        line.clear();
        match from.read_until(b'\n', &mut line).await {
            Ok(0) => return why,
            Ok(_) => {}
            Err(error) => {
                tracing::error!(%error, "the window cannot be heard");
                return why;
            }
        }
        match wire::read(&line) {
            Ok(FromWindow::Call { call, name, args }) => {
                let running = shell.calls.begin();
                shell.window.now().lives = true;
                let shell = Arc::clone(shell);
                tokio::spawn(async move {
                    let answer = calls::answer(&shell.core, call, &name, &args).await;
                    match answer {
                        Ok(answer) => shell.window.now().tell(&answer),
                        Err(error) => tracing::error!(%error, name, "an answer cannot be told"),
                    }
                    drop(running);
                });
            }
            Ok(FromWindow::Hidden { ask }) => {
                if let Some(waits) = shell.window.now().asks.remove(&ask) {
                    // Nobody waits any more once the time is up.
                    let _ = waits.send(());
                }
            }
            Ok(FromWindow::Close) => drop(tokio::spawn(quit::on_close(Arc::clone(shell)))),
            Ok(FromWindow::Quit) => drop(tokio::spawn(quit::quit(Arc::clone(shell)))),
            Ok(FromWindow::NoDisplay) => why = Some(StartError::NoDisplay),
            Ok(FromWindow::Failed(reason)) => why = Some(StartError::Window(reason)),
            Err(error) => tracing::error!(%error, "the window says something that is not understood"),
        }
    }
}

/// There is no window any more.
async fn has_ended(shell: &Arc<Shell>, why: Option<StartError>) {
    let (end, turn, pause) = {
        let mut now = shell.window.now();
        now.asks.clear();
        let (end, turn) = now.life.gone();
        now.lives = false;
        let pause = if end == End::Died { now.deaths.pause(Instant::now()) } else { Duration::ZERO };
        (end, turn, pause)
    };
    if shell.is_ending() {
        return;
    }
    shell.core.page_is_gone().await;
    match (end, why) {
        (End::GivenUp, _) => tracing::debug!("the window was given up"),
        (End::Wanted, _) => {
            let token = shell.window.now().token.take();
            present(shell, token);
        }
        // Without a display nothing leads back to it.
        (End::Died, Some(why)) => quit::fail(shell, why).await,
        (End::DiedHidden, _) => tracing::warn!("the window has died in the tray; the next one goes on where it was"),
        (End::Died, None) => {
            tracing::error!(?pause, "the window has died: it is made again");
            shell.set_shown(false);
            time::sleep(pause).await;
            if shell.window.now().life.is_as_of(turn) {
                present(shell, None);
            }
        }
    }
}
