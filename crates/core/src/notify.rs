//! What deserves a notification: decided from committed rows, recorded before it is shown.
//!
//! The rule is pure ([`rule`]); the store asks it inside the transaction that brings the rows, and notes per chat up to
//! where it has been asked. So nothing is notified twice, whatever the network repeats, and a notification that a crash
//! swallowed is known at the next start: it goes into one digest, never into a second pop-up.
//! There is one notification per chat at a time; a later one takes its place.
//!
//! What comes while the client catches up (after sleep, at the start, after a while without the network) is told once the
//! feed is at its head, together: one notification for one chat, and one for many.

pub mod quiet;
pub mod rule;
mod waiting;
mod words;

use deskbell_domain::{ChatId, MemberId};

use quiet::WallTime;
use rule::Reason;
pub use waiting::Notices;
pub(crate) use waiting::notices;
pub use words::{Language, plain_line};

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
    /// Why; `None` = a digest.
    pub reason: Option<Reason>,
    /// Every chat that it is about: it goes with the last of them.
    pub chats: Vec<ChatId>,
    /// What may be shown in place of title and body where others can see the screen.
    pub discreet: Discreet,
    /// It may be heard.
    pub sound: bool,
}

/// A notification without names and text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discreet {
    /// Of a digest: how many chats. Else nothing: the program's name stands there.
    pub title: Option<String>,
    /// One line, of a digest none.
    pub body: String,
}

impl Notice {
    /// The same without names and text.
    pub fn without_content(mut self, program: &str) -> Self {
        self.title = self.discreet.title.clone().unwrap_or_else(|| program.to_owned());
        self.body.clone_from(&self.discreet.body);
        self
    }
}

/// Stands for the chat in a notification about what is in none.
pub const NO_CHAT: ChatId = ChatId(uuid::Uuid::nil());

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

/// What is before the person's eyes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct View {
    /// The chat on screen.
    pub chat: Option<ChatId>,
    /// The window has the focus and is visible.
    pub focused: bool,
}

impl View {
    /// Whether the person looks at this chat now.
    pub fn shows(&self, chat: ChatId) -> bool {
        self.focused && self.chat == Some(chat)
    }
}

/// Who reads notifications: what they see, when it is for them, what they speak.
#[derive(Debug, Clone, Copy, Default)]
pub struct Reader {
    /// What is before their eyes.
    pub view: View,
    /// The time; `None` = it is never too late to disturb them.
    pub time: Option<WallTime>,
    /// Their language.
    pub language: Language,
}

/// The identifier of a notification: the chat, and the position of what it tells. It needs no table to be understood
/// when the person clicks an hour later.
pub fn notice_id(chat: ChatId, pos: u64) -> String {
    format!("{chat}/{pos}")
}

/// The identifier of a digest of everything up to `pos`; a click leads to `chat`.
pub fn digest_id(chat: ChatId, pos: u64) -> String {
    format!("{DIGEST}{chat}/{pos}")
}

/// The identifier of a notification about what waits for a decision.
pub fn attention_id(chat: ChatId, pos: u64) -> String {
    format!("{ATTENTION}{chat}/{pos}")
}

/// Whether the identifier is a digest's.
pub fn is_digest(id: &str) -> bool {
    id.starts_with(DIGEST)
}

const DIGEST: &str = "digest/";
const ATTENTION: &str = "attention/";

/// The chat and position that an identifier names; `None` for one that is not ours.
pub fn parse_notice_id(id: &str) -> Option<(ChatId, u64)> {
    let plain = id.strip_prefix(DIGEST).or_else(|| id.strip_prefix(ATTENTION)).unwrap_or(id);
    let (chat, pos) = plain.split_once('/')?;
    Some((chat.parse().ok()?, pos.parse().ok()?))
}

/// Name of a member, for a sentence. Nobody known: a colleague.
pub type NameOf<'a> = &'a dyn Fn(MemberId) -> Option<String>;

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn an_identifier_leads_back_to_its_chat() {
        let chat = ChatId(Uuid::from_u128(7));
        assert_eq!(parse_notice_id(&notice_id(chat, 42)), Some((chat, 42)));
        assert_eq!(parse_notice_id(&digest_id(chat, 42)), Some((chat, 42)));
        assert_eq!(parse_notice_id(&attention_id(NO_CHAT, 1)), Some((NO_CHAT, 1)));
        assert!(is_digest(&digest_id(chat, 42)) && !is_digest(&notice_id(chat, 42)));
        for wrong in ["", "/", "7/42", "not a chat/1"] {
            assert_eq!(parse_notice_id(wrong), None, "{wrong}");
        }
    }
}
