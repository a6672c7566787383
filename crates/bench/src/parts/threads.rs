//! Pages of threads: of ordinary ones, and of the longest anywhere within it.

use super::{calls, chats, place};
use crate::bench::Bench;
use crate::client::Client;
use crate::organization::BUSY;
use crate::table::{Line, Unit};
use anyhow::Result;
use deskbell_core::ChatId;
use rusqlite::OptionalExtension;
use serde_json::json;

const PART: &str = "Threads";
const BUDGET_MS: f64 = 5.0;

/// Measures.
pub async fn measure(bench: &mut Bench, client: &Client) -> Result<()> {
    let places = client.places().await?;
    let place = place(&places, Some(BUSY))?;
    let rounds = bench.rounds(300);
    let mut ordinary = chats(client, &place, "open", 100).await?;
    ordinary.extend(chats(client, &place, "closed", 300).await?);
    let page = bench.floor.page.p50();
    let newest: Vec<_> = ordinary.iter().map(|chat| json!({ "chat": chat, "limit": 50 })).collect();
    let samples = calls(client, "list_messages", &newest, rounds).await?;
    let line = Line::of(PART, "newest page, another thread each time", Unit::Ms, &samples);
    bench.lines.push(line.budget(BUDGET_MS).floor(page, "50 rows by number").interactive());
    if let Some((longest, entries, middle)) = longest(bench)? {
        let far = format!("{entries} entries");
        for (called, args) in [
            ("the longest: newest page", json!({ "chat": longest, "limit": 50 })),
            ("the longest: around its middle", json!({ "chat": longest, "around": middle, "limit": 50 })),
            ("the longest: before its middle", json!({ "chat": longest, "before": middle, "limit": 50 })),
            ("the longest: after its middle", json!({ "chat": longest, "after": middle, "limit": 50 })),
        ] {
            let samples = calls(client, "list_messages", &[args], rounds).await?;
            let line = Line::of(PART, called, Unit::Ms, &samples).note(&far);
            bench.lines.push(line.budget(BUDGET_MS).floor(page, "50 rows by number").interactive());
        }
    }
    for (call, called) in [("get_chat", "head of a chat"), ("list_history", "history of a contact")] {
        let args: Vec<_> = ordinary.iter().map(|chat| json!({ "chat": chat, "limit": 20 })).collect();
        let samples = calls(client, call, &args, rounds).await?;
        let line = Line::of(PART, called, Unit::Ms, &samples);
        bench.lines.push(line.budget(BUDGET_MS).floor(bench.floor.row.p50(), "one row by number").interactive());
    }
    Ok(())
}

/// The longest thread, how many entries it has, and the position of the middle one.
fn longest(bench: &Bench) -> Result<Option<(ChatId, usize, u64)>> {
    let hub = deskbell_sqlite::open_reader(&bench.hub().join("hub.db"))?;
    let longest = hub
        .query_row("SELECT chat, count(*) FROM message GROUP BY chat ORDER BY 2 DESC LIMIT 1", [], |r| {
            Ok((r.get::<_, [u8; 16]>(0)?, r.get::<_, usize>(1)?))
        })
        .optional()?;
    let Some((chat, entries)) = longest else { return Ok(None) };
    let middle = hub.query_row(
        "SELECT pos FROM message WHERE chat = ?1 ORDER BY pos LIMIT 1 OFFSET ?2",
        rusqlite::params![chat, entries / 2],
        |r| r.get::<_, i64>(0),
    )?;
    Ok(Some((ChatId(uuid::Uuid::from_bytes(chat)), entries, middle.cast_unsigned())))
}
