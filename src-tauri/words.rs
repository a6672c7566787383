//! The words that the shell itself shows, outside the page and so outside the page's catalogue: one place to
//! translate, in each language that the page has.

use deskbell_core::Language;

/// Title of the window and the tray icon.
pub const PROGRAM: &str = "Deskbell";
/// What the desktop knows the program by.
pub const DESKTOP_ENTRY: &str = "org.deskbell.Deskbell";

/// The words of a language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    language: Language,
    /// Tray menu while the window is hidden.
    pub show: &'static str,
    /// Tray menu while the window is shown.
    pub hide: &'static str,
    /// Tray menu.
    pub quit: &'static str,
    /// Button of a notification.
    pub assign_to_me: &'static str,
    /// Button of a notification.
    pub mark_read: &'static str,
    /// Button of a notification.
    pub reply: &'static str,
    /// The click on a notification itself, where a system names it.
    pub open: &'static str,
}

impl Words {
    /// In this language.
    pub fn of(language: Language) -> Self {
        match language {
            Language::English => Self {
                language,
                show: "Show Deskbell",
                hide: "Hide Deskbell",
                quit: "Quit",
                assign_to_me: "Assign to me",
                mark_read: "Mark read",
                reply: "Reply",
                open: "Open",
            },
            Language::Arabic => Self {
                language,
                show: "إظهار Deskbell",
                hide: "إخفاء Deskbell",
                quit: "إنهاء",
                assign_to_me: "إسناد إليّ",
                mark_read: "تحديد كمقروءة",
                reply: "رد",
                open: "فتح",
            },
        }
    }

    /// Tooltip of the tray icon.
    pub fn unread(&self, count: u32) -> String {
        match (self.language, count) {
            (Language::English, 0) => "No unread chats".into(),
            (Language::English, 1) => "1 unread chat".into(),
            (Language::English, n) => format!("{n} unread chats"),
            (Language::Arabic, 0) => "لا محادثات غير مقروءة".into(),
            (Language::Arabic, 1) => "محادثة واحدة غير مقروءة".into(),
            (Language::Arabic, 2) => "محادثتان غير مقروءتين".into(),
            (Language::Arabic, n) if (3..=10).contains(&(n % 100)) => format!("{n} محادثات غير مقروءة"),
            (Language::Arabic, n) => format!("{n} محادثة غير مقروءة"),
        }
    }
}
