//! People outside who were found.

use super::super::history::latest;
use super::super::names::initials;
use super::called::named;
use super::marked;
use crate::rpc::types::{FoundContact, Marked};
use crate::store::{Stored, rows};
use deskbell_domain::search::{Phrase, line, number_line};
use deskbell_domain::{AddressKind, Contact, Kind, PhoneNumber, Tint};
use rusqlite::Connection;

/// A few of those whose name, company or number has all words, and whether there are more.
pub(super) fn found(c: &Connection, phrases: &[Phrase], most: usize) -> Stored<(Vec<FoundContact>, bool)> {
    let ids = named(c, Kind::Contact, phrases, most + 1)?;
    let mut contacts = Vec::new();
    for id in ids.iter().take(most) {
        if let Some(contact) = rows::contact(c, (*id).into())? {
            contacts.push(shown(c, &contact, phrases)?);
        }
    }
    Ok((contacts, ids.len() > most))
}

fn shown(c: &Connection, contact: &Contact, phrases: &[Phrase]) -> Stored<FoundContact> {
    let company = contact.company.iter().map(|company| marked(company.as_str(), phrases));
    let phones = contact.addresses.iter().filter(|address| address.kind == AddressKind::Phone);
    let lines = company.chain(phones.map(|address| number(&address.value, phrases))).collect();
    let name = contact.name.as_str();
    Ok(FoundContact {
        contact: contact.id,
        name: marked(name, phrases),
        initials: initials(name),
        tint: Tint::of(&contact.id.to_string()).as_str().into(),
        lines,
        private: contact.private_to.is_some(),
        chat: latest(c, contact)?,
    })
}

/// A telephone number for reading, marked.
fn number(value: &str, phrases: &[Phrase]) -> Marked {
    let formatted = PhoneNumber::parse(value).map_or_else(|_| value.to_string(), |number| number.formatted());
    let marked = line(&formatted, phrases);
    if marked.marks.is_empty() { number_line(&formatted, phrases).into() } else { marked.into() }
}
