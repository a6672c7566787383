//! `tag_chat`: a set operation per conversation and tag; repeating it changes nothing.

use super::{Rule, access};
use crate::{Actor, ChatId, Context, Decision, Ref, Refusal, Rejection, Rows, TagId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Puts a tag on a conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TagChat {
    /// Which conversation.
    pub chat: ChatId,
    /// Which tag.
    pub tag: TagId,
}

impl Rule for TagChat {
    fn reads(&self, _: Actor, rows: &Rows) -> Vec<Ref> {
        let mut refs = access::chat_refs(self.chat, rows);
        refs.push(Ref::tag(self.tag));
        refs
    }

    fn decide(&self, rows: &Rows, context: &Context) -> Result<Decision, Refusal> {
        let seen = access::conversation(self.chat, rows, context)?;
        rows.tag(self.tag).ok_or(Rejection::NotFound)?;
        let mut conversation = seen.conversation.clone();
        if !conversation.tags.insert(self.tag) {
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
