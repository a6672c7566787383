//! Contacts made and shared with no network.

use super::*;
use crate::rpc::types::ListContacts;
use deskbell_domain::command::{CreateContact, ShareContact};
use deskbell_domain::{Contact, ContactId, Name, PhoneNumber};

/// The number of the fake hub's first customer.
const PHONE: &str = "+16505550001";

fn contact(name: &str, private: bool) -> (ContactId, CreateContact) {
    let id = ContactId(Uuid::now_v7());
    let contact = Contact {
        id,
        name: Name::parse(name).unwrap(),
        company: None,
        addresses: vec![PhoneNumber::parse(PHONE).unwrap().into()],
        private_to: private.then_some(ME),
    };
    (id, CreateContact { contact })
}

impl Client {
    fn contacts(&self) -> Vec<(ContactId, bool)> {
        let args = ListContacts { after: None, limit: 200 };
        let page = query::list_contacts(self.store.connection(), &args).unwrap();
        page.contacts.into_iter().map(|c| (c.id, c.private)).collect()
    }

    fn title(&self, chat: ChatId) -> String {
        query::title_of(self.store.connection(), chat).unwrap().unwrap()
    }

    fn settled(&mut self) {
        assert!(self.store.outbox().unwrap().is_empty(), "{:?}", self.store.outbox().unwrap());
        assert_eq!(self.store.shadows().unwrap(), 0);
    }
}

#[test]
fn a_contact_made_by_two_with_no_network_is_the_one_that_the_hub_had_first() {
    let mut client = Client::new();
    let chat = client.hub.customer(1, "hello");
    client.pull();
    let (mine, create) = contact("Mine", false);
    client.give(create);
    assert_eq!(client.title(chat), "Mine", "it names the conversation at once");
    let (bobs, create) = contact("Bob's", false);
    client.hub.commit_as(BOB, create);
    client.pull();
    assert_eq!((client.contacts(), client.title(chat).as_str()), (vec![(bobs, false)], "Bob's"));
    client.push();
    client.pull();
    assert_eq!(client.contacts(), [(bobs, false)]);
    client.settled();
    // What still calls it by its first name means Bob's.
    let again =
        NewCommand { id: Uuid::now_v7().into(), command: ShareContact { contact: mine }.into(), instead_of: None };
    let nothing = client.store.submit(&again, Moment { local_ms: 0, skew_ms: 0 }).unwrap();
    assert_eq!(nothing, Submitted::Nothing);
    // Who makes it once more is told that it is there.
    let (_, create) = contact("Again", false);
    let new = NewCommand { id: Uuid::now_v7().into(), command: create.into(), instead_of: None };
    let given = client.store.submit(&new, Moment { local_ms: 0, skew_ms: 0 }).unwrap();
    assert_eq!(given, Submitted::Exists(bobs.0));
}

#[test]
fn a_private_contact_made_and_shared_with_no_network_becomes_everybodys() {
    let mut client = Client::new();
    let chat = client.hub.customer(1, "hello");
    client.pull();
    let (id, create) = contact("Layla", true);
    let made = client.give(create);
    let shared = client.give(ShareContact { contact: id });
    assert_eq!(client.store.outbox_item(shared).unwrap().unwrap().depends_on, [made]);
    assert_eq!(client.contacts(), [(id, false)]);
    client.hub.customer(2, "somebody else");
    client.pull();
    assert_eq!((client.contacts(), client.title(chat).as_str()), (vec![(id, false)], "Layla"));
    client.push();
    client.pull();
    assert_eq!(client.contacts(), [(id, false)]);
    assert_eq!(client.hub.row(Kind::Contact, id.0).0.scope(), Scope::Org);
    client.settled();
}

#[test]
fn a_refused_contact_takes_what_stands_on_it_along() {
    let mut client = Client::new();
    let (id, create) = contact("Layla", true);
    let made = client.give(create);
    let shared = client.give(ShareContact { contact: id });
    let error = crate::rpc::errors::plain("too_large", "no");
    client.store.refuse_request(made, error).unwrap();
    for command in [made, shared] {
        assert_eq!(client.state(command), Some(OutboxState::Refused));
    }
    assert_eq!(client.contacts(), []);
    assert_eq!(client.store.outbox_item(made).unwrap().unwrap().text.as_deref(), Some("Layla"), "the name is kept");
}

#[test]
fn a_private_contact_joins_the_shared_one_of_its_number_and_does_not_come_back_meanwhile() {
    let mut client = Client::new();
    let (id, create) = contact("Layla", true);
    client.give(create);
    client.push();
    client.pull();
    let (bobs, create) = contact("Bob's", false);
    client.hub.commit_as(BOB, create);
    client.pull();
    let mut both = vec![(id, true), (bobs, false)];
    both.sort();
    assert_eq!(client.contacts(), both);
    let shared = client.give(ShareContact { contact: id });
    assert_eq!(client.contacts(), [(bobs, false)]);
    // Whatever comes decides what waits anew.
    client.hub.customer(1, "hello");
    let (_, other) = contact("Another", true);
    client.hub.commit_as(ME, CreateContact { contact: Contact { addresses: vec![], ..other.contact } });
    client.pull();
    assert!(!client.contacts().contains(&(id, true)), "{:?}", client.contacts());
    client.push();
    assert_eq!(client.state(shared), Some(OutboxState::Done));
    assert_eq!(client.contacts().iter().filter(|(contact, _)| *contact == id).count(), 0);
    client.pull();
    assert_eq!(client.contacts().len(), 2, "Bob's and the other: {:?}", client.contacts());
    client.settled();
}

#[test]
fn a_private_contact_names_a_conversation_to_its_owner_until_there_is_a_shared_one() {
    let mut client = Client::new();
    let chat = client.hub.customer(1, "hello");
    client.pull();
    let (_, create) = contact("My own name for them", true);
    client.give(create);
    client.push();
    client.pull();
    assert_eq!(client.title(chat), "My own name for them");
    let (_, create) = contact("Bob's", false);
    client.hub.commit_as(BOB, create);
    client.pull();
    assert_eq!(client.title(chat), "Bob's");
}
