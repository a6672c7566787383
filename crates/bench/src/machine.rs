//! The machine that measures: what it is, how busy it is, and what processes take of it.

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::time::Duration;

/// What figures are to be read with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    /// Processors.
    pub cores: usize,
    /// What they call themselves.
    pub model: String,
    /// Memory in MiB.
    pub memory_mib: u64,
    /// Processes that wanted to run, over the last minute.
    pub load: f64,
}

impl Machine {
    /// As it is now. What the system does not say is left empty.
    pub fn now() -> Self {
        let about = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
        let value = |text: &str, key: &str| {
            text.lines()
                .find(|line| line.starts_with(key))
                .and_then(|line| line.split(':').nth(1))
                .map(|v| v.trim().to_owned())
        };
        let memory = value(&about("/proc/meminfo"), "MemTotal").unwrap_or_default();
        Self {
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            model: value(&about("/proc/cpuinfo"), "model name").unwrap_or_default(),
            memory_mib: memory.split(' ').next().and_then(|kib| kib.parse::<u64>().ok()).unwrap_or_default() / 1024,
            load: about("/proc/loadavg").split(' ').next().and_then(|load| load.parse().ok()).unwrap_or_default(),
        }
    }
}

impl std::fmt::Display for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { cores, model, memory_mib, load } = self;
        write!(f, "{cores} cores ({model}), {} GiB of memory, load {load:.2}", memory_mib.div_ceil(1024))
    }
}

/// What a process holds in memory.
pub struct Held {
    /// In MiB, what it shares with others counted in part (PSS).
    pub mib: f64,
    /// Of that, what it has written itself and no file holds.
    pub own_mib: f64,
}

/// What a process holds in memory, and what of it is its own.
pub fn held(process: u32) -> Result<Held> {
    let path = format!("/proc/{process}/smaps_rollup");
    let text = std::fs::read_to_string(&path).with_context(|| format!("{path} cannot be read"))?;
    let mib = |of: &str| -> Result<f64> {
        let line = text.lines().find_map(|line| line.strip_prefix(of)).context("the system says nothing of memory")?;
        let kib = line.split_whitespace().next().and_then(|kib| kib.parse::<f64>().ok());
        Ok(kib.context("memory is no number")? / 1024.0)
    };
    Ok(Held { mib: mib("Pss:")?, own_mib: mib("Pss_Anon:")? })
}

/// Memory of a process in MiB, what it shares with others counted in part (PSS).
pub fn pss_mib(process: u32) -> Result<f64> {
    Ok(held(process)?.mib)
}

/// Processor time that a process has used.
pub fn cpu_of(process: u32) -> Result<Duration> {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The name may hold anything, and ends with the last bracket.
    let after = text.rsplit_once(')').context("the system says nothing of the process")?.1;
    let fields: Vec<&str> = after.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|ticks| ticks.parse::<u64>().ok()).unwrap_or_default();
    let per_second = rustix::param::clock_ticks_per_second();
    Ok(Duration::from_millis((ticks(11) + ticks(12)) * 1_000 / per_second.max(1)))
}

/// Bytes on the disk of the files of a directory, in MiB.
pub fn disk_mib(directory: &Path) -> Result<f64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        let about = entry.metadata()?;
        bytes += if about.is_dir() { 0 } else { about.len() };
    }
    Ok(bytes as f64 / 1024.0 / 1024.0)
}

/// Waits until what was written below a directory is on the disk.
pub fn settle(directory: &Path) -> Result<()> {
    for entry in std::fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() { settle(&path)? } else { std::fs::File::open(&path)?.sync_all()? }
    }
    Ok(())
}

/// Lets the system forget what it has in memory of a file, so that the next read is from the disk.
pub fn forget(file: &Path) -> Result<()> {
    let Ok(file) = std::fs::File::open(file) else { return Ok(()) };
    file.sync_all()?;
    #[cfg(target_os = "linux")]
    rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed)?;
    Ok(())
}
