//! People outside.

use super::give;
use crate::core::Core;
use crate::rpc::errors;
use crate::rpc::types::{Contacts, CreateContact, CreatedContact, Empty, ListContacts, OfContact, RpcError};
use crate::store::{Submitted, query};
use deskbell_domain::{Address, Contact, ContactId, Name, PhoneNumber, TextError, command};
use uuid::Uuid;

pub(crate) async fn list_contacts(core: &Core, args: ListContacts) -> Result<Contacts, RpcError> {
    core.cache().await?.read(move |c| query::list_contacts(c, &args)).await
}

pub(crate) async fn create_contact(core: &Core, args: CreateContact) -> Result<CreatedContact, RpcError> {
    let field = |field: &str| {
        let field = field.to_string();
        move |problem: TextError| {
            let mut said = errors::name(problem);
            said.params.insert("field".into(), field);
            said
        }
    };
    let name = Name::parse(&args.name).map_err(field("name"))?;
    let company = args.company.as_deref().filter(|c| !c.trim().is_empty());
    let company = company.map(Name::parse).transpose().map_err(field("company"))?;
    let mut addresses: Vec<Address> = Vec::with_capacity(args.phones.len());
    for phone in &args.phones {
        let address = PhoneNumber::parse(phone).map_err(field("phones"))?.into();
        // Written in two ways it is one number.
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    let id = ContactId(Uuid::now_v7());
    core.cache()
        .await?
        .command(move |store, at| {
            let private_to = store.identity().map(|i| i.me).filter(|_| args.private);
            let contact = Contact { id, name, company, addresses, private_to };
            Ok(match give(store, at, command::CreateContact { contact })? {
                Submitted::Exists(existing) => CreatedContact { contact: existing.into(), existed: true },
                Submitted::Waiting | Submitted::Nothing => CreatedContact { contact: id, existed: false },
            })
        })
        .await
}

pub(crate) async fn share_contact(core: &Core, args: OfContact) -> Result<Empty, RpcError> {
    let command = command::ShareContact { contact: args.contact };
    core.cache().await?.command(move |store, at| give(store, at, command)).await.map(|_| Empty {})
}

pub(crate) async fn add_favorite(core: &Core, args: OfContact) -> Result<Empty, RpcError> {
    let command = command::AddFavorite { contact: args.contact };
    core.cache().await?.command(move |store, at| give(store, at, command)).await.map(|_| Empty {})
}

pub(crate) async fn remove_favorite(core: &Core, args: OfContact) -> Result<Empty, RpcError> {
    let command = command::RemoveFavorite { contact: args.contact };
    core.cache().await?.command(move |store, at| give(store, at, command)).await.map(|_| Empty {})
}
