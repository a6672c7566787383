//! What a member sets for themselves.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How this computer shows and does things: `get_settings`, `set_settings`. Kept in the profile, there before anybody
/// signs in, and never at the hub.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Settings {
    /// `system`, or a language that the program has (`en`, `ar`).
    pub language: String,
    /// `system`, `light` or `dark`.
    pub theme: String,
    /// `comfortable` or `compact`.
    pub density: String,
    /// Zoom of the window in percent, 50 to 200.
    pub zoom: u32,
    /// Single letters are shortcuts outside text fields.
    pub single_keys: bool,
    /// Seconds for which a message is held back so that it can be undone, 0 to 30.
    pub undo_seconds: u32,
    /// What opens after a close: `next`, `previous` or `stay`.
    pub after_close: String,
    /// Ctrl+Enter sends and Enter breaks the line, instead of Enter and Shift+Enter.
    pub enter_breaks: bool,
    /// Notifications make a sound.
    pub sound: bool,
    /// Notifications show neither names nor text.
    pub hide_content: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            language: "system".into(),
            theme: "system".into(),
            density: "comfortable".into(),
            zoom: 100,
            single_keys: true,
            undo_seconds: 5,
            after_close: "next".into(),
            enter_breaks: false,
            sound: true,
            hide_content: false,
        }
    }
}

/// When and of what the member is notified, on all their computers: `get_quiet`, `set_quiet`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Quiet {
    /// Silent until then (UTC milliseconds); `None` = not silenced.
    pub until_ms: Option<i64>,
    /// Hours of every day that are silent; `None` = none.
    pub hours: Option<QuietHours>,
    /// Silent now, for one of the two reasons (ignored when set).
    pub now: bool,
}

/// Quiet hours, in the member's own time zone; over midnight where `from` is later than `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct QuietHours {
    /// Minute of the day, 0 to 1439.
    pub from: u32,
    /// Minute of the day, 0 to 1439.
    pub to: u32,
}
