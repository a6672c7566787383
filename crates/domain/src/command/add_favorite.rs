//! `add_favorite`: a member keeps a contact at hand. Repeating it changes nothing.

use super::Rule;
use crate::{Actor, ContactId, Context, Decision, Favorite, Kind, Ref, Refusal, Rejection, Rows};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Keeps a contact that the member may see.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AddFavorite {
    /// Whom.
    pub contact: ContactId,
}

impl Rule for AddFavorite {
    fn reads(&self, actor: Actor, _: &Rows) -> Vec<Ref> {
        let own = actor.member().map(|me| Ref::Row(Kind::Favorite, Favorite::id_of(me, self.contact)));
        std::iter::once(Ref::contact(self.contact)).chain(own).collect()
    }

    fn decide(&self, rows: &Rows, context: &Context) -> Result<Decision, Refusal> {
        let member = context.actor.member().ok_or(Rejection::Forbidden)?;
        let contact = rows.contact(self.contact).ok_or(Rejection::NotFound)?;
        if contact.private_to.is_some_and(|owner| owner != member) {
            return Err(Rejection::NotFound.into());
        }
        if rows.favorite(member, self.contact).is_some() {
            return Ok(Decision::nothing());
        }
        Ok(Decision::put([Favorite { member, contact: self.contact }.into()]))
    }

    fn resolve(&mut self, resolve: &dyn Fn(Uuid) -> Uuid) {
        self.contact = resolve(self.contact.0).into();
    }
}
