//! When to try again.

/// Shortest wait.
const SHORTEST_MS: u64 = 500;
/// Longest wait that is not asked for by the hub.
const LONGEST_MS: u64 = 30_000;
/// Longest wait that a hub may ask for.
const MOST_ASKED_MS: u64 = 60 * 60 * 1000;

/// Failures in a row and the end of the wait. Full jitter: a thousand clients of one hub must not come back together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Backoff {
    failures: u32,
    until_ms: u64,
}

impl Backoff {
    /// It failed. `random` decides how long to wait, `asked_ms` is the hub's `Retry-After`.
    pub fn fail(&mut self, now_ms: u64, random: u64, asked_ms: Option<u64>) {
        self.failures = self.failures.saturating_add(1);
        let cap = SHORTEST_MS.saturating_mul(1 << self.failures.min(10)).min(LONGEST_MS);
        let jitter = SHORTEST_MS + random % (cap - SHORTEST_MS + 1);
        let wait = jitter.max(asked_ms.unwrap_or(0).min(MOST_ASKED_MS));
        self.until_ms = now_ms.saturating_add(wait);
    }

    /// It worked, or the person wants it now.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    /// Whether the wait is over.
    pub fn is_over(&self, now_ms: u64) -> bool {
        now_ms >= self.until_ms
    }

    /// Failures in a row.
    pub fn failures(&self) -> u32 {
        self.failures
    }

    /// End of the wait.
    pub fn until_ms(&self) -> u64 {
        self.until_ms
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_stay_within_bounds_and_obey_the_hub() {
        let mut backoff = Backoff::default();
        let mut longest = 0;
        for random in 0..50u64 {
            backoff.fail(1000, random.wrapping_mul(0x9E37_79B9_7F4A_7C15), None);
            let wait = backoff.until_ms() - 1000;
            assert!((SHORTEST_MS..=LONGEST_MS).contains(&wait), "{wait}");
            longest = longest.max(wait);
        }
        assert!(longest > 10_000, "it grows");
        backoff.fail(1000, 0, Some(120_000));
        assert_eq!(backoff.until_ms(), 121_000);
        assert!(!backoff.is_over(120_999) && backoff.is_over(121_000));
        backoff.reset();
        assert!(backoff.is_over(0));
    }
}
