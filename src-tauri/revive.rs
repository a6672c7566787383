//! A page whose process has died is loaded again. Pages die: the system ends the largest process when memory runs out, and
//! WebKit has faults of its own. Without this the window would stay white, with everything behind it at work, until
//! somebody ends the program. Drafts, the place and the chat on screen are kept by the core all along, so the next page
//! goes on where this one was.

use std::{cell::RefCell, collections::VecDeque, rc::Rc, time::Duration, time::Instant};

use gtk::glib::timeout_add_local_once;
use tauri::WebviewWindow;
use webkit2gtk::{WebProcessTerminationReason, WebViewExt};

/// Deaths that follow each other within this time may have one cause, which is not to keep the computer busy.
const LATELY: Duration = Duration::from_secs(60);
/// So many seconds more between two tries, for each death lately.
const STEP: u64 = 2;

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

/// When pages died lately.
#[derive(Default)]
struct Deaths(VecDeque<Instant>);

impl Deaths {
    /// One more. How long to wait before the page is loaded again: not at all, unless another died lately.
    fn pause(&mut self, now: Instant) -> Duration {
        self.0.retain(|death| now.duration_since(*death) < LATELY);
        let before = u64::try_from(self.0.len()).unwrap_or(u64::MAX);
        self.0.push_back(now);
        Duration::from_secs(before.saturating_mul(STEP))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_dies_again_and_again_is_loaded_less_and_less_often() {
        let (mut deaths, start) = (Deaths::default(), Instant::now());
        let mut pause = |second| deaths.pause(start + Duration::from_secs(second)).as_secs();
        assert_eq!([pause(0), pause(1), pause(4), pause(9)], [0, 2, 4, 6]);
        assert_eq!(pause(100), 0, "long ago");
    }
}
