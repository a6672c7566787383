//! `move_channel`: a channel delivers into another inbox.
//!
//! A conversation's scope is its channel for ever, so only the channel's row and grants change, however much was written in
//! it. Who is in both inboxes keeps the grant as it is: a new epoch would have them load everything again.

use super::Rule;
use crate::{Actor, ChannelId, Context, Decision, Effect, InboxId, Ref, Refusal, Rejection, Rows, Scope};
use serde::{Deserialize, Serialize};

/// Moves a channel, with its conversations. An assignee who is not in the new inbox is kept in the row and shown to nobody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MoveChannel {
    /// Which channel.
    pub channel: ChannelId,
    /// The inbox that it delivers into from now on.
    pub to: InboxId,
}

impl Rule for MoveChannel {
    fn reads(&self, _: Actor, rows: &Rows) -> Vec<Ref> {
        let mut refs = vec![Ref::channel(self.channel), Ref::inbox(self.to)];
        refs.extend(rows.channel(self.channel).and_then(|channel| channel.inbox).map(Ref::inbox));
        refs
    }

    fn decide(&self, rows: &Rows, _: &Context) -> Result<Decision, Refusal> {
        let mut channel = rows.channel(self.channel).ok_or(Rejection::NotFound)?.clone();
        let after = &rows.inbox(self.to).ok_or(Rejection::NotFound)?.members;
        // A member's own number comes into an inbox as a new channel, and what is its owner's alone stays with them.
        let from = channel.inbox.filter(|_| channel.owner.is_none()).ok_or(Rejection::WrongKind)?;
        if from == self.to {
            return Ok(Decision::nothing());
        }
        let before = &rows.inbox(from).ok_or(Rejection::NotFound)?.members;
        let scope = Scope::Channel(self.channel);
        channel.inbox = Some(self.to);
        let mut decision = Decision::put([channel.into()]);
        decision.effects.extend(before.difference(after).map(|m| Effect::Revoke(*m, scope)));
        decision.effects.extend(after.difference(before).map(|m| Effect::Grant(*m, scope)));
        Ok(decision)
    }
}
