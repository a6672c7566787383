//! `reopen_chat`: a closed conversation is open again.

use super::send_message::{open_refs, refuse_second_open};
use super::{Rule, access, thread::Thread};
use crate::{Actor, ChatId, Content, Context, Decision, MessageId, Ref, Refusal, Rows, Scope};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Reopens; the assignee stays. Refused where the address has another open conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReopenChat {
    /// Which conversation.
    pub chat: ChatId,
    /// Names the system line that the command makes.
    pub line: MessageId,
}

impl Rule for ReopenChat {
    fn reads(&self, _: Actor, rows: &Rows) -> Vec<Ref> {
        let mut refs = access::chat_refs(self.chat, rows);
        if let Some(conversation) = rows.conversation(self.chat) {
            refs.extend(open_refs(conversation, rows));
        }
        refs
    }

    fn decide(&self, rows: &Rows, context: &Context) -> Result<Decision, Refusal> {
        let seen = access::conversation(self.chat, rows, context)?;
        if seen.conversation.is_open() {
            return Ok(Decision::nothing());
        }
        refuse_second_open(seen.conversation, rows)?;
        let mut conversation = seen.conversation.clone();
        conversation.closed = None;
        let mut thread = Thread::new(self.chat, Scope::Channel(conversation.channel), self.line, context);
        thread.line(Content::Reopened);
        Ok(thread.decision(conversation))
    }

    fn resolve(&mut self, resolve: &dyn Fn(Uuid) -> Uuid) {
        self.chat = resolve(self.chat.0).into();
    }

    fn chat(&self) -> Option<ChatId> {
        Some(self.chat)
    }
}
