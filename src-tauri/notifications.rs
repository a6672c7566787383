//! Shows what the core has decided to notify, and carries the person's answer back.
//!
//! One notification per chat: a later message replaces the earlier one, so a burst is not a flood.
//! No daemon is no reason to fail: the message is unread in the list either way.

#[cfg(target_os = "linux")]
mod freedesktop;

use std::sync::Arc;

use deskbell_core::Notices;

use crate::shell::Shell;

/// Runs until the core is gone.
pub async fn run(shell: Arc<Shell>, mut notices: Notices) {
    #[cfg(target_os = "linux")]
    freedesktop::run(&shell, &mut notices).await;
    #[cfg(not(target_os = "linux"))]
    {
        let _ = shell;
        while notices.recv().await.is_some() {}
    }
}
