//! Commands as they travel: the exact bytes that a client stored when the person acted (S17).

use crate::{Generation, Stamp};
use deskbell_domain::{CommandId, DeviceId, Outcome};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

/// `POST /v1/commands`: at most [`crate::MAX_COMMANDS`], in the order in which they are to be decided.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Commands {
    /// The device whose outbox they are from.
    pub device: DeviceId,
    /// Generation that the client knows.
    pub r#gen: Generation,
    /// Newest point of history that the client has seen.
    pub seen: Stamp,
    /// The commands.
    pub commands: Vec<PushedCommand>,
}

/// One command.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PushedCommand {
    /// Number on the device; only detects a cloned disk (S12).
    pub n: u64,
    /// Its identifier: the same one is applied once, for ever (S9).
    pub id: CommandId,
    /// Kind, such as `send_message`.
    pub kind: String,
    /// Version of the arguments' shape.
    pub version: u32,
    /// Arguments, byte for byte as stored.
    #[schema(value_type = Object)]
    pub args: Box<RawValue>,
    /// Commands that it stands on: were one refused or held, this one is refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<CommandId>,
    /// How long it has waited on the device, in milliseconds.
    pub age_ms: u64,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Results {
    /// One for each command, in the same order.
    pub results: Vec<CommandResult>,
    /// Newest `seq` of the hub, with its mark.
    pub head: Stamp,
}

/// What became of a command.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CommandResult {
    /// Which.
    pub id: CommandId,
    /// At this `seq`; where nothing changed, the newest at the time. A client that has read the feed to its head
    /// behind it knows all of it (S8).
    pub seq: u64,
    /// What.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub outcome: Outcome,
}

/// SHA-256 over what the command says. The same identifier with another hash is refused (S9).
pub fn payload_hash(command: &PushedCommand) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in [command.kind.as_bytes(), &command.version.to_be_bytes(), command.args.get().as_bytes()] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    for id in &command.depends_on {
        hash.update(id.0.as_bytes());
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use deskbell_domain::Rejection;
    use uuid::Uuid;

    #[test]
    fn every_outcome_travels_beside_the_identifier_of_its_command() {
        let id = CommandId(Uuid::from_u128(7));
        for outcome in [
            Outcome::Applied,
            Outcome::Joined { id: Uuid::from_u128(8) },
            Outcome::Held { reason: deskbell_domain::Hold::Stale },
            Outcome::Rejected { reason: Rejection::DependsOn { command: CommandId(Uuid::from_u128(9)) } },
        ] {
            let result = CommandResult { id, seq: 3, outcome };
            let text = serde_json::to_string(&result).unwrap();
            assert_eq!(serde_json::from_str::<CommandResult>(&text).unwrap(), result, "{text}");
        }
    }
}
