//! `create_chat`: starts a chat under an identifier that the client makes.

use super::{Rule, access};
use crate::{
    Actor, ChatId, Context, Decision, DirectChat, Effect, MemberId, NaturalKey, Ref, Refusal, Rejection, Rows, Scope,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Starts a chat. Where it exists already, that one is meant (S16).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CreateChat {
    /// Its identifier.
    pub chat: ChatId,
    /// What to start.
    #[serde(flatten)]
    pub new: NewChat,
}

/// What kind of chat.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum NewChat {
    /// With one colleague.
    Direct {
        /// Who.
        with: MemberId,
    },
}

impl Rule for CreateChat {
    fn reads(&self, actor: Actor, _: &Rows) -> Vec<Ref> {
        let NewChat::Direct { with } = self.new;
        let mut refs = vec![Ref::member(with), Ref::conversation(self.chat)];
        refs.extend([Ref::direct_chat(self.chat), Ref::team_chat(self.chat)]);
        if let Actor::Member(me) = actor {
            refs.push(Ref::Key(NaturalKey::pair(me, with)));
        }
        refs
    }

    fn decide(&self, rows: &Rows, context: &Context) -> Result<Decision, Refusal> {
        let NewChat::Direct { with } = self.new;
        let me = context.actor.member().ok_or(Rejection::Forbidden)?;
        if with == me {
            return Err(Rejection::Invalid { field: "with".into(), problem: "yourself".into() }.into());
        }
        if !rows.member(with).is_some_and(|m| m.active) {
            return Err(Rejection::NotFound.into());
        }
        if let Some(existing) = rows.key(&NaturalKey::pair(me, with)) {
            return Ok(Decision::joined(self.chat.0, existing));
        }
        if access::is_chat(self.chat, rows) {
            return Err(Rejection::Exists.into());
        }
        let members = if me < with { [me, with] } else { [with, me] };
        let chat = DirectChat { id: self.chat, members, created_ms: context.at_ms(), last_message: None };
        let mut decision = Decision::put([chat.into()]);
        decision.effects.extend(members.map(|m| Effect::Grant(m, Scope::Chat(self.chat))));
        Ok(decision)
    }

    fn resolve(&mut self, _: &dyn Fn(Uuid) -> Uuid) {}

    fn chat(&self) -> Option<ChatId> {
        Some(self.chat)
    }
}
