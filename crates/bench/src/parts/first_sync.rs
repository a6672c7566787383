//! The first sync: until a list can be worked with, until all is here, and what clicks take meanwhile.

use super::clicks;
use crate::bench::Bench;
use crate::client::Client;
use crate::organization::DANA;
use crate::process::HubProcess;
use crate::samples::Samples;
use crate::table::{Line, Unit};
use anyhow::Result;
use std::path::Path;
use std::time::{Duration, Instant};

const PART: &str = "First sync";
/// Clicks are measured for at most so long.
const CLICKING: Duration = Duration::from_secs(60);
/// What has not been written for so long has been written.
const RESTED: Duration = Duration::from_secs(2);

/// Signs in on a new profile, waits until all is here, and found, and closes it. Returns how long it took.
pub async fn run(profile: &Path, hub: &str, email: &str) -> Result<Duration> {
    let client = Client::open(profile).await?;
    let began = Instant::now();
    client.sign_in(hub, email).await?;
    client.complete().await?;
    let took = began.elapsed();
    rests(profile).await?;
    client.close().await;
    Ok(took)
}

/// Waits until nothing was written for a while: all is here before the pieces of the search index are merged.
async fn rests(profile: &Path) -> Result<()> {
    let written = || std::fs::metadata(profile.join("cache.db-wal")).and_then(|log| log.modified());
    let mut before = written()?;
    loop {
        tokio::time::sleep(RESTED).await;
        let now = written()?;
        if now == before {
            return Ok(());
        }
        before = now;
    }
}

/// Measures.
pub async fn measure(bench: &mut Bench, hub: &HubProcess) -> Result<()> {
    let profile = bench.work.join("fresh");
    let took = match bench.first_sync {
        Some(took) => took,
        None => run(&profile, &hub.url(), DANA).await?,
    };
    let _ = std::fs::remove_dir_all(&profile);
    let ms = |duration: Duration| duration.as_secs_f64() * 1_000.0;
    let (mut signed_in, mut usable) = (Samples::new(), Samples::new());
    for _ in 0..bench.rounds(10) {
        let client = Client::open(&profile).await?;
        let began = Instant::now();
        client.sign_in(&hub.url(), DANA).await?;
        signed_in.took(began.elapsed());
        client.usable().await?;
        usable.took(began.elapsed());
        client.close().await;
        std::fs::remove_dir_all(&profile)?;
    }
    let note = format!("signed in after {:.0} ms, most of it for the password's hash", signed_in.p50());
    let usable = Line::of(PART, "sign-in to usable list", Unit::Ms, &usable).note(note);
    bench.lines.push(usable.budget(1_000.0).interactive());
    let per_second = bench.shape.messages as f64 / took.as_secs_f64();
    let complete = Line::one(PART, "sign-in to complete", Unit::Ms, ms(took));
    bench.lines.push(
        complete
            .floor(bench.floor.fill_ms, "bare SQLite, all rows written")
            .note(format!("{} messages a second", crate::table::number(per_second))),
    );
    let client = Client::open(&profile).await?;
    client.sign_in(&hub.url(), DANA).await?;
    client.usable().await?;
    // A list that has just become usable may have few rows; a person needs a moment, too.
    tokio::time::sleep(Duration::from_millis(300)).await;
    let end = Instant::now() + CLICKING;
    let rounds = bench.rounds(200);
    let clicked = clicks::click(&client, rounds, &mut || Instant::now() < end).await?;
    let running = client.status().await?.first_sync;
    client.close().await;
    std::fs::remove_dir_all(&profile)?;
    let part = if running { "Clicks, during a first sync" } else { "Clicks, during a first sync that ended meanwhile" };
    clicks::add(bench, part, clicked);
    Ok(())
}
