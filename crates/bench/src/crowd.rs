//! A crowd at the hub: a thousand idle connections, then two hundred clients while customers write.
//!
//! Clients here speak the protocol and keep nothing, so that they take little from what is measured; they are on the same
//! machine all the same, and on the same processors.

mod talk;

use crate::bench::{self, Bench};
use crate::devices::{self, Device};
use crate::http::{Connection, Events};
use crate::machine::{Machine, cpu_of, pss_mib, settle};
use crate::organization::{self, Shape};
use crate::process::HubProcess;
use crate::samples::Samples;
use crate::table::{Line, Unit, render};
use anyhow::{Result, bail};
use deskbell_domain::MemberId;
use deskbell_protocol::{Session, Snapshot};
use deskbell_testkit::test_hub::copy_dir;
use std::collections::HashSet;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use talk::Heard;
use uuid::Uuid;

const CONNECTIONS: usize = 1_000;
const CLIENTS: usize = 200;

/// What can be told of a crowd.
#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    /// Messages of the organization
    #[arg(long, default_value_t = 100_000)]
    pub messages: usize,
    /// A tenth of everybody, for seconds: whether it works, not how it fares
    #[arg(long)]
    pub quick: bool,
    /// Write the figures here, too
    #[arg(long)]
    pub json: Option<PathBuf>,
    /// Where organizations are kept
    #[arg(long, default_value = "target/bench")]
    pub dir: PathBuf,
}

/// Measures and prints.
pub async fn crowd(options: &Options) -> Result<()> {
    let kept = options.dir.join(options.messages.to_string());
    let shape = Shape { messages: options.messages, seed: 1, now_ms: Bench::now_ms() };
    organization::make(&kept.join("hub"), &shape, &mut |said| eprintln!("{said}")).await?;
    let data = kept.join("crowd");
    let _ = std::fs::remove_dir_all(&data);
    copy_dir(&kept.join("hub"), &data)?;
    settle(&data)?;
    let machine = Machine::now();
    let few = if options.quick { 10 } else { 1 };
    let members = members(&data)?;
    let devices = devices::sign_in(&data, &members, CONNECTIONS / few, Bench::now_ms())?;
    let hub = HubProcess::start(&data, SocketAddr::from(([127, 0, 0, 1], 0)))?;
    let mut lines = Vec::new();
    idle(&hub, &devices, &mut lines).await?;
    snapshots(&hub, &devices[0], &mut lines).await?;
    let clients = &devices[..CLIENTS / few];
    let seconds = if options.quick { 3 } else { 60 };
    for (minute, called) in [(50, "50 conversations a minute"), (500, "500 conversations a minute")] {
        let conversations = (minute * seconds as usize).div_ceil(60);
        under_load(&hub, &data, clients, conversations, Duration::from_secs(seconds), called, &mut lines).await?;
    }
    hub.stop()?;
    std::fs::remove_dir_all(&data)?;
    let report = bench::Report { machine, messages: options.messages, lines };
    println!("{}", bench::heading(&report));
    print!("{}", render(&report.lines));
    if let Some(path) = &options.json {
        std::fs::write(path, serde_json::to_vec_pretty(&report)?)?;
    }
    Ok(())
}

