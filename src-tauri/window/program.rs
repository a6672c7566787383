//! The program, as the window sees it: at the other end of standard input and output. What it says is done in the order in
//! which it is said; at its end the window ends.

use std::{
    collections::HashMap,
    fs::File,
    io::{self, BufReader},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use deskbell::wire::{self, FromWindow, ToWindow};
use serde_json::value::{RawValue, to_raw_value};
use tauri::{
    AppHandle, Emitter, Manager, Wry,
    ipc::{Invoke, InvokeBody, InvokeResolver, Response},
};

use crate::{
    frame::{self, Frame},
    goodbye,
};

/// The one command of the page.
const COMMAND: &str = "rpc";
/// Name of the page's event.
const EVENT: &str = "core";
/// What the toolkit may take to end.
const LAST_BREATH: Duration = Duration::from_secs(1);

/// It is told what the page asks, and answers.
pub struct Program {
    to: Mutex<File>,
    waiting: Mutex<HashMap<u64, InvokeResolver<Wry>>>,
    calls: AtomicU64,
}

/// What it says.
pub struct Orders(BufReader<File>);

/// Takes both pipes, so that nothing else reads or writes there: libraries print, and what they start inherits.
///
/// # Errors
///
/// They are no pipes, as where somebody has started this by hand.
pub fn connect() -> io::Result<(Program, Orders)> {
    let (from, to) = pipes::take()?;
    let program = Program { to: Mutex::new(to), waiting: Mutex::default(), calls: AtomicU64::new(0) };
    Ok((program, Orders(BufReader::new(from))))
}

#[cfg(unix)]
mod pipes {
    use std::{
        fs::File,
        io::{self, IsTerminal},
        os::fd::AsFd,
    };

    pub fn take() -> io::Result<(File, File)> {
        let (input, output) = (io::stdin(), io::stdout());
        if input.is_terminal() || output.is_terminal() {
            return Err(io::Error::other("these are a terminal's"));
        }
        let taken = (input.as_fd().try_clone_to_owned()?.into(), output.as_fd().try_clone_to_owned()?.into());
        rustix::stdio::dup2_stdin(File::open("/dev/null")?)?;
        rustix::stdio::dup2_stdout(io::stderr())?;
        Ok(taken)
    }
}

#[cfg(windows)]
mod pipes {
    use std::{fs::File, io, os::windows::io::AsHandle};

    pub fn take() -> io::Result<(File, File)> {
        let (input, output) = (io::stdin(), io::stdout());
        Ok((input.as_handle().try_clone_to_owned()?.into(), output.as_handle().try_clone_to_owned()?.into()))
    }
}

impl Program {
    /// Says something. Where nobody listens any more the window is about to end.
    pub fn say(&self, message: &FromWindow) {
        if let Err(error) = wire::say(&mut *self.to.lock().unwrap_or_else(PoisonError::into_inner), message) {
            tracing::debug!(%error, "nobody listens to the window");
        }
    }

    /// Passes on what the page asks, in the order in which it asks. Returns whether it is something that can be asked.
    pub fn ask(&self, invoke: Invoke<Wry>) -> bool {
        if invoke.message.command() != COMMAND {
            return false;
        }
        let asked = match invoke.message.payload() {
            InvokeBody::Json(payload) => payload.get("name").and_then(|name| name.as_str()).zip(payload.get("args")),
            InvokeBody::Raw(_) => None,
        };
        let Some((name, args)) = asked else {
            invoke.resolver.reject("rpc wants a name and args");
            return true;
        };
        let (name, args) = match to_raw_value(args) {
            Ok(args) => (name.to_owned(), args),
            Err(error) => {
                invoke.resolver.reject(error.to_string());
                return true;
            }
        };
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        self.waiting().insert(call, invoke.resolver);
        self.say(&FromWindow::Call { call, name, args });
        true
    }

    fn answered(&self, call: u64, answer: Result<Box<RawValue>, Box<RawValue>>) {
        let Some(waits) = self.waiting().remove(&call) else { return };
        match answer {
            Ok(answer) => waits.resolve(Response::new(String::from(Box::<str>::from(answer)))),
            Err(error) => waits.reject(error),
        }
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, HashMap<u64, InvokeResolver<Wry>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Orders {
    /// Does what is said until the end, on a thread of its own.
    pub fn follow(mut self, app: AppHandle, program: Arc<Program>) {
        thread::spawn(move || {
            loop {
                match wire::hear(&mut self.0) {
                    Ok(Some(order)) => obey(&app, &program, order),
                    Ok(None) => break,
                    Err(error) => {
                        tracing::error!(%error, "the program is not understood");
                        break;
                    }
                }
            }
            app.exit(0);
            thread::sleep(LAST_BREATH);
            std::process::exit(0);
        });
    }
}

fn obey(app: &AppHandle, program: &Arc<Program>, order: ToWindow) {
    match order {
        ToWindow::Answer { call, answer } => program.answered(call, Ok(answer)),
        ToWindow::Refusal { call, error } => program.answered(call, Err(error)),
        ToWindow::Event(event) => {
            if let Err(error) = app.emit_str_to(frame::LABEL, EVENT, String::from(Box::<str>::from(event))) {
                tracing::warn!(%error, "the page did not hear an event");
            }
        }
        ToWindow::Make(look) => on_main(app, program, move |app, program| {
            app.state::<Frame>().wear(look);
            if let Err(error) = frame::create(app) {
                program.say(&FromWindow::Failed(error.to_string()));
                app.exit(1);
            }
        }),
        ToWindow::Look(look) => on_main(app, program, move |app, _| {
            app.state::<Frame>().wear(look);
            frame::follow_look(app);
        }),
        ToWindow::Present { token } => on_main(app, program, move |app, _| frame::present(app, token.as_deref())),
        ToWindow::Hide => on_main(app, program, |app, _| frame::hide(app)),
        ToWindow::AskHidden { ask } => on_main(app, program, move |app, program| {
            let program = Arc::clone(program);
            goodbye::when_hidden(app, move || program.say(&FromWindow::Hidden { ask }));
        }),
        #[cfg(not(target_os = "linux"))]
        ToWindow::Unread(unread) => on_main(app, program, move |app, _| frame::badge(app, unread)),
    }
}

/// The toolkit is spoken to on its own thread, one order after the other.
fn on_main(app: &AppHandle, program: &Arc<Program>, order: impl FnOnce(&AppHandle, &Arc<Program>) + Send + 'static) {
    let (handle, program) = (app.clone(), Arc::clone(program));
    if let Err(error) = app.run_on_main_thread(move || order(&handle, &program)) {
        tracing::warn!(%error, "the window does not do what it is told");
    }
}
