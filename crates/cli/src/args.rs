//! The command line, as it is written.

mod lists;

pub(crate) use lists::{ListArgs, PlaceArgs, ViewArgs};

use clap::{Parser, Subcommand};
use std::{ffi::OsString, path::PathBuf, str::FromStr};

/// Deskbell without a window. Every answer is one JSON document on stdout; what goes wrong is {code, message, retryable}
/// on stderr with exit code 1.
#[derive(Debug, Parser)]
#[command(name = "deskbell-cli", version, propagate_version = true)]
pub struct Args {
    /// Directory of the profile; one program at a time can use it
    #[arg(long, global = true, env = "DESKBELL_PROFILE", value_name = "DIR")]
    pub(crate) profile: Option<PathBuf>,
    /// Read the password of the messages on this computer from the first line of stdin (where there is no keyring)
    #[arg(long, global = true)]
    pub(crate) cache_password_stdin: bool,
    /// How long a command may wait for the hub after it was stored; 0 = do not send now
    #[arg(long, global = true, value_name = "SECONDS", default_value_t = 5, value_parser = whole_number::<u64>)]
    pub(crate) wait: u64,
    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Args {
    /// Reads the command line. The error knows its text and exit code.
    pub fn read<I, T>(args: I) -> Result<Self, clap::Error>
    where
        I: IntoIterator<Item = T>,
        T: Into<OsString> + Clone,
    {
        Self::try_parse_from(args)
    }
}

fn whole_number<T: FromStr>(text: &str) -> Result<T, &'static str> {
    text.parse().map_err(|_| "write a whole number, such as 50")
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Say what a hub tells of itself before anybody signs in
    Lookup {
        /// Address of the hub
        #[arg(long)]
        hub: String,
    },
    /// Sign in and fetch what is there; the password is read from a line of stdin
    Login {
        /// Address of the hub
        #[arg(long)]
        hub: String,
        /// E-mail address of the member
        #[arg(long)]
        email: String,
    },
    /// Sign out and remove everything of this profile from the computer
    Logout {
        /// Also throw away what has not reached the hub
        #[arg(long)]
        discard_unsent: bool,
    },
    /// Let the keyring ask for its password, where it is locked
    Unlock,
    /// Say who is signed in
    Session,
    /// Say how far this computer was in step with the hub when it last asked, and what waits
    Status,
    /// Stop saying what was rescued of a damaged profile
    Understood,
    /// Send what waits and fetch what is new
    Sync {
        /// Go on, and print a line of JSON for each change
        #[arg(long)]
        follow: bool,
        /// Give up after this time
        #[arg(long, value_name = "SECONDS", default_value_t = 60, conflicts_with = "follow", value_parser = whole_number::<u64>)]
        timeout: u64,
    },
    /// List inboxes with their channels, your texting numbers, favorites, direct and team chats
    Places,
    /// List chats of a place, pinned ones apart
    List {
        #[command(flatten)]
        place: PlaceArgs,
        #[command(flatten)]
        choice: ListArgs,
        /// `next` of the page before
        #[arg(long)]
        after: Option<String>,
        /// Most rows
        #[arg(long, default_value_t = 50, value_parser = whole_number::<u32>)]
        limit: u32,
    },
    /// Count the conversations of a place
    Count {
        #[command(flatten)]
        place: PlaceArgs,
    },
    /// Say how the list of a place is shown on this computer, or remember it
    View {
        #[command(flatten)]
        place: PlaceArgs,
        #[command(flatten)]
        choice: ViewArgs,
    },
    /// Show a chat and the newest part of its thread
    Show {
        /// Id of the chat
        chat: String,
        /// Entries before this position
        #[arg(long, value_name = "POS", group = "from_there", value_parser = whole_number::<u64>)]
        before: Option<u64>,
        /// Entries after this position
        #[arg(long, value_name = "POS", group = "from_there", value_parser = whole_number::<u64>)]
        after: Option<u64>,
        /// Entries around this position
        #[arg(long, value_name = "POS", group = "from_there", value_parser = whole_number::<u64>)]
        around: Option<u64>,
        /// Most entries
        #[arg(long, default_value_t = 50, value_parser = whole_number::<u32>)]
        limit: u32,
    },
    /// List the other conversations of a chat's contact, over all its addresses, the newest first
    History {
        /// Id of the chat
        chat: String,
        /// `next` of the page before
        #[arg(long)]
        after: Option<String>,
        /// Most rows
        #[arg(long, default_value_t = 50, value_parser = whole_number::<u32>)]
        limit: u32,
    },
    /// Search everything on this computer: messages, the newest first, chats and contacts
    Search {
        /// Words, literally, the last of which may be the beginning of one; "words that stand together"; and from:NAME, in:PLACE,
        /// tag:NAME, is:open|closed|archived|unread|waiting, before:DAY, after:DAY (2026-03-01, 2026-03, 2026, today, yesterday)
        text: String,
        /// `next` of the page before
        #[arg(long)]
        after: Option<String>,
        /// Most messages
        #[arg(long, default_value_t = 50, value_parser = whole_number::<u32>)]
        limit: u32,
    },
    /// Start something
    #[command(subcommand)]
    Create(Create),
    /// Give a team chat another name
    Rename {
        /// Id of the chat
        chat: String,
        /// Its name from now on
        name: String,
    },
    /// Add members to a team chat
    Add {
        /// Id of the chat
        chat: String,
        /// Id or name of a member; may be given several times
        #[arg(long = "member", value_name = "WHO", required = true)]
        members: Vec<String>,
    },
    /// Leave a team chat
    Leave {
        /// Id of the chat
        chat: String,
    },
    /// Send a message; without --text it is read from stdin
    Send {
        /// Id of the chat
        chat: String,
        /// The message
        #[arg(long)]
        text: Option<String>,
    },
    /// Assign a conversation
    Assign {
        /// Id of the chat
        chat: String,
        /// `me`, `nobody`, or a member's id or name
        #[arg(long, value_name = "WHO")]
        to: String,
    },
    /// Put a tag on a conversation
    Tag {
        /// Id of the chat
        chat: String,
        /// Id or name of the tag
        tag: String,
        /// Make the tag where there is none of that name
        #[arg(long)]
        create: bool,
    },
    /// Take a tag off a conversation
    Untag {
        /// Id of the chat
        chat: String,
        /// Id or name of the tag
        tag: String,
    },
    /// List the tags of the organization
    Tags,
    /// Close a conversation
    Close {
        /// Id of the chat
        chat: String,
    },
    /// Open a closed conversation again
    Reopen {
        /// Id of the chat
        chat: String,
    },
    /// Keep a chat above its list, last among those that are pinned
    Pin {
        /// Id of the chat
        chat: String,
        /// Above this pinned chat instead
        #[arg(long, value_name = "CHAT")]
        before: Option<String>,
    },
    /// Do not keep a chat above its list any more
    Unpin {
        /// Id of the chat
        chat: String,
    },
    /// Mark a chat read
    Read {
        /// Id of the chat
        chat: String,
        /// Up to this position; without it, all of it
        #[arg(long, value_parser = whole_number::<u64>)]
        pos: Option<u64>,
    },
    /// Mark a chat unread, to come back to it
    Unread {
        /// Id of the chat
        chat: String,
        /// From this position on; without it, from the newest entry on
        #[arg(long, value_name = "POS", value_parser = whole_number::<u64>)]
        from: Option<u64>,
    },
    /// List the contacts: everybody's, and those that only you see
    Contacts {
        /// `next` of the page before
        #[arg(long)]
        after: Option<String>,
        /// Most rows
        #[arg(long, default_value_t = 50, value_parser = whole_number::<u32>)]
        limit: u32,
    },
    /// Keep a contact at hand
    Favorite {
        /// Id of the contact
        contact: String,
        /// Do not keep it at hand any more
        #[arg(long)]
        remove: bool,
    },
    /// Make a contact that only you see everybody's
    Share {
        /// Id of the contact
        contact: String,
    },
    /// Take back what was done last: an assignment, a close, a tag
    Undo,
    /// Print how this computer shows and does things, changed as asked
    Settings {
        /// A setting and what it is from now on, such as `undo_seconds=10`; may be given several times
        #[arg(long = "set", value_name = "NAME=VALUE")]
        changes: Vec<String>,
    },
    /// Print when you are not to be disturbed, changed as asked; it holds on all your computers
    Quiet {
        /// Silent for so many minutes from now
        #[arg(long, value_name = "MINUTES", value_parser = whole_number::<u32>)]
        minutes: Option<u32>,
        /// Silent hours of every day, such as 21:00-07:00
        #[arg(long, value_name = "FROM-TO")]
        hours: Option<String>,
        /// Not silent any more
        #[arg(long, conflicts_with_all = ["minutes", "hours"])]
        off: bool,
    },
    /// What has not reached the hub, or was refused or held there
    #[command(subcommand)]
    Outbox(Outbox),
    /// The kept draft of a chat
    #[command(subcommand)]
    Draft(Draft),
    /// List the members of the organization
    Members,
    /// List the members to whom a conversation can be assigned
    Assignees {
        /// Id of the chat
        chat: String,
    },
    /// Examine the profile: keyring, cache with its search index, hub
    Doctor,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Create {
    /// A direct chat with a colleague; where there is one already, it is that one
    Direct {
        /// Id or name of the member
        member: String,
    },
    /// A team chat; you are in it anyway
    Team {
        /// Its name
        name: String,
        /// Id or name of a member; may be given several times
        #[arg(long = "member", value_name = "WHO")]
        members: Vec<String>,
    },
    /// A tag; where there is one of that name already, it is that one
    Tag {
        /// Its name
        name: String,
        /// stone, brick, amber, moss, teal, sky, violet or rose
        #[arg(long)]
        color: Option<String>,
    },
    /// A contact; where one of the numbers belongs to somebody already, it is that one
    Contact {
        /// Full name
        name: String,
        /// Telephone number with + and the country; may be given several times
        #[arg(long = "phone", value_name = "NUMBER")]
        phones: Vec<String>,
        /// Company
        #[arg(long)]
        company: Option<String>,
        /// Only you see it
        #[arg(long)]
        private: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Outbox {
    /// List all of it, in the order in which it was made
    List(PieceArgs),
    /// List what waits, in the order in which it goes, with what goes before it
    Waiting(PieceArgs),
    /// List what needs a decision: held, then refused, then what may have gone out
    Attention(PieceArgs),
    /// Show all that is needed to decide about one: both texts, what was written since, what can be done
    Show {
        /// Id of the command
        command: String,
    },
    /// Try something that was refused again
    Retry {
        /// Id of the command
        command: String,
    },
    /// Move the text of a message back into the draft of its chat, and print the draft
    Edit {
        /// Id of the command
        command: String,
        /// Another text in its place
        #[arg(long)]
        text: Option<String>,
    },
    /// Throw it away
    Discard {
        /// Id of the command
        command: String,
    },
    /// Send a held message although a colleague was faster, or although it is old
    SendAnyway {
        /// Id of the command
        command: String,
    },
}

#[derive(Debug, clap::Args)]
pub(crate) struct PieceArgs {
    /// Rows to pass over
    #[arg(long, default_value_t = 0, value_parser = whole_number::<u32>)]
    pub(crate) from: u32,
    /// Most rows; without it, all of them
    #[arg(long, value_parser = whole_number::<u32>)]
    pub(crate) limit: Option<u32>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Draft {
    /// Print it
    Get {
        /// Id of the chat
        chat: String,
    },
    /// Keep a draft; without --text it is read from stdin, empty = no draft
    Set {
        /// Id of the chat
        chat: String,
        /// The draft
        #[arg(long)]
        text: Option<String>,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent_and_every_part_has_help() {
        Args::command().debug_assert();
        fn walk(command: &clap::Command) {
            assert!(command.get_about().is_some(), "{} has no help", command.get_name());
            for arg in command.get_arguments().filter(|arg| !["help", "version"].contains(&arg.get_id().as_str())) {
                assert!(arg.get_help().is_some(), "{} {} has no help", command.get_name(), arg.get_id());
            }
            command.get_subcommands().for_each(walk);
        }
        walk(&Args::command());
    }

    #[test]
    fn wrong_usage_is_told_with_exit_code_2() {
        for wrong in [
            &["deskbell-cli"][..],
            &["deskbell-cli", "fly"],
            &["deskbell-cli", "list"],
            &["deskbell-cli", "list", "--direct", "--inbox", "a"],
            &["deskbell-cli", "login", "--hub", "h", "--email", "e", "--password", "p"],
            &["deskbell-cli", "send"],
        ] {
            assert_eq!(Args::read(wrong).unwrap_err().exit_code(), 2, "{wrong:?}");
        }
        for number in ["many", "-1", "1.5", "99999999999999999999"] {
            let error = Args::read(["deskbell-cli", "list", "--direct", &format!("--limit={number}")]).unwrap_err();
            assert!(error.exit_code() == 2 && error.to_string().contains("write a whole number"), "{error}");
        }
        assert_eq!(Args::read(["deskbell-cli", "--help"]).unwrap_err().exit_code(), 0);
    }
}
