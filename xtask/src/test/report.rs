//! The phases with their minutes, and the sum.

use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};

use crate::count::Tally;

/// What was run so far.
pub struct Report {
    began: Instant,
    phases: Vec<Phase>,
}

struct Phase {
    name: &'static str,
    took: Duration,
    tally: Tally,
}

impl Report {
    /// Nothing yet.
    pub fn new() -> Self {
        Self { began: Instant::now(), phases: Vec::new() }
    }

    /// Runs a phase and takes its time; whether it could be run to its end. If it could not, that is a failure like
    /// any other: the sum is printed in any case.
    pub fn phase(&mut self, name: &'static str, run: impl FnOnce() -> Result<Tally>) -> bool {
        println!("\n=== {name}");
        let start = Instant::now();
        let outcome = run();
        self.add(name, start.elapsed(), outcome)
    }

    /// The same for a phase that leaves half of the machine to others: they run beside it.
    pub fn beside(
        &mut self,
        name: &'static str,
        run: impl FnOnce() -> Result<Tally> + Send,
        others: impl FnOnce(&mut Self),
    ) -> bool {
        println!("\n=== {name}, and others beside it");
        thread::scope(|scope| {
            let phase = scope.spawn(|| {
                let start = Instant::now();
                let outcome = run();
                (start.elapsed(), outcome)
            });
            others(self);
            let (took, outcome) = phase.join().unwrap_or_else(|_| (Duration::ZERO, Err(anyhow!("it panicked"))));
            self.add(name, took, outcome)
        })
    }

    fn add(&mut self, name: &'static str, took: Duration, outcome: Result<Tally>) -> bool {
        let ended = outcome.is_ok();
        let tally = outcome.unwrap_or_else(|error| {
            println!("{error:#}");
            Tally::of_check(&format!("{name}: {error:#}"), false)
        });
        println!("=== {name}: {tally} in {}", minutes(took));
        self.phases.push(Phase { name, took, tally });
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
        println!("{:>9}  together", minutes(self.began.elapsed()));
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
        let mut report = Report::new();
        assert!(report.phase("one", || Ok(Tally::of_check("one", true))));
        assert!(!report.phase("two", || anyhow::bail!("no network")));
        assert_eq!(report.sum().passed, 1);
        assert_eq!(report.sum().failed, ["two: no network"]);
        assert_eq!(format!("{:?}", report.print()), format!("{:?}", ExitCode::FAILURE));
    }

    #[test]
    fn what_runs_beside_others_is_in_the_sum_like_them() {
        let mut report = Report::new();
        let other = |report: &mut Report| {
            report.phase("other", || Ok(Tally::of_check("other", true)));
        };
        assert!(report.beside("one", || Ok(Tally::of_check("one", true)), other));
        assert!(!report.beside("broken", || panic!("a phase panicked"), |_| {}));
        assert_eq!(report.sum().passed, 2);
        assert_eq!(report.sum().failed, ["broken: it panicked"]);
    }
}
