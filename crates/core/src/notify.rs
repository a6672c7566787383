//! What deserves a notification.

use deskbell_domain::ChatId;

/// A notification to show. Title and body are plain text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Names it when the person acts on it.
    pub id: String,
    /// The chat that it is about.
    pub chat: ChatId,
    /// Who or what.
    pub title: String,
    /// One line.
    pub body: String,
    /// What can be done from it.
    pub actions: Vec<NoticeAction>,
}

/// What a person can do from a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoticeAction {
    /// Takes the conversation.
    AssignToMe,
    /// Marks the chat read.
    MarkRead,
    /// Opens the chat with the caret in the composer.
    Reply,
    /// Opens the chat.
    Open,
}

/// What the core tells whoever shows notifications.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoticeEvent {
    /// Show it, in place of an earlier one of the same chat.
    Show(Notice),
    /// The chat was read or taken: its notification goes.
    Retract {
        /// Which chat.
        chat: ChatId,
    },
}
