//! One size: the organization, the parts that are measured on it, and the table.

use crate::client::Client;
use crate::devices::{self, Device};
use crate::floor::{self, Floor};
use crate::machine::{Machine, settle};
use crate::organization::{self, Shape};
use crate::process::HubProcess;
use crate::table::{Line, render};
use crate::{organization::DANA, parts};
use anyhow::{Context, Result, bail};
use deskbell_core::ChatId;
use deskbell_testkit::test_hub::copy_dir;
use serde::{Deserialize, Serialize};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The parts, in the order in which they are measured.
pub const PARTS: &[&str] =
    &["start", "lists", "threads", "search", "clicks", "first-sync", "delivery", "memory", "disk", "hub-writes"];

/// What can be told for one size.
#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    /// Messages of the organization
    #[arg(long, default_value_t = 1_000_000)]
    pub messages: usize,
    /// Only this part; may be given several times
    #[arg(long, value_parser = clap::builder::PossibleValuesParser::new(PARTS))]
    pub only: Vec<String>,
    /// Few repetitions: whether it works, not how fast it is
    #[arg(long)]
    pub quick: bool,
    /// Write the figures here, too
    #[arg(long)]
    pub json: Option<PathBuf>,
    /// Where organizations are kept
    #[arg(long, default_value = "target/bench")]
    pub dir: PathBuf,
    /// The same seed makes the same organization
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// Everything that was measured in one run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Where.
    pub machine: Machine,
    /// On an organization of so many messages.
    pub messages: usize,
    /// The figures.
    pub lines: Vec<Line>,
}

/// What a part needs.
pub struct Bench {
    /// What the organization is.
    pub shape: Shape,
    /// Where this run works; gone at its end.
    pub work: PathBuf,
    /// Where the hub listens: clients that are kept know it there.
    pub listen: SocketAddr,
    /// Few repetitions.
    pub quick: bool,
    /// What the machine can do at best.
    pub floor: Floor,
    /// How long the first sync took, where this run had to make it.
    pub first_sync: Option<Duration>,
    /// Devices that write beside the clients.
    pub devices: Vec<Device>,
    /// Conversations that they write in.
    pub open: Vec<ChatId>,
    /// What was measured so far.
    pub lines: Vec<Line>,
}

impl Bench {
    /// Data of the hub.
    pub fn hub(&self) -> PathBuf {
        self.work.join("hub")
    }

    /// Dana's profile.
    pub fn dana(&self) -> PathBuf {
        self.work.join("dana")
    }

    /// How often something is repeated.
    pub fn rounds(&self, many: usize) -> usize {
        if self.quick { many.div_ceil(20).max(2) } else { many }
    }

    /// The time (UTC milliseconds).
    pub fn now_ms() -> i64 {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
    }
}

/// Measures and prints.
pub async fn table(options: &Options) -> Result<()> {
    let report = measure(options).await?;
    println!("{}", heading(&report));
    print!("{}", render(&report.lines));
    if let Some(path) = &options.json {
        std::fs::write(path, serde_json::to_vec_pretty(&report)?)?;
    }
    Ok(())
}

/// What the table is of.
pub fn heading(report: &Report) -> String {
    format!(
        "{} messages in {} conversations; {}. p50 and p95 are beside the floor of the same run; `!` = over its budget.",
        crate::table::number(report.messages as f64),
        crate::table::number(report.messages as f64 / 20.0),
        report.machine
    )
}

/// Measures. What was measured before something went wrong is said all the same: it may have taken an hour.
pub async fn measure(options: &Options) -> Result<Report> {
    let mut bench = prepare(options).await?;
    let machine = Machine::now();
    if let Err(error) = figures(options, &mut bench).await {
        eprint!("{}", render(&bench.lines));
        return Err(error);
    }
    std::fs::remove_dir_all(&bench.work)?;
    Ok(Report { machine, messages: options.messages, lines: bench.lines })
}

