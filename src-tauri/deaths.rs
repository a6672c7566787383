//! How soon what has died is started again. Deaths that follow each other may have one cause, which is not to keep the
//! computer busy.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

/// Within this time they may have one cause.
const LATELY: Duration = Duration::from_secs(60);
/// So many seconds more between two tries, for each death lately.
const STEP: u64 = 2;

/// When it died lately.
#[derive(Debug, Default)]
pub struct Deaths(VecDeque<Instant>);

impl Deaths {
    /// One more. How long to wait before it is started again: not at all, unless another died lately.
    pub fn pause(&mut self, now: Instant) -> Duration {
        self.0.retain(|death| now.duration_since(*death) < LATELY);
        let before = u64::try_from(self.0.len()).unwrap_or(u64::MAX);
        self.0.push_back(now);
        Duration::from_secs(before.saturating_mul(STEP))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_dies_again_and_again_is_started_less_and_less_often() {
        let (mut deaths, start) = (Deaths::default(), Instant::now());
        let mut pause = |second| deaths.pause(start + Duration::from_secs(second)).as_secs();
        assert_eq!([pause(0), pause(1), pause(4), pause(9)], [0, 2, 4, 6]);
        assert_eq!(pause(100), 0, "long ago");
    }
}
