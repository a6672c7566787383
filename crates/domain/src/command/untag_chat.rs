//! `untag_chat`: a set operation per conversation and tag; repeating it changes nothing.

use super::{Rule, access};
use crate::{Actor, ChatId, Context, Decision, Ref, Refusal, Rows, TagId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Takes a tag off a conversation. Works for a tag that does not exist any more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UntagChat {
    /// Which conversation.
    pub chat: ChatId,
    /// Which tag.
    pub tag: TagId,
}

impl Rule for UntagChat {
    fn reads(&self, _: Actor, rows: &Rows) -> Vec<Ref> {
        access::chat_refs(self.chat, rows)
    }

    fn decide(&self, rows: &Rows, context: &Context) -> Result<Decision, Refusal> {
        let seen = access::conversation(self.chat, rows, context)?;
        let mut conversation = seen.conversation.clone();
        if !conversation.tags.remove(&self.tag) {
            return Ok(Decision::nothing());
        }
        Ok(Decision::put([conversation.into()]))
    }

    fn resolve(&mut self, resolve: &dyn Fn(Uuid) -> Uuid) {
        self.chat = resolve(self.chat.0).into();
        self.tag = resolve(self.tag.0).into();
    }

    fn chat(&self) -> Option<ChatId> {
        Some(self.chat)
    }
}
