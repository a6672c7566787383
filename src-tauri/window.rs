//! The one window: how it is made, where it may go (nowhere), and how it comes to the front.

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use deskbell_core::Core;
use tauri::{AppHandle, Manager, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder, webview::NewWindowResponse};

use crate::{
    StartError,
    page::{Life, Way},
    paper,
    place::{self, Place},
    tray::Tray,
    words,
};

/// Its label: capabilities name it.
pub const LABEL: &str = "main";

/// A sentence instead of the toolkit's panic where no display answers.
pub fn require_display() -> Result<(), StartError> {
    #[cfg(target_os = "linux")]
    gtk::init().map_err(|_| StartError::NoDisplay)?;
    Ok(())
}

/// Makes the window. The page can neither leave its origin nor open another window: links go through
/// `open_link`, which the core judges.
pub fn create(app: &AppHandle) -> tauri::Result<WebviewWindow> {
    let frame = app.state::<Frame>();
    let place = Place::read(&frame.profile).map(|place| place.within(&screens(app)));
    let size = place.map_or(place::NEW, |place| (place.width, place.height));
    let dev_url = app.config().build.dev_url.clone().filter(|_| tauri::is_dev());
    let mut builder = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::App("index.html".into()))
        .title(words::PROGRAM)
        .inner_size(f64::from(size.0), f64::from(size.1))
        .min_inner_size(f64::from(place::LEAST.0), f64::from(place::LEAST.1))
        .prevent_overflow()
        .background_color(paper::color(app))
        .initialization_script(paper::before_page(app))
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
        crate::languages::teach(&window)?;
        crate::revive::revive(&window)?;
        crate::caret::let_rest(&window)?;
    }
    zoom(app, app.state::<Core>().settings().zoom);
    Ok(window)
}

/// Where the window was when it was looked last, and where that is kept.
pub struct Frame {
    profile: PathBuf,
    place: Mutex<Option<Place>>,
}

impl Frame {
    /// Of a window that was not there yet in this run.
    pub fn of(profile: &Path) -> Self {
        Self { profile: profile.into(), place: Mutex::new(None) }
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

/// The window was moved or has another size. Only looked at: it is kept when the window goes away.
pub fn look_at_place(app: &AppHandle) {
    let (Some(window), Some(frame)) = (app.get_webview_window(LABEL), app.try_state::<Frame>()) else { return };
    let scale = window.scale_factor().unwrap_or(1.0);
    let (Ok(at), Ok(size)) = (window.outer_position(), window.inner_size()) else { return };
    let (at, size) = (at.to_logical::<i32>(scale), size.to_logical::<u32>(scale));
    let maximized = window.is_maximized().unwrap_or(false);
    // What fills the screen goes back to what it was before.
    frame.keep(Some(match frame.place().filter(|_| maximized) {
        Some(before) => Place { maximized, ..before },
        None => Place { x: at.x, y: at.y, width: size.width, height: size.height, maximized },
    }));
}

/// The next start puts the window where it is now.
pub fn keep_place(app: &AppHandle) {
    let frame = app.state::<Frame>();
    if let Some(place) = frame.place()
        && let Err(error) = place.keep(&frame.profile)
    {
        tracing::warn!(%error, "the next window opens where windows do");
    }
}

/// Shows everything larger or smaller, in percent.
pub fn zoom(app: &AppHandle, percent: u32) {
    let Some(window) = app.get_webview_window(LABEL) else { return };
    if let Err(error) = window.set_zoom(f64::from(percent) / 100.0) {
        tracing::warn!(%error, "the window cannot be zoomed");
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

/// Shows the window, above the others and with the focus; makes it where it was given up. `token` is what Wayland asks
/// for before it lets a program take the focus.
pub fn present(app: &AppHandle, token: Option<String>) {
    let shown = app.clone();
    let on_main = app.run_on_main_thread(move || {
        let app = shown;
        let window = match app.state::<Life>().show() {
            Way::Wait => return,
            Way::Make => create(&app),
            Way::Raise => app.get_webview_window(LABEL).ok_or(tauri::Error::WindowNotFound),
        };
        if let Err(error) = window.and_then(|window| to_front(&window, token.as_deref())) {
            tracing::warn!(%error, "the window did not come to the front");
        }
        let there = app.get_webview_window(LABEL).is_some();
        if !there {
            // The next who asks for it tries again.
            app.state::<Life>().is_lost();
        }
        app.state::<Tray>().set_shown(there);
    });
    if let Err(error) = on_main {
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

/// Hides the window; everything else goes on. Returns the turn of its life that begins.
pub fn hide(app: &AppHandle) -> u64 {
    keep_place(app);
    if let Some(window) = app.get_webview_window(LABEL)
        && let Err(error) = window.hide()
    {
        tracing::warn!(%error, "the window could not be hidden");
    }
    app.state::<Tray>().set_shown(false);
    app.state::<Life>().hide()
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
