//! Closing and quitting. Closing keeps the program running where a tray icon leads back to it; else it quits, so
//! that it is never running and out of reach.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use deskbell_core::Core;
use tauri::{AppHandle, Manager};
use tokio::time::timeout;

use crate::{page, rpc::Calls, tray::Tray, window};

/// What the hub may take for a message that was held back until now.
const HUB: Duration = Duration::from_secs(3);
/// What the core may take to store it. What it was told before is durable already.
const CORE: Duration = Duration::from_secs(8);

/// The window's close button.
pub async fn on_close(app: AppHandle) {
    if app.state::<Tray>().leads_back().await {
        page::rest(&app);
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
    if !page::has_said_goodbye(&app).await {
        tracing::info!("the page did not say goodbye");
    }
    let core = app.state::<Core>().inner().clone();
    let stored = async {
        app.state::<Calls>().finished().await;
        // Who quits has done with undoing: the message should not lie here until the next start.
        core.let_go(HUB).await;
        core.shutdown().await;
    };
    if timeout(CORE, stored).await.is_err() {
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
