//! `channel` and `number`: ways in and out, as the command line says them.

use super::{On, Request, do_it};
use clap::{Subcommand, ValueEnum};

#[derive(Debug, Subcommand)]
pub(super) enum ChannelCommand {
    /// Connect a web chat or a telephone number to an inbox; for a web chat, print the line to paste into the web site
    Add {
        #[command(flatten)]
        on: On,
        /// What to add
        #[arg(long, value_enum, default_value = "webchat", requires_if("sms", "number"))]
        kind: Kind,
        /// Name; that of a web chat must be said, a number is called by itself
        #[arg(long, required_if_eq("kind", "webchat"))]
        name: Option<String>,
        /// Name or identifier of the inbox that it delivers into
        #[arg(long)]
        inbox: String,
        /// Telephone number with country code, such as +14155550140, with --kind sms
        #[arg(long)]
        number: Option<String>,
        /// Origin of a site that may show the box, such as https://www.example.com; may be given several times
        #[arg(long = "origin", conflicts_with = "number")]
        origins: Vec<String>,
        /// Title of the box; otherwise the name
        #[arg(long, conflicts_with = "number")]
        title: Option<String>,
        /// Colour of the box, #rrggbb
        #[arg(long, conflicts_with = "number")]
        color: Option<String>,
        /// Public URL of the hub for the printed line; otherwise the one under which it was served last
        #[arg(long, conflicts_with = "number")]
        hub_url: Option<String>,
    },
    /// List the origins of the sites that may show a web chat channel, or change them
    Origins {
        #[command(flatten)]
        on: On,
        /// Name, public id or identifier of the channel
        channel: String,
        /// Origin that may show it from now on, such as https://www.example.com; may be given several times
        #[arg(long, value_name = "ORIGIN")]
        add: Vec<String>,
        /// Origin that may not show it any more; may be given several times
        #[arg(long, value_name = "ORIGIN")]
        remove: Vec<String>,
    },
    /// Have a channel deliver into another inbox, with its conversations
    Move {
        #[command(flatten)]
        on: On,
        /// Name, public id or identifier of the channel
        channel: String,
        /// Name or identifier of the inbox
        #[arg(long, value_name = "INBOX")]
        to: String,
    },
    /// List the channels
    List {
        #[command(flatten)]
        on: On,
        /// Public URL of the hub for the lines to paste
        #[arg(long)]
        hub_url: Option<String>,
    },
}

/// What can be connected to an inbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Kind {
    /// The chat box of a web site
    Webchat,
    /// A telephone number
    Sms,
}

#[derive(Debug, Subcommand)]
pub(super) enum NumberCommand {
    /// Give a member a texting number of their own
    Add {
        #[command(flatten)]
        on: On,
        /// E-mail address, name or identifier of the member
        #[arg(long)]
        member: String,
        /// Telephone number with country code, such as +14155550151
        #[arg(long)]
        number: String,
        /// Name; otherwise the number
        #[arg(long)]
        name: Option<String>,
    },
    /// Have a member's own number deliver into an inbox; what was exchanged on it before is archived
    Move {
        #[command(flatten)]
        on: On,
        /// The number, its name or identifier
        number: String,
        /// Name or identifier of the inbox
        #[arg(long, value_name = "INBOX")]
        to: String,
        /// What it is called there; otherwise as before
        #[arg(long)]
        name: Option<String>,
        /// Let everybody of the inbox see what was exchanged before; otherwise only the member does
        #[arg(long)]
        share: bool,
    },
    /// List the members' own numbers and the archives of those that have moved
    List {
        #[command(flatten)]
        on: On,
    },
}

pub(super) async fn channel(command: ChannelCommand) -> anyhow::Result<()> {
    let (on, request) = match command {
        ChannelCommand::Add { kind: Kind::Webchat, number: Some(_), .. } => {
            anyhow::bail!("a web chat has no telephone number: use --kind sms, or leave --number out")
        }
        ChannelCommand::Add { on, kind: Kind::Sms, name, inbox, number, .. } => {
            let number = number.ok_or_else(|| anyhow::anyhow!("--kind sms takes a telephone number: --number"))?;
            (on, Request::AddLine { number, name, inbox })
        }
        ChannelCommand::Add { on, kind: Kind::Webchat, name, inbox, number: None, origins, title, color, hub_url } => {
            let name = name.unwrap_or_default();
            (on, Request::AddWebchat { name, inbox, title, color, origins, hub_url })
        }
        ChannelCommand::Origins { on, channel, add, remove } => (on, Request::SetOrigins { channel, add, remove }),
        ChannelCommand::Move { on, channel, to } => (on, Request::MoveChannel { channel, to }),
        ChannelCommand::List { on, hub_url } => (on, Request::ListChannels { hub_url }),
    };
    do_it(on, request).await
}

pub(super) async fn number(command: NumberCommand) -> anyhow::Result<()> {
    let (on, request) = match command {
        NumberCommand::Add { on, member, number, name } => (on, Request::AddNumber { number, name, member }),
        NumberCommand::Move { on, number, to, name, share } => (on, Request::MoveNumber { number, to, name, share }),
        NumberCommand::List { on } => (on, Request::ListNumbers),
    };
    do_it(on, request).await
}
