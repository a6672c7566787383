//! `close_chat`: a conversation is done.

use super::{Rule, access, thread::Thread};
use crate::{Actor, ChatId, Closed, Content, Context, Decision, MessageId, Ref, Refusal, Rejection, Rows, Scope};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Closes. Refused where the customer wrote something that the closer had not seen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CloseChat {
    /// Which conversation.
    pub chat: ChatId,
    /// Position of the newest inbound message in the closer's cache at the click; 0 = none.
    pub seen_inbound: u64,
    /// Names the system line that the command makes.
    pub line: MessageId,
}

impl Rule for CloseChat {
    fn reads(&self, _: Actor, rows: &Rows) -> Vec<Ref> {
        access::chat_refs(self.chat, rows)
    }

    fn decide(&self, rows: &Rows, context: &Context) -> Result<Decision, Refusal> {
        let seen = access::conversation(self.chat, rows, context)?;
        if !seen.conversation.is_open() {
            return Ok(Decision::nothing());
        }
        if seen.conversation.last_inbound > self.seen_inbound {
            return Err(Rejection::NewMessage.into());
        }
        let mut conversation = seen.conversation.clone();
        let mut thread = Thread::new(self.chat, Scope::Channel(conversation.channel), self.line, context);
        let line = Some(thread.line(Content::Closed));
        conversation.closed = Some(Closed { by: context.actor.member(), at_ms: context.at_ms(), line });
        Ok(thread.decision(conversation))
    }

    fn resolve(&mut self, resolve: &dyn Fn(Uuid) -> Uuid) {
        self.chat = resolve(self.chat.0).into();
    }

    fn chat(&self) -> Option<ChatId> {
        Some(self.chat)
    }
}
