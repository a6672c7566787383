//! `add_member`: somebody joins the organization, or changes name, role or whether they are in it.

use super::Rule;
use crate::{Actor, Context, Decision, Effect, Member, Ref, Refusal, Rows, Scope};
use serde::{Deserialize, Serialize};

/// Adds or changes a member.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AddMember {
    /// The member as they will be.
    pub member: Member,
}

impl Rule for AddMember {
    fn reads(&self, _: Actor, _: &Rows) -> Vec<Ref> {
        vec![Ref::member(self.member.id)]
    }

    fn decide(&self, _: &Rows, _: &Context) -> Result<Decision, Refusal> {
        let id = self.member.id;
        let mut decision = Decision::put([self.member.clone().into()]);
        let scopes = [Scope::Org, Scope::Member(id)];
        decision.effects.extend(
            scopes.map(|scope| if self.member.active { Effect::Grant(id, scope) } else { Effect::Revoke(id, scope) }),
        );
        Ok(decision)
    }
}
