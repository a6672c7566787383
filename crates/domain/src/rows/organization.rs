//! The organization and the people in it.

use crate::{EmailAddress, InboxId, MemberId, Name, OrganizationId, Product, Role, Scope, TagId, TagName, derived_id};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use uuid::Uuid;

/// The customer of Deskbell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Organization {
    /// Identifier.
    pub id: OrganizationId,
    /// Shown in the rail.
    pub name: Name,
    /// Which menus it gets.
    pub product: Product,
}

/// A person who signs in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Member {
    /// Identifier.
    pub id: MemberId,
    /// Shown to colleagues and, by first name, to visitors.
    pub name: Name,
    /// For signing in; unique on the hub.
    pub email: EmailAddress,
    /// Rights.
    pub role: Role,
    /// `false` once removed from the organization; the row stays, for what they wrote.
    pub active: bool,
}

/// Kind of an inbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InboxKind {
    /// A shared inbox.
    Shared,
    /// A queue (Contact Center).
    Queue,
}

/// What channels deliver into.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Inbox {
    /// Identifier.
    pub id: InboxId,
    /// Shown in the rail.
    pub name: Name,
    /// Shared inbox or queue.
    pub kind: InboxKind,
    /// Assignment mode: off hides assignees and refuses assigning.
    pub assignment: bool,
    /// Agents may give conversations to others too.
    pub agents_assign: bool,
    /// An inbound message reopens what was closed less than this many days ago.
    pub reopen_days: u32,
    /// What is reopened by an inbound message keeps its assignee.
    pub keep_assignee: bool,
    /// Who is assigned to it.
    pub members: BTreeSet<MemberId>,
}

impl Inbox {
    /// Days for which what is closed is reopened by an inbound message, where nothing else was set.
    pub const REOPEN_DAYS: u32 = 7;

    /// A shared inbox as it is when new.
    pub fn new(id: InboxId, name: Name, kind: InboxKind) -> Self {
        Self {
            id,
            name,
            kind,
            assignment: true,
            agents_assign: false,
            reopen_days: Self::REOPEN_DAYS,
            keep_assignee: false,
            members: BTreeSet::new(),
        }
    }
}

/// A tag of the organization.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tag {
    /// Identifier.
    pub id: TagId,
    /// Equal names are the same tag.
    pub name: TagName,
    /// Its colour in the palette.
    pub color: Tint,
}

/// The eight tints of the palette.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "a colour's name is all there is to say")]
pub enum Tint {
    Stone,
    Brick,
    Amber,
    Moss,
    Teal,
    Sky,
    Violet,
    Rose,
}

impl Tint {
    /// All tints, in the palette's order.
    pub const ALL: [Tint; 8] =
        [Tint::Stone, Tint::Brick, Tint::Amber, Tint::Moss, Tint::Teal, Tint::Sky, Tint::Violet, Tint::Rose];

    /// The word that travels.
    pub fn as_str(self) -> &'static str {
        match self {
            Tint::Stone => "stone",
            Tint::Brick => "brick",
            Tint::Amber => "amber",
            Tint::Moss => "moss",
            Tint::Teal => "teal",
            Tint::Sky => "sky",
            Tint::Violet => "violet",
            Tint::Rose => "rose",
        }
    }

    /// The tint of that word.
    pub fn parse(s: &str) -> Option<Tint> {
        Tint::ALL.into_iter().find(|t| t.as_str() == s)
    }

    /// A tint that stays the same for the same text.
    pub fn of(text: &str) -> Tint {
        let sum = text.bytes().fold(0u32, |sum, b| sum.wrapping_mul(31).wrapping_add(u32::from(b)));
        Tint::ALL[(sum % 8) as usize]
    }
}

/// What a member may see. Made and removed by the hub alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Grant {
    /// Who.
    pub member: MemberId,
    /// What.
    pub scope: Scope,
    /// The `seq` at which it was given; a changed epoch means that the scope is booted anew (S3).
    pub epoch: u64,
    /// Everything up to this position counts as read: what was there before the member joined.
    pub floor: u64,
}

impl Grant {
    /// One grant per member and scope.
    pub fn id_of(member: MemberId, scope: Scope) -> Uuid {
        derived_id("grant", &[member.0.as_bytes(), scope.to_string().as_bytes()])
    }
}
