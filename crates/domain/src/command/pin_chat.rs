//! `pin_chat`: a member keeps a chat above their list, or puts it elsewhere among those.

use super::{Rule, access};
use crate::{Actor, ChatId, Context, Decision, Kind, Pin, Ref, Refusal, Rejection, Rows};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Pins a chat that the member may see, an archived one too. One that is pinned gets the new order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PinChat {
    /// Which chat.
    pub chat: ChatId,
    /// Where it stands among the member's pinned chats, ascending.
    pub order: i64,
}

impl Rule for PinChat {
    fn reads(&self, actor: Actor, rows: &Rows) -> Vec<Ref> {
        let mut refs = access::chat_refs(self.chat, rows);
        refs.extend(actor.member().map(|me| Ref::Row(Kind::Pin, Pin::id_of(me, self.chat))));
        refs
    }

    fn decide(&self, rows: &Rows, context: &Context) -> Result<Decision, Refusal> {
        let member = context.actor.member().ok_or(Rejection::Forbidden)?;
        access::chat(self.chat, rows, context)?;
        if rows.pin(member, self.chat).is_some_and(|pin| pin.order == self.order) {
            return Ok(Decision::nothing());
        }
        Ok(Decision::put([Pin { member, chat: self.chat, order: self.order }.into()]))
    }

    fn resolve(&mut self, resolve: &dyn Fn(Uuid) -> Uuid) {
        self.chat = resolve(self.chat.0).into();
    }

    fn chat(&self) -> Option<ChatId> {
        Some(self.chat)
    }
}
