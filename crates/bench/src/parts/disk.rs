//! Bytes on the disk.

use crate::bench::Bench;
use crate::machine::disk_mib;
use crate::table::{Line, Unit};
use anyhow::Result;

const PART: &str = "Disk";

/// Measures.
pub fn measure(bench: &mut Bench) -> Result<()> {
    for (name, directory) in [("the client's cache", bench.dana()), ("the hub", bench.hub())] {
        let size = disk_mib(&directory)?;
        let each = size * 1024.0 * 1024.0 / bench.shape.messages as f64;
        bench.lines.push(Line::one(PART, name, Unit::Mib, size).note(format!("{each:.0} bytes for each message")));
    }
    Ok(())
}
