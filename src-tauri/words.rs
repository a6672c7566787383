//! The words that the shell itself shows, outside the page and so outside the page's catalogue: one place to
//! translate.

/// Title of the window and the tray icon.
pub const PROGRAM: &str = "Deskbell";
/// Tray menu while the window is hidden.
pub const SHOW: &str = "Show Deskbell";
/// Tray menu while the window is shown.
pub const HIDE: &str = "Hide Deskbell";
/// Tray menu.
pub const QUIT: &str = "Quit";
/// Button of a notification.
pub const ASSIGN_TO_ME: &str = "Assign to me";
/// Button of a notification.
pub const MARK_READ: &str = "Mark read";
/// Button of a notification.
pub const REPLY: &str = "Reply";
/// The click on a notification itself, where a system names it.
pub const OPEN: &str = "Open";

/// Tooltip of the tray icon.
pub fn unread(count: u32) -> String {
    match count {
        0 => "No unread chats".to_owned(),
        1 => "1 unread chat".to_owned(),
        n => format!("{n} unread chats"),
    }
}
