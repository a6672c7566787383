//! The first sync: until a list can be worked with, until all is here, and what clicks take meanwhile.

use super::clicks;
use crate::bench::Bench;
use crate::client::Client;
use crate::organization::DANA;
use crate::process::HubProcess;
use crate::table::{Line, Unit};
use anyhow::Result;
use std::path::Path;
use std::time::{Duration, Instant};

const PART: &str = "First sync";
/// Clicks are measured for at most so long.
const CLICKING: Duration = Duration::from_secs(60);

/// How long it took.
#[derive(Debug, Clone, Copy)]
pub struct Took {
    /// From the click on *Sign in* to a list that can be worked with.
    pub usable: Duration,
    /// To everything being here, and found.
    pub complete: Duration,
}

/// Signs in on a new profile, waits until all is here, and closes it.
pub async fn run(profile: &Path, hub: &str, email: &str) -> Result<Took> {
    let client = Client::open(profile).await?;
    let began = Instant::now();
    client.sign_in(hub, email).await?;
    client.usable().await?;
    let usable = began.elapsed();
    client.complete().await?;
    let complete = began.elapsed();
    client.close().await;
    Ok(Took { usable, complete })
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
    let usable = Line::one(PART, "sign-in to usable list", Unit::Ms, ms(took.usable)).note("with the password's hash");
    bench.lines.push(usable.budget(1_000.0).interactive());
    let per_second = bench.shape.messages as f64 / took.complete.as_secs_f64();
    let complete = Line::one(PART, "sign-in to complete", Unit::Ms, ms(took.complete));
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
