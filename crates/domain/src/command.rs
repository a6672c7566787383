//! Commands: everything that anybody does. One file each, with what it reads and what it decides.
//!
//! A new command is one file here and one line in the list below: storage on both sides only loads references and
//! writes effects.

mod access;
mod add_channel;
mod add_favorite;
mod add_inbox;
mod add_member;
mod add_to_chat;
mod apply_status;
mod assign_chat;
mod assign_inbox;
mod close_chat;
mod create_chat;
mod create_contact;
mod create_tag;
mod delete_chat;
mod leave_chat;
mod mark_read;
mod mark_unread;
mod move_channel;
mod move_number;
mod pin_chat;
mod receive_message;
mod remove_favorite;
mod remove_member;
mod rename_chat;
mod reopen_chat;
mod restore_member;
mod send_message;
mod set_origins;
mod set_quiet;
mod share_contact;
mod tag_chat;
mod thread;
mod undo_act;
mod unpin_chat;
mod untag_chat;

pub use add_channel::AddChannel;
pub use add_favorite::AddFavorite;
pub use add_inbox::AddInbox;
pub use add_member::AddMember;
pub use add_to_chat::AddToChat;
pub use apply_status::ApplyStatus;
pub use assign_chat::{AssignChat, SeenAssignee};
pub use assign_inbox::AssignInbox;
pub use close_chat::CloseChat;
pub use create_chat::{CreateChat, MAX_TEAM, NewChat};
pub use create_contact::CreateContact;
pub use create_tag::CreateTag;
pub use delete_chat::{DeleteChat, MAX_DELETED};
pub use leave_chat::LeaveChat;
pub use mark_read::MarkRead;
pub use mark_unread::MarkUnread;
pub use move_channel::MoveChannel;
pub use move_number::MoveNumber;
pub use pin_chat::PinChat;
pub use receive_message::ReceiveMessage;
pub use remove_favorite::RemoveFavorite;
pub use remove_member::RemoveMember;
pub use rename_chat::RenameChat;
pub use reopen_chat::ReopenChat;
pub use restore_member::RestoreMember;
pub use send_message::{STALE_AFTER_MS, SendMessage};
pub use set_origins::SetOrigins;
pub use set_quiet::SetQuiet;
pub use share_contact::ShareContact;
pub use tag_chat::TagChat;
pub use undo_act::UndoAct;
pub use unpin_chat::UnpinChat;
pub use untag_chat::UntagChat;

use crate::plant::{Plant, planted};
use crate::{Actor, ChatId, CommandId, Context, Decision, MessageId, Ref, Refusal, Rejection, Rows};
use serde_json::Value;
use uuid::Uuid;

/// What one command does; each file of this module is one.
pub trait Rule {
    /// The references that the decision needs, as far as they follow from what is loaded already. Called again until it
    /// names nothing new (at most [`MAX_READ_ROUNDS`] times).
    fn reads(&self, actor: Actor, rows: &Rows) -> Vec<Ref>;

    /// The decision. Reads nothing that `reads` did not name.
    fn decide(&self, rows: &Rows, context: &Context) -> Result<Decision, Refusal>;

    /// Replaces identifiers that turned out to be aliases (S16). Things that the command itself makes are left.
    fn resolve(&mut self, resolve: &dyn Fn(Uuid) -> Uuid) {
        let _ = resolve;
    }

    /// The chat that the command is in; commands of one chat keep their order.
    fn chat(&self) -> Option<ChatId> {
        None
    }
}

/// Rounds after which `reads` must have come to rest: chat -> channel -> inbox -> natural keys.
pub const MAX_READ_ROUNDS: usize = 5;

/// A command that is not understood.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CommandError {
    /// No command of this name.
    #[error("there is no command {0}")]
    Unknown(String),
    /// A version that only an upcast makes readable; parsing comes after it.
    #[error("{kind} of version {version} is not one that was ever made")]
    Older {
        /// Kind of the command.
        kind: String,
        /// Its version.
        version: u32,
    },
    /// A version that is newer than this program.
    #[error("{kind} of version {version} was made by a newer program: update this one")]
    Newer {
        /// Kind of the command.
        kind: String,
        /// Its version.
        version: u32,
    },
    /// Arguments that do not fit.
    #[error("the arguments of {kind} do not fit: {problem}")]
    Invalid {
        /// Kind of the command.
        kind: String,
        /// What is wrong.
        problem: String,
    },
}

