//! What the parts of the program share: the core, the window, the tray icon, and how it all ends.

use std::sync::{
    Mutex, OnceLock, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use deskbell_core::Core;
use tokio::sync::oneshot;

use crate::{StartError, calls::Calls, tray::Tray, window_process::WindowProcess, wire::Look};

/// How the program ends.
pub type Ending = Result<Then, StartError>;

/// What comes after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// Nothing.
    Nothing,
    /// It is started anew.
    Again,
}

/// The program.
pub struct Shell {
    /// What is shown and asked.
    pub core: Core,
    /// Where it is shown.
    pub window: WindowProcess,
    /// What the page asks.
    pub calls: Calls,
    tray: OnceLock<Tray>,
    ending: AtomicBool,
    end: Mutex<Option<oneshot::Sender<Ending>>>,
}

impl Shell {
    /// It goes on until `end` is told.
    pub fn new(core: Core, window: WindowProcess, end: oneshot::Sender<Ending>) -> Self {
        Self {
            core,
            window,
            calls: Calls::none(),
            tray: OnceLock::new(),
            ending: AtomicBool::new(false),
            end: Mutex::new(Some(end)),
        }
    }

    /// The icon in the tray, from now on.
    pub fn set_tray(&self, tray: Tray) {
        // There is one start, and so one icon.
        let _ = self.tray.set(tray);
    }

    /// The icon in the tray, once it was put up.
    pub fn tray(&self) -> Option<&Tray> {
        self.tray.get()
    }

    /// Something is on the screen that leads back to a hidden window.
    pub async fn leads_back(&self) -> bool {
        match self.tray() {
            Some(tray) => tray.leads_back().await,
            None => false,
        }
    }

    /// The label of the tray's menu follows the window.
    pub fn set_shown(&self, shown: bool) {
        if let Some(tray) = self.tray() {
            tray.set_shown(shown);
        }
    }

    /// What of the settings the window follows.
    pub fn look(&self) -> Look {
        let settings = self.core.settings();
        Look { theme: settings.theme, zoom: settings.zoom }
    }

    /// The end begins. Returns whether it had not begun before.
    pub fn begin_to_end(&self) -> bool {
        !self.ending.swap(true, Ordering::Relaxed)
    }

    /// The end has begun.
    pub fn is_ending(&self) -> bool {
        self.ending.load(Ordering::Relaxed)
    }

    /// This is the end.
    pub fn end(&self, ending: Ending) {
        if let Some(end) = self.end.lock().unwrap_or_else(PoisonError::into_inner).take() {
            // Who waited for it is gone only when the process is.
            let _ = end.send(ending);
        }
    }
}
