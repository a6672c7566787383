//! The window itself.

use super::Place;
use deskbell_domain::ChatId;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// `set_view`: what is before the person's eyes; decides what is notified.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SetView {
    /// The chat on screen.
    pub chat: Option<ChatId>,
    /// The window has the focus and is visible.
    pub focused: bool,
}

/// `leave_page`: the page is hidden and may be given up. What it says of itself, for the next page; nothing where it must
/// stay, because something in it is unfinished.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct LeavePage {
    pub state: Option<String>,
}

/// `take_page`: what the page before left, and where this one is to go first. Both are said once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct KeptPage {
    pub state: Option<String>,
    pub event: Option<CoreEvent>,
}

/// Where the member is in the window: `get_last_place` answers where they were when it closed, `save_last_place` remembers.
/// Either may be gone by now.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct LastPlace {
    /// Whose list.
    #[serde(default)]
    pub place: Option<Place>,
    /// The chat on screen.
    #[serde(default)]
    pub chat: Option<ChatId>,
}

/// `open_link`: http, https, mailto and tel only, in the system's program.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct OpenLink {
    pub href: String,
}

/// Nothing to say, nothing to tell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Empty {}

/// What the core tells the window without being asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum CoreEvent {
    /// Queries that provide one of these tags run again. `all` where a listener fell behind: everything runs again.
    Changed { tags: Vec<String>, all: bool },
    /// Show this chat (a notification was clicked); `reply` = put the caret into the composer.
    Navigate { chat: ChatId, reply: bool },
    /// Show *Needs attention* (a notification about something that is in no chat was clicked).
    Attention {},
}
