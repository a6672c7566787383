//! `add_channel`: a way in and out is connected to an inbox; its members may see it.

use super::Rule;
use crate::{Actor, Channel, Context, Decision, Effect, Ref, Refusal, Rejection, Rows, Scope};
use serde::{Deserialize, Serialize};

/// Adds a channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AddChannel {
    /// The channel.
    pub channel: Channel,
}

impl Rule for AddChannel {
    fn reads(&self, _: Actor, _: &Rows) -> Vec<Ref> {
        std::iter::once(Ref::channel(self.channel.id)).chain(self.channel.inbox.map(Ref::inbox)).collect()
    }

    fn decide(&self, rows: &Rows, _: &Context) -> Result<Decision, Refusal> {
        if rows.channel(self.channel.id).is_some() {
            return Err(Rejection::Exists.into());
        }
        let inbox = rows.inbox(self.channel.inbox).ok_or(Rejection::NotFound)?;
        let mut decision = Decision::put([self.channel.clone().into()]);
        decision.effects.extend(inbox.members.iter().map(|m| Effect::Grant(*m, Scope::Channel(self.channel.id))));
        Ok(decision)
    }
}
