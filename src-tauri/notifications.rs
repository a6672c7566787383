//! Shows what the core has decided to notify, and carries the person's answer back.
//!
//! One notification per chat: a later message replaces the earlier one, so a burst is not a flood.
//! No daemon is no reason to fail: the message is unread in the list either way.

#[cfg(target_os = "linux")]
mod freedesktop;

use deskbell_core::{Core, Notices};
use tauri::AppHandle;

/// Runs until the core is gone.
pub async fn run(app: AppHandle, core: Core, mut notices: Notices) {
    #[cfg(target_os = "linux")]
    freedesktop::run(app, core, &mut notices).await;
    #[cfg(not(target_os = "linux"))]
    {
        let _ = (app, core);
        while notices.recv().await.is_some() {}
    }
}
