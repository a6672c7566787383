//! Many measurements of the same thing.

use std::time::{Duration, Instant};

/// Durations in milliseconds, or other numbers of one kind.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Samples(Vec<f64>);

impl Samples {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// One more.
    pub fn push(&mut self, value: f64) {
        self.0.push(value);
    }

    /// One more duration, in milliseconds.
    pub fn took(&mut self, duration: Duration) {
        self.push(duration.as_secs_f64() * 1_000.0);
    }

    /// Measures `f`.
    pub fn measure<T>(&mut self, f: impl FnOnce() -> T) -> T {
        let began = Instant::now();
        let value = f();
        self.took(began.elapsed());
        value
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value that so many percent are not above; 0 where nothing was measured.
    pub fn percentile(&self, percent: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let at = (percent / 100.0 * sorted.len() as f64).ceil() as usize;
        sorted.get(at.saturating_sub(1)).copied().unwrap_or_default()
    }

    /// The middle.
    pub fn p50(&self) -> f64 {
        self.percentile(50.0)
    }

    /// What one of twenty is above.
    pub fn p95(&self) -> f64 {
        self.percentile(95.0)
    }
}

impl FromIterator<f64> for Samples {
    fn from_iter<I: IntoIterator<Item = f64>>(values: I) -> Self {
        Self(values.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let samples: Samples = (1..=100).rev().map(f64::from).collect();
        assert_eq!((samples.p50(), samples.p95(), samples.percentile(100.0)), (50.0, 95.0, 100.0));
        let one = Samples::from_iter([7.0]);
        assert_eq!((one.p50(), one.p95()), (7.0, 7.0));
        assert_eq!(Samples::new().p95(), 0.0);
    }
}
