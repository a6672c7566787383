//! The shell: what an operating system gives a program. A window, a tray icon, notifications, links, one
//! instance per profile. Everything it shows comes from `deskbell_core`; no rule of the product lives here.
//!
//! The page reaches Rust through one command, `rpc`, and hears of changes through one event, `core`.

mod badge;
#[cfg(target_os = "linux")]
mod caret;
#[cfg(target_os = "linux")]
mod context_menu;
mod error;
mod events;
mod instance;
mod languages;
mod links;
mod notice_text;
mod notifications;
mod page;
mod paper;
mod place;
mod profile;
mod quit;
#[cfg(target_os = "linux")]
mod revive;
mod rpc;
#[cfg(target_os = "linux")]
mod thrift;
mod tray;
mod window;
mod words;

use std::{path::PathBuf, time::Duration};

use deskbell_core::{Core, CoreOptions};
use tauri::{Manager, RunEvent, async_runtime};

pub use error::StartError;
use instance::Claim;
use profile::Profile;

/// Opens the profile and runs the window until the person quits. Where the profile is already open, raises that
/// window and returns. A window that is closed to the tray keeps its page for `rest_after`.
///
/// # Errors
///
/// One sentence for the terminal: the directory cannot be used, or there is no display.
pub fn run(profile: Option<PathBuf>, rest_after: Duration) -> Result<(), StartError> {
    start_log();
    #[cfg(target_os = "linux")]
    thrift::prepare();
    let profile = Profile::open(profile)?;
    let instance = match instance::claim(&profile)? {
        Claim::First(instance) => instance,
        Claim::Second => return Ok(()),
    };
    window::require_display()?;

    let options =
        CoreOptions { device_name: device_name(), locale: languages::spoken().join(":"), ..CoreOptions::default() };
    let core = async_runtime::block_on(Core::open(profile.dir(), options))?;

    let app = tauri::Builder::default()
        .manage(core.clone())
        .manage(rpc::Calls::default())
        .manage(page::Life::new(rest_after))
        .invoke_handler(tauri::generate_handler![rpc::rpc])
        .setup(move |app| {
            let handle = app.handle().clone();
            app.manage(window::Frame::of(profile.dir()));
            window::create(&handle)?;
            let tray = async_runtime::block_on(tray::start(&handle, core.language()));
            app.manage(tray);
            instance.listen({
                let handle = handle.clone();
                move |token| window::present(&handle, token)
            });
            async_runtime::spawn(events::forward(handle.clone(), core.clone(), core.events()));
            async_runtime::spawn(notifications::run(handle.clone(), core.clone(), core.notices()));
            async_runtime::spawn(quit::on_signal(handle));
            Ok(())
        })
        .build(tauri::generate_context!())?;

    app.run(|app, event| match event {
        RunEvent::WindowEvent { event: tauri::WindowEvent::Moved(_) | tauri::WindowEvent::Resized(_), .. } => {
            window::look_at_place(app);
        }
        RunEvent::WindowEvent { event: tauri::WindowEvent::CloseRequested { api, .. }, .. } => {
            api.prevent_close();
            async_runtime::spawn(quit::on_close(app.clone()));
        }
        // Without a code it is the toolkit's idea, not ours: what was clicked last still has to be stored.
        RunEvent::ExitRequested { code: None, api, .. } => {
            api.prevent_exit();
            if !page::was_given_up(app) {
                async_runtime::spawn(quit::quit(app.clone()));
            }
        }
        // A core that did not stop in time may be at work on the cache.
        RunEvent::Exit => deskbell_core::leave(0),
        _ => {}
    });
    Ok(())
}

/// What a member calls this computer when they look through the list of their devices.
fn device_name() -> String {
    match gethostname::gethostname().to_string_lossy().trim() {
        "" => words::PROGRAM.to_owned(),
        name => name.to_owned(),
    }
}

/// Writes to stderr. `DESKBELL_LOG` chooses what, in the syntax of `tracing`; customer text is never logged.
fn start_log() {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_from_env("DESKBELL_LOG").unwrap_or_else(|_| EnvFilter::new("warn,deskbell=info"));
    // A second subscriber in one process (tests) is no reason to stop.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .log_internal_errors(false)
        .try_init();
}
