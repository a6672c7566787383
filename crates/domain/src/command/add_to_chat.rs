//! `add_to_chat`: members come into a team chat. They see all of it, and what was there before them counts as read.

use super::create_chat::{MAX_TEAM, who_joins};
use super::{Rule, access, thread::Thread};
use crate::{Actor, ChatId, Content, Context, Decision, Effect, MemberId, MessageId, Ref, Refusal, Rejection};
use crate::{Rows, Scope};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Adds members. Everybody in it may; who is in it already changes nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AddToChat {
    /// Which team chat.
    pub chat: ChatId,
    /// Who.
    pub members: BTreeSet<MemberId>,
    /// Names the system line that the command makes.
    pub line: MessageId,
}

impl Rule for AddToChat {
    fn reads(&self, _: Actor, rows: &Rows) -> Vec<Ref> {
        let mut refs = access::chat_refs(self.chat, rows);
        refs.extend(self.members.iter().take(MAX_TEAM + 1).map(|m| Ref::member(*m)));
        refs
    }

    fn decide(&self, rows: &Rows, context: &Context) -> Result<Decision, Refusal> {
        let mut team = access::team(self.chat, rows, context)?.clone();
        let mut added = who_joins(&self.members, rows)?;
        added.retain(|member| !team.members.contains(member));
        if added.is_empty() {
            return Ok(Decision::nothing());
        }
        team.members.extend(&added);
        if team.members.len() > MAX_TEAM {
            return Err(Rejection::Invalid { field: "members".into(), problem: "too_many".into() }.into());
        }
        let grants: Vec<Effect> = added.iter().map(|m| Effect::Grant(*m, Scope::Chat(self.chat))).collect();
        let mut thread = Thread::new(self.chat, Scope::Chat(self.chat), self.line, context);
        thread.line(Content::Added { members: added });
        let mut decision = thread.decision(team);
        decision.effects.extend(grants);
        Ok(decision)
    }

    fn resolve(&mut self, resolve: &dyn Fn(Uuid) -> Uuid) {
        self.chat = resolve(self.chat.0).into();
    }

    fn chat(&self) -> Option<ChatId> {
        Some(self.chat)
    }
}
