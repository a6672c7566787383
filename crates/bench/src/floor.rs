//! What the machine can do at best: bare SQLite, neither encrypted nor indexed, and the disk itself.

use crate::samples::Samples;
use anyhow::Result;
use rusqlite::{Connection, params};
use std::io::Write;
use std::path::Path;
use std::time::Instant;

/// Rows of one transaction where many are written.
pub const BATCH: usize = 64;
/// Rows of a page.
const PAGE: usize = 50;

/// What was measured.
#[derive(Debug, Clone, Default)]
pub struct Floor {
    /// One `fdatasync` after 4 KiB.
    pub sync: Samples,
    /// A transaction of one row, durable.
    pub write: Samples,
    /// Durable rows in a second, each in a transaction of its own.
    pub one_by_one: f64,
    /// Durable rows in a second, 64 to a transaction.
    pub batches: f64,
    /// A page of 50 rows, by their number.
    pub page: Samples,
    /// One row, by its number.
    pub row: Samples,
    /// 50 rows here and there.
    pub scattered: Samples,
    /// Opening the file and reading a page, nothing of it in memory.
    pub cold_open: Samples,
    /// The same with the file in memory.
    pub warm_open: Samples,
    /// Milliseconds to write all rows of the organization, 1,000 to a transaction; 0 where it was not asked for.
    pub fill_ms: f64,
    /// Milliseconds to look for a word in all rows.
    pub scan_ms: f64,
}

fn open(path: &Path) -> Result<Connection> {
    let connection = Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    Ok(connection)
}

/// Measures. `hub` is the database whose rows are taken; `rounds` how often each is repeated.
pub fn measure(directory: &Path, hub: &Path, rounds: usize) -> Result<Floor> {
    std::fs::create_dir_all(directory)?;
    let mut floor = Floor::default();
    disk(directory, rounds, &mut floor)?;
    writes(directory, rounds, &mut floor)?;
    reads(directory, hub, rounds, &mut floor)?;
    Ok(floor)
}

fn disk(directory: &Path, rounds: usize, floor: &mut Floor) -> Result<()> {
    let path = directory.join("sync");
    let mut file = std::fs::File::create(&path)?;
    for _ in 0..rounds {
        file.write_all(&[7; 4096])?;
        floor.sync.measure(|| file.sync_data())?;
    }
    Ok(std::fs::remove_file(path)?)
}

fn writes(directory: &Path, rounds: usize, floor: &mut Floor) -> Result<()> {
    let path = directory.join("writes.db");
    let _ = std::fs::remove_file(&path);
    let mut connection = open(&path)?;
    connection.execute_batch("CREATE TABLE t (id INTEGER PRIMARY KEY, row TEXT) STRICT")?;
    let text = "x".repeat(400);
    let began = Instant::now();
    for _ in 0..rounds {
        let inserted = floor.write.measure(|| connection.execute("INSERT INTO t (row) VALUES (?1)", [&text]));
        inserted?;
    }
    floor.one_by_one = rounds as f64 / began.elapsed().as_secs_f64();
    let began = Instant::now();
    for _ in 0..rounds {
        let transaction = connection.transaction()?;
        for _ in 0..BATCH {
            transaction.prepare_cached("INSERT INTO t (row) VALUES (?1)")?.execute([&text])?;
        }
        transaction.commit()?;
    }
    floor.batches = (rounds * BATCH) as f64 / began.elapsed().as_secs_f64();
    drop(connection);
    Ok(std::fs::remove_file(path)?)
}

fn reads(directory: &Path, hub: &Path, rounds: usize, floor: &mut Floor) -> Result<()> {
    let path = directory.join("rows.db");
    for name in ["rows.db", "rows.db-wal", "rows.db-shm"] {
        let _ = std::fs::remove_file(directory.join(name));
    }
    let rows = fill(&path, hub, floor)?;
    let connection = open(&path)?;
    let mut page = connection.prepare("SELECT row FROM t WHERE id >= ?1 ORDER BY id LIMIT ?2")?;
    let mut one = connection.prepare("SELECT row FROM t WHERE id = ?1")?;
    // Somewhere else each time, and the same places in each run.
    let mut at = 1_u64;
    let mut somewhere = || {
        at = at.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (at >> 33) % rows.max(1) + 1
    };
    for _ in 0..rounds {
        let id = somewhere().min(rows.saturating_sub(PAGE as u64).max(1));
        floor.page.measure(|| {
            page.query_map(params![id, PAGE], |r| r.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()
        })?;
        let id = somewhere();
        floor.row.measure(|| one.query_row([id], |r| r.get::<_, String>(0)))?;
        let ids: Vec<u64> = (0..PAGE).map(|_| somewhere()).collect();
        floor.scattered.measure(|| {
            ids.iter().map(|id| one.query_row([id], |r| r.get::<_, String>(0))).collect::<rusqlite::Result<Vec<_>>>()
        })?;
    }
    let began = Instant::now();
    let _: i64 = connection.query_row("SELECT count(*) FROM t WHERE row LIKE '%quincunx%'", [], |r| r.get(0))?;
    floor.scan_ms = began.elapsed().as_secs_f64() * 1_000.0;
    drop((page, one));
    drop(connection);
    let look = || -> Result<()> {
        let connection = Connection::open(&path)?;
        let mut page = connection.prepare("SELECT row FROM t WHERE id >= ?1 ORDER BY id LIMIT ?2")?;
        page.query_map(params![rows / 2, PAGE], |r| r.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
        Ok(())
    };
    for _ in 0..rounds.clamp(1, 10) {
        crate::machine::forget(&path)?;
        floor.cold_open.measure(look)?;
        floor.warm_open.measure(look)?;
    }
    Ok(std::fs::remove_file(path)?)
}

fn fill(path: &Path, hub: &Path, floor: &mut Floor) -> Result<u64> {
    let source = deskbell_sqlite::open_reader(hub)?;
    let mut connection = open(path)?;
    connection.execute_batch("CREATE TABLE t (id INTEGER PRIMARY KEY, row TEXT) STRICT")?;
    let mut count = 0_u64;
    let mut after = 0_i64;
    let mut spent = std::time::Duration::ZERO;
    let mut read = source.prepare("SELECT pos, row FROM message WHERE pos > ?1 ORDER BY pos LIMIT 1000")?;
    loop {
        let rows: Vec<(i64, String)> =
            read.query_map([after], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<Result<_, _>>()?;
        let Some((last, _)) = rows.last() else { break };
        after = *last;
        let began = Instant::now();
        let transaction = connection.transaction()?;
        for (_, row) in &rows {
            transaction.prepare_cached("INSERT INTO t (row) VALUES (?1)")?.execute([row])?;
        }
        transaction.commit()?;
        spent += began.elapsed();
        count += rows.len() as u64;
    }
    floor.fill_ms = spent.as_secs_f64() * 1_000.0;
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok(count)
}
