//! Who acts and what they may do.

use crate::MemberId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Who a command is by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "actor", content = "id")]
pub enum Actor {
    /// A member, by click or script.
    Member(MemberId),
    /// The world: carriers, visitors, timers, the hub's command line.
    System,
}

impl Actor {
    /// The member, where it is one.
    pub fn member(self) -> Option<MemberId> {
        match self {
            Actor::Member(id) => Some(id),
            Actor::System => None,
        }
    }
}

/// Role of a member. Each includes the rights of the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A "team member" in Customer Engagement.
    Agent,
    /// May assign others.
    Manager,
    /// May change the organization's settings.
    Admin,
}

impl Role {
    /// The word that travels.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Agent => "agent",
            Role::Manager => "manager",
            Role::Admin => "admin",
        }
    }
}

impl std::str::FromStr for Role {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        match s {
            "agent" => Ok(Role::Agent),
            "manager" => Ok(Role::Manager),
            "admin" => Ok(Role::Admin),
            _ => Err(format!("{s} is not a role: use agent, manager or admin")),
        }
    }
}

/// Which menus an organization gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Product {
    /// Customer Engagement.
    CustomerEngagement,
    /// Contact Center.
    ContactCenter,
}

impl Product {
    /// The word that travels.
    pub fn as_str(self) -> &'static str {
        match self {
            Product::CustomerEngagement => "customer_engagement",
            Product::ContactCenter => "contact_center",
        }
    }
}

impl std::str::FromStr for Product {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        match s {
            "customer_engagement" => Ok(Product::CustomerEngagement),
            "contact_center" => Ok(Product::ContactCenter),
            _ => Err(format!("{s} is not a product: use customer_engagement or contact_center")),
        }
    }
}

/// What a member may do; the UI looks only at these, never at product or role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Capability {
    /// Give a conversation to anyone of its inbox.
    AssignOthers,
    /// Start a direct chat.
    CreateDirectChat,
    /// See the segment *Others* and *All* of an inbox.
    SeeOthers,
}

impl Capability {
    /// The word that travels.
    pub fn as_str(self) -> &'static str {
        match self {
            Capability::AssignOthers => "assign_others",
            Capability::CreateDirectChat => "create_direct_chat",
            Capability::SeeOthers => "see_others",
        }
    }
}

/// Product and role turned into capabilities.
pub fn capabilities(product: Product, role: Role) -> BTreeSet<Capability> {
    let mut may = BTreeSet::from([Capability::CreateDirectChat]);
    if role >= Role::Manager {
        may.insert(Capability::AssignOthers);
    }
    if product == Product::CustomerEngagement {
        may.insert(Capability::SeeOthers);
    }
    may
}
