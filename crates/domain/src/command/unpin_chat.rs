//! `unpin_chat`: a chat is pinned no more.

use super::Rule;
use crate::{Actor, ChatId, Context, Decision, Effect, Kind, Pin, Ref, Refusal, Rejection, Rows};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Takes a chat down; one that is there no more, or out of sight, too.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UnpinChat {
    /// Which chat.
    pub chat: ChatId,
}

impl Rule for UnpinChat {
    fn reads(&self, actor: Actor, _: &Rows) -> Vec<Ref> {
        actor.member().map(|me| Ref::Row(Kind::Pin, Pin::id_of(me, self.chat))).into_iter().collect()
    }

    fn decide(&self, rows: &Rows, context: &Context) -> Result<Decision, Refusal> {
        let me = context.actor.member().ok_or(Rejection::Forbidden)?;
        if rows.pin(me, self.chat).is_none() {
            return Ok(Decision::nothing());
        }
        let id = Pin::id_of(me, self.chat);
        Ok(Decision { effects: vec![Effect::Delete(Kind::Pin, id)], joined: None })
    }

    fn resolve(&mut self, resolve: &dyn Fn(Uuid) -> Uuid) {
        self.chat = resolve(self.chat.0).into();
    }

    fn chat(&self) -> Option<ChatId> {
        Some(self.chat)
    }
}
