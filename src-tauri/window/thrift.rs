//! What WebKit keeps in memory so that browsing the web is quick, and this program has no use for: its pages come out of
//! the program itself, nobody goes back to a page that was left, and one page is all there is.
//!
//! WebKit's other habit, and the toolkit's, is to draw with the graphics processor. Where there is none it is imitated by
//! libraries that take tens of megabytes in each process and draw no faster, so there it is not asked for.

use std::{fs, path::Path};

use gtk::glib;
use tauri::WebviewWindow;
use webkit2gtk::{CacheModel, SettingsExt, WebContextExt, WebViewExt};

/// Where Linux shows the processors that draw.
const GRAPHICS: &str = "/dev/dri";

/// What keeps toolkit and web view from asking for one. They look for a word in the environment, once, and have no other way to be
/// told; each of these stops another place that would ask. A person's own word goes before.
const DRAW_WITHOUT: [(&str, &str); 4] = [
    ("GDK_GL", "disable"),
    ("WEBKIT_DISABLE_COMPOSITING_MODE", "1"),
    ("WEBKIT_DISABLE_DMABUF_RENDERER", "1"),
    // The device to draw with, else one is looked for by loading all that could draw.
    ("WEBKIT_WEB_RENDER_DEVICE_FILE", "/dev/null"),
];

/// To be called before anything of the toolkit, and before there is a second thread: the environment belongs to all of them.
/// What the program starts (the page's process, a browser for a link) inherits it, and has no graphics processor either.
pub fn prepare() {
    if has_graphics_processor(Path::new(GRAPHICS)) {
        return;
    }
    for (name, value) in DRAW_WITHOUT {
        if let Err(error) = glib::setenv(name, value, false) {
            tracing::warn!(%error, name, "more memory is taken than need be");
        }
    }
}

/// Keeps the window's web view from what it does not need.
pub fn teach(window: &WebviewWindow) -> tauri::Result<()> {
    window.with_webview(|platform| {
        let view = platform.inner();
        if let Some(context) = view.context() {
            context.set_cache_model(CacheModel::DocumentViewer);
        }
        if let Some(settings) = WebViewExt::settings(&view) {
            settings.set_enable_page_cache(false);
        }
    })
}

/// One that can be drawn with, not only one that shows a picture.
fn has_graphics_processor(devices: &Path) -> bool {
    fs::read_dir(devices).is_ok_and(|entries| {
        entries.flatten().any(|entry| entry.file_name().to_str().is_some_and(|name| name.starts_with("renderD")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_draw_is_a_graphics_processor() {
        let devices = tempfile::tempdir().unwrap();
        assert!(!has_graphics_processor(&devices.path().join("none")));
        fs::write(devices.path().join("card0"), "").unwrap();
        assert!(!has_graphics_processor(devices.path()));
        fs::write(devices.path().join("renderD128"), "").unwrap();
        assert!(has_graphics_processor(devices.path()));
    }
}
