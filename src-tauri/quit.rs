//! Closing and quitting. Closing keeps the program running where a tray icon leads back to it; else it quits, so
//! that it is never running and out of reach.

use std::{sync::Arc, time::Duration};

use tokio::time::timeout;

use crate::{
    StartError,
    shell::{Ending, Shell, Then},
    window_process,
};

/// What the hub may take for a message that was held back until now.
const HUB: Duration = Duration::from_secs(3);
/// What the core may take to store it. What it was told before is durable already.
const CORE: Duration = Duration::from_secs(8);

/// The window's close button.
pub async fn on_close(shell: Arc<Shell>) {
    if shell.leads_back().await {
        window_process::rest(&shell);
    } else {
        quit(shell).await;
    }
}

/// Ends the program: the window goes at once, then the core, then the process.
pub async fn quit(shell: Arc<Shell>) {
    end(&shell, Ok(Then::Nothing)).await;
}

/// Ends the program, which can't go on.
pub async fn fail(shell: &Shell, why: StartError) {
    end(shell, Err(why)).await;
}

/// Ends the program, and starts what is installed in its place now.
pub fn restart(shell: &Arc<Shell>) {
    let shell = Arc::clone(shell);
    tokio::spawn(async move { end(&shell, Ok(Then::Again)).await });
}

async fn end(shell: &Shell, ending: Ending) {
    if !shell.begin_to_end() {
        return;
    }
    window_process::hide(shell);
    if !shell.window.has_said_goodbye().await {
        tracing::info!("the page did not say goodbye");
    }
    let stored = async {
        shell.calls.finished().await;
        // Who quits has done with undoing: the message should not lie here until the next start.
        shell.core.let_go(HUB).await;
        shell.core.shutdown().await;
    };
    if timeout(CORE, stored).await.is_err() {
        tracing::warn!("the core did not stop in time");
    }
    shell.window.end();
    shell.window.has_ended().await;
    shell.end(ending);
}

/// The end of the session, or Ctrl+C in a terminal.
pub async fn on_signal(shell: Arc<Shell>) {
    if let Err(error) = asked_to_end().await {
        tracing::warn!(%error, "signals are not heard");
        return;
    }
    quit(shell).await;
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
