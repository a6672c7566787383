//! The real window on the organization: what a person waits for in it, and what it takes of the computer.
//!
//! It is driven as tests drive it, on a desktop of its own without a graphics processor, so drawing costs what it costs at
//! worst. Beside the figures of the process tree stands an empty window of the same toolkit, in the same run.

mod desk;
mod page;
mod tree;

use crate::bench::{self, Bench};
use crate::client::Client;
use crate::devices::Online;
use crate::machine::Machine;
use crate::parts::search;
use crate::process::HubProcess;
use crate::samples::Samples;
use crate::table::{Line, Unit, render};
use anyhow::{Context, Result, bail};
pub use desk::put_keys;
use desk::{Desk, OpenWindow};
use deskbell_domain::ChatId;
use rusqlite::Connection;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tree::{Memory, Tree};
use uuid::Uuid;

/// What a figure of the whole tree must not be above, in MiB.
const TREE_MIB: f64 = 340.0;
const RESTING_MIB: f64 = 100.0;
/// After so long a window that was worked with has come to rest.
const SETTLES: Duration = Duration::from_secs(8);

/// What can be told.
#[derive(Debug, Clone, clap::Args)]
#[group(skip)]
pub struct Options {
    #[command(flatten)]
    of: bench::Options,
    /// The window's program
    #[arg(long)]
    program: PathBuf,
    /// An empty window of the same toolkit
    #[arg(long)]
    empty: PathBuf,
}

/// Measures and prints.
pub async fn window(options: &Options) -> Result<()> {
    if !options.of.only.is_empty() {
        bail!("--only chooses parts of the table: the window is measured whole");
    }
    let mut bench = bench::prepare(&options.of).await?;
    let machine = Machine::now();
    let hub = HubProcess::start(&bench.hub(), bench.listen)?;
    catch_up(&bench).await?;
    let desk = Desk::settle(&bench.dana(), &options.program).await?;
    let empty = memory_of_empty(&desk, options).await?;
    start(&mut bench, &desk).await?;
    work(&mut bench, &desk, &hub, empty).await?;
    hub.stop()?;
    std::fs::remove_dir_all(&bench.work)?;
    let report = bench::Report { machine, messages: options.of.messages, lines: bench.lines };
    println!("{}", bench::heading(&report));
    print!("{}", render(&report.lines));
    if let Some(path) = &options.of.json {
        std::fs::write(path, serde_json::to_vec_pretty(&report)?)?;
    }
    Ok(())
}

/// What a newer version does to the cache it does before anything is measured, and what happened meanwhile comes in.
async fn catch_up(bench: &Bench) -> Result<()> {
    let dana = Client::open(&bench.dana()).await?;
    dana.complete().await?;
    search::indexed(&dana).await?;
    dana.close().await;
    Ok(())
}

/// The floor: the toolkit, its processes and nothing in them; and what is left of it without its page.
async fn memory_of_empty(desk: &Desk, options: &Options) -> Result<Floor> {
    let looks = idle_for(options.of.quick);
    let empty = desk.start_empty(&options.empty, SETTLES * 2 + looks).await?;
    tokio::time::sleep(SETTLES).await;
    let tree = Tree::of(empty.id())?;
    let memory = tree.memory()?;
    let idle = tree.idle(looks).await?;
    tokio::time::sleep(SETTLES * 2).await;
    let rested = Tree::of(empty.id())?.memory()?;
    if rested.processes() >= memory.processes() {
        bail!("the empty window has not given its page up");
    }
    Ok(Floor { mapped_ms: empty.mapped.as_secs_f64() * 1_000.0, memory, rested, wakeups: idle.wakeups_per_second })
}

struct Floor {
    mapped_ms: f64,
    memory: Memory,
    rested: Memory,
    wakeups: f64,
}

fn idle_for(quick: bool) -> Duration {
    Duration::from_secs(if quick { 5 } else { 30 })
}

async fn start(bench: &mut Bench, desk: &Desk) -> Result<()> {
    let (mut mapped, mut usable) = (Samples::new(), Samples::new());
    // Not counted: what happened since the profile was copied is caught up with.
    desk.open().await?.quit().await?;
    for _ in 0..bench.rounds(10) {
        desk.forget_files()?;
        let window = desk.open().await?;
        mapped.push(window.mapped_ms);
        usable.push(window.usable_ms().await?);
        window.quit().await?;
    }
    const PART: &str = "Start of the window";
    bench.lines.push(Line::of(PART, "program to mapped window", Unit::Ms, &mapped).interactive());
    bench.lines.push(Line::of(PART, "program to usable list, cold", Unit::Ms, &usable).budget(1_000.0).interactive());
    Ok(())
}

/// So many also where few repetitions are asked for: of a few a 95th percentile is one of them.
const LETTERS: usize = 200;
const ARRIVALS: usize = 60;

