//! The page of a window that is closed to the tray is given up after a while: it and its processes are most of what the
//! program holds in memory, for something that nobody sees. Whatever leads back to the window makes it again, with a page
//! that asks the core where the one before it was (`leave_page` and `take_page`).
//!
//! Tray, notifications, badge and everything that they do are outside of the page, so they go on without it. A page that has
//! not left all that is needed to come back as it was (a dialog is open, the page does not answer) stays.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use deskbell_core::Core;
use tauri::{AppHandle, Manager, async_runtime};
use tokio::{sync::mpsc, time};

use crate::{rpc::Calls, tray::Tray, window};

/// What the page may take to hand over what was typed last. Nobody waits for it, as the window is hidden by then; a page on a
/// busy computer needs more than a moment, and what it does not hand over is lost.
const GOODBYE: Duration = Duration::from_secs(3);

/// Where the window is between shown and gone. Kept here because a hidden window still answers questions about itself.
#[derive(Debug)]
pub struct Life {
    now: Mutex<Now>,
    rest_after: Duration,
}

#[derive(Debug)]
struct Now {
    stage: Stage,
    /// Grows with every showing and hiding, so that who has waited knows whether it still holds.
    turn: u64,
}

#[derive(Debug, PartialEq, Eq)]
enum Stage {
    Shown,
    Hidden,
    /// Its end has begun. `wanted`: somebody has asked for it meanwhile.
    Going {
        wanted: bool,
    },
    Gone,
}

/// What it takes to have the window in front.
#[derive(Debug, PartialEq, Eq)]
pub enum Way {
    /// It is there.
    Raise,
    /// It is to be made.
    Make,
    /// It is about to be gone, and is made then.
    Wait,
}

impl Life {
    /// A window that is shown, and keeps its page so long after it is hidden.
    pub fn new(rest_after: Duration) -> Self {
        Self { now: Mutex::new(Now { stage: Stage::Shown, turn: 0 }), rest_after }
    }

    /// Whether the person can see it.
    pub fn is_shown(&self) -> bool {
        self.now().stage == Stage::Shown
    }

    /// It is wanted in front.
    pub fn show(&self) -> Way {
        let mut now = self.now();
        now.turn += 1;
        let way = match now.stage {
            Stage::Shown | Stage::Hidden => Way::Raise,
            Stage::Gone => Way::Make,
            Stage::Going { .. } => {
                now.stage = Stage::Going { wanted: true };
                return Way::Wait;
            }
        };
        now.stage = Stage::Shown;
        way
    }

    /// It is hidden. Returns the turn by which it is known whether that still holds.
    pub fn hide(&self) -> u64 {
        let mut now = self.now();
        now.turn += 1;
        if now.stage == Stage::Shown {
            now.stage = Stage::Hidden;
        }
        now.turn
    }

    fn is_hidden_since(&self, turn: u64) -> bool {
        let now = self.now();
        now.turn == turn && now.stage == Stage::Hidden
    }

    /// Its end begins, if it is hidden since then.
    fn begin_to_go(&self, turn: u64) -> bool {
        let mut now = self.now();
        let goes = now.turn == turn && now.stage == Stage::Hidden;
        if goes {
            now.stage = Stage::Going { wanted: false };
        }
        goes
    }

    /// It could not be ended.
    fn stays(&self) {
        self.now().stage = Stage::Hidden;
    }

    /// It could not be made.
    pub fn is_lost(&self) {
        self.now().stage = Stage::Gone;
    }

