//! People outside.

use deskbell_domain::ContactId;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// `create_contact`. Somebody who is there already by one of the numbers (among the shared contacts, or among the private ones
/// of the member) is not made twice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CreateContact {
    pub name: String,
    #[serde(default)]
    pub company: Option<String>,
    /// Telephone numbers, with `+` and the country, as a person writes them.
    #[serde(default)]
    pub phones: Vec<String>,
    /// Seen by the member alone.
    #[serde(default)]
    pub private: bool,
}

/// The contact that now exists.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CreatedContact {
    pub contact: ContactId,
    /// It was there already, and nothing was made.
    pub existed: bool,
}

/// Names one contact: `share_contact`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct OfContact {
    pub contact: ContactId,
}

/// `list_contacts`: a page in the order of identifiers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ListContacts {
    /// `next` of the page before.
    #[serde(default)]
    pub after: Option<ContactId>,
    pub limit: u32,
}

/// One page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Contacts {
    pub contacts: Vec<ContactInfo>,
    pub next: Option<ContactId>,
}

/// A contact that the member sees.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ContactInfo {
    pub id: ContactId,
    pub name: String,
    pub company: Option<String>,
    pub phones: Vec<String>,
    /// Seen by the member alone.
    pub private: bool,
}
