//! What the core says without being asked, brought to the page and to the tray icon.

use deskbell_core::{Core, rpc::types::CoreEvent};
use tauri::{AppHandle, Emitter, Manager};
use tokio::sync::broadcast::{Receiver, error::RecvError};

use crate::{tray::Tray, window};

/// Name of the page's event; its payload is a [`CoreEvent`].
const EVENT: &str = "core";

/// Runs until the core is gone.
pub async fn forward(app: AppHandle, core: Core, mut events: Receiver<CoreEvent>) {
    app.state::<Tray>().set_unread(core.unread_count().await);
    loop {
        let event = match events.recv().await {
            Ok(event) => event,
            // Missed something: what it was is not to be guessed, so everything is read again.
            Err(RecvError::Lagged(_)) => CoreEvent::Changed { tags: Vec::new(), all: true },
            Err(RecvError::Closed) => return,
        };
        match &event {
            CoreEvent::Navigate { .. } => window::present(&app, None),
            CoreEvent::Changed { tags, all } => {
                if *all || tags.iter().any(|tag| matches!(tag.as_str(), "places" | "chats" | "session")) {
                    app.state::<Tray>().set_unread(core.unread_count().await);
                }
            }
        }
        if let Err(error) = app.emit_to(window::LABEL, EVENT, &event) {
            tracing::warn!(%error, "the page did not hear an event");
        }
    }
}
