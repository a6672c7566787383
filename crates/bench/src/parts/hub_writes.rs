//! How many commands a hub makes durable in a second: asked directly, and over HTTP.

use crate::bench::Bench;
use crate::devices::{self, Device, Online, Outbox};
use crate::floor::BATCH;
use crate::process::HubProcess;
use crate::table::{Line, Unit};
use anyhow::Result;
use deskbell_domain::ChatId;
use deskbell_hub::auth::{SignedIn, session_of};
use deskbell_hub::{Hub, HubOptions};
use std::sync::Arc;
use std::time::{Duration, Instant};

const PART: &str = "Hub, durable commands";
const LASTS: Duration = Duration::from_secs(4);
/// How many write at once, and how many commands each of them sends together.
const WAYS: [(usize, usize); 3] = [(1, 1), (16, 1), (16, BATCH / 16)];
/// With as many commands waiting as a transaction takes, on two cores.
const BUDGET: f64 = 7_000.0;
const TEXT: &str = "The frame is in stock, in green.";

/// Chats to write in, and for how long.
#[derive(Clone)]
struct Work {
    chats: Arc<Vec<ChatId>>,
    end: Instant,
}

impl Work {
    /// Chats of the request `n` of a writer.
    fn chats(&self, writer: usize, n: usize, together: usize) -> Vec<ChatId> {
        (0..together).map(|i| self.chats[(writer * 61 + n * together + i) % self.chats.len()]).collect()
    }
}

/// Measures. The hub's data are not those of any client afterwards.
pub async fn measure(bench: &mut Bench) -> Result<()> {
    let data = bench.hub();
    let places = devices::open_chats(&data)?;
    let chats = Arc::new(places.chats);
    let lasts = if bench.quick { LASTS / 20 } else { LASTS };
    // Each round has devices of its own: what a device has numbered stays numbered.
    let needed = WAYS.iter().map(|(writers, _)| writers).sum::<usize>() * 2;
    let mut devices = devices::sign_in(&data, &places.members, needed, Bench::now_ms())?;
    let hub = Hub::open(&data, HubOptions::default())?;
    for (writers, together) in WAYS {
        let round = devices.split_off(devices.len() - writers);
        let work = Work { chats: chats.clone(), end: Instant::now() + lasts };
        let rate = direct(&hub, &round, together, &work).await? / lasts.as_secs_f64();
        bench.lines.push(line(bench, "asked directly", writers, together, rate));
    }
    hub.stop().await;
    let hub = HubProcess::start(&data, bench.listen)?;
    for (writers, together) in WAYS {
        let round = devices.split_off(devices.len() - writers);
        let mut online = Vec::new();
        for device in &round {
            online.push(Online::connect(hub.address, device).await?);
        }
        let work = Work { chats: chats.clone(), end: Instant::now() + lasts };
        let rate = over_http(online, together, &work).await? / lasts.as_secs_f64();
        bench.lines.push(line(bench, "over HTTP", writers, together, rate));
    }
    hub.stop()
}

fn line(bench: &Bench, how: &str, writers: usize, together: usize, rate: f64) -> Line {
    let waiting = writers * together;
    let name = format!("{how}, {writers} at once, {together} in each request");
    let line = Line::one(PART, name, Unit::PerSecond, rate);
    let (one, batches) = (bench.floor.one_by_one, bench.floor.batches);
    match waiting {
        1 => line.floor(one, "bare SQLite, each row durable by itself"),
        BATCH => line.floor(batches, &format!("bare SQLite, {BATCH} rows to a transaction")).budget(BUDGET),
        _ => line.floor(one * waiting as f64, &format!("bare SQLite's transactions, {waiting} commands in each")),
    }
}

async fn direct(hub: &Hub, devices: &[Device], together: usize, work: &Work) -> Result<f64> {
    let mut writers = Vec::new();
    for (at, device) in devices.iter().enumerate() {
        let who = SignedIn { member: device.member, device: device.id };
        let session = session_of(hub, who, device.token.clone()).await?;
        let (outbox, hub, work, device) = (Outbox::new(device, session), hub.clone(), work.clone(), device.clone());
        writers.push(tokio::spawn(async move {
            let mut requests = 0;
            while Instant::now() < work.end {
                let commands = outbox.messages(&work.chats(at, requests, together), TEXT)?;
                devices::done(&hub.submit(device.member, device.id, commands).await?)?;
                requests += 1;
            }
            Ok::<_, anyhow::Error>(requests * together)
        }));
    }
    total(writers).await
}

async fn over_http(online: Vec<Online>, together: usize, work: &Work) -> Result<f64> {
    let writers = online.into_iter().enumerate().map(|(at, mut device)| {
        let work = work.clone();
        tokio::spawn(async move {
            let mut requests = 0;
            while Instant::now() < work.end {
                device.send(&work.chats(at, requests, together), TEXT).await?;
                requests += 1;
            }
            Ok::<_, anyhow::Error>(requests * together)
        })
    });
    total(writers.collect()).await
}

async fn total(writers: Vec<tokio::task::JoinHandle<Result<usize>>>) -> Result<f64> {
    let mut done = 0;
    for writer in writers {
        done += writer.await??;
    }
    Ok(done as f64)
}
