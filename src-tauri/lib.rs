//! The shell: what an operating system gives a program. A tray icon, notifications, links, one instance per profile, and a
//! window. Everything it shows comes from `deskbell_core`; no rule of the product lives here.
//!
//! The window is a program of its own (`src-tauri/window`), which this one starts, shows, hides and ends: its toolkit is most
//! of what Deskbell holds in memory. The page in it reaches the core through one command, `rpc`, and hears of changes through
//! one event, `core`; both pass through here.

mod badge;
mod calls;
pub mod deaths;
mod error;
mod events;
mod instance;
pub mod languages;
mod life;
mod links;
mod notice_text;
mod notifications;
mod profile;
mod quit;
mod shell;
mod tray;
mod window_process;
pub mod wire;
mod words;

use std::{path::PathBuf, sync::Arc, time::Duration};

use deskbell_core::{Core, CoreOptions};
use tokio::{runtime::Runtime, sync::oneshot};

pub use error::StartError;
use instance::{Claim, Instance};
use profile::Profile;
use shell::Shell;
pub use shell::Then;
use window_process::{WindowProcess, WindowProgram};
pub use words::PROGRAM;

/// Opens the profile and runs until the person quits. Where the profile is already open, raises the window that is there and
/// returns. A window that is closed to the tray is kept for `rest_after`.
///
/// # Errors
///
/// One sentence for the terminal: the directory cannot be used, or there is no display.
pub fn run(profile: Option<PathBuf>, rest_after: Duration) -> Result<Then, StartError> {
    start_log();
    let profile = Profile::open(profile)?;
    let instance = match instance::claim(&profile)? {
        Claim::First(instance) => instance,
        Claim::Second => return Ok(Then::Nothing),
    };
    let runtime = Runtime::new().map_err(StartError::Threads)?;
    let then = runtime.block_on(work(&profile, instance, rest_after))?;
    runtime.shutdown_background();
    if then == Then::Nothing {
        // A core that did not stop in time may be at work on the cache.
        deskbell_core::leave(0);
    }
    Ok(then)
}

async fn work(profile: &Profile, instance: Instance, rest_after: Duration) -> Result<Then, StartError> {
    let program = WindowProgram::beside_this(profile.dir())?;
    // The toolkit takes longer to get ready than the core.
    let first = program.start(true)?;
    let options =
        CoreOptions { device_name: device_name(), locale: languages::spoken().join(":"), ..CoreOptions::default() };
    let core = Core::open(profile.dir(), options).await?;

    let (end, ended) = oneshot::channel();
    let shell = Arc::new(Shell::new(core.clone(), WindowProcess::of(program, rest_after), end));
    let events = core.events();
    window_process::open(&shell, first);
    tokio::spawn(quit::on_signal(Arc::clone(&shell)));
    shell.set_tray(tray::start(&shell, core.language()).await);
    tokio::spawn(events::forward(Arc::clone(&shell), events));
    instance.listen({
        let (shell, runtime) = (Arc::clone(&shell), tokio::runtime::Handle::current());
        move |token| {
            let _in = runtime.enter();
            window_process::present(&shell, token);
            !shell.is_ending()
        }
    });
    tokio::spawn(notifications::run(Arc::clone(&shell), core.notices()));
    // Nobody tells the end only where the shell is gone, which is the end too.
    ended.await.unwrap_or(Ok(Then::Nothing))
}

/// What a member calls this computer when they look through the list of their devices.
fn device_name() -> String {
    match gethostname::gethostname().to_string_lossy().trim() {
        "" => PROGRAM.to_owned(),
        name => name.to_owned(),
    }
}

/// Writes to stderr. `DESKBELL_LOG` chooses what, in the syntax of `tracing`; customer text is never logged.
pub fn start_log() {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_from_env("DESKBELL_LOG").unwrap_or_else(|_| EnvFilter::new("warn,deskbell=info"));
    // A second subscriber in one process (tests) is no reason to stop.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .log_internal_errors(false)
        .try_init();
}
