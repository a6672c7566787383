//! The phases with their minutes, and the sum.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::count::Tally;

/// What was run so far.
#[derive(Default)]
pub struct Report {
    phases: Vec<Phase>,
}

struct Phase {
    name: &'static str,
    took: Duration,
    tally: Tally,
}

impl Report {
    /// Runs a phase and takes its time; whether it could be run to its end. If it could not, that is a failure like
    /// any other: the sum is printed in any case.
    pub fn phase(&mut self, name: &'static str, run: impl FnOnce() -> Result<Tally>) -> bool {
        println!("\n=== {name}");
        let start = Instant::now();
        let outcome = run();
        let ended = outcome.is_ok();
        let tally = outcome.unwrap_or_else(|error| {
            println!("{error:#}");
            Tally::of_check(&format!("{name}: {error:#}"), false)
        });
        let phase = Phase { name, took: start.elapsed(), tally };
        println!("=== {name}: {} in {}", phase.tally, minutes(phase.took));
        self.phases.push(phase);
        ended
    }

    /// What all phases came to.
    pub fn sum(&self) -> Tally {
        let mut sum = Tally::default();
        for phase in &self.phases {
            sum.add(phase.tally.clone());
        }
        sum
    }

    /// Prints everything worth knowing, the sum last.
    pub fn print(&self) -> ExitCode {
        let sum = self.sum();
        println!("\n=== all");
        for phase in &self.phases {
            println!("{:>9}  {:<14} {}", minutes(phase.took), phase.name, phase.tally);
        }
        println!("{:>9}  together", minutes(self.phases.iter().map(|phase| phase.took).sum()));
        for skipped in &sum.skipped {
            println!("skipped: {} ({})", skipped.name, skipped.reason);
        }
        for failed in &sum.failed {
            println!("failed: {failed}");
        }
        println!("{sum}");
        if sum.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

fn minutes(duration: Duration) -> String {
    format!("{:.1} min", duration.as_secs_f64() / 60.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phase_that_breaks_off_is_a_failure_in_the_sum() {
        let mut report = Report::default();
        assert!(report.phase("one", || Ok(Tally::of_check("one", true))));
        assert!(!report.phase("two", || anyhow::bail!("no network")));
        assert_eq!(report.sum().passed, 1);
        assert_eq!(report.sum().failed, ["two: no network"]);
        assert_eq!(format!("{:?}", report.print()), format!("{:?}", ExitCode::FAILURE));
    }
}
