//! `restore_member`: somebody who left the organization is in it again.

use super::Rule;
use crate::{Actor, ChatId, Context, Decision, Effect, MemberId, Ref, Refusal, Rejection, Rows, Scope};
use serde::{Deserialize, Serialize};

/// Gives a member back what everybody has, and their direct chats. Inboxes are assigned by `assign_inbox`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RestoreMember {
    /// Who.
    pub member: MemberId,
    /// Direct chats of theirs; the hub fills these in. One that they are not in is passed over.
    pub chats: Vec<ChatId>,
}

impl Rule for RestoreMember {
    fn reads(&self, _: Actor, _: &Rows) -> Vec<Ref> {
        self.chats.iter().map(|id| Ref::direct_chat(*id)).chain([Ref::member(self.member)]).collect()
    }

    fn decide(&self, rows: &Rows, _: &Context) -> Result<Decision, Refusal> {
        let mut member = rows.member(self.member).ok_or(Rejection::NotFound)?.clone();
        member.active = true;
        let is_theirs = |id: &&ChatId| rows.direct_chat(**id).is_some_and(|c| c.members.contains(&self.member));
        let chats = self.chats.iter().filter(is_theirs).map(|id| Scope::Chat(*id));
        let scopes = [Scope::Org, Scope::Member(self.member)].into_iter().chain(chats);
        let mut effects: Vec<Effect> = scopes.map(|scope| Effect::Grant(self.member, scope)).collect();
        effects.insert(0, Effect::Put(member.into()));
        Ok(Decision { effects, joined: None })
    }
}
