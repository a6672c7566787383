//! What the core says without being asked, brought to the window and to the tray icon.

use std::sync::Arc;

use deskbell_core::rpc::types::CoreEvent;
use tokio::sync::broadcast::{Receiver, error::RecvError};

use crate::{badge::Badge, shell::Shell, window_process};

/// Runs until the core is gone.
pub async fn forward(shell: Arc<Shell>, mut events: Receiver<CoreEvent>) {
    let badge = Badge::new(&shell);
    show_unread(&shell, &badge).await;
    loop {
        let event = match events.recv().await {
            Ok(event) => event,
            // Missed something: what it was is not to be guessed, so everything is read again.
            Err(RecvError::Lagged(_)) => CoreEvent::Changed { tags: Vec::new(), all: true },
            Err(RecvError::Closed) => return,
        };
        if matches!(event, CoreEvent::Navigate { .. } | CoreEvent::Attention {}) {
            window_process::present(&shell, None);
        }
        if touches(&event, &["settings"]) {
            if let Some(tray) = shell.tray() {
                tray.set_language(shell.core.language());
            }
            shell.window.look(shell.look());
        }
        shell.window.tell_page(&event);
        // After the page: whoever looks at a message that comes in does not wait for a number in the tray.
        if touches(&event, &["places", "chats", "session"]) {
            show_unread(&shell, &badge).await;
        }
    }
}

fn touches(event: &CoreEvent, names: &[&str]) -> bool {
    match event {
        CoreEvent::Changed { tags, all } => *all || tags.iter().any(|tag| names.contains(&tag.as_str())),
        CoreEvent::Navigate { .. } | CoreEvent::Attention {} => false,
    }
}

async fn show_unread(shell: &Shell, badge: &Badge) {
    let unread = shell.core.unread_count().await;
    if let Some(tray) = shell.tray() {
        tray.set_unread(unread);
    }
    badge.set(unread).await;
}