async fn work(bench: &mut Bench, desk: &Desk, hub: &HubProcess, empty: Floor) -> Result<()> {
    const FAST: &str = "In the window";
    const KEPT: &str = "What the window takes";
    let window = desk.open().await?;
    window.usable_ms().await?;
    tokio::time::sleep(SETTLES).await;
    let tree = Tree::of(window.pid()?)?;
    let opened = tree.memory()?;

    let chats = page::switch_chats(&window, bench.rounds(100)).await?;
    let tabs = page::switch_tabs(&window, bench.rounds(40)).await?;
    let keys = page::keys(&window, LETTERS).await?;
    let (rows, list) = page::scroll_list(&window, if bench.quick { 2_000 } else { 100_000 }).await?;
    let busy = *bench.open.first().context("nothing is open")?;
    page::leave_at(&window, &busy.to_string()).await?;
    window.quit().await?;
    let window = desk.open().await?;
    let come = arrivals(bench, hub, &window, busy).await?;
    page::leave_at(&window, &longest(bench)?).await?;
    window.quit().await?;
    let window = desk.open().await?;
    page::is_open(&window).await?;
    let (entries, thread) = page::scroll_thread(&window, if bench.quick { 500 } else { 10_000 }).await?;
    tokio::time::sleep(SETTLES).await;
    let worked = Tree::of(window.pid()?)?.memory()?;

    page::rest(&window).await?;
    // What scrolling has left behind (memory to give back, a log to copy) is no rest yet.
    tokio::time::sleep(SETTLES * 4).await;
    let idle = Tree::of(window.pid()?)?.idle(idle_for(bench.quick)).await?;

    desk.give_up(&window).await?;
    let (_, at_once) = desk.bring_back(&window).await?;
    tokio::time::sleep(SETTLES).await;
    let gone = desk.give_up(&window).await?;
    tokio::time::sleep(SETTLES).await;
    let resting = Tree::of(window.pid()?)?;
    let (rested, resting_idle) = (resting.memory()?, resting.idle(idle_for(bench.quick)).await?);
    let (shown, back) = desk.bring_back(&window).await?;
    window.quit().await?;

    bench.lines.extend([
        Line::of(FAST, "key to paint, in the composer", Unit::Ms, &keys).budget(16.7).interactive(),
        Line::of(FAST, "key to the next conversation, painted", Unit::Ms, &chats).interactive(),
        Line::of(FAST, "click to another tab, painted", Unit::Ms, &tabs).interactive(),
        Line::of(FAST, "from another's send to the open thread, painted", Unit::Ms, &come)
            .budget(50.0)
            .note("a device sends, the hub keeps it; the page counts in whole milliseconds"),
        Line::one(FAST, "frames dropped, the list", Unit::Percent, list.dropped_percent())
            .note(format!("{rows} rows, {} frames, longest {:.0} ms", list.frames, list.longest_ms)),
        Line::one(FAST, "frames dropped, a long thread", Unit::Percent, thread.dropped_percent())
            .note(format!("{entries} messages, {} frames, longest {:.0} ms", thread.frames, thread.longest_ms)),
        Line::one(KEPT, "memory of the tree, opened", Unit::Mib, opened.mib)
            .budget(TREE_MIB)
            .floor(empty.memory.mib, "an empty window")
            .note(opened.to_string()),
        Line::one(KEPT, "memory of the tree, a long thread scrolled", Unit::Mib, worked.mib)
            .floor(empty.memory.mib, "an empty window")
            .note(worked.to_string()),
        Line::one(KEPT, "processor at rest", Unit::Percent, idle.cpu_percent)
            .budget(0.1)
            .note(format!("the whole tree {:.2} %", idle.tree_cpu_percent)),
        Line::one(KEPT, "wake-ups at rest", Unit::PerSecond, idle.wakeups_per_second)
            .note(format!("at most 2; an empty window {:.1}; {}", empty.wakeups, idle.threads)),
        Line::one(KEPT, "memory of the tree, closed to the tray", Unit::Mib, rested.mib)
            .budget(RESTING_MIB)
            .floor(empty.rested.mib, "an empty window without its page")
            .note(format!("{rested}; the empty one: {}", empty.rested)),
        Line::one(KEPT, "wake-ups, closed to the tray", Unit::PerSecond, resting_idle.wakeups_per_second)
            .note(resting_idle.threads),
        Line::one(KEPT, "from the tray to a mapped window", Unit::Ms, shown).floor(empty.mapped_ms, "an empty program"),
        Line::one(KEPT, "from the tray to a usable list", Unit::Ms, back)
            .budget(1_000.0)
            .note("seconds later: its files may have to be read again"),
        Line::one(KEPT, "from the tray to a usable list, at once", Unit::Ms, at_once).budget(1_000.0),
        Line::one(KEPT, "window given up after", Unit::Ms, gone),
    ]);
    Ok(())
}

/// How long what somebody else sends takes to the screen of who looks at that chat.
async fn arrivals(bench: &Bench, hub: &HubProcess, window: &OpenWindow, chat: ChatId) -> Result<Samples> {
    page::to_end(window).await?;
    let sender = bench.devices.first().context("nobody sends")?;
    let mut sender = Online::connect(hub.address, sender).await?;
    let mut took = Samples::new();
    for n in 0..ARRIVALS {
        let text = format!("on its way {n};");
        let sends = async {
            // By then the page waits for it.
            tokio::time::sleep(Duration::from_millis(150)).await;
            let began = SystemTime::now().duration_since(UNIX_EPOCH)?;
            sender.send(&[chat], &text).await?;
            anyhow::Ok(began.as_secs_f64() * 1_000.0)
        };
        let (seen, sent) = tokio::try_join!(page::arrives(window, &text), sends)?;
        took.push(seen - sent);
    }
    Ok(took)
}

/// The chat with most messages.
fn longest(bench: &Bench) -> Result<String> {
    let hub = Connection::open(bench.hub().join("hub.db"))?;
    let most = "SELECT chat FROM message GROUP BY chat ORDER BY count(*) DESC LIMIT 1";
    let chat: Vec<u8> = hub.query_row(most, [], |row| row.get(0)).context("there is no message")?;
    Ok(Uuid::from_slice(&chat)?.to_string())
}
