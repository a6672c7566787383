//! `restore_member`: somebody who left the organization is in it again.

use super::Rule;
use crate::{Actor, ChannelId, ChatId, Context, Decision, Effect, MemberId, Ref, Refusal, Rejection, Rows, Scope};
use serde::{Deserialize, Serialize};

/// Gives a member back what everybody has, their direct and team chats, and their own numbers. Inboxes are assigned by `assign_inbox`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RestoreMember {
    /// Who.
    pub member: MemberId,
    /// Direct and team chats of theirs; the hub fills these in. One that they are not in is passed over.
    pub chats: Vec<ChatId>,
    /// Their own numbers, and what became of some; the hub fills these in too.
    #[serde(default)]
    pub channels: Vec<ChannelId>,
}

impl Rule for RestoreMember {
    fn reads(&self, _: Actor, _: &Rows) -> Vec<Ref> {
        let chats = self.chats.iter().flat_map(|id| [Ref::direct_chat(*id), Ref::team_chat(*id)]);
        let channels = self.channels.iter().map(|id| Ref::channel(*id));
        chats.chain(channels).chain([Ref::member(self.member)]).collect()
    }

    fn decide(&self, rows: &Rows, _: &Context) -> Result<Decision, Refusal> {
        let mut member = rows.member(self.member).ok_or(Rejection::NotFound)?.clone();
        member.active = true;
        let is_in = |id: &&ChatId| {
            rows.direct_chat(**id).is_some_and(|c| c.members.contains(&self.member))
                || rows.team_chat(**id).is_some_and(|c| c.members.contains(&self.member))
        };
        let owns = |id: &&ChannelId| rows.channel(**id).is_some_and(|c| c.owner == Some(self.member));
        let chats = self.chats.iter().filter(is_in).map(|id| Scope::Chat(*id));
        let channels = self.channels.iter().filter(owns).map(|id| Scope::Channel(*id));
        let scopes = [Scope::Org, Scope::Member(self.member)].into_iter().chain(chats).chain(channels);
        let mut effects: Vec<Effect> = scopes.map(|scope| Effect::Grant(self.member, scope)).collect();
        effects.insert(0, Effect::Put(member.into()));
        Ok(Decision { effects, joined: None })
    }
}
