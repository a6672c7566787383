//! What is submitted: commands of one device, or of the system.

use crate::store::{Head, StoreError};
use deskbell_domain::plant::{Plant, planted};
use deskbell_domain::{Actor, Command, CommandError, CommandId, DeviceId, MemberId, Rejection, TextError};
use deskbell_protocol::{Generation, PushedCommand, Stamp, parse_command, payload_hash};

/// Longest wait that is believed.
pub const MAX_AGE_MS: u64 = 30 * 24 * 60 * 60 * 1000;

/// Commands that belong together: refused together, decided in their order.
#[derive(Debug, Clone)]
pub struct Submission {
    /// What the sender has seen of the hub's history; `None` for what comes from the hub itself.
    pub seen: Option<Seen>,
    /// The commands.
    pub items: Vec<Item>,
}

/// A point of history as the sender knows it (S13).
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// Generation.
    pub r#gen: Generation,
    /// Newest stamp.
    pub stamp: Stamp,
}

/// How what a client has seen stands to what the hub has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum History {
    /// It is the hub's.
    Same,
    /// So old that the hub's mark of it is dropped: it may be the hub's. What the client has is loaded again, in place;
    /// that it was lost would be a claim that nobody can prove, and would hold what was sent long ago.
    Forgotten,
    /// Another generation, or a hub that went back in time (S13).
    Other,
}

impl Seen {
    /// Compares with the hub's history. `mark_of` looks up the mark of a commit.
    pub fn compare(
        &self,
        head: &Head,
        mark_of: impl FnOnce(u64) -> Result<Option<u64>, StoreError>,
    ) -> Result<History, StoreError> {
        if planted(Plant::S13History) {
            return Ok(History::Same);
        }
        let Stamp { seq, mark } = self.stamp;
        if self.r#gen != head.r#gen || seq > head.stamp.seq {
            return Ok(History::Other);
        }
        if seq == 0 {
            return Ok(History::Same);
        }
        Ok(match mark_of(seq)? {
            Some(known) if known == mark => History::Same,
            None if seq < head.low_mark => History::Forgotten,
            Some(_) | None => History::Other,
        })
    }
}

/// One command.
#[derive(Debug, Clone)]
pub struct Item {
    /// Its identifier.
    pub id: CommandId,
    /// Who acts.
    pub actor: Actor,
    /// What, or why it is not understood.
    pub command: Result<Command, CommandError>,
    /// Commands that it stands on.
    pub depends_on: Vec<CommandId>,
    /// When it arrived (UTC milliseconds).
    pub now_ms: i64,
    /// How long it had waited.
    pub age_ms: u64,
    /// Where it came from; `None` = the hub itself, whose commands are not remembered.
    pub origin: Option<Origin>,
}

/// What is remembered of a command from a device.
#[derive(Debug, Clone, PartialEq)]
pub struct Origin {
    /// Whose device.
    pub member: MemberId,
    /// The device.
    pub device: DeviceId,
    /// Number on the device.
    pub n: u64,
    /// Kind as it was sent.
    pub kind: String,
    /// Hash of the bytes.
    pub payload_hash: [u8; 32],
}

impl Item {
    /// A command as it came from a member's device.
    pub fn pushed(member: MemberId, device: DeviceId, now_ms: i64, pushed: &PushedCommand) -> Self {
        Self {
            id: pushed.id,
            actor: Actor::Member(member),
            command: parse_command(&pushed.kind, pushed.version, pushed.args.get()),
            depends_on: pushed.depends_on.clone(),
            now_ms,
            age_ms: pushed.age_ms.min(MAX_AGE_MS),
            origin: Some(Origin {
                member,
                device,
                n: pushed.n,
                kind: pushed.kind.chars().take(60).collect(),
                payload_hash: payload_hash(pushed),
            }),
        }
    }

    /// A command of the hub itself.
    pub fn own(id: CommandId, actor: Actor, command: Command, now_ms: i64) -> Self {
        Self { id, actor, command: Ok(command), depends_on: Vec::new(), now_ms, age_ms: 0, origin: None }
    }
}

/// Why nothing of a submission was carried out.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Refused {
    /// Another generation, or a hub that went back in time (S13).
    #[error("the hub's history is another one than this device knows")]
    RolledBack,
    /// What the sender has seen is older than what is kept: it loads again first, in place.
    #[error("the history that this device knows is older than what is kept")]
    Resync,
    /// The identifier was used for other bytes (S9).
    #[error("command {0} was sent before with another content")]
    CommandReused(CommandId),
    /// The device's number was used for another command (S12).
    #[error("another copy of this device has sent commands")]
    DeviceCloned,
    /// The hub could not write. It is logged there; the same submission may be sent again.
    #[error("the hub could not store it")]
    Internal,
    /// No room on the hub's disk. Nothing was written; the same submission may be sent again.
    #[error("the hub's disk is full")]
    DiskFull,
    /// The hub is stopping.
    #[error("the hub is stopping")]
    Stopping,
}

/// The refusal of a command that is not understood.
pub(super) fn not_understood(error: &CommandError) -> Rejection {
    match error {
        CommandError::Unknown(_) | CommandError::Older { .. } | CommandError::Newer { .. } => Rejection::UnknownCommand,
        CommandError::Invalid { kind, problem } => problem_of(kind, problem),
    }
}

/// What is wrong with arguments, in the words that travel. The sentence of the parser may quote what somebody wrote, so
/// it goes no further than its author, and not at length.
pub fn problem_of(kind: &str, problem: &str) -> Rejection {
    use TextError::*;
    let text = [Empty, TooLong, ControlCharacters, NotAnAddress, NotAPhoneNumber]
        .into_iter()
        .find(|e| problem.starts_with(&e.to_string()));
    let (field, problem) = match text {
        Some(error) => {
            (if matches!(kind, "create_tag" | "create_contact") { "name" } else { "text" }, error.code().to_owned())
        }
        None => ("args", problem.chars().take(200).collect()),
    };
    Rejection::Invalid { field: field.into(), problem }
}
