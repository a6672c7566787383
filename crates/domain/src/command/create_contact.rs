//! `create_contact`: a person outside gets a name.

use super::Rule;
use crate::{Actor, Contact, Context, Decision, NaturalKey, Ref, Refusal, Rejection, Rows};
use serde::{Deserialize, Serialize};

/// Makes a contact. Refused where one of the addresses belongs to somebody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CreateContact {
    /// The contact as it will be.
    pub contact: Contact,
}

impl Rule for CreateContact {
    fn reads(&self, _: Actor, _: &Rows) -> Vec<Ref> {
        let keys = self.contact.addresses.iter().cloned().map(NaturalKey::Address).map(Ref::Key);
        keys.chain([Ref::contact(self.contact.id)]).collect()
    }

    fn decide(&self, rows: &Rows, _: &Context) -> Result<Decision, Refusal> {
        let taken = self.contact.addresses.iter().any(|a| rows.key(&NaturalKey::Address(a.clone())).is_some());
        if taken || rows.contact(self.contact.id).is_some() {
            return Err(Rejection::Exists.into());
        }
        Ok(Decision::put([self.contact.clone().into()]))
    }
}
