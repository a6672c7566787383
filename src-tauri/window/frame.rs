//! The one window: how it is made, where it may go (nowhere), and how it comes to the front.

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use deskbell::wire::Look;
use tauri::{AppHandle, Manager, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder, webview::NewWindowResponse};

use crate::{
    paper,
    place::{self, Place},
};

/// Its label: capabilities name it.
pub const LABEL: &str = "main";

/// Makes the window. The page can neither leave its origin nor open another window: links go through
/// `open_link`, which the core judges.
pub fn create(app: &AppHandle) -> tauri::Result<()> {
    let frame = app.state::<Frame>();
    let place = Place::read(&frame.profile).map(|place| place.within(&screens(app)));
    let size = place.map_or(place::NEW, |place| (place.width, place.height));
    let dev_url = app.config().build.dev_url.clone().filter(|_| tauri::is_dev());
    let mut builder = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::App("index.html".into()))
        .title(deskbell::PROGRAM)
        .inner_size(f64::from(size.0), f64::from(size.1))
        .min_inner_size(f64::from(place::LEAST.0), f64::from(place::LEAST.1))
        .prevent_overflow()
        .background_color(paper::color(&frame.look().theme))
        .initialization_script(paper::before_page(&frame.look().theme))
        // Tauri's own handler would swallow what is dropped on the page.
        .disable_drag_drop_handler()
        .on_navigation(move |url| is_own(url, dev_url.as_ref()))
        .on_new_window(|_, _| NewWindowResponse::Deny);
    if let Some(place) = place {
        builder = builder.position(f64::from(place.x), f64::from(place.y)).maximized(place.maximized);
    }
    let window = builder.build()?;
    frame.keep(place);
    #[cfg(target_os = "linux")]
    {
        crate::context_menu::trim(&window)?;
        crate::thrift::teach(&window)?;
        crate::language::teach(&window)?;
        crate::revive::revive(&window)?;
        crate::caret::let_rest(&window)?;
    }
    zoom(&window, frame.look().zoom);
    Ok(())
}

/// What is to be known of the window beside what the toolkit knows: how it looks, where it was when it was looked last, and
/// where that is kept.
pub struct Frame {
    profile: PathBuf,
    place: Mutex<Option<Place>>,
    look: Mutex<Look>,
}

impl Frame {
    /// Of a window that is not there yet.
    pub fn of(profile: &Path) -> Self {
        let look = Look { theme: "system".into(), zoom: 100 };
        Self { profile: profile.into(), place: Mutex::new(None), look: Mutex::new(look) }
    }

    /// It looks like this from now on.
    pub fn wear(&self, look: Look) {
        *self.look.lock().unwrap_or_else(PoisonError::into_inner) = look;
    }

