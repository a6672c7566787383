//! `move_number`: a member's own number comes into a shared inbox.
//!
//! A conversation's scope is its channel for ever, and what was exchanged so far was its owner's alone. So the number goes on
//! as a new channel of the inbox, and the old channel becomes the archive, however much was written in it: read-only, its
//! owner's, or shared with the inbox where the owner says so. The next message of a customer starts a conversation.

use super::Rule;
use crate::{
    Actor, Channel, ChannelId, ChannelKind, Context, Decision, Effect, InboxId, MemberId, Name, Ref, Refusal,
    Rejection, Rows, Scope,
};
use serde::{Deserialize, Serialize};

/// Moves a personal number. What waits to be sent on it is refused from then on, and its text is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MoveNumber {
    /// The personal number as it is; it becomes the archive.
    pub number: ChannelId,
    /// Identifier of the channel that has the number from now on.
    pub channel: ChannelId,
    /// What the number is called there.
    pub name: Name,
    /// The inbox that it delivers into from now on.
    pub to: InboxId,
    /// The owner lets the inbox see what was exchanged before. Who is not in the inbox sees it no more.
    #[serde(default)]
    pub share: bool,
}

impl Rule for MoveNumber {
    fn reads(&self, _: Actor, _: &Rows) -> Vec<Ref> {
        vec![Ref::channel(self.number), Ref::channel(self.channel), Ref::inbox(self.to)]
    }

    fn decide(&self, rows: &Rows, _: &Context) -> Result<Decision, Refusal> {
        let before = rows.channel(self.number).ok_or(Rejection::NotFound)?;
        let members = &rows.inbox(self.to).ok_or(Rejection::NotFound)?.members;
        if let Some(there) = rows.channel(self.channel) {
            let done = before.archived && there.number == before.number && there.inbox == Some(self.to);
            return if done { Ok(Decision::nothing()) } else { Err(Rejection::Exists.into()) };
        }
        let owner: MemberId = before.owner.filter(|_| before.is_personal()).ok_or(Rejection::WrongKind)?;
        let new = Channel {
            number: before.number.clone(),
            ..Channel::of_inbox(self.channel, self.to, ChannelKind::Sms, self.name.clone())
        };
        let owner_of_archive = (!self.share).then_some(owner);
        let archive = Channel { inbox: Some(self.to), owner: owner_of_archive, archived: true, ..before.clone() };
        // The archive first: it gives the number up.
        let mut decision = Decision::put([archive.into(), new.into()]);
        if self.share {
            let scope = Scope::Channel(self.number);
            decision.effects.extend(members.iter().filter(|m| **m != owner).map(|m| Effect::Grant(*m, scope)));
            decision.effects.extend((!members.contains(&owner)).then_some(Effect::Revoke(owner, scope)));
        }
        decision.effects.extend(members.iter().map(|m| Effect::Grant(*m, Scope::Channel(self.channel))));
        Ok(decision)
    }
}
