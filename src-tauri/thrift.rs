//! What WebKit keeps in memory so that browsing the web is quick, and this program has no use for: its pages come out of
//! the program itself, nobody goes back to a page that was left, and one page is all there is.
//!
//! WebKit's other habit is to draw with the graphics processor. Where there is none it is imitated by a library that alone
//! takes tens of megabytes in two processes and draws no faster, so there it is not asked for.

use std::{fs, path::Path};

use tauri::WebviewWindow;
use webkit2gtk::{CacheModel, HardwareAccelerationPolicy, SettingsExt, WebContextExt, WebViewExt};

/// Where Linux shows the processors that draw.
const GRAPHICS: &str = "/dev/dri";

/// Keeps the window's web view from what it does not need.
pub fn teach(window: &WebviewWindow) -> tauri::Result<()> {
    window.with_webview(|platform| {
        let view = platform.inner();
        if let Some(context) = view.context() {
            context.set_cache_model(CacheModel::DocumentViewer);
        }
        if let Some(settings) = WebViewExt::settings(&view) {
            settings.set_enable_page_cache(false);
            if !has_graphics_processor(Path::new(GRAPHICS)) {
                settings.set_hardware_acceleration_policy(HardwareAccelerationPolicy::Never);
            }
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