    /// There is no window any more. Returns whether it was given up, and is wanted again.
    fn gone(&self) -> Option<bool> {
        let mut now = self.now();
        let Stage::Going { wanted } = now.stage else { return None };
        now.stage = Stage::Gone;
        Some(wanted)
    }

    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Hides the window, and gives its page up later.
pub fn rest(app: &AppHandle) {
    let turn = window::hide(app);
    let app = app.clone();
    async_runtime::spawn(async move {
        let life = app.state::<Life>();
        loop {
            time::sleep(life.rest_after).await;
            if !life.is_hidden_since(turn) {
                return;
            }
            // Only where something leads back to it. A page that is busy is asked again.
            if app.state::<Tray>().leads_back().await && has_said_goodbye(&app).await {
                return give_up(&app, turn).await;
            }
        }
    });
}

async fn give_up(app: &AppHandle, turn: u64) {
    app.state::<Calls>().finished().await;
    if !app.state::<Core>().page_may_go() {
        tracing::debug!("the page has something unfinished and stays");
        return;
    }
    let ending = app.clone();
    let on_main = app.run_on_main_thread(move || end(&ending, turn));
    if let Err(error) = on_main {
        tracing::warn!(%error, "the page stays in memory");
    }
}

fn end(app: &AppHandle, turn: u64) {
    let life = app.state::<Life>();
    let Some(window) = app.get_webview_window(window::LABEL) else { return };
    if !life.begin_to_go(turn) {
        return;
    }
    app.state::<Core>().page_is_gone();
    if let Err(error) = window.destroy() {
        tracing::warn!(%error, "the page stays in memory");
        life.stays();
    }
}

/// The last window has gone. Returns whether that was meant; if not, the program is to end.
pub fn was_given_up(app: &AppHandle) -> bool {
    match app.state::<Life>().gone() {
        None => false,
        Some(wanted) => {
            tracing::debug!("the page was given up");
            if wanted {
                let app = app.clone();
                async_runtime::spawn(async move { window::present(&app, None) });
            }
            true
        }
    }
}

/// A page keeps a draft and says what it leaves when it is hidden. The window hides at once, the page hears of it a moment
/// later, and what it does then reaches us after that: so it is asked until it knows, and once more. Where there is no
/// page, there is nothing to wait for.
pub async fn has_said_goodbye(app: &AppHandle) -> bool {
    time::timeout(GOODBYE, knows_that_it_is_hidden(app)).await.is_ok()
}

async fn knows_that_it_is_hidden(app: &AppHandle) {
    let Some(window) = app.get_webview_window(window::LABEL) else { return };
    let (tell, mut told) = mpsc::unbounded_channel();
    let mut hidden = false;
    loop {
        let tell = tell.clone();
        let asked = window.eval_with_callback("document.visibilityState", move |state| {
            // Nobody listens any more once the time is up.
            let _ = tell.send(state);
        });
        if asked.is_err() {
            return;
        }
        let knew = hidden;
        hidden = told.recv().await.is_some_and(|state| state.contains("hidden"));
        if knew && hidden {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn life() -> Life {
        Life::new(Duration::ZERO)
    }

    #[test]
    fn a_hidden_window_is_given_up_and_made_again() {
        let life = life();
        let turn = life.hide();
        assert!(life.is_hidden_since(turn) && life.begin_to_go(turn));
        assert_eq!(life.gone(), Some(false));
        assert_eq!(life.show(), Way::Make);
        assert_eq!(life.show(), Way::Raise);
        assert!(life.is_shown());
    }

    #[test]
    fn who_comes_back_in_time_finds_the_page_as_it_was() {
        let life = life();
        let turn = life.hide();
        assert_eq!(life.show(), Way::Raise);
        let again = life.hide();
        assert!(!life.begin_to_go(turn), "what waited since the first time");
        assert!(life.begin_to_go(again));
    }

    #[test]
    fn who_comes_back_while_it_goes_has_it_made_as_soon_as_it_is_gone() {
        let life = life();
        let turn = life.hide();
        assert!(life.begin_to_go(turn));
        assert_eq!(life.show(), Way::Wait);
        assert_eq!(life.gone(), Some(true));
        assert_eq!(life.show(), Way::Make);
    }

    #[test]
    fn a_window_that_could_not_be_made_is_made_when_it_is_asked_for_again() {
        let life = life();
        let turn = life.hide();
        assert!(life.begin_to_go(turn));
        life.gone();
        assert_eq!(life.show(), Way::Make);
        life.is_lost();
        assert!(!life.is_shown());
        assert_eq!(life.show(), Way::Make);
    }

    #[test]
    fn a_window_that_goes_by_itself_was_not_given_up() {
        assert_eq!(life().gone(), None);
        let hidden = life();
        hidden.hide();
        assert_eq!(hidden.gone(), None);
    }
}
