//! From the start of a program to a list that can be worked with.

use crate::bench::Bench;
use crate::client::Client;
use crate::machine::forget;
use crate::process::ClientProcess;
use crate::samples::Samples;
use crate::table::{Line, Unit};
use anyhow::{Context, Result};
use serde_json::json;
use std::io::Read;
use std::path::Path;

const PART: &str = "Start";

/// Cold: nothing of the cache is in memory. Warm: all of it may be.
pub fn measure(bench: &mut Bench) -> Result<()> {
    let profile = bench.dana();
    let (mut cold, mut warm) = (Samples::new(), Samples::new());
    // Not counted: what happened since the profile was copied is caught up with.
    ClientProcess::start(&profile)?.stop()?;
    for _ in 0..bench.rounds(20) {
        for file in std::fs::read_dir(&profile)? {
            forget(&file?.path())?;
        }
        let client = ClientProcess::start(&profile)?;
        cold.took(client.usable);
        client.stop()?;
        let client = ClientProcess::start(&profile)?;
        warm.took(client.usable);
        client.stop()?;
    }
    let floor = &bench.floor;
    bench.lines.push(
        Line::of(PART, "program to usable list, cold", Unit::Ms, &cold)
            .budget(1_000.0)
            .floor(floor.cold_open.p50(), "bare SQLite opened cold, one page")
            .interactive(),
    );
    bench.lines.push(
        Line::of(PART, "program to usable list, warm", Unit::Ms, &warm)
            .budget(1_000.0)
            .floor(floor.warm_open.p50(), "bare SQLite opened, one page")
            .interactive(),
    );
    Ok(())
}

/// Opens a profile, reads what a window shows first, says that it did, and stays until the input ends.
pub async fn be_a_client(profile: &Path) -> Result<()> {
    let client = Client::open(profile).await?;
    client.ask("get_session", json!({})).await?;
    let places = client.places().await?;
    let inbox = places.inboxes.first().context("there is no inbox")?.id;
    let place = json!({ "place": "inbox", "id": inbox });
    client.ask("list_chats", json!({ "place": place, "tab": "open", "segment": "all", "limit": 50 })).await?;
    client.ask("count_chats", json!({ "place": place })).await?;
    println!("usable");
    tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await??;
    client.close().await;
    Ok(())
}
