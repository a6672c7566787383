//! The phases with their minutes, and the sum.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

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
    /// Runs a phase and takes its time. An error is one of the phase itself: then nothing can be said of the rest.
    pub fn phase(&mut self, name: &'static str, run: impl FnOnce() -> Result<Tally>) -> Result<()> {
        println!("\n=== {name}");
        let start = Instant::now();
        let tally = run().with_context(|| format!("in the phase {name}"))?;
        let phase = Phase { name, took: start.elapsed(), tally };
        println!("=== {name}: {} in {}", phase.tally, minutes(phase.took));
        self.phases.push(phase);
        Ok(())
    }

    /// Prints everything worth knowing, the sum last.
    pub fn print(&self) -> ExitCode {
        let mut sum = Tally::default();
        println!("\n=== all");
        for phase in &self.phases {
            println!("{:>9}  {:<14} {}", minutes(phase.took), phase.name, phase.tally);
            sum.add(phase.tally.clone());
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
