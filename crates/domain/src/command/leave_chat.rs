//! `leave_chat`: a member leaves a team chat. What they wrote stays; when the last one leaves it stays too, for nobody.

use super::{Rule, access, thread::Thread};
use crate::{Actor, ChatId, Content, Context, Decision, Effect, MessageId, Ref, Refusal, Rejection, Rows, Scope};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Leaves. Who has left already, from another computer say, has nothing to do; and whether a chat that one is not in exists
/// has the same answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LeaveChat {
    /// Which team chat.
    pub chat: ChatId,
    /// Names the system line that the command makes.
    pub line: MessageId,
}

impl Rule for LeaveChat {
    fn reads(&self, _: Actor, rows: &Rows) -> Vec<Ref> {
        access::chat_refs(self.chat, rows)
    }

    fn decide(&self, rows: &Rows, context: &Context) -> Result<Decision, Refusal> {
        let me = context.actor.member().ok_or(Rejection::Forbidden)?;
        let mut team = match access::team(self.chat, rows, context) {
            Ok(team) => team.clone(),
            Err(Rejection::NotFound) => return Ok(Decision::nothing()),
            Err(other) => return Err(other.into()),
        };
        team.members.remove(&me);
        let mut thread = Thread::new(self.chat, Scope::Chat(self.chat), self.line, context);
        thread.line(Content::Left);
        let mut decision = thread.decision(team);
        decision.effects.push(Effect::Revoke(me, Scope::Chat(self.chat)));
        Ok(decision)
    }

    fn resolve(&mut self, resolve: &dyn Fn(Uuid) -> Uuid) {
        self.chat = resolve(self.chat.0).into();
    }

    fn chat(&self) -> Option<ChatId> {
        Some(self.chat)
    }
}
