//! `add_inbox`: a new inbox, without channels and members yet.

use super::Rule;
use crate::{Actor, Context, Decision, Inbox, Ref, Refusal, Rejection, Rows};
use serde::{Deserialize, Serialize};

/// Adds an inbox.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AddInbox {
    /// The inbox; its members are assigned by `assign_inbox`.
    pub inbox: Inbox,
}

impl Rule for AddInbox {
    fn reads(&self, _: Actor, _: &Rows) -> Vec<Ref> {
        vec![Ref::inbox(self.inbox.id)]
    }

    fn decide(&self, rows: &Rows, _: &Context) -> Result<Decision, Refusal> {
        if rows.inbox(self.inbox.id).is_some() {
            return Err(Rejection::Exists.into());
        }
        if !self.inbox.members.is_empty() {
            return Err(Rejection::Invalid { field: "members".into(), problem: "not_empty".into() }.into());
        }
        Ok(Decision::put([self.inbox.clone().into()]))
    }
}
