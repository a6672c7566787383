//! People outside.

use crate::rpc::types::{ContactInfo, Contacts, ListContacts};
use crate::store::Stored;
use deskbell_domain::{AddressKind, Kind, Row};
use rusqlite::{Connection, params};

/// Most rows of a page.
const MOST_ROWS: u32 = 200;

/// A page of the contacts that the member sees.
pub(crate) fn list_contacts(c: &Connection, args: &ListContacts) -> Stored<Contacts> {
    let limit = args.limit.clamp(1, MOST_ROWS);
    let after = args.after.map_or([0; 16], |id| id.0.into_bytes());
    let mut statement =
        c.prepare_cached("SELECT json FROM live_entity WHERE kind = 'contact' AND id > ? ORDER BY id LIMIT ?")?;
    let jsons = statement.query_map(params![after, limit + 1], |r| r.get::<_, String>(0))?;
    let mut contacts = Vec::new();
    for json in jsons {
        let Row::Contact(contact) = Row::from_text(Kind::Contact, &json?)? else { continue };
        let phones = contact.addresses.into_iter().filter(|a| a.kind == AddressKind::Phone).map(|a| a.value);
        contacts.push(ContactInfo {
            id: contact.id,
            name: contact.name.into(),
            company: contact.company.map(Into::into),
            phones: phones.collect(),
            private: contact.private_to.is_some(),
        });
    }
    let more = contacts.len() > limit as usize;
    contacts.truncate(limit as usize);
    let next = contacts.last().filter(|_| more).map(|last| last.id);
    Ok(Contacts { contacts, next })
}