macro_rules! commands {
    ($($name:ident $kind:literal $version:literal $who:ident;)*) => {
        /// Any command.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Command {$(
            #[doc = concat!("`", $kind, "`")]
            $name($name),
        )*}

        impl Command {
            /// Every kind, with the newest version of its arguments.
            pub const KINDS: &'static [(&'static str, u32)] = &[$(($kind, $version),)*];

            /// The name that travels.
            pub fn kind(&self) -> &'static str {
                match self {$(Command::$name(_) => $kind,)*}
            }

            /// Version of the arguments' shape.
            pub fn version(&self) -> u32 {
                match self {$(Command::$name(_) => $version,)*}
            }

            /// Whether only the system gives it.
            pub fn is_system(&self) -> bool {
                match self {$(Command::$name(_) => stringify!($who) == "system",)*}
            }

            /// Arguments as JSON.
            pub fn args(&self) -> Value {
                match self {$(Command::$name(c) => serde_json::to_value(c),)*}
                    .expect("commands are plain data with string keys")
            }

            /// Reads a command of exactly the current version; older ones are upcast by the protocol before.
            pub fn parse(kind: &str, version: u32, args: &str) -> Result<Command, CommandError> {
                match kind {
                    $($kind => {
                        if version > $version {
                            return Err(CommandError::Newer { kind: kind.into(), version });
                        }
                        // Read as the current shape it could mean something else.
                        if version < $version {
                            return Err(CommandError::Older { kind: kind.into(), version });
                        }
                        serde_json::from_str(args)
                            .map(Command::$name)
                            .map_err(|e| CommandError::Invalid { kind: kind.into(), problem: e.to_string() })
                    })*
                    _ => Err(CommandError::Unknown(kind.chars().take(60).collect())),
                }
            }

            fn rule(&self) -> &dyn Rule {
                match self {$(Command::$name(c) => c,)*}
            }

            /// Replaces identifiers that turned out to be aliases (S16).
            pub fn resolve(&mut self, resolve: &dyn Fn(Uuid) -> Uuid) {
                match self {$(Command::$name(c) => c.resolve(resolve),)*}
            }
        }
        $(impl From<$name> for Command {
            fn from(c: $name) -> Command {
                Command::$name(c)
            }
        })*
    };
}

commands! {
    CreateChat "create_chat" 1 member;
    SendMessage "send_message" 1 member;
    AssignChat "assign_chat" 1 member;
    TagChat "tag_chat" 1 member;
    UntagChat "untag_chat" 1 member;
    CreateTag "create_tag" 1 member;
    CloseChat "close_chat" 1 member;
    ReopenChat "reopen_chat" 1 member;
    MarkRead "mark_read" 1 member;
    MarkUnread "mark_unread" 1 member;
    CreateContact "create_contact" 1 member;
    ShareContact "share_contact" 1 member;
    AddFavorite "add_favorite" 1 member;
    RemoveFavorite "remove_favorite" 1 member;
    PinChat "pin_chat" 1 member;
    UnpinChat "unpin_chat" 1 member;
    SetQuiet "set_quiet" 1 member;
    RenameChat "rename_chat" 1 member;
    AddToChat "add_to_chat" 1 member;
    LeaveChat "leave_chat" 1 member;
    UndoAct "undo_act" 1 member;
    ReceiveMessage "receive_message" 1 system;
    ApplyStatus "apply_status" 1 system;
    AddMember "add_member" 1 system;
    RemoveMember "remove_member" 1 system;
    RestoreMember "restore_member" 1 system;
    AddInbox "add_inbox" 1 system;
    AddChannel "add_channel" 1 system;
    SetOrigins "set_origins" 1 system;
    AssignInbox "assign_inbox" 1 system;
    MoveChannel "move_channel" 1 system;
    MoveNumber "move_number" 1 system;
    DeleteChat "delete_chat" 1 system;
}

/// What keeps order: commands of one lane go one after the other, lanes side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lane(pub Uuid);

impl Lane {
    /// Of commands about contacts: an address leads from one contact to another, so they are decided in one order.
    pub const CONTACTS: Lane = Lane(Uuid::from_u128(0x6465_736b_6265_6c6c_8000_636f_6e74_6163));
}

impl Command {
    /// The chat that the command is in.
    pub fn chat(&self) -> Option<ChatId> {
        self.rule().chat()
    }

