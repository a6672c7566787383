//! What is around everybody in a step: the hub, the time, chance, and who writes the story.

use crate::chance::Chance;
use crate::hub::SimHub;
use crate::story::Story;
use crate::template::BEGIN_MS;

/// See the module.
pub struct Env<'a> {
    /// The hub.
    pub hub: &'a mut SimHub,
    /// The time, which nobody's clock has to agree with (UTC milliseconds).
    pub now_ms: i64,
    /// Chance of this step.
    pub chance: Chance,
    /// A fault in the network: once in so many; 0 = never.
    pub faults: u64,
    /// The story.
    pub story: &'a mut Story,
}

impl Env<'_> {
    /// Whether the network does something wrong now.
    pub fn fault(&mut self) -> bool {
        self.faults > 0 && self.chance.once_in(self.faults)
    }

    /// A clock that only rises.
    pub fn steady_ms(&self) -> u64 {
        (self.now_ms - BEGIN_MS).unsigned_abs() + 1_000_000
    }
}
