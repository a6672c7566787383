//! Who is at the other end: addresses, and the contacts that own them.
//!
//! A contact who wrote on several channels is one contact with several addresses, so the contacts are made when all stories
//! are told, at the time of the first.

use super::story::{Story, Who};
use super::{AdminError, World, unusable};
use deskbell_domain::command::CreateContact;
use deskbell_domain::{
    Actor, Address, AddressKind, Command, Contact, ContactId, MAX_ADDRESSES, MemberId, Name, PhoneNumber,
};
use std::collections::BTreeMap;

/// The first of the numbers that customers have: one of those that are nobody's.
const FIRST_NUMBER: u64 = 2_015_550_100;

/// A contact as far as the stories have told of it: private to whom, since when, its addresses.
struct Told {
    private_to: Option<MemberId>,
    since_ms: i64,
    addresses: Vec<Address>,
}

/// Everybody outside.
#[derive(Default)]
pub struct Book {
    people: BTreeMap<String, Told>,
    phones: BTreeMap<String, Address>,
    numbers: u64,
}

/// The contacts, and what makes them.
pub struct Made {
    pub commands: Vec<(Actor, Command, i64)>,
    /// By name.
    pub contacts: BTreeMap<String, ContactId>,
}

impl Book {
    /// The address from which a story is told. A visitor is another one each time, a telephone stays.
    pub fn address(
        &mut self,
        world: &mut World,
        story: &Story,
        owner: Option<MemberId>,
        at_ms: i64,
    ) -> Result<Address, AdminError> {
        let (name, private_to) = match &story.who {
            Who::Contact(name) => (Some(name), None),
            Who::Private(name) => (Some(name), owner),
            Who::Named(_) | Who::Unnamed => (None, None),
        };
        let address = if story.is_text() {
            match name.and_then(|name| self.phones.get(name)) {
                Some(known) => known.clone(),
                None => self.next_phone()?,
            }
        } else {
            Address { kind: AddressKind::Visitor, value: world.id(at_ms).to_string() }
        };
        if let Some(name) = name {
            if story.is_text() {
                self.phones.insert(name.clone(), address.clone());
            }
            let told = Told { private_to, since_ms: at_ms, addresses: Vec::new() };
            let told = self.people.entry(name.clone()).or_insert(told);
            told.since_ms = told.since_ms.min(at_ms);
            if !told.addresses.contains(&address) && told.addresses.len() < MAX_ADDRESSES {
                told.addresses.push(address.clone());
            }
        }
        Ok(address)
    }

    /// Somebody who has not written.
    pub fn silent(&mut self, name: &str, at_ms: i64) -> Result<(), AdminError> {
        let addresses = vec![self.next_phone()?];
        self.people.insert(name.into(), Told { private_to: None, since_ms: at_ms, addresses });
        Ok(())
    }

    fn next_phone(&mut self) -> Result<Address, AdminError> {
        let number = format!("+1{}", FIRST_NUMBER + self.numbers);
        self.numbers += 1;
        PhoneNumber::parse(&number).map(Address::from).map_err(|e| unusable("number", e))
    }

    pub fn into_commands(self, world: &mut World) -> Result<Made, AdminError> {
        let mut made = Made { commands: Vec::new(), contacts: BTreeMap::new() };
        for (name, told) in self.people {
            let id = ContactId(world.id(told.since_ms));
            let contact = Contact {
                id,
                name: Name::parse(&name).map_err(|e| unusable("name", e))?,
                company: None,
                addresses: told.addresses,
                private_to: told.private_to,
            };
            // Before the first message: the list is stable, and this comes behind it.
            made.commands.push((Actor::System, CreateContact { contact }.into(), told.since_ms));
            made.contacts.insert(name, id);
        }
        Ok(made)
    }
}
