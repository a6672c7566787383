//! `assign_inbox`: a member is assigned to an inbox, or taken off it; that grants or takes its channels.

use super::Rule;
use crate::{Actor, ChannelId, Context, Decision, Effect, InboxId, MemberId, Ref, Refusal, Rejection, Rows, Scope};
use serde::{Deserialize, Serialize};

/// Assigns a member to an inbox or takes them off it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AssignInbox {
    /// Which inbox.
    pub inbox: InboxId,
    /// Who.
    pub member: MemberId,
    /// On it or off it.
    pub assigned: bool,
    /// The inbox's channels; the hub fills them in, as no natural key leads from an inbox to them.
    pub channels: Vec<ChannelId>,
}

impl Rule for AssignInbox {
    fn reads(&self, _: Actor, _: &Rows) -> Vec<Ref> {
        let channels = self.channels.iter().map(|c| Ref::channel(*c));
        channels.chain([Ref::inbox(self.inbox), Ref::member(self.member)]).collect()
    }

    fn decide(&self, rows: &Rows, _: &Context) -> Result<Decision, Refusal> {
        let mut inbox = rows.inbox(self.inbox).ok_or(Rejection::NotFound)?.clone();
        rows.member(self.member).ok_or(Rejection::NotFound)?;
        let changed =
            if self.assigned { inbox.members.insert(self.member) } else { inbox.members.remove(&self.member) };
        if !changed {
            return Ok(Decision::nothing());
        }
        let channels = self.channels.iter().filter(|c| rows.channel(**c).is_some_and(|c| c.is_of(self.inbox)));
        let scopes = std::iter::once(Scope::Inbox(self.inbox)).chain(channels.map(|c| Scope::Channel(*c)));
        let change = |scope| {
            if self.assigned { Effect::Grant(self.member, scope) } else { Effect::Revoke(self.member, scope) }
        };
        let mut effects: Vec<Effect> = scopes.map(change).collect();
        effects.insert(0, Effect::Put(inbox.into()));
        Ok(Decision { effects, joined: None })
    }
}
