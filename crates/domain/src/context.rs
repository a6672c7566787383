//! What a decision knows besides rows: who, when, and where in hub order.

use crate::Actor;

/// Thread entries that one command may add; a position is `seq * 16 + index`.
pub const ENTRIES_PER_COMMAND: u64 = 16;

/// Position in hub order of the entry `index` of the command that got `seq`. Fixed when inserted (S14), unique in the
/// organization, ascending, and below 2^53 for 5 * 10^14 commands, so that it is a plain number in JSON.
pub fn pos_of(seq: u64, index: u64) -> u64 {
    debug_assert!(index < ENTRIES_PER_COMMAND);
    seq * ENTRIES_PER_COMMAND + index
}

/// Parameters of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Context {
    /// Who acts.
    pub actor: Actor,
    /// The hub's clock (UTC milliseconds); on a client its own, corrected by the known skew.
    pub now_ms: i64,
    /// How long the command has waited, in milliseconds, by the sender's monotonic measure; clamped by the caller.
    pub age_ms: u64,
    /// The sequence number that the command will get; `None` on a client, where hub order is not known yet.
    pub seq: Option<u64>,
}

impl Context {
    /// When the person acted (UTC milliseconds).
    pub fn at_ms(&self) -> i64 {
        self.now_ms.saturating_sub(i64::try_from(self.age_ms).unwrap_or(i64::MAX))
    }

    /// Position of the entry `index` of this command; `None` until the hub has ordered it.
    pub fn pos(&self, index: u64) -> Option<u64> {
        self.seq.map(|seq| pos_of(seq, index))
    }
}
