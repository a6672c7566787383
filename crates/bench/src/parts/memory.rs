//! Memory of each process, what it shares with others counted in part (PSS).

use crate::bench::Bench;
use crate::machine::pss_mib;
use crate::process::{ClientProcess, HubProcess};
use crate::table::{Line, Unit};
use anyhow::Result;
use std::time::Duration;

const PART: &str = "Memory";

/// Measures: the hub as it is after all of the above, another one that has just started, and a client at rest.
pub fn measure(bench: &mut Bench, hub: &HubProcess) -> Result<()> {
    bench.lines.push(Line::one(PART, "the hub after the work above", Unit::Mib, pss_mib(hub.id())?));
    let client = ClientProcess::start(&bench.dana())?;
    // What the start needed is given back by then, and what has to be caught up with is.
    std::thread::sleep(Duration::from_secs(if bench.quick { 1 } else { 5 }));
    bench.lines.push(Line::one(PART, "a client without a window, at rest", Unit::Mib, pss_mib(client.id())?));
    client.stop()
}
