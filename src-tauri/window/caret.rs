//! A caret that nobody types at stands still after a while.
//!
//! WebKit lets it blink for as long as its field has the focus, and draws a frame each time, in two processes: some
//! eighty wake-ups a second of a window in which nothing happens. GTK's own fields stop after a time that the desktop
//! chooses. WebKit hears when carets are not to blink and knows nothing of that time, so it is kept here.

use std::{cell::RefCell, rc::Rc, time::Duration};

use gtk::{
    Settings,
    glib::{Propagation, SourceId, timeout_add_local_once},
    prelude::{GtkSettingsExt, WidgetExt},
};
use tauri::WebviewWindow;

/// Whether carets blink, and how slowly, among the desktop's settings.
const BLINK: &str = "gtk-cursor-blink";
const BLINK_TIME: &str = "gtk-cursor-blink-time";
const A_FEW_FRAMES: Duration = Duration::from_millis(200);
const A_DAY_MS: i32 = 24 * 60 * 60 * 1000;

/// Lets the carets of the window's page rest.
pub fn let_rest(window: &WebviewWindow) -> tauri::Result<()> {
    window.with_webview(|platform| {
        let Some(settings) = Settings::default() else { return };
        let caret = Rc::new(Caret { settings, stop: RefCell::new(None) });
        caret.move_on();
        let page = platform.inner();
        page.connect_key_press_event({
            let caret = Rc::clone(&caret);
            move |_, _| caret.move_on()
        });
        page.connect_button_press_event({
            let caret = Rc::clone(&caret);
            move |_, _| caret.move_on()
        });
        page.connect_focus_in_event(move |_, _| caret.move_on());
    })
}

struct Caret {
    settings: Settings,
    /// When it is to stand still.
    stop: RefCell<Option<SourceId>>,
}

impl Caret {
    /// Somebody is there: it blinks, if carets do on this desktop, for as long as they do.
    fn move_on(self: &Rc<Self>) -> Propagation {
        if let Some(stop) = self.stop.take() {
            stop.remove();
        }
        self.settings.reset_property(BLINK);
        self.settings.reset_property(BLINK_TIME);
        let seconds = u64::try_from(self.settings.gtk_cursor_blink_timeout()).unwrap_or_default();
        self.after(Duration::from_secs(seconds.max(1)), Self::be_seen);
        Propagation::Proceed
    }

    /// It must not stop while it is not to be seen. One that does not blink is always to be seen, but WebKit draws it anew
    /// sixty times a second all the same, so that is for a moment only.
    fn be_seen(self: &Rc<Self>) {
        self.settings.set_gtk_cursor_blink(false);
        self.after(A_FEW_FRAMES, Self::stand_still);
    }

    fn stand_still(self: &Rc<Self>) {
        self.settings.set_gtk_cursor_blink_time(A_DAY_MS);
        self.settings.set_gtk_cursor_blink(true);
    }

    fn after(self: &Rc<Self>, patience: Duration, then: impl FnOnce(&Rc<Self>) + 'static) {
        let caret = Rc::clone(self);
        let stop = timeout_add_local_once(patience, move || {
            caret.stop.take();
            then(&caret);
        });
        self.stop.replace(Some(stop));
    }
}