    /// What the command makes under an identifier of its own, or takes elsewhere: where it turns out to be something that
    /// exists, this is the identifier that becomes an alias (S16).
    pub fn made(&self) -> Option<Uuid> {
        match self {
            Command::CreateChat(c) => Some(c.chat.0),
            Command::CreateTag(c) => Some(c.tag.0),
            Command::CreateContact(c) => Some(c.contact.id.0),
            Command::ShareContact(c) => Some(c.contact.0),
            _ => None,
        }
    }

    /// Its lane: its chat, or what it makes.
    pub fn lane(&self) -> Lane {
        match (self, self.chat()) {
            (_, Some(chat)) => Lane(chat.0),
            (Command::CreateTag(c), None) => Lane(c.tag.0),
            (Command::CreateContact(_) | Command::ShareContact(_), None) => Lane::CONTACTS,
            (Command::AddFavorite(_) | Command::RemoveFavorite(_), None) => Lane::CONTACTS,
            (_, None) => Lane(Uuid::nil()),
        }
    }

    /// Which of the author's earlier commands, not yet known to be done, it stands on: if one of them is refused or held,
    /// this one is refused too (S16). A close or hand-over waits behind one's own reply: were the reply held, it would
    /// bury the customer.
    pub fn depends_on<'a>(&self, earlier: impl IntoIterator<Item = (CommandId, &'a Command)>) -> Vec<CommandId> {
        earlier
            .into_iter()
            .filter(|(_, before)| match (before, self) {
                (Command::CreateChat(before), _) if Some(before.chat) == self.chat() => true,
                (Command::CreateContact(before), Command::ShareContact(c)) => before.contact.id == c.contact,
                (Command::CreateContact(before), Command::AddFavorite(c)) => before.contact.id == c.contact,
                (Command::CreateTag(before), Command::TagChat(c)) => before.tag == c.tag,
                (Command::CreateTag(before), Command::UntagChat(c)) => before.tag == c.tag,
                (Command::SendMessage(_), Command::CloseChat(_)) if planted(Plant::DependsForgotten) => false,
                (Command::SendMessage(before), Command::CloseChat(c)) => before.chat == c.chat,
                (Command::SendMessage(before), Command::AssignChat(c)) => before.chat == c.chat,
                _ => false,
            })
            .map(|(id, _)| id)
            .collect()
    }
}

impl Command {
    /// The command that takes this one back, where there is one: for an assignment or a
    /// close [`UndoAct`], refused where somebody has acted since; for a tag the opposite. `before` are the rows that the
    /// command was decided on ([`reads`] names them); what would have changed nothing has nothing to take back. `line` is a
    /// new identifier. A message is taken back by not letting it go: there is no command for that.
    pub fn undone_by(&self, before: &Rows, line: MessageId) -> Option<Command> {
        match self {
            Command::AssignChat(c) => {
                let has = before.conversation(c.chat)?.assignee.as_ref().map(|a| a.member);
                let act = thread::line_id(c.line, 0);
                (has != c.to).then(|| UndoAct { chat: c.chat, act, line }.into())
            }
            Command::CloseChat(c) => {
                let act = thread::line_id(c.line, 0);
                before.conversation(c.chat)?.is_open().then(|| UndoAct { chat: c.chat, act, line }.into())
            }
            Command::TagChat(c) => {
                let had = before.conversation(c.chat)?.tags.contains(&c.tag);
                (!had).then(|| UntagChat { chat: c.chat, tag: c.tag }.into())
            }
            Command::UntagChat(c) => {
                let had = before.conversation(c.chat)?.tags.contains(&c.tag);
                had.then(|| TagChat { chat: c.chat, tag: c.tag }.into())
            }
            _ => None,
        }
    }
}

/// The references that a command needs beyond those loaded.
pub fn reads(command: &Command, actor: Actor, rows: &Rows) -> Vec<Ref> {
    let mut refs = command.rule().reads(actor, rows);
    if let Actor::Member(id) = actor {
        refs.push(Ref::member(id));
    }
    refs.sort();
    refs.dedup();
    refs.retain(|r| !rows.has(r));
    refs
}

/// Decides a command. What is refused changes nothing.
pub fn decide(command: &Command, rows: &Rows, context: &Context) -> Result<Decision, Refusal> {
    if command.is_system() && context.actor != Actor::System {
        return Err(Rejection::Forbidden.into());
    }
    if let Actor::Member(id) = context.actor
        && !rows.member(id).is_some_and(|m| m.active)
    {
        return Err(Rejection::Forbidden.into());
    }
    command.rule().decide(rows, context)
}