/// Everybody but the two who see other things than most.
fn members(data: &Path) -> Result<Vec<MemberId>> {
    let connection = deskbell_sqlite::open_reader(&data.join("hub.db"))?;
    let sql = "SELECT id FROM entity WHERE kind = 'member' AND json_extract(row, '$.email') LIKE 'member%' ORDER BY id";
    let mut statement = connection.prepare(sql)?;
    let ids = statement.query_map([], |r| Ok(MemberId(Uuid::from_bytes(r.get::<_, [u8; 16]>(0)?))))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

async fn idle(hub: &HubProcess, devices: &[Device], lines: &mut Vec<Line>) -> Result<()> {
    const PART: &str = "At rest";
    // What the start needed is given back by then.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let before = pss_mib(hub.id())?;
    lines.push(Line::one(PART, "memory of the hub, nobody there", Unit::Mib, before).budget(14.0));
    let mut streams = Vec::new();
    // What the first ones make the hub get for everybody (readers with their pages, stacks) is not theirs.
    let (first, others) = devices.split_at(devices.len() / 5);
    for device in first {
        streams.push(stream(hub, device).await?);
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    let with_first = pss_mib(hub.id())?;
    for device in others {
        streams.push(stream(hub, device).await?);
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    let each = (pss_mib(hub.id())? - with_first) * 1024.0 / others.len() as f64;
    let all = format!("memory of the hub, {} idle connections", streams.len());
    lines.push(Line::one(PART, all, Unit::Mib, pss_mib(hub.id())?));
    let note = format!("{} more, each with a stream", others.len());
    lines.push(Line::one(PART, "memory for each idle connection", Unit::Kib, each).budget(8.0).note(note));
    let (cpu, began) = (cpu_of(hub.id())?, Instant::now());
    tokio::time::sleep(Duration::from_secs(5)).await;
    let used = (cpu_of(hub.id())? - cpu).as_secs_f64() / began.elapsed().as_secs_f64() * 100.0;
    lines.push(Line::one(PART, "processor with all of them idle", Unit::Percent, used));
    drop(streams);
    // The hub notices that they are gone when it next has something to say, or by their end.
    tokio::time::sleep(Duration::from_secs(1)).await;
    Ok(())
}

async fn stream(hub: &HubProcess, device: &Device) -> Result<Events> {
    let mut connection = Connection::open(hub.address, &device.token).await?;
    let session = devices::session(&mut connection).await?;
    connection.events(&path_of(&session), session.head.seq).await
}

fn path_of(session: &Session) -> String {
    format!("/v1/events?gen={}&seen={}", session.r#gen.0, session.head)
}

/// What a member's first sync travels in, and whether anything comes twice.
async fn snapshots(hub: &HubProcess, device: &Device, lines: &mut Vec<Line>) -> Result<()> {
    const PART: &str = "First sync of one member";
    let mut connection = Connection::open(hub.address, &device.token).await?;
    let session = devices::session(&mut connection).await?;
    let (mut plain, mut compressed, mut rows, mut twice) = (0, 0, 0_usize, 0_usize);
    let mut seen = HashSet::new();
    for grant in &session.grants {
        let mut after: Option<String> = None;
        loop {
            let cursor = after.as_ref().map(|after| format!("&after={after}")).unwrap_or_default();
            let (generation, stamp) = (&session.r#gen.0, session.head);
            let path = format!("/v1/snapshot/{}?boot=bench&gen={generation}&seen={stamp}{cursor}", grant.scope);
            compressed += connection.get(&path, true).await?.body.len();
            let answer = connection.get(&path, false).await?;
            if answer.status != 200 {
                bail!("a snapshot answered {}", answer.status);
            }
            plain += answer.body.len();
            let page: Snapshot = serde_json::from_slice(&answer.body)?;
            rows += page.rows.len();
            twice += page.rows.iter().filter(|row| !seen.insert((row.kind.clone(), row.id))).count();
            after = page.next;
            if after.is_none() {
                break;
            }
        }
    }
    let each = format!("{rows} rows, {:.0} bytes each", compressed as f64 / rows.max(1) as f64);
    lines.push(Line::one(PART, "snapshots, compressed", Unit::Kib, compressed as f64 / 1024.0).note(each));
    lines.push(Line::one(PART, "snapshots, as they are read", Unit::Kib, plain as f64 / 1024.0));
    lines.push(Line::one(PART, "rows that came twice", Unit::Count, twice as f64).budget(0.0));
    Ok(())
}

#[allow(clippy::too_many_arguments, reason = "what one round is made of")]
async fn under_load(
    hub: &HubProcess,
    data: &Path,
    clients: &[Device],
    conversations: usize,
    lasts: Duration,
    called: &str,
    lines: &mut Vec<Line>,
) -> Result<()> {
    let part = format!("{} clients, {called}", clients.len());
    let heard = Heard::default();
    let mut listening = Vec::new();
    for device in clients {
        listening.push(talk::listen(hub.address, device, heard.clone()).await?);
    }
    let (cpu, began) = (cpu_of(hub.id())?, Instant::now());
    let said = talk::everybody(hub.address, data, clients, conversations, lasts, &heard).await?;
    // What was said last is on its way.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let used = (cpu_of(hub.id())? - cpu).as_secs_f64() / began.elapsed().as_secs_f64() * 100.0;
    let memory = pss_mib(hub.id())?;
    for client in listening {
        client.abort();
    }
    let told = heard.take();
    let streams: Samples = told.bytes.iter().map(|bytes| *bytes as f64 / 1024.0).collect();
    if told.took.is_empty() {
        bail!("{part}: nobody heard anything");
    }
    let note = format!("{said} messages in {:.0} s; each to whoever sees its inbox", lasts.as_secs_f64());
    lines.push(Line::of(&part, "from a message to another client", Unit::Ms, &told.took).budget(50.0).note(note));
    lines.push(Line::one(&part, "processor of the hub", Unit::Percent, used).note("of one core"));
    lines.push(Line::one(&part, "memory of the hub", Unit::Mib, memory));
    lines.push(Line::of(&part, "stream of each client", Unit::Kib, &streams).note("as it travels"));
    lines.push(Line::one(&part, "changes that came twice", Unit::Count, told.twice as f64).budget(0.0));
    Ok(())
}
