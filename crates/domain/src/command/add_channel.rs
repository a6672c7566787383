//! `add_channel`: a way in and out. Connected to an inbox, its members may see it; a member's own number is theirs alone.

use super::Rule;
use crate::{
    Actor, Channel, ChannelKind, Context, Decision, Effect, MemberId, NaturalKey, Ref, Refusal, Rejection, Rows, Scope,
};
use serde::{Deserialize, Serialize};

/// Adds a channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AddChannel {
    /// The channel.
    pub channel: Channel,
}

impl Rule for AddChannel {
    fn reads(&self, _: Actor, _: &Rows) -> Vec<Ref> {
        let Channel { id, inbox, owner, number, .. } = &self.channel;
        let named = inbox.map(Ref::inbox).into_iter().chain(owner.map(Ref::member));
        named.chain(number.clone().map(|n| Ref::Key(NaturalKey::Number(n)))).chain([Ref::channel(*id)]).collect()
    }

    fn decide(&self, rows: &Rows, _: &Context) -> Result<Decision, Refusal> {
        let number = self.channel.number.clone().map(NaturalKey::Number);
        if rows.channel(self.channel.id).is_some() || number.is_some_and(|key| rows.key(&key).is_some()) {
            return Err(Rejection::Exists.into());
        }
        let wrong = |field: &str, problem: &str| Rejection::Invalid { field: field.into(), problem: problem.into() };
        let seen_by: Vec<MemberId> = match (self.channel.inbox, self.channel.owner) {
            _ if self.channel.archived => return Err(wrong("archived", "not_empty").into()),
            _ if self.channel.number.is_some() && self.channel.kind != ChannelKind::Sms => {
                return Err(wrong("number", "not_in_form").into());
            }
            (Some(inbox), None) => rows.inbox(inbox).ok_or(Rejection::NotFound)?.members.iter().copied().collect(),
            (None, Some(owner)) if self.channel.kind == ChannelKind::Sms => {
                rows.member(owner).filter(|m| m.active).ok_or(Rejection::NotFound)?;
                vec![owner]
            }
            (None, Some(_)) => return Err(wrong("kind", "not_in_form").into()),
            (None, None) | (Some(_), Some(_)) => return Err(wrong("owner", "not_in_form").into()),
        };
        let mut decision = Decision::put([self.channel.clone().into()]);
        decision.effects.extend(seen_by.into_iter().map(|m| Effect::Grant(m, Scope::Channel(self.channel.id))));
        Ok(decision)
    }
}
