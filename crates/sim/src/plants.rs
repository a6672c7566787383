//! Planted faults: each must be found, or the world is too tame.

use crate::cli::first_failure;
use crate::plan::Plan;
use crate::shrink::breaks;
use crate::template::Template;
use anyhow::{Result, bail, ensure};
use deskbell_domain::plant::{Plant, plant};
use std::time::Instant;

/// A seed that finds each plant.
const RECORDED: &str = include_str!("../plants.txt");

/// Looks for one.
pub fn find_one(name: &str, seeds: std::ops::Range<u64>, threads: usize) -> Result<()> {
    let planted: Plant = name.parse().map_err(anyhow::Error::msg)?;
    if find(planted, seeds, threads)?.is_none() {
        bail!("{name} was not found");
    }
    Ok(())
}

/// Looks for all of them, and prints lines as they are recorded.
pub fn find_all(seeds: std::ops::Range<u64>, threads: usize) -> Result<()> {
    let mut missed = Vec::new();
    for planted in Plant::ALL {
        if find(*planted, seeds.clone(), threads)?.is_none() {
            missed.push(planted.as_str());
        }
    }
    ensure!(missed.is_empty(), "not found: {}", missed.join(", "));
    Ok(())
}

fn find(planted: Plant, seeds: std::ops::Range<u64>, threads: usize) -> Result<Option<u64>> {
    let began = Instant::now();
    let first = seeds.start;
    let found = first_failure(seeds, threads, Some(planted))?;
    match found {
        Some(seed) => println!(
            "{} {seed}    # found after {} histories, {:.1} s: {}",
            planted.as_str(),
            seed - first + 1,
            began.elapsed().as_secs_f64(),
            planted.what()
        ),
        None => println!("{}    # NOT FOUND: {}", planted.as_str(), planted.what()),
    }
    Ok(found)
}

/// The recorded seed of each plant finds it still, and fails for no other reason.
pub fn replay_recorded() -> Result<()> {
    let template = Template::make()?;
    let mut wrong = Vec::new();
    for planted in Plant::ALL {
        let seed = RECORDED.lines().find_map(|line| {
            let mut words = line.split_whitespace();
            (words.next() == Some(planted.as_str())).then(|| words.next()?.parse::<u64>().ok()).flatten()
        });
        let Some(seed) = seed else {
            wrong.push(format!("{} has no recorded seed", planted.as_str()));
            continue;
        };
        plant(None);
        if let Some(broken) = breaks(&template, &Plan::draw(seed)) {
            wrong.push(format!("seed {seed} fails without any plant: {broken}"));
        }
        plant(Some(*planted));
        if breaks(&template, &Plan::draw(seed)).is_none() {
            wrong.push(format!("seed {seed} does not find {} any more", planted.as_str()));
        }
        plant(None);
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    println!("{} plants, each found by its recorded seed", Plant::ALL.len());
    Ok(())
}
