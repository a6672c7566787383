//! What the program's command line does to an organization, with or without a hub at work on it.
//!
//! Only one process writes (the data directory is locked), so a request goes to the hub that has the lock, where there is
//! one ([`control`]), and is carried out here otherwise. Both ways end in [`perform`].

mod channels;
mod chats;
mod cli;
pub mod control;
mod devices;
mod inboxes;
mod init;
mod keeping;
mod members;
mod numbers;
pub mod sample;
mod serve;

pub use cli::{Cli, LogFormat, run};
pub use init::{NewHub, init};

use crate::hub::{Hub, HubError};
use crate::store::StoreError;
use deskbell_domain::{InboxKind, Role};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Something to do to an organization.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// A member joins.
    AddMember {
        /// Name.
        name: String,
        /// For signing in.
        email: String,
        /// Rights.
        role: Role,
        /// First password.
        password: String,
        /// Inboxes to assign them to, by name or identifier.
        inboxes: Vec<String>,
    },
    /// Everybody.
    ListMembers,
    /// Another password; every device is signed out.
    SetPassword {
        /// Whose.
        member: String,
        /// The password.
        password: String,
    },
    /// Another role.
    SetRole {
        /// Whose.
        member: String,
        /// The role.
        role: Role,
    },
    /// A member leaves: signed out everywhere, off every inbox. What they wrote stays.
    RemoveMember {
        /// Who.
        member: String,
    },
    /// A member who left is one again, with another password.
    RestoreMember {
        /// Who.
        member: String,
        /// The password.
        password: String,
        /// Inboxes to assign them to, by name or identifier.
        inboxes: Vec<String>,
    },
    /// A new inbox.
    AddInbox {
        /// Name.
        name: String,
        /// Shared inbox or queue.
        kind: InboxKind,
        /// Members to assign, by address, name or identifier.
        members: Vec<String>,
    },
    /// All inboxes.
    ListInboxes,
    /// A member is assigned to an inbox or taken off it.
    AssignInbox {
        /// Which.
        inbox: String,
        /// Who.
        member: String,
        /// On it or off it.
        assigned: bool,
    },
    /// A web chat channel.
    AddWebchat {
        /// Name.
        name: String,
        /// Inbox that it delivers into.
        inbox: String,
        /// Title of the box.
        title: Option<String>,
        /// Its colour.
        color: Option<String>,
        /// Origins that may show it.
        origins: Vec<String>,
        /// Public URL of the hub, for the snippet.
        hub_url: Option<String>,
    },
    /// A telephone number of an inbox.
    AddLine {
        /// The number.
        number: String,
        /// Name; otherwise the number.
        name: Option<String>,
        /// Inbox that it delivers into.
        inbox: String,
    },
    /// A member's own texting number.
    AddNumber {
        /// The number.
        number: String,
        /// Name; otherwise the number.
        name: Option<String>,
        /// Whose.
        member: String,
    },
    /// A member's own number comes into an inbox.
    MoveNumber {
        /// Which: number, name or identifier.
        number: String,
        /// The inbox.
        to: String,
        /// What it is called there; otherwise as before.
        name: Option<String>,
        /// The inbox sees what was exchanged on it before.
        share: bool,
    },
    /// Members' own numbers, and what became of those that moved.
    ListNumbers,
    /// Origins that may show a web chat channel, and a change of them; without one, what they are.
    SetOrigins {
        /// Which channel.
        channel: String,
        /// Allowed from now on.
        add: Vec<String>,
        /// Not allowed any more.
        remove: Vec<String>,
    },
    /// A channel delivers into another inbox.
    MoveChannel {
        /// Which channel.
        channel: String,
        /// The inbox.
        to: String,
    },
    /// A part of a chat goes, or what is left of it: asked again until it is done.
    DeleteChat {
        /// Its identifier.
        chat: String,
    },
    /// All channels.
    ListChannels {
        /// Public URL of the hub, for the snippets.
        hub_url: Option<String>,
    },
    /// Devices of one member or of all.
    ListDevices {
        /// Whose.
        member: Option<String>,
    },
    /// A device is signed out.
    RevokeDevice {
        /// Which.
        device: String,
    },
}

/// What was done or found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// For a person.
    pub text: String,
    /// For a program.
    pub json: Value,
}

/// Why it was not done. The sentence is for a person.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// A value cannot be used.
    #[error("{0}")]
    Value(String),
    /// Nothing of that name.
    #[error("there is no {what} {name}: `deskbell-hub {what} list` shows all")]
    NotFound {
        /// Kind of thing.
        what: &'static str,
        /// As it was asked for.
        name: String,
    },
    /// Several of that name.
    #[error(
        "there is more than one {what} of the name {name}: use the identifier that `deskbell-hub {what} list` shows"
    )]
    Ambiguous {
        /// Kind of thing.
        what: &'static str,
        /// As it was asked for.
        name: String,
    },
    /// The hub cannot.
    #[error(transparent)]
    Hub(#[from] HubError),
}

impl From<StoreError> for AdminError {
    fn from(e: StoreError) -> Self {
        AdminError::Hub(e.into())
    }
}

/// A value that cannot be used, with its name in front.
pub(crate) fn unusable(what: &str, problem: impl std::fmt::Display) -> AdminError {
    AdminError::Value(format!("{what}: {problem}"))
}

/// Does it.
pub async fn perform(hub: &Hub, request: Request) -> Result<Answer, AdminError> {
    match request {
        Request::AddMember { name, email, role, password, inboxes } => {
            members::add(hub, &name, &email, role, &password, &inboxes).await
        }
        Request::ListMembers => members::list(hub).await,
        Request::SetPassword { member, password } => members::set_password(hub, &member, &password).await,
        Request::SetRole { member, role } => members::set_role(hub, &member, role).await,
        Request::RemoveMember { member } => members::remove(hub, &member).await,
        Request::RestoreMember { member, password, inboxes } => {
            members::restore(hub, &member, &password, &inboxes).await
        }
        Request::AddInbox { name, kind, members } => inboxes::add(hub, &name, kind, &members).await,
        Request::ListInboxes => inboxes::list(hub).await,
        Request::AssignInbox { inbox, member, assigned } => inboxes::assign(hub, &inbox, &member, assigned).await,
        Request::AddWebchat { name, inbox, title, color, origins, hub_url } => {
            channels::add(hub, channels::NewWebchat { name, inbox, title, color, origins, hub_url }).await
        }
        Request::AddLine { number, name, inbox } => numbers::add_to_inbox(hub, &number, name.as_deref(), &inbox).await,
        Request::AddNumber { number, name, member } => {
            numbers::add_to_member(hub, &number, name.as_deref(), &member).await
        }
        Request::MoveNumber { number, to, name, share } => {
            numbers::move_to(hub, &number, &to, name.as_deref(), share).await
        }
        Request::ListNumbers => numbers::list(hub).await,
        Request::SetOrigins { channel, add, remove } => channels::set_origins(hub, &channel, &add, &remove).await,
        Request::MoveChannel { channel, to } => channels::move_to(hub, &channel, &to).await,
        Request::DeleteChat { chat } => chats::delete(hub, &chat).await,
        Request::ListChannels { hub_url } => channels::list(hub, hub_url).await,
        Request::ListDevices { member } => devices::list(hub, member).await,
        Request::RevokeDevice { device } => devices::revoke(hub, &device).await,
    }
}

/// Columns, aligned.
pub(crate) fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |i: usize| rows.iter().filter_map(|r| r.get(i)).map(|c| c.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}
