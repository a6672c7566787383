//! What the person speaks, told to the page. WebKit asks the C library, which knows only languages whose data is installed, so
//! that a window would speak English beside an Arabic tray.

use deskbell::languages::{for_page, spoken};
use tauri::WebviewWindow;
use webkit2gtk::{WebContextExt, WebViewExt};

/// Tells it to the window's page.
pub fn teach(window: &WebviewWindow) -> tauri::Result<()> {
    window.with_webview(|platform| {
        if let (Some(context), Some(language)) = (platform.inner().context(), for_page(&spoken())) {
            context.set_preferred_languages(&[language]);
        }
    })
}
