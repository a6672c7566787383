//! The command line: many histories, one told in full, or faults planted to see whether they are found.

use crate::failure::Broken;
use crate::plan::Plan;
use crate::shrink::{breaks, broken, shrink};
use crate::story::Story;
use crate::template::Template;
use crate::{history, plants};
use anyhow::{Result, bail};
use clap::Parser;
use deskbell_domain::plant::{Plant, plant};
use std::collections::BTreeMap;
use std::ops::Range;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// What it can be told.
#[derive(Parser)]
#[command(name = "sim", about = "Random histories of one hub and its clients")]
pub struct Arguments {
    /// The histories to run, `A..B` without B
    #[arg(long, default_value = "0..2000", value_parser = range)]
    seeds: Range<u64>,
    /// Plant this fault, or `all` of them one after the other, and see whether it is found
    #[arg(long)]
    plant: Option<String>,
    /// Tell the whole story of one history
    #[arg(long)]
    trace: Option<u64>,
    /// Run all of them whatever fails, and count what broke
    #[arg(long)]
    survey: bool,
    /// How many run at the same time
    #[arg(long, default_value_t = 2)]
    threads: usize,
}

fn range(text: &str) -> Result<Range<u64>, String> {
    let (from, to) = text.split_once("..").ok_or("write A..B")?;
    let number = |s: &str| s.parse::<u64>().map_err(|e| format!("{s}: {e}"));
    let range = number(from)?..number(to)?;
    if range.is_empty() { Err("there is no seed in it".into()) } else { Ok(range) }
}

/// The program.
pub fn main() -> ExitCode {
    match perform(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn perform(arguments: &Arguments) -> Result<()> {
    if let Some(seed) = arguments.trace {
        return trace(seed, arguments.plant.as_deref());
    }
    match arguments.plant.as_deref() {
        Some("all") => plants::find_all(arguments.seeds.clone(), arguments.threads),
        Some(name) => plants::find_one(name, arguments.seeds.clone(), arguments.threads),
        None if arguments.survey => survey(arguments.seeds.clone(), arguments.threads),
        None => run(arguments.seeds.clone(), arguments.threads),
    }
}

/// Runs all of them and counts what broke, with some seeds for each rule.
fn survey(seeds: Range<u64>, threads: usize) -> Result<()> {
    let (began, count) = (Instant::now(), seeds.end - seeds.start);
    let mut found = BTreeMap::<&'static str, Vec<(u64, String)>>::new();
    for (seed, broken) in failures(seeds, threads, None, false)? {
        found.entry(broken.rule).or_default().push((seed, broken.what));
    }
    for (rule, failures) in &found {
        println!("{rule}: {} histories", failures.len());
        for (seed, what) in failures.iter().take(4) {
            println!("    {seed}: {}", what.chars().take(400).collect::<String>());
        }
    }
    let failed: usize = found.values().map(Vec::len).sum();
    println!("{failed} of {count} fail; {:.0} a minute", count as f64 * 60.0 / began.elapsed().as_secs_f64());
    Ok(())
}

/// Runs the histories; the first that fails is shrunk and told.
fn run(seeds: Range<u64>, threads: usize) -> Result<()> {
    let began = Instant::now();
    let count = seeds.end - seeds.start;
    let failed = first_failure(seeds, threads, None)?;
    let per_minute = count as f64 * 60.0 / began.elapsed().as_secs_f64();
    match failed {
        None => {
            println!("{count} histories, none failed; {per_minute:.0} a minute");
            Ok(())
        }
        Some(seed) => {
            trace(seed, None)?;
            bail!("the history of seed {seed} fails")
        }
    }
}

/// The lowest seed that fails.
pub fn first_failure(seeds: Range<u64>, threads: usize, planted: Option<Plant>) -> Result<Option<u64>> {
    Ok(failures(seeds, threads, planted, true)?.first().map(|(seed, _)| *seed))
}

/// What fails, by seed, on so many threads; if `only_first`, nothing behind the first is looked at.
fn failures(seeds: Range<u64>, threads: usize, planted: Option<Plant>, only_first: bool) -> Result<Vec<(u64, Broken)>> {
    let (next, end) = (AtomicU64::new(seeds.start), AtomicU64::new(seeds.end));
    let found = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        let worker = || -> Result<()> {
            plant(None);
            let template = Template::make()?;
            plant(planted);
            loop {
                let seed = next.fetch_add(1, Ordering::Relaxed);
                if seed >= end.load(Ordering::Relaxed) {
                    return Ok(());
                }
                let Some(broken) = breaks(&template, &Plan::draw(seed)) else { continue };
                if only_first {
                    end.fetch_min(seed, Ordering::Relaxed);
                }
                found.lock().unwrap_or_else(PoisonError::into_inner).push((seed, broken));
            }
        };
        let workers: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().try_for_each(|worker| worker.join().unwrap_or_else(|_| bail!("a history panicked")))
    })?;
    let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    found.sort_by_key(|(seed, _)| *seed);
    Ok(found)
}

fn trace(seed: u64, plant: Option<&str>) -> Result<()> {
    let plant = plant.map(str::parse).transpose().map_err(anyhow::Error::msg)?;
    println!("{}", tell(seed, plant)?);
    Ok(())
}

/// The shortest story of a seed that fails, or the whole one where it does not, and how it ends.
pub fn tell(seed: u64, planted: Option<Plant>) -> Result<String> {
    let template = Template::make()?;
    plant(planted);
    let mut plan = Plan::draw(seed);
    let whole = plan.steps.len();
    if let Some(broken) = breaks(&template, &plan) {
        plan = shrink(&template, &plan, broken.rule);
    }
    let mut story = Story::written();
    let ended = match history::run(&template, &plan, &mut story) {
        Ok(()) => "Everything holds.".to_string(),
        Err(error) => format!("It breaks: {}", broken(error)),
    };
    plant(None);
    Ok(format!("The history of seed {seed}, {} of its {whole} steps:\n\n{}\n{ended}", plan.steps.len(), story.text()))
}
