//! `create_chat`: starts a chat under an identifier that the client makes.

use super::{Rule, access};
use crate::{
    Actor, ChatId, Context, Decision, DirectChat, Effect, MemberId, Name, NaturalKey, Ref, Refusal, Rejection, Rows,
    Scope, TeamChat,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Most members of a team chat; with their grants it stays within what one command may touch.
pub const MAX_TEAM: usize = 200;

/// Starts a chat. A direct chat that exists already is the one that is meant (S16).
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
    /// A named group.
    Team {
        /// What it is called. Two may have the same name.
        name: Name,
        /// Who is in it; who starts it is anyway.
        members: BTreeSet<MemberId>,
    },
}

impl Rule for CreateChat {
    fn reads(&self, actor: Actor, _: &Rows) -> Vec<Ref> {
        let mut refs = access::kinds_of(self.chat).to_vec();
        match (&self.new, actor) {
            (NewChat::Direct { with }, Actor::Member(me)) => {
                refs.extend([Ref::member(*with), Ref::Key(NaturalKey::pair(me, *with))]);
            }
            (NewChat::Direct { with }, Actor::System) => refs.push(Ref::member(*with)),
            (NewChat::Team { members, .. }, _) => {
                refs.extend(members.iter().take(MAX_TEAM + 1).map(|m| Ref::member(*m)));
            }
        }
        refs
    }

    fn decide(&self, rows: &Rows, context: &Context) -> Result<Decision, Refusal> {
        let me = context.actor.member().ok_or(Rejection::Forbidden)?;
        match &self.new {
            NewChat::Direct { with } => self.start_direct(me, *with, rows, context),
            NewChat::Team { name, members } => self.start_team(me, name, members, rows, context),
        }
    }

    fn resolve(&mut self, _: &dyn Fn(Uuid) -> Uuid) {}

    fn chat(&self) -> Option<ChatId> {
        Some(self.chat)
    }
}

impl CreateChat {
    fn start_direct(&self, me: MemberId, with: MemberId, rows: &Rows, context: &Context) -> Result<Decision, Refusal> {
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

    fn start_team(
        &self,
        me: MemberId,
        name: &Name,
        members: &BTreeSet<MemberId>,
        rows: &Rows,
        context: &Context,
    ) -> Result<Decision, Refusal> {
        let mut members = who_joins(members, rows)?;
        members.insert(me);
        if members.len() > MAX_TEAM {
            return Err(Rejection::Invalid { field: "members".into(), problem: "too_many".into() }.into());
        }
        if access::is_chat(self.chat, rows) {
            return Err(Rejection::Exists.into());
        }
        let grants: Vec<Effect> = members.iter().map(|m| Effect::Grant(*m, Scope::Chat(self.chat))).collect();
        let (id, name, created_ms) = (self.chat, name.clone(), context.at_ms());
        let mut decision = Decision::put([TeamChat { id, name, members, created_ms, last_message: None }.into()]);
        decision.effects.extend(grants);
        Ok(decision)
    }
}

/// Of the members that are to be in a team chat, those who can be: who has left the organization meanwhile is passed over, so
/// that a group that was put together without a network is not lost for one of them.
pub(super) fn who_joins(members: &BTreeSet<MemberId>, rows: &Rows) -> Result<BTreeSet<MemberId>, Rejection> {
    if members.len() > MAX_TEAM {
        return Err(Rejection::Invalid { field: "members".into(), problem: "too_many".into() });
    }
    let mut joining = BTreeSet::new();
    for id in members {
        if rows.member(*id).ok_or(Rejection::NotFound)?.active {
            joining.insert(*id);
        }
    }
    Ok(joining)
}
