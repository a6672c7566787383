//! What a command comes to: effects, or a refusal that changes nothing.

use crate::ChatId;
use crate::{CommandId, Kind, MemberId, MessageId, Row, Scope};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One change. A command touches at most 500 rows.
#[derive(Debug, Clone, PartialEq)]
#[allow(clippy::large_enum_variant, reason = "nearly every effect is a row; a box each would only cost")]
pub enum Effect {
    /// The row is now this.
    Put(Row),
    /// The row is gone.
    Delete(Kind, Uuid),
    /// The member may see the scope from now on. Only the hub carries it out; a client waits for the feed.
    Grant(MemberId, Scope),
    /// The member may not see the scope any more.
    Revoke(MemberId, Scope),
    /// `from` was made offline for something that existed already as `to`: every later mention of `from` means `to` (S16).
    Alias {
        /// The loser.
        from: Uuid,
        /// The thing that existed.
        to: Uuid,
    },
}

/// A command that is carried out. No effects = nothing had to change.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Decision {
    /// What changes, in order.
    pub effects: Vec<Effect>,
    /// Set where the thing existed already under this identifier.
    pub joined: Option<Uuid>,
}

impl Decision {
    /// Nothing had to change.
    pub fn nothing() -> Self {
        Self::default()
    }

    /// What was to be made as `made` exists as `existing`, which is meant (S16).
    pub fn joined(made: Uuid, existing: Uuid) -> Self {
        let effects = if made == existing { vec![] } else { vec![Effect::Alias { from: made, to: existing }] };
        Self { effects, joined: Some(existing) }
    }

    /// These rows are written.
    pub fn put(rows: impl IntoIterator<Item = Row>) -> Self {
        Self { effects: rows.into_iter().map(Effect::Put).collect(), joined: None }
    }
}

/// A command that is not carried out. It has changed nothing.
#[derive(Debug, Clone, PartialEq)]
pub enum Refusal {
    /// The author decides: *Send anyway*, *Edit*, *Discard*.
    Held(Hold),
    /// It cannot be.
    Rejected(Rejection),
}

impl From<Rejection> for Refusal {
    fn from(r: Rejection) -> Self {
        Refusal::Rejected(r)
    }
}

/// Why a reply is held.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Hold {
    /// A colleague replied after what the author had seen.
    Answered {
        /// The colleague.
        by: MemberId,
        /// Their newest reply.
        message: MessageId,
        /// When (UTC milliseconds).
        at_ms: i64,
    },
    /// It waited more than twelve hours.
    Stale,
}

/// Why a command is refused. The code travels; the sentence is the UI's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Rejection {
    /// Does not exist, or not for this member: both have the same answer.
    NotFound,
    /// It is there to see, and this member may not do this.
    Forbidden,
    /// The assignee is not the one that the member saw.
    TakenBy {
        /// Who has it now; nobody where it was released.
        by: Option<MemberId>,
        /// Since when (UTC milliseconds).
        at_ms: i64,
    },
    /// Whom it was to go to is not in the inbox any more.
    NotInInbox {
        /// The member.
        member: MemberId,
    },
    /// Assignment mode is off in this inbox.
    AssignmentOff,
    /// A message came in that the closer had not seen.
    NewMessage,
    /// The address has another open conversation.
    AnotherOpen {
        /// That one.
        chat: ChatId,
    },
    /// This message was sent already, by another command.
    AlreadySent,
    /// A command that this one stands on was refused or held.
    DependsOn {
        /// That one.
        command: CommandId,
    },
    /// A value is not acceptable.
    Invalid {
        /// Which.
        field: String,
        /// What is wrong with it (`empty`, `too_long`, `control_characters`, ...).
        problem: String,
    },
    /// The hub does not know this kind of command, or not this version of it.
    UnknownCommand,
    /// This is not for this kind of chat (closing a direct chat, say).
    WrongKind,
    /// The same thing exists with other content.
    Exists,
    /// Somebody has done something since to what was to be undone.
    ActedSince,
    /// It was exchanged on a personal number before that came into an inbox: read-only.
    Archived,
}

impl Rejection {
    /// The code alone, as it travels.
    pub fn code(&self) -> &'static str {
        match self {
            Rejection::NotFound => "not_found",
            Rejection::Forbidden => "forbidden",
            Rejection::TakenBy { .. } => "taken_by",
            Rejection::NotInInbox { .. } => "not_in_inbox",
            Rejection::AssignmentOff => "assignment_off",
            Rejection::NewMessage => "new_message",
            Rejection::AnotherOpen { .. } => "another_open",
            Rejection::AlreadySent => "already_sent",
            Rejection::DependsOn { .. } => "depends_on",
            Rejection::Invalid { .. } => "invalid",
            Rejection::UnknownCommand => "unknown_command",
            Rejection::WrongKind => "wrong_kind",
            Rejection::Exists => "exists",
            Rejection::ActedSince => "acted_since",
            Rejection::Archived => "archived",
        }
    }
}

/// What became of a command, for ever.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// Carried out (or nothing had to change).
    Applied,
    /// The thing existed already.
    Joined {
        /// Under this identifier. Travels as `to`: beside it stands the `id` of the command.
        #[serde(rename = "to")]
        id: Uuid,
    },
    /// The author decides.
    Held {
        /// Why.
        reason: Hold,
    },
    /// Refused.
    Rejected {
        /// Why.
        reason: Rejection,
    },
}

impl Outcome {
    /// The outcome of what `decide` said.
    pub fn of(decided: &Result<Decision, Refusal>) -> Self {
        match decided {
            Ok(Decision { joined: Some(id), .. }) => Outcome::Joined { id: *id },
            Ok(_) => Outcome::Applied,
            Err(Refusal::Held(reason)) => Outcome::Held { reason: reason.clone() },
            Err(Refusal::Rejected(reason)) => Outcome::Rejected { reason: reason.clone() },
        }
    }

    /// Whether it was carried out.
    pub fn is_done(&self) -> bool {
        matches!(self, Outcome::Applied | Outcome::Joined { .. })
    }
}
