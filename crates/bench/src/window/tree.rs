//! A program and everything that it has started: memory, processor time, wake-ups.

use crate::machine::{Held, held};
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::time::Duration;

/// The processes, the program itself first.
pub struct Tree(Vec<u32>);

/// What it holds in memory.
pub struct Memory {
    /// All together.
    pub mib: f64,
    of: Vec<String>,
}

impl Memory {
    /// How many processes hold it.
    pub fn processes(&self) -> usize {
        self.of.len()
    }
}

impl fmt::Display for Memory {
    /// Process by process, and what of it no file holds: the rest are libraries, of which each program that runs bears a part.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.of.join(", "))
    }
}

/// What is done while nobody does anything.
pub struct Idle {
    /// Of the program itself, in percent of a core.
    pub cpu_percent: f64,
    /// Of all processes.
    pub tree_cpu_percent: f64,
    /// How often a thread of the program itself woke up, in a second.
    pub wakeups_per_second: f64,
    /// Who did.
    pub threads: String,
}

impl Tree {
    /// As it is now.
    pub fn of(program: u32) -> Result<Self> {
        let mut parents = Vec::new();
        for entry in fs::read_dir("/proc")? {
            let Some(id) = entry?.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
            let Ok(stat) = fs::read_to_string(format!("/proc/{id}/stat")) else { continue };
            let parent = stat.rsplit_once(") ").and_then(|(_, rest)| rest.split(' ').nth(1)?.parse::<u32>().ok());
            parents.extend(parent.map(|parent| (id, parent)));
        }
        let mut tree = vec![program];
        let mut at = 0;
        while let Some(&of) = tree.get(at) {
            tree.extend(parents.iter().filter(|(_, parent)| *parent == of).map(|(id, _)| *id));
            at += 1;
        }
        Ok(Self(tree))
    }

    /// Memory, what is shared counted once.
    pub fn memory(&self) -> Result<Memory> {
        let mut memory = Memory { mib: 0.0, of: Vec::new() };
        for process in &self.0 {
            // Who has ended meanwhile has none.
            let Ok(Held { mib, own_mib }) = held(*process) else { continue };
            let name = fs::read_to_string(format!("/proc/{process}/comm")).unwrap_or_default();
            memory.mib += mib;
            memory.of.push(format!("{} {mib:.0} ({own_mib:.0} written)", name.trim()));
        }
        Ok(memory)
    }

    /// Looks for so long.
    pub async fn idle(&self, patience: Duration) -> Result<Idle> {
        let program = *self.0.first().context("no program")?;
        let (woken, used, used_by_all) = (wakeups(program)?, run_time(program)?, self.cpu()?);
        tokio::time::sleep(patience).await;
        let seconds = patience.as_secs_f64();
        let percent = |used: Duration| used.as_secs_f64() / seconds * 100.0;
        let mut by_name = BTreeMap::<String, u64>::new();
        for (thread, (name, times)) in wakeups(program)? {
            let before = woken.get(&thread).map_or(0, |(_, times)| *times);
            *by_name.entry(name).or_default() += times.saturating_sub(before);
        }
        let mut threads: Vec<_> = by_name.iter().filter(|(_, times)| **times > 0).collect();
        threads.sort_by_key(|(_, times)| std::cmp::Reverse(**times));
        let threads: Vec<String> =
            threads.iter().map(|(name, times)| format!("{name} {:.1}", **times as f64 / seconds)).collect();
        Ok(Idle {
            cpu_percent: percent(run_time(program)?.saturating_sub(used)),
            tree_cpu_percent: percent(self.cpu()?.saturating_sub(used_by_all)),
            wakeups_per_second: by_name.values().sum::<u64>() as f64 / seconds,
            threads: threads.join(", "),
        })
    }

    fn cpu(&self) -> Result<Duration> {
        self.0.iter().map(|process| run_time(*process)).sum()
    }
}

/// Processor time of all its threads, in nanoseconds where `cpu_of` counts hundredths of a second: at rest that is the difference
/// between something and nothing.
/// <https://www.kernel.org/doc/html/latest/scheduler/sched-stats.html>
fn run_time(process: u32) -> Result<Duration> {
    let mut all = Duration::ZERO;
    for entry in fs::read_dir(format!("/proc/{process}/task"))? {
        // A thread may end between the two.
        let Ok(said) = fs::read_to_string(entry?.path().join("schedstat")) else { continue };
        let nanoseconds = said.split_whitespace().next().and_then(|first| first.parse().ok());
        all += Duration::from_nanos(nanoseconds.context("the system does not say how long a thread has run")?);
    }
    Ok(all)
}

/// How often each thread has gone to sleep by itself, which is as often as it was woken.
fn wakeups(process: u32) -> Result<BTreeMap<u32, (String, u64)>> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(format!("/proc/{process}/task"))? {
        let Some(thread) = entry?.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        // A thread may end between the two.
        let Ok(status) = fs::read_to_string(format!("/proc/{process}/task/{thread}/status")) else { continue };
        let value = |key: &str| status.lines().find_map(|line| line.strip_prefix(key)).map(str::trim);
        let times = value("voluntary_ctxt_switches:").and_then(|times| times.parse().ok()).unwrap_or_default();
        all.insert(thread, (value("Name:").unwrap_or_default().to_owned(), times));
    }
    Ok(all)
}
