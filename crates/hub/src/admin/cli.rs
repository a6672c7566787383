//! The command line of `deskbell-hub`.

mod ways;

use super::control::ask;
use super::init::{NewHub, init};
use super::keeping::{BackupArgs, DoctorArgs, RestoreArgs, run_backup, run_doctor, run_restore};
use super::sample::{self, Sample};
use super::serve::{Serve, serve};
use super::{Answer, Request, perform};
use crate::auth::Password;
use crate::hub::{Hub, HubError, HubOptions};
use crate::webchat::site::Site;
use anyhow::Context;
use clap::{Parser, Subcommand, ValueEnum};
use deskbell_domain::{EmailAddress, InboxKind, Name, Product, Role};
use std::io::{IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use ways::{ChannelCommand, NumberCommand};

/// The server of Deskbell, a shared inbox.
#[derive(Debug, Parser)]
#[command(name = "deskbell-hub", version)]
pub struct Cli {
    /// How the log on stderr is written
    #[arg(long, global = true, value_enum, default_value = "text")]
    pub log: LogFormat,
    #[command(subcommand)]
    command: What,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum LogFormat {
    /// For a person.
    Text,
    /// For a program.
    Json,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Make an organization with one admin; the admin's password is read from stdin
    Init {
        /// Data directory; made where there is none
        #[arg(long)]
        data: PathBuf,
        /// Name of the organization
        #[arg(long)]
        organization: String,
        /// customer_engagement or contact_center
        #[arg(long)]
        product: Product,
        /// E-mail address of the admin
        #[arg(long)]
        admin: String,
        /// Name of the admin; otherwise what stands before the @
        #[arg(long)]
        name: Option<String>,
    },
    /// Make a sample organization with members and conversations; prints one JSON document
    Sample(Sample),
    /// Serve an organization until SIGTERM or Ctrl+C
    Serve(Serve),
    /// Serve a sample customer's web site with the chat box
    Site(Site),
    /// Members
    #[command(subcommand)]
    Member(MemberCommand),
    /// Inboxes
    #[command(subcommand)]
    Inbox(InboxCommand),
    /// Channels
    #[command(subcommand)]
    Channel(ChannelCommand),
    /// Members' own texting numbers
    #[command(subcommand)]
    Number(NumberCommand),
    /// Chats of all kinds
    #[command(subcommand)]
    Chat(ChatCommand),
    /// Devices on which members are signed in
    #[command(subcommand)]
    Device(DeviceCommand),
    /// Copy everything into one file, while the hub serves or not
    Backup(BackupArgs),
    /// Put a backup in the place of what is there, which is kept aside; the hub must be stopped
    Restore(RestoreArgs),
    /// Check everything that must hold in the data; exit code 3 says that something does not
    Doctor(DoctorArgs),
    /// Print the description of the HTTP interface
    Openapi,
}

/// Where, and how to answer.
#[derive(Debug, Clone, clap::Args)]
struct On {
    /// Data directory
    #[arg(long)]
    data: PathBuf,
    /// Answer with one JSON document
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum MemberCommand {
    /// Add a member; the password is read from stdin
    Add {
        #[command(flatten)]
        on: On,
        /// Name
        #[arg(long)]
        name: String,
        /// E-mail address for signing in
        #[arg(long)]
        email: String,
        /// agent, manager or admin
        #[arg(long, default_value = "agent")]
        role: Role,
        /// Inbox to assign the member to; may be given several times
        #[arg(long = "inbox")]
        inboxes: Vec<String>,
    },
    /// List the members
    List {
        #[command(flatten)]
        on: On,
    },
    /// Set a password (read from stdin) and sign the member out everywhere
    Password {
        #[command(flatten)]
        on: On,
        /// E-mail address, name or identifier
        #[arg(long)]
        member: String,
    },
    /// Change a member's role
    Role {
        #[command(flatten)]
        on: On,
        /// E-mail address, name or identifier
        #[arg(long)]
        member: String,
        /// agent, manager or admin
        #[arg(long)]
        role: Role,
    },
    /// Remove a member; what they wrote stays
    Remove {
        #[command(flatten)]
        on: On,
        /// E-mail address, name or identifier
        #[arg(long)]
        member: String,
    },
    /// Take a removed member back; a new password is read from stdin
    Restore {
        #[command(flatten)]
        on: On,
        /// E-mail address, name or identifier
        #[arg(long)]
        member: String,
        /// Inbox to assign the member to; may be given several times
        #[arg(long = "inbox")]
        inboxes: Vec<String>,
    },
}

#[derive(Debug, Subcommand)]
enum ChatCommand {
    /// Delete a chat with all that was written in it, for everybody and for good
    Delete {
        #[command(flatten)]
        on: On,
        /// Identifier of the chat
        #[arg(long)]
        chat: String,
    },
}

#[derive(Debug, Subcommand)]
enum InboxCommand {
    /// Add an inbox
    Add {
        #[command(flatten)]
        on: On,
        /// Name
        #[arg(long)]
        name: String,
        /// A queue (Contact Center) instead of a shared inbox
        #[arg(long)]
        queue: bool,
        /// Member to assign; may be given several times
        #[arg(long = "member")]
        members: Vec<String>,
    },
    /// List the inboxes
    List {
        #[command(flatten)]
        on: On,
    },
    /// Assign a member to an inbox
    Assign {
        #[command(flatten)]
        on: On,
        /// Name or identifier of the inbox
        #[arg(long)]
        inbox: String,
        /// E-mail address, name or identifier of the member
        #[arg(long)]
        member: String,
    },
    /// Take a member off an inbox
    Unassign {
        #[command(flatten)]
        on: On,
        /// Name or identifier of the inbox
        #[arg(long)]
        inbox: String,
        /// E-mail address, name or identifier of the member
        #[arg(long)]
        member: String,
    },
}

#[derive(Debug, Subcommand)]
enum DeviceCommand {
    /// List the devices
    List {
        #[command(flatten)]
        on: On,
        /// Only those of this member
        #[arg(long)]
        member: Option<String>,
    },
    /// Sign a device out
    Revoke {
        #[command(flatten)]
        on: On,
        /// Identifier of the device
        #[arg(long)]
        device: String,
    },
}

/// Does what the command line says. The exit code is that of a program that could do it; only the doctor has another one.
pub async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let done = match cli.command {
        What::Init { data, organization, product, admin, name } => {
            let admin = EmailAddress::parse(&admin).context("--admin")?;
            let local = admin.as_str().split('@').next().unwrap_or_default();
            let new = NewHub {
                organization: Name::parse(&organization).context("--organization")?,
                product,
                admin_name: Name::parse(name.as_deref().unwrap_or(local)).context("--name")?,
                password: Password::parse(&read_password()?)?,
                admin,
            };
            let organization = new.organization.clone();
            let (hub, _) = init(&data, new, HubOptions::default()).await?;
            hub.stop().await;
            say(format_args!("The organization {organization} is there, in {}.", data.display()))
        }
        What::Sample(args) => say(format_args!("{:#}", sample::make(args, HubOptions::default()).await?)),
        What::Serve(args) => serve(args).await,
        What::Site(site) => site.serve().await,
        What::Backup(args) => run_backup(&args),
        What::Restore(args) => run_restore(&args),
        What::Doctor(args) => return run_doctor(&args),
        What::Openapi => say(format_args!("{}", crate::routes::openapi().to_pretty_json()?)),
        What::Member(command) => member(command).await,
        What::Inbox(command) => inbox(command).await,
        What::Channel(command) => ways::channel(command).await,
        What::Number(command) => ways::number(command).await,
        What::Chat(command) => chat(command).await,
        What::Device(command) => device(command).await,
    };
    done.map(|()| ExitCode::SUCCESS)
}

async fn member(command: MemberCommand) -> anyhow::Result<()> {
    let (on, request) = match command {
        MemberCommand::Add { on, name, email, role, inboxes } => {
            (on, Request::AddMember { name, email, role, password: read_password()?, inboxes })
        }
        MemberCommand::List { on } => (on, Request::ListMembers),
        MemberCommand::Password { on, member } => (on, Request::SetPassword { member, password: read_password()? }),
        MemberCommand::Role { on, member, role } => (on, Request::SetRole { member, role }),
        MemberCommand::Remove { on, member } => (on, Request::RemoveMember { member }),
        MemberCommand::Restore { on, member, inboxes } => {
            (on, Request::RestoreMember { member, password: read_password()?, inboxes })
        }
    };
    do_it(on, request).await
}

async fn inbox(command: InboxCommand) -> anyhow::Result<()> {
    let (on, request) = match command {
        InboxCommand::Add { on, name, queue, members } => {
            let kind = if queue { InboxKind::Queue } else { InboxKind::Shared };
            (on, Request::AddInbox { name, kind, members })
        }
        InboxCommand::List { on } => (on, Request::ListInboxes),
        InboxCommand::Assign { on, inbox, member } => (on, Request::AssignInbox { inbox, member, assigned: true }),
        InboxCommand::Unassign { on, inbox, member } => (on, Request::AssignInbox { inbox, member, assigned: false }),
    };
    do_it(on, request).await
}

/// A long chat goes in parts. Whoever stops this has deleted some of it, and goes on with the same command.
async fn chat(command: ChatCommand) -> anyhow::Result<()> {
    let ChatCommand::Delete { on, chat } = command;
    let mut deleted = 0;
    loop {
        let mut answer = here_or_there(&on.data, Request::DeleteChat { chat: chat.clone() }).await?;
        deleted += answer.json["deleted"].as_u64().unwrap_or_default();
        if answer.json["done"] == true {
            answer.json["deleted"] = deleted.into();
            return tell(&on, &answer);
        }
    }
}

async fn device(command: DeviceCommand) -> anyhow::Result<()> {
    let (on, request) = match command {
        DeviceCommand::List { on, member } => (on, Request::ListDevices { member }),
        DeviceCommand::Revoke { on, device } => (on, Request::RevokeDevice { device }),
    };
    do_it(on, request).await
}

async fn do_it(on: On, request: Request) -> anyhow::Result<()> {
    let answer = here_or_there(&on.data, request).await?;
    tell(&on, &answer)
}

fn tell(on: &On, answer: &Answer) -> anyhow::Result<()> {
    if on.json { say(format_args!("{:#}", answer.json)) } else { say(format_args!("{}", answer.text)) }
}

/// Writes a line to stdout. Whoever has read enough and went away (`| head`) is no fault.
pub(super) fn say(line: std::fmt::Arguments<'_>) -> anyhow::Result<()> {
    let mut output = std::io::stdout().lock();
    match writeln!(output, "{line}").and_then(|()| output.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error).context("stdout"),
        _ => Ok(()),
    }
}

/// Here where nobody is at work on the data, otherwise by the hub that is.
async fn here_or_there(data: &Path, request: Request) -> anyhow::Result<Answer> {
    match Hub::open(data, HubOptions::default()) {
        Ok(hub) => {
            let answer = perform(&hub, request).await;
            hub.stop().await;
            Ok(answer?)
        }
        Err(HubError::InUse(_)) => Ok(ask(data, request).await?),
        Err(error) => Err(error.into()),
    }
}

/// The first line of stdin: a password on the command line could be read by everybody of this computer.
fn read_password() -> anyhow::Result<String> {
    let mut input = std::io::stdin();
    if input.is_terminal() {
        // Not shown while it is typed.
        return rpassword::prompt_password("Password: ").context("the password could not be read from the terminal");
    }
    let mut bytes = Vec::new();
    input.by_ref().take(64 * 1024).read_to_end(&mut bytes).context("the password could not be read from stdin")?;
    let text = String::from_utf8(bytes).context("the password on stdin is not UTF-8")?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}
