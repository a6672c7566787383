//! How many commands a hub makes durable in a second: asked directly, and over HTTP.

use crate::bench::Bench;
use crate::devices::{self, Device, Online, Outbox};
use crate::floor::BATCH;
use crate::process::HubProcess;
use crate::table::{Line, Unit};
use anyhow::{Context, Result};
use deskbell_domain::{ChatId, MemberId};
use deskbell_hub::auth::{SignedIn, session_of};
use deskbell_hub::{Hub, HubOptions};
use rusqlite::Connection;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use uuid::Uuid;

const PART: &str = "Hub, durable commands";
const LASTS: Duration = Duration::from_secs(4);
const WRITERS: [usize; 2] = [1, 16];
/// With 16 writers on two cores.
const BUDGET: f64 = 7_000.0;

/// Measures. The hub's data are not those of any client afterwards.
pub async fn measure(bench: &mut Bench) -> Result<()> {
    let data = bench.hub();
    let (chats, dana) = open_chats(&data)?;
    let chats = Arc::new(chats);
    let lasts = if bench.quick { LASTS / 20 } else { LASTS };
    // Each round has devices of its own: what a device has numbered stays numbered.
    let mut devices = devices::sign_in(&data, &[dana], WRITERS.iter().sum::<usize>() * 2, Bench::now_ms())?;
    let floor = |writers: usize, bench: &Bench| match writers {
        1 => (bench.floor.one_by_one, "rows of bare SQLite, each durable by itself".to_owned()),
        _ => (bench.floor.batches, format!("rows of bare SQLite, {BATCH} to a transaction")),
    };
    let hub = Hub::open(&data, HubOptions::default())?;
    for writers in WRITERS {
        let rate = direct(&hub, &devices.split_off(devices.len() - writers), &chats, lasts).await?;
        let (least, of) = floor(writers, bench);
        let line =
            Line::one(PART, format!("asked directly, {writers} at once"), Unit::PerSecond, rate).floor(least, &of);
        bench.lines.push(if writers > 1 { line.budget(BUDGET) } else { line });
    }
    hub.stop().await;
    let hub = HubProcess::start(&data, bench.listen)?;
    for writers in WRITERS {
        let rate = over_http(&hub, &devices.split_off(devices.len() - writers), &chats, lasts).await?;
        let (least, of) = floor(writers, bench);
        let line = Line::one(PART, format!("over HTTP, {writers} at once"), Unit::PerSecond, rate).floor(least, &of);
        let line = line.note("one command in each request");
        bench.lines.push(if writers > 1 { line.budget(BUDGET) } else { line });
    }
    hub.stop()
}

/// Open conversations with customers, and the member who sees them all.
fn open_chats(data: &Path) -> Result<(Vec<ChatId>, MemberId)> {
    let connection = deskbell_sqlite::open_reader(&data.join("hub.db"), None)?;
    let ids = |connection: &Connection, sql: &str| -> Result<Vec<Uuid>> {
        let mut statement = connection.prepare(sql)?;
        let ids = statement.query_map([], |r| Ok(Uuid::from_bytes(r.get::<_, [u8; 16]>(0)?)))?;
        Ok(ids.collect::<Result<_, _>>()?)
    };
    let open = "SELECT id FROM entity WHERE kind = 'conversation' AND json_extract(row, '$.closed') IS NULL LIMIT 2000";
    let dana = "SELECT id FROM entity WHERE kind = 'member' AND json_extract(row, '$.role') = 'manager'";
    let dana = ids(&connection, dana)?.first().copied().context("nobody sees everything")?;
    Ok((ids(&connection, open)?.into_iter().map(ChatId).collect(), MemberId(dana)))
}

async fn direct(hub: &Hub, devices: &[Device], chats: &Arc<Vec<ChatId>>, lasts: Duration) -> Result<f64> {
    let mut writers = Vec::new();
    let end = Instant::now() + lasts;
    for (at, device) in devices.iter().enumerate() {
        let who = SignedIn { member: device.member, device: device.id };
        let session = session_of(hub, who, device.token.clone()).await?;
        let (mut outbox, hub, chats, device) =
            (Outbox::new(device, session), hub.clone(), chats.clone(), device.clone());
        writers.push(tokio::spawn(async move {
            let mut done = 0_u32;
            while Instant::now() < end {
                let chat = chats[(at * 61 + done as usize) % chats.len()];
                let commands = outbox.message(chat, "The frame is in stock, in green.")?;
                devices::done(&hub.submit(device.member, device.id, commands).await?)?;
                done += 1;
            }
            Ok::<_, anyhow::Error>(done)
        }));
    }
    total(writers, lasts).await
}

async fn over_http(hub: &HubProcess, devices: &[Device], chats: &Arc<Vec<ChatId>>, lasts: Duration) -> Result<f64> {
    let mut online = Vec::new();
    for device in devices {
        online.push(Online::connect(hub.address, device).await?);
    }
    let end = Instant::now() + lasts;
    let writers = online.into_iter().enumerate().map(|(at, mut device)| {
        let chats = chats.clone();
        tokio::spawn(async move {
            let mut done = 0_u32;
            while Instant::now() < end {
                let chat = chats[(at * 61 + done as usize) % chats.len()];
                device.send(chat, "The frame is in stock, in green.").await?;
                done += 1;
            }
            Ok::<_, anyhow::Error>(done)
        })
    });
    total(writers.collect(), lasts).await
}

async fn total(writers: Vec<tokio::task::JoinHandle<Result<u32>>>, lasts: Duration) -> Result<f64> {
    let mut done = 0;
    for writer in writers {
        done += writer.await??;
    }
    Ok(f64::from(done) / lasts.as_secs_f64())
}
