//! What a window shows before its page is drawn: paper of the page's own colour, so that a dark one does not come up in white.

use tauri::window::Color;

/// The colour of the window's edge (`--rail` in `ui/src/tokens.css`), dark and light.
const DARK: Color = Color(0x14, 0x12, 0x10, 0xff);
const LIGHT: Color = Color(0xec, 0xe8, 0xe0, 0xff);

/// The colour that the page will have. What the system is, is the toolkit's to say, on its own thread.
pub fn color(theme: &str) -> Color {
    if is_dark(theme, system_is_dark) { DARK } else { LIGHT }
}

/// What the page is told before there is anything in it: it finds out by itself only once its own code runs.
pub fn before_page(theme: &str) -> String {
    let theme = if color(theme) == DARK { "dark" } else { "light" };
    format!("document.documentElement.dataset.theme = '{theme}';")
}

/// As chosen, or as the system is.
fn is_dark(theme: &str, system: impl FnOnce() -> bool) -> bool {
    match theme {
        "dark" => true,
        "light" => false,
        _ => system(),
    }
}

/// What WebKit takes for a page's `prefers-color-scheme`: GTK's wish for dark windows, or a theme that is dark itself.
#[cfg(target_os = "linux")]
fn system_is_dark() -> bool {
    use gtk::{Settings, prelude::GtkSettingsExt};
    Settings::default().is_some_and(|settings| {
        settings.is_gtk_application_prefer_dark_theme()
            || settings.gtk_theme_name().is_some_and(|name| name.ends_with("-dark") || name.ends_with("-Dark"))
    })
}

#[cfg(not(target_os = "linux"))]
fn system_is_dark() -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_chosen_goes_before_the_system() {
        for system in [false, true] {
            assert!(is_dark("dark", || system));
            assert!(!is_dark("light", || system));
            assert_eq!(is_dark("system", || system), system);
        }
    }

    #[test]
    fn it_is_the_paper_of_the_page() {
        let tokens = include_str!("../../ui/src/tokens.css");
        let found: Vec<_> = tokens
            .lines()
            .filter_map(|line| line.trim().strip_prefix("--rail:"))
            .filter_map(|v| v.trim().get(..7))
            .collect();
        let hex = |Color(r, g, b, _): Color| format!("#{r:02x}{g:02x}{b:02x}");
        assert_eq!(found, [hex(LIGHT), hex(DARK)]);
    }
}
