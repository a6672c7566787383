//! What the core says without being asked, brought to the page and to the tray icon.

use deskbell_core::{Core, rpc::types::CoreEvent};
use tauri::{AppHandle, Emitter, Manager};
use tokio::sync::broadcast::{Receiver, error::RecvError};

use crate::{badge::Badge, paper, tray::Tray, window};

/// Name of the page's event; its payload is a [`CoreEvent`].
const EVENT: &str = "core";

/// Runs until the core is gone.
pub async fn forward(app: AppHandle, core: Core, mut events: Receiver<CoreEvent>) {
    let badge = Badge::new(&app);
    show_unread(&app, &core, &badge).await;
    loop {
        let event = match events.recv().await {
            Ok(event) => event,
            // Missed something: what it was is not to be guessed, so everything is read again.
            Err(RecvError::Lagged(_)) => CoreEvent::Changed { tags: Vec::new(), all: true },
            Err(RecvError::Closed) => return,
        };
        if matches!(event, CoreEvent::Navigate { .. } | CoreEvent::Attention {}) {
            window::present(&app, None);
        }
        if touches(&event, &["settings"]) {
            app.state::<Tray>().set_language(core.language());
            window::zoom(&app, core.settings().zoom);
            paper::follow(&app);
        }
        if let Err(error) = app.emit_to(window::LABEL, EVENT, &event) {
            tracing::warn!(%error, "the page did not hear an event");
        }
        // After the page: whoever looks at a message that comes in does not wait for a number in the tray.
        if touches(&event, &["places", "chats", "session"]) {
            show_unread(&app, &core, &badge).await;
        }
    }
}

fn touches(event: &CoreEvent, names: &[&str]) -> bool {
    match event {
        CoreEvent::Changed { tags, all } => *all || tags.iter().any(|tag| names.contains(&tag.as_str())),
        CoreEvent::Navigate { .. } | CoreEvent::Attention {} => false,
    }
}

async fn show_unread(app: &AppHandle, core: &Core, badge: &Badge) {
    let unread = core.unread_count().await;
    app.state::<Tray>().set_unread(unread);
    badge.set(unread).await;
}
