//! `remove_member`: somebody leaves the organization. What they wrote stays, and so does their row, for its sake.

use super::Rule;
use crate::{Actor, ChannelId, ChatId, Context, Decision, Effect, InboxId, MemberId, Ref, Refusal, Rejection};
use crate::{Rows, Scope};
use serde::{Deserialize, Serialize};

/// Takes a member's rights and grants. Who has more of them than one command may touch is removed by several: from the first
/// one on nothing of theirs is taken any more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RemoveMember {
    /// Who.
    pub member: MemberId,
    /// Inboxes that they are assigned to; the hub fills these in, as no natural key leads from a member to them.
    pub inboxes: Vec<InboxId>,
    /// Channels of those inboxes, and their own numbers: what comes in there waits for whoever the number is moved to.
    pub channels: Vec<ChannelId>,
    /// Their direct and team chats, which the others keep.
    pub chats: Vec<ChatId>,
}

impl Rule for RemoveMember {
    fn reads(&self, _: Actor, _: &Rows) -> Vec<Ref> {
        self.inboxes.iter().map(|id| Ref::inbox(*id)).chain([Ref::member(self.member)]).collect()
    }

    fn decide(&self, rows: &Rows, _: &Context) -> Result<Decision, Refusal> {
        let mut member = rows.member(self.member).ok_or(Rejection::NotFound)?.clone();
        member.active = false;
        let mut effects = vec![Effect::Put(member.into())];
        for id in &self.inboxes {
            if let Some(mut inbox) = rows.inbox(*id).cloned()
                && inbox.members.remove(&self.member)
            {
                effects.push(Effect::Put(inbox.into()));
            }
        }
        let inboxes = self.inboxes.iter().map(|id| Scope::Inbox(*id));
        let channels = self.channels.iter().map(|id| Scope::Channel(*id));
        let chats = self.chats.iter().map(|id| Scope::Chat(*id));
        let own = [Scope::Org, Scope::Member(self.member)];
        effects.extend(inboxes.chain(channels).chain(chats).chain(own).map(|s| Effect::Revoke(self.member, s)));
        Ok(Decision { effects, joined: None })
    }
}