    fn look(&self) -> Look {
        self.look.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The window was moved or has another size. Only looked at: it is kept when the window goes away.
    pub fn look_at_place(&self, app: &AppHandle) {
        let Some(window) = app.get_webview_window(LABEL) else { return };
        let scale = window.scale_factor().unwrap_or(1.0);
        let (Ok(at), Ok(size)) = (window.outer_position(), window.inner_size()) else { return };
        let (at, size) = (at.to_logical::<i32>(scale), size.to_logical::<u32>(scale));
        let maximized = window.is_maximized().unwrap_or(false);
        // What fills the screen goes back to what it was before.
        self.keep(Some(match self.place().filter(|_| maximized) {
            Some(before) => Place { maximized, ..before },
            None => Place { x: at.x, y: at.y, width: size.width, height: size.height, maximized },
        }));
    }

    /// The next window is put where this one is now.
    fn keep_place(&self) {
        if let Some(place) = self.place()
            && let Err(error) = place.keep(&self.profile)
        {
            tracing::warn!(%error, "the next window opens where windows do");
        }
    }

    fn place(&self) -> Option<Place> {
        *self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, place: Option<Place>) {
        *self.place.lock().unwrap_or_else(PoisonError::into_inner) = place;
    }
}

/// The screens, in the pixels in which windows are placed.
fn screens(app: &AppHandle) -> Vec<Place> {
    let screens = app.available_monitors().unwrap_or_default();
    let place = |screen: &tauri::Monitor| {
        let area = screen.work_area();
        let (at, size) = (
            area.position.to_logical::<i32>(screen.scale_factor()),
            area.size.to_logical::<u32>(screen.scale_factor()),
        );
        Place { x: at.x, y: at.y, width: size.width, height: size.height, maximized: false }
    };
    screens.iter().map(place).filter(|screen| screen.width > 0 && screen.height > 0).collect()
}

/// Shows everything larger or smaller, in percent.
fn zoom(window: &WebviewWindow, percent: u32) {
    if let Err(error) = window.set_zoom(f64::from(percent) / 100.0) {
        tracing::warn!(%error, "the window cannot be zoomed");
    }
}

/// Settings were changed, maybe those that it follows.
pub fn follow_look(app: &AppHandle) {
    let Some(window) = app.get_webview_window(LABEL) else { return };
    let look = app.state::<Frame>().look();
    zoom(&window, look.zoom);
    if let Err(error) = window.set_background_color(Some(paper::color(&look.theme))) {
        tracing::warn!(%error, "the window keeps the paper it has");
    }
}

/// The page's own origin: Tauri's scheme (a host name on Windows), or Vite's address while developing.
fn is_own(url: &Url, dev_url: Option<&Url>) -> bool {
    let own = match url.scheme() {
        "tauri" => url.host_str() == Some("localhost"),
        "http" | "https" => url.host_str() == Some("tauri.localhost"),
        // Where a window begins, before its page is loaded.
        "about" => url.path() == "blank",
        _ => false,
    };
    own || dev_url.is_some_and(|dev| dev.origin() == url.origin())
}

/// Shows the window, above the others and with the focus. `token` is what Wayland asks for before it lets a program take
/// the focus.
pub fn present(app: &AppHandle, token: Option<&str>) {
    let window = app.get_webview_window(LABEL).ok_or(tauri::Error::WindowNotFound);
    if let Err(error) = window.and_then(|window| to_front(&window, token)) {
        tracing::warn!(%error, "the window did not come to the front");
    }
}

/// Asks GTK itself: the toolkit between queues the showing, finds the window still hidden when it is asked for the
/// focus right after, and drops that.
#[cfg(target_os = "linux")]
fn to_front(window: &WebviewWindow, token: Option<&str>) -> tauri::Result<()> {
    use gtk::prelude::{GtkWindowExt, WidgetExt};
    let gtk_window = window.gtk_window()?;
    if let Some(token) = token {
        gtk_window.set_startup_id(token);
    }
    gtk_window.show_all();
    gtk_window.present();
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn to_front(window: &WebviewWindow, _token: Option<&str>) -> tauri::Result<()> {
    window.show()?;
    window.unminimize()?;
    window.set_focus()
}

/// Hides the window, and keeps where it was.
pub fn hide(app: &AppHandle) {
    app.state::<Frame>().keep_place();
    if let Some(window) = app.get_webview_window(LABEL)
        && let Err(error) = window.hide()
    {
        tracing::warn!(%error, "the window could not be hidden");
    }
}

/// The number on its icon.
#[cfg(not(target_os = "linux"))]
pub fn badge(app: &AppHandle, unread: u32) {
    let Some(window) = app.get_webview_window(LABEL) else { return };
    if let Err(error) = window.set_badge_count((unread > 0).then(|| i64::from(unread))) {
        tracing::debug!(%error, "no badge");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_stays_where_it_is() {
        let dev = "http://localhost:1420".parse().ok();
        let own = |url: &str, dev: Option<&Url>| is_own(&url.parse().unwrap(), dev);
        assert!(own("tauri://localhost/index.html", None));
        assert!(own("about:blank", None));
        assert!(own("http://localhost:1420/src/main.ts", dev.as_ref()));
        for foreign in [
            "https://example.org/",
            "http://localhost:1420/",
            "tauri://elsewhere/",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "data:text/html,<script>alert(1)</script>",
            "http://tauri.localhost.example.org/",
        ] {
            assert!(!own(foreign, None), "{foreign}");
        }
        assert!(!own("http://localhost:1421/", dev.as_ref()));
    }
}
