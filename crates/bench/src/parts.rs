//! What is measured, a file for each part.

pub mod clicks;
pub mod delivery;
pub mod disk;
pub mod first_sync;
pub mod hub_writes;
pub mod lists;
pub mod memory;
pub mod search;
pub mod start;
pub mod threads;

use crate::client::Client;
use crate::floor::{BATCH, Floor};
use crate::samples::Samples;
use crate::table::{Line, Unit};
use anyhow::{Context, Result};
use deskbell_core::ChatId;
use deskbell_core::rpc::types::{ChatPage, Places};
use serde_json::{Value, json};
use std::time::Instant;

/// Measures a call with each of these arguments in turn, `rounds` times altogether; the first answer is not counted, as
/// it is the one that prepares statements.
pub async fn calls(client: &Client, name: &str, args: &[Value], rounds: usize) -> Result<Samples> {
    let mut samples = Samples::new();
    let first = args.first().context("nothing to ask for")?;
    client.ask(name, first.clone()).await?;
    for args in args.iter().cycle().take(rounds) {
        let args = args.clone();
        let began = Instant::now();
        client.ask(name, args).await?;
        samples.took(began.elapsed());
    }
    Ok(samples)
}

/// The place of the inbox of that name, or of the first one.
pub fn place(places: &Places, name: Option<&str>) -> Result<Value> {
    let named = places.inboxes.iter().find(|inbox| Some(inbox.name.as_str()) == name);
    let inbox = named.or(places.inboxes.first()).context("there is no inbox")?;
    Ok(json!({ "place": "inbox", "id": inbox.id }))
}

/// Chats of a list, at most so many, from its beginning.
pub async fn chats(client: &Client, place: &Value, tab: &str, most: usize) -> Result<Vec<ChatId>> {
    let mut found = Vec::new();
    let mut after: Option<String> = None;
    while found.len() < most {
        let args = json!({ "place": place, "tab": tab, "segment": "all", "limit": 100, "after": after });
        let page: ChatPage = client.call("list_chats", args).await?;
        found.extend(page.rows.iter().map(|row| row.chat));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    found.truncate(most);
    Ok(found)
}

/// What the machine can do at best, for itself: everything below is to be read beside it.
pub fn the_floor(floor: &Floor) -> Vec<Line> {
    const PART: &str = "The machine at its best";
    vec![
        Line::of(PART, "one fdatasync", Unit::Ms, &floor.sync),
        Line::of(PART, "bare SQLite, one durable row", Unit::Ms, &floor.write),
        Line::one(PART, format!("bare SQLite, {BATCH} durable rows a time"), Unit::PerSecond, floor.batches),
        Line::of(PART, "bare SQLite, 50 rows by number", Unit::Ms, &floor.page),
        Line::of(PART, "bare SQLite, 50 rows here and there", Unit::Ms, &floor.scattered),
        Line::of(PART, "bare SQLite, one row by number", Unit::Ms, &floor.row),
    ]
}
