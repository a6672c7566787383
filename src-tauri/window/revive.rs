//! A page whose process has died is loaded again. Pages die: the system ends the largest process when memory runs out, and
//! WebKit has faults of its own. Without this the window would stay white, with everything behind it at work, until
//! somebody ends the program. Drafts, the place and the chat on screen are kept by the core all along, so the next page
//! goes on where this one was.

use std::{cell::RefCell, rc::Rc, time::Instant};

use deskbell::deaths::Deaths;
use gtk::glib::timeout_add_local_once;
use tauri::WebviewWindow;
use webkit2gtk::{WebProcessTerminationReason, WebViewExt};

/// Loads the window's page again whenever its process has died.
pub fn revive(window: &WebviewWindow) -> tauri::Result<()> {
    window.with_webview(|platform| {
        let deaths = Rc::new(RefCell::new(Deaths::default()));
        platform.inner().connect_web_process_terminated(move |view, reason| {
            if reason == WebProcessTerminationReason::TerminatedByApi {
                return;
            }
            let pause = deaths.borrow_mut().pause(Instant::now());
            tracing::error!(?reason, ?pause, "the page's process has died: the page is loaded again");
            let view = view.clone();
            timeout_add_local_once(pause, move || view.reload());
        });
    })
}
