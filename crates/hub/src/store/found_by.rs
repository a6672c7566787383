//! Columns that a conversation is found by, beside the JSON that has the same.

use deskbell_domain::{Conversation, Row};

/// What stands in them; other kinds of rows have neither.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FoundBy {
    /// The value of its address.
    pub address: Option<String>,
    /// Where it stands in the order of its list, while it is open: the position of its newest message, 0 without one.
    pub newest: Option<u64>,
}

impl FoundBy {
    /// As the row has them.
    pub fn of(row: &Row) -> Self {
        let Row::Conversation(conversation) = row else { return Self::default() };
        Self { address: Some(conversation.address.value.clone()), newest: newest_of(conversation) }
    }
}

/// See [`FoundBy::newest`].
pub fn newest_of(conversation: &Conversation) -> Option<u64> {
    let newest = || conversation.last_message.as_ref().and_then(|last| last.pos).unwrap_or_default();
    conversation.is_open().then(newest)
}
