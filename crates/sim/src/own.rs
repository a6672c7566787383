//! What a person wrote, and what is owed to them for it.

use deskbell_domain::{ChatId, MessageId};

/// A message that its author gave to the program, and the program took.
#[derive(Debug, Clone)]
pub struct Own {
    /// The message.
    pub message: MessageId,
    /// Where it was written; where that chat turned out to be another one, under its first identifier.
    pub chat: ChatId,
    /// Its text: no two are alike.
    pub text: String,
    /// Its author took it back.
    pub taken_back: bool,
    /// It had not travelled then: nobody but its author ever sees it.
    pub never_sent: bool,
    /// Access to it was taken once, and it went from the cache.
    pub wiped: bool,
    /// Its author left the chat: what the hub then loses, their computer cannot bring back.
    pub left: bool,
    /// Epoch of the chat's scope when it was written, or first heard of after: another one means that access was taken
    /// since.
    pub epoch: u64,
}
