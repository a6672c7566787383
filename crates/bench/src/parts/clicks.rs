//! From a click to what it does being durable on this computer, and to be seen there.

use super::{chats, place};
use crate::bench::Bench;
use crate::client::{Client, me, said};
use crate::samples::Samples;
use crate::table::{Line, Unit};
use anyhow::{Context, Result};
use deskbell_core::ChatId;
use deskbell_core::rpc::types::{ChatHead, CreatedTag};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

const BUDGET_MS: f64 = 16.0;
/// Between two clicks: what the first one set off goes on meanwhile.
const PAUSE: Duration = Duration::from_millis(10);

/// At rest: nothing else happens than what the clicks set off.
pub async fn measure(bench: &mut Bench, client: &Client) -> Result<()> {
    let rounds = bench.rounds(200);
    let took = click(client, rounds, &mut || true).await?;
    add(bench, "Clicks, at rest", took);
    Ok(())
}

/// Adds a line for each kind of click.
pub fn add(bench: &mut Bench, part: &str, took: BTreeMap<&'static str, Samples>) {
    let floor = bench.floor.write.p50();
    for (name, samples) in took {
        let line = Line::of(part, name, Unit::Ms, &samples);
        bench.lines.push(line.budget(BUDGET_MS).floor(floor, "one durable row").interactive());
    }
}

/// Clicks `rounds` times on each, as long as `go_on` says so. What can be undone is undone, so that there is always
/// something to click on.
pub async fn click(
    client: &Client,
    rounds: usize,
    go_on: &mut dyn FnMut() -> bool,
) -> Result<BTreeMap<&'static str, Samples>> {
    let places = client.places().await?;
    let mut open = Vec::new();
    for inbox in &places.inboxes {
        let place = place(&places, Some(&inbox.name))?;
        open.extend(chats(client, &place, "open", 100).await?);
    }
    let first = *open.first().context("no conversation is open")?;
    let me = me(client).await?;
    let tag = json!({ "name": "Measured", "color": null, "chat": first });
    let tag = client.call::<CreatedTag>("create_tag", tag).await?.tag.id;
    let mut took: BTreeMap<&'static str, Samples> = BTreeMap::new();
    for (n, chat) in open.iter().cycle().take(rounds).enumerate() {
        if !go_on() {
            break;
        }
        let head: ChatHead = client.call("get_chat", json!({ "chat": chat })).await?;
        let mine = head.assignee.is_some_and(|assignee| assignee.id == me);
        let to = (!mine).then_some(me);
        let text = format!("Your wheel is true again, {n} spokes tightened.");
        // A first sync may know that a colleague has answered before it has the answer, and then holds the reply.
        if !one(client, &mut took, "send", "send_message", chat, json!({ "text": text })).await? {
            continue;
        }
        one(client, &mut took, "assign", "assign_chat", chat, json!({ "to": to })).await?;
        one(client, &mut took, "tag", "tag_chat", chat, json!({ "tag": tag })).await?;
        one(client, &mut took, "untag", "untag_chat", chat, json!({ "tag": tag })).await?;
        one(client, &mut took, "close", "close_chat", chat, json!({})).await?;
        one(client, &mut took, "reopen", "reopen_chat", chat, json!({})).await?;
        one(client, &mut took, "mark unread", "mark_unread", chat, json!({ "from": head.last_pos })).await?;
        one(client, &mut took, "mark read", "mark_read", chat, json!({ "pos": head.last_pos })).await?;
    }
    Ok(took)
}

/// Returns whether it was done: a reply that a colleague's answer has overtaken is held.
async fn one(
    client: &Client,
    took: &mut BTreeMap<&'static str, Samples>,
    name: &'static str,
    call: &str,
    chat: &ChatId,
    more: Value,
) -> Result<bool> {
    let mut args = json!({ "chat": chat });
    if let (Value::Object(args), Value::Object(more)) = (&mut args, more) {
        args.extend(more);
    }
    let began = Instant::now();
    match client.core.rpc(call, args).await {
        Err(error) if error.code == "answered" => return Ok(false),
        answer => answer.map_err(|error| said(call, &error))?,
    };
    took.entry(name).or_default().took(began.elapsed());
    tokio::time::sleep(PAUSE).await;
    Ok(true)
}
