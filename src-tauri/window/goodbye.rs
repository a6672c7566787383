//! A page keeps a draft and says what it leaves when it is hidden; it hears of that a moment after its window has gone.

use std::{sync::Arc, time::Instant};

use deskbell::wire::GOODBYE;
use tauri::{AppHandle, Manager};

use crate::frame;

/// Calls `told` once the page knows that it is hidden, and has been asked once more since: what it does when it learns of it has
/// been asked by then. Not at all where it does not come to know.
pub fn when_hidden(app: &AppHandle, told: impl Fn() + Send + Sync + 'static) {
    ask(app.clone(), false, Instant::now() + GOODBYE, Arc::new(told));
}

fn ask(app: AppHandle, knew: bool, until: Instant, told: Arc<dyn Fn() + Send + Sync>) {
    let Some(window) = app.get_webview_window(frame::LABEL) else { return };
    let asked = window.eval_with_callback("document.visibilityState", move |state| {
        let knows = state.contains("hidden");
        if knew && knows {
            told();
        } else if Instant::now() < until {
            ask(app.clone(), knows, until, Arc::clone(&told));
        }
    });
    if let Err(error) = asked {
        tracing::warn!(%error, "the page cannot be asked");
    }
}
