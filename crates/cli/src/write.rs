//! Commands that change something: stored first, then sent within a bounded time.

use crate::{Run, client::Client};
use deskbell_core::rpc::types::{Network, OutboxRow, PendingMark};
use serde_json::{Value, json};
use std::{collections::BTreeSet, time::Duration};
use tokio::time::Instant;

/// The network is looked at again at least this often.
const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// Does it and says what became of it: `sent`, `waiting`, `held` or `failed`, with the outbox rows that are left.
pub async fn write(client: &Client, name: &str, args: Value) -> Run<Value> {
    let before = client.outbox_names().await?;
    let result = client.call(name, args).await?;
    if !client.wait.is_zero() {
        client.call("sync_now", json!({})).await?;
    }
    let left = settle(client, &before).await?;
    Ok(json!({ "state": state(&left), "result": result, "outbox": left }))
}

/// Waits until what is new in the outbox has left it, was refused or held, or cannot be sent now.
async fn settle(client: &Client, before: &BTreeSet<String>) -> Run<Vec<OutboxRow>> {
    let until = Instant::now() + client.wait;
    let mut events = client.core().events();
    loop {
        let mut left = client.outbox().await?;
        left.retain(|row| !before.contains(&row.command.to_string()));
        let waiting = left.iter().any(|row| row.state == PendingMark::Waiting);
        if !waiting || Instant::now() >= until || client.status().await?.network == Network::Offline {
            return Ok(left);
        }
        let _ = tokio::time::timeout_at(until.min(Instant::now() + LOOK_AGAIN), events.recv()).await;
    }
}

fn state(left: &[OutboxRow]) -> &'static str {
    let any = |state| left.iter().any(|row| row.state == state);
    if any(PendingMark::Failed) {
        "failed"
    } else if any(PendingMark::Held) {
        "held"
    } else if any(PendingMark::Waiting) {
        "waiting"
    } else {
        "sent"
    }
}