async fn figures(options: &Options, bench: &mut Bench) -> Result<()> {
    let wants = |part: &str| options.only.is_empty() || options.only.iter().any(|only| only == part);
    let hub = HubProcess::start(&bench.hub(), bench.listen)?;
    if wants("start") {
        say("start");
        parts::start::measure(bench)?;
    }
    let with_client = ["lists", "threads", "search", "clicks", "delivery"].into_iter().any(&wants);
    if with_client {
        let dana = Client::open(&bench.dana()).await?;
        dana.complete().await?;
        parts::search::indexed(&dana).await?;
        for part in ["lists", "threads", "search", "clicks", "delivery"].into_iter().filter(|part| wants(part)) {
            say(part);
            match part {
                "lists" => parts::lists::measure(bench, &dana).await,
                "threads" => parts::threads::measure(bench, &dana).await,
                "search" => parts::search::measure(bench, &dana).await,
                "clicks" => parts::clicks::measure(bench, &dana).await,
                _ => parts::delivery::measure(bench, &dana, &hub).await,
            }
            .with_context(|| part.to_owned())?;
        }
        dana.complete().await?;
        dana.close().await;
    }
    if wants("first-sync") {
        say("first-sync");
        parts::first_sync::measure(bench, &hub).await?;
    }
    if wants("memory") {
        say("memory");
        parts::memory::measure(bench, &hub)?;
    }
    hub.stop()?;
    if wants("disk") {
        parts::disk::measure(bench)?;
    }
    if wants("hub-writes") {
        say("hub-writes");
        parts::hub_writes::measure(bench).await?;
    }
    Ok(())
}

fn say(part: &str) {
    eprintln!("measuring {part} …");
}

/// The organization, a client that has all of it, and copies of both to work on.
pub async fn prepare(options: &Options) -> Result<Bench> {
    if options.messages < 100 {
        bail!("--messages: at least 100");
    }
    let kept = options.dir.join(options.messages.to_string());
    std::fs::create_dir_all(&kept)?;
    let shape = Shape { messages: options.messages, seed: options.seed, now_ms: Bench::now_ms() };
    if organization::make(&kept.join("hub"), &shape, &mut |said| eprintln!("{said}")).await? {
        let _ = std::fs::remove_dir_all(kept.join("dana"));
    }
    let listen = address(&kept)?;
    let mut first_sync = None;
    if !kept.join("dana").exists() {
        eprintln!("making a client by a first sync …");
        first_sync = Some(make_client(&kept, listen).await?);
    }
    let work = kept.join("work");
    let _ = std::fs::remove_dir_all(&work);
    copy_dir(&kept.join("hub"), &work.join("hub"))?;
    copy_dir(&kept.join("dana"), &work.join("dana"))?;
    // Otherwise the first who waits for the disk waits for the copies, too.
    settle(&work)?;
    eprintln!("measuring the floor …");
    let rounds = if options.quick { 20 } else { 300 };
    let floor = floor::measure(&work.join("floor"), &work.join("hub/hub.db"), rounds)?;
    let open = devices::open_chats(&work.join("hub"))?;
    let devices = devices::sign_in(&work.join("hub"), &open.members, parts::delivery::DEVICES, Bench::now_ms())?;
    let (quick, open) = (options.quick, open.chats);
    let lines = parts::the_floor(&floor);
    Ok(Bench { shape, work, listen, quick, floor, first_sync, devices, open, lines })
}

/// A client that is kept knows its hub by its address, so the port is chosen once.
fn address(kept: &Path) -> Result<SocketAddr> {
    let file = kept.join("address");
    if let Ok(text) = std::fs::read_to_string(&file)
        && let Ok(address) = text.parse()
    {
        TcpListener::bind(address).with_context(|| format!("{address} is taken: remove {}", kept.display()))?;
        return Ok(address);
    }
    let address = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?;
    std::fs::write(file, address.to_string())?;
    Ok(address)
}

async fn make_client(kept: &Path, listen: SocketAddr) -> Result<Duration> {
    let making = kept.join("making");
    let _ = std::fs::remove_dir_all(&making);
    let hub = HubProcess::start(&kept.join("hub"), listen)?;
    let took = parts::first_sync::run(&making, &hub.url(), DANA).await?;
    hub.stop()?;
    std::fs::rename(making, kept.join("dana"))?;
    Ok(took)
}
