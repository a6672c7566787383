//! `remove_favorite`: a contact is no favorite any more.

use super::Rule;
use crate::{Actor, ContactId, Context, Decision, Effect, Favorite, Kind, Ref, Refusal, Rejection, Rows};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Takes a contact off the member's favorites; one that is there no more, too.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RemoveFavorite {
    /// Whom.
    pub contact: ContactId,
}

impl Rule for RemoveFavorite {
    fn reads(&self, actor: Actor, _: &Rows) -> Vec<Ref> {
        actor.member().map(|me| Ref::Row(Kind::Favorite, Favorite::id_of(me, self.contact))).into_iter().collect()
    }

    fn decide(&self, rows: &Rows, context: &Context) -> Result<Decision, Refusal> {
        let me = context.actor.member().ok_or(Rejection::Forbidden)?;
        if rows.favorite(me, self.contact).is_none() {
            return Ok(Decision::nothing());
        }
        let id = Favorite::id_of(me, self.contact);
        Ok(Decision { effects: vec![Effect::Delete(Kind::Favorite, id)], joined: None })
    }

    fn resolve(&mut self, resolve: &dyn Fn(Uuid) -> Uuid) {
        self.contact = resolve(self.contact.0).into();
    }
}
