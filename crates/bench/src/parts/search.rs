//! Searching as somebody types: each line asks for one text, the last asks after each letter.

use super::calls;
use crate::bench::Bench;
use crate::client::Client;
use crate::organization::RARE;
use crate::table::{Line, Unit};
use anyhow::Result;
use serde_json::{Value, json};
use std::time::Duration;

const PART: &str = "Search";
const BUDGET_MS: f64 = 20.0;
/// What the call is called.
const SEARCH: &str = "search";

fn question(text: &str) -> Value {
    json!({ "text": text, "limit": 30 })
}

/// Measures.
pub async fn measure(bench: &mut Bench, client: &Client) -> Result<()> {
    let rounds = bench.rounds(100);
    let scattered = bench.floor.scattered.p50();
    for (called, text) in [
        ("a rare word", RARE),
        ("a common word", "the"),
        ("two common words", "the order"),
        ("two letters", "sh"),
        ("two Chinese signs", "订单"),
        ("Arabic with marks", "مَرْحَبًا"),
        ("nothing has it", "zzyzxqj"),
        ("five operators and a word", "is:closed from:dana in:orders tag:urgent after:2025 bike"),
        ("operators alone, rare", "is:open from:dana tag:theft"),
    ] {
        let samples = calls(client, SEARCH, &[question(text)], rounds).await?;
        let (messages, others) = found(client, text).await?;
        let line = Line::of(PART, called, Unit::Ms, &samples)
            .note(format!("{messages} messages and {others} others on the first page"))
            .rows(messages + others);
        bench.lines.push(line.budget(BUDGET_MS).floor(scattered, "50 rows here and there").interactive());
    }
    let typed = "invoice for the address";
    let letters: Vec<Value> = typed.char_indices().map(|(at, c)| question(&typed[..at + c.len_utf8()])).collect();
    let samples = calls(client, SEARCH, &letters, rounds.max(letters.len())).await?;
    let line = Line::of(PART, "as typed, letter by letter", Unit::Ms, &samples).note(format!("\"{typed}\""));
    bench.lines.push(line.budget(BUDGET_MS).floor(scattered, "50 rows here and there").interactive());
    let scan = Line::one(PART, "(bare SQLite without an index, one word)", Unit::Ms, bench.floor.scan_ms);
    bench.lines.push(scan.note("all rows are read"));
    Ok(())
}

/// Waits until everything can be found: a program with another index than the one that filled the cache makes it anew, and
/// whatever is measured meanwhile is measured beside that.
pub async fn indexed(client: &Client) -> Result<()> {
    while client.ask(SEARCH, question(RARE)).await?["complete"] == false {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    Ok(())
}

/// How many messages a page has, and how many conversations and contacts.
async fn found(client: &Client, text: &str) -> Result<(usize, usize)> {
    let answer = client.ask(SEARCH, question(text)).await?;
    let of = |kind: &str| answer[kind].as_array().map_or(0, Vec::len);
    Ok((of("messages"), of("conversations") + of("contacts")))
}
