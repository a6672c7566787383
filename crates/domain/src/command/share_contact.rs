//! `share_contact`: a private contact becomes the organization's.

use super::Rule;
use crate::{Actor, Contact, ContactId, Context, Decision, Effect, Favorite, Kind, Ref, Refusal, Rejection, Rows};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Shares a private contact of the author's: it moves from their own scope to everybody's (S11). Where a shared contact has
/// one of its addresses already, that one is meant (S16) and the private one goes; where it
/// was a favorite, that one is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShareContact {
    /// Which contact.
    pub contact: ContactId,
}

impl ShareContact {
    fn shared(&self, rows: &Rows) -> Option<Contact> {
        Some(Contact { private_to: None, ..rows.contact(self.contact)?.clone() })
    }
}

impl Rule for ShareContact {
    fn reads(&self, actor: Actor, rows: &Rows) -> Vec<Ref> {
        let keys = self.shared(rows).map(|shared| shared.keys()).unwrap_or_default();
        let mut refs = vec![Ref::contact(self.contact)];
        if let Actor::Member(me) = actor {
            let existing = keys.iter().find_map(|key| rows.key(key));
            let favorites = existing.map(ContactId::from).into_iter().chain([self.contact]);
            refs.extend(favorites.map(|contact| Ref::Row(Kind::Favorite, Favorite::id_of(me, contact))));
        }
        refs.extend(keys.into_iter().map(Ref::Key));
        refs
    }

    fn decide(&self, rows: &Rows, context: &Context) -> Result<Decision, Refusal> {
        let me = context.actor.member().ok_or(Rejection::Forbidden)?;
        let shared = self.shared(rows).ok_or(Rejection::NotFound)?;
        match rows.contact(self.contact).and_then(|contact| contact.private_to) {
            None => return Ok(Decision::nothing()),
            Some(owner) if owner != me => return Err(Rejection::NotFound.into()),
            Some(_) => {}
        }
        let id = self.contact.0;
        Ok(match shared.keys().iter().find_map(|key| rows.key(key)) {
            Some(existing) => {
                let mut effects = vec![Effect::Delete(Kind::Contact, id), Effect::Alias { from: id, to: existing }];
                if rows.favorite(me, self.contact).is_some() {
                    effects.push(Effect::Delete(Kind::Favorite, Favorite::id_of(me, self.contact)));
                    effects.push(Effect::Put(Favorite { member: me, contact: existing.into() }.into()));
                }
                Decision { effects, joined: Some(existing) }
            }
            None => Decision::put([shared.into()]),
        })
    }

    fn resolve(&mut self, resolve: &dyn Fn(Uuid) -> Uuid) {
        self.contact = resolve(self.contact.0).into();
    }
}
