//! `apply_status`: the other end says what became of messages. Out of order is normal: a status never goes back.

use super::Rule;
use crate::{Actor, ChatId, Context, Decision, Delivery, Kind, Message, MessageId, Ref, Refusal, Rejection, Row, Rows};
use serde::{Deserialize, Serialize};

/// Most messages in one command; a page of the feed never splits one.
pub const MAX_STATUSES: usize = 400;

/// What became of messages of one chat.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ApplyStatus {
    /// Their chat.
    pub chat: ChatId,
    /// Which; at most [`MAX_STATUSES`].
    pub messages: Vec<MessageId>,
    /// What became of them.
    pub status: Delivery,
}

impl Rule for ApplyStatus {
    fn reads(&self, _: Actor, _: &Rows) -> Vec<Ref> {
        self.messages.iter().map(|m| Ref::message(*m)).collect()
    }

    fn decide(&self, rows: &Rows, _: &Context) -> Result<Decision, Refusal> {
        if self.messages.len() > MAX_STATUSES {
            return Err(Rejection::Invalid { field: "messages".into(), problem: "too_long".into() }.into());
        }
        let changed = self.messages.iter().filter_map(|id| match rows.row(Kind::Message, id.0)? {
            Row::Message(m) if m.chat == self.chat && m.delivery != Delivery::None && m.delivery < self.status => {
                Some(Row::from(Message { delivery: self.status, ..m.clone() }))
            }
            _ => None,
        });
        Ok(Decision::put(changed))
    }

    fn chat(&self) -> Option<ChatId> {
        Some(self.chat)
    }
}
