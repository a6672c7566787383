//! `create_contact`: a person outside gets a name.
//!
//! Two colleagues who make the same person with no network have made one contact: the addresses are its natural keys. What
//! the later one wrote beyond the address is not merged in: whether two names are one person's is for people to say.

use super::Rule;
use crate::{Actor, Address, Contact, Context, Decision, MAX_ADDRESSES, Ref, Refusal, Rejection, Rows};
use serde::{Deserialize, Serialize};

/// Makes a contact, shared or private to its author. Where one of the addresses belongs to a contact of the same kind (a
/// shared one, or a private one of the author's), that contact is meant (S16); the first such address decides.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CreateContact {
    /// The contact as it will be.
    pub contact: Contact,
}

impl Rule for CreateContact {
    fn reads(&self, _: Actor, _: &Rows) -> Vec<Ref> {
        let keys = self.contact.keys().into_iter().map(Ref::Key);
        keys.chain([Ref::contact(self.contact.id)]).collect()
    }

    fn decide(&self, rows: &Rows, context: &Context) -> Result<Decision, Refusal> {
        let contact = &self.contact;
        if let Actor::Member(me) = context.actor
            && contact.private_to.is_some_and(|owner| owner != me)
        {
            return Err(Rejection::Forbidden.into());
        }
        check_addresses(&contact.addresses)?;
        if let Some(existing) = contact.keys().iter().find_map(|key| rows.key(key)) {
            return Ok(Decision::joined(contact.id.0, existing));
        }
        if rows.contact(contact.id).is_some() {
            return Err(Rejection::Exists.into());
        }
        Ok(Decision::put([contact.clone().into()]))
    }
}

/// Each in the form of its kind, none twice, not too many.
fn check_addresses(addresses: &[Address]) -> Result<(), Rejection> {
    let wrong = |problem: &str| Err(Rejection::Invalid { field: "addresses".into(), problem: problem.into() });
    if addresses.len() > MAX_ADDRESSES {
        return wrong("too_many");
    }
    if addresses.iter().any(|address| !address.is_in_form()) {
        return wrong("not_in_form");
    }
    if addresses.iter().enumerate().any(|(n, address)| addresses[..n].contains(address)) {
        return wrong("repeated");
    }
    Ok(())
}
