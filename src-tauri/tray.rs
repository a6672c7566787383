//! The tray icon: shows how many chats are unread, and leads back to a hidden window.
//!
//! Its promise is `leads_back`: only where it holds may a closed window go on running.

#[cfg(target_os = "linux")]
mod status_notifier;

use std::sync::Arc;

use deskbell_core::Language;

use crate::shell::Shell;

/// The icon, or its absence.
pub struct Tray {
    #[cfg(target_os = "linux")]
    item: Option<status_notifier::Item>,
}

/// Puts up the icon where the system has a place for one. It may also appear later, with the desktop's panel.
pub async fn start(shell: &Arc<Shell>, language: Language) -> Tray {
    #[cfg(target_os = "linux")]
    {
        let item = status_notifier::Item::start(shell, language).await;
        Tray { item: item.inspect_err(|error| tracing::info!(%error, "no tray icon")).ok() }
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = (shell, language);
        Tray {}
    }
}

impl Tray {
    /// Somebody draws the icon now, so a hidden window can be reached.
    pub async fn leads_back(&self) -> bool {
        #[cfg(target_os = "linux")]
        if let Some(item) = &self.item {
            return item.is_drawn().await;
        }
        false
    }

    /// The label of the menu follows the window.
    pub fn set_shown(&self, shown: bool) {
        #[cfg(target_os = "linux")]
        if let Some(item) = &self.item {
            item.update(move |icon| icon.shown = shown);
        }
        #[cfg(not(target_os = "linux"))]
        let _ = shown;
    }

    /// The language of the menu and the tooltip.
    pub fn set_language(&self, language: Language) {
        #[cfg(target_os = "linux")]
        if let Some(item) = &self.item {
            item.update(move |icon| icon.language = language);
        }
        #[cfg(not(target_os = "linux"))]
        let _ = language;
    }

    /// Unread chats: the tooltip says how many, a dot on the icon says that there are any.
    pub fn set_unread(&self, unread: u32) {
        #[cfg(target_os = "linux")]
        if let Some(item) = &self.item {
            item.update(move |icon| icon.unread = unread);
        }
        #[cfg(not(target_os = "linux"))]
        let _ = unread;
    }
}
