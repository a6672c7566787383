//! What is true for a moment only: who is looking at a chat, who is typing. Never in the feed, never stored.

use deskbell_domain::{ChatId, MemberId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// For how long a sign is true unless it is given again, in milliseconds.
pub const SIGN_LASTS_MS: u64 = 10_000;

/// `POST /v1/ephemeral`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Ephemeral {
    /// Where.
    pub chat: ChatId,
    /// What.
    pub sign: Sign,
}

/// What a member is doing in a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    /// Has it on the screen.
    Viewing,
    /// Is writing in it.
    Typing,
    /// Does neither any more.
    Left,
}

/// Data of the event `ephemeral`: a colleague's sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EventEphemeral {
    /// Where.
    pub chat: ChatId,
    /// Who.
    pub member: MemberId,
    /// What.
    pub sign: Sign,
}
