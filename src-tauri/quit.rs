//! Closing and quitting. Closing keeps the program running where a tray icon leads back to it; else it quits, so
//! that it is never running and out of reach.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use deskbell_core::Core;
use tauri::{AppHandle, Manager};

use crate::{tray::Tray, window};

/// What the core may take to store what was clicked last. Everything it was told is durable already; this is for
/// what is on its way.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// The window's close button.
pub async fn on_close(app: AppHandle) {
    if app.state::<Tray>().leads_back().await {
        window::hide(&app);
    } else {
        quit(app.clone()).await;
    }
}

/// Ends the program: the window goes at once, then the core, then the process.
pub async fn quit(app: AppHandle) {
    static QUITTING: AtomicBool = AtomicBool::new(false);
    if QUITTING.swap(true, Ordering::Relaxed) {
        return;
    }
    window::hide(&app);
    let core = app.state::<Core>().inner().clone();
    if tokio::time::timeout(LAST_WORDS, core.shutdown()).await.is_err() {
        tracing::warn!("the core did not stop in time");
    }
    app.exit(0);
}

/// The end of the session, or Ctrl+C in a terminal.
pub async fn on_signal(app: AppHandle) {
    if let Err(error) = asked_to_end().await {
        tracing::warn!(%error, "signals are not heard");
        return;
    }
    quit(app).await;
}

#[cfg(unix)]
async fn asked_to_end() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    tokio::select! {
        _ = terminate.recv() => Ok(()),
        _ = hang_up.recv() => Ok(()),
        done = tokio::signal::ctrl_c() => done,
    }
}

#[cfg(not(unix))]
async fn asked_to_end() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
