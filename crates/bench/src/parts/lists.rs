//! Pages of lists, in every order, at their beginning and far down; and what is counted beside them.

use super::{calls, place};
use crate::bench::Bench;
use crate::client::Client;
use crate::organization::BUSY;
use crate::table::{Line, Unit};
use anyhow::Result;
use deskbell_core::rpc::types::ChatPage;
use serde_json::{Value, json};

const PART: &str = "Lists";
const BUDGET_MS: f64 = 5.0;
/// How far down is far.
const DEEP: usize = 20_000;

/// Measures.
pub async fn measure(bench: &mut Bench, client: &Client) -> Result<()> {
    let places = client.places().await?;
    let place = place(&places, Some(BUSY))?;
    let rounds = bench.rounds(200);
    let (page, row) = (bench.floor.page.p50(), bench.floor.row.p50());
    for (sort, called) in [
        ("recent_messages", "recent messages"),
        ("oldest_messages", "oldest messages"),
        ("recent_conversations", "recent conversations"),
        ("oldest_conversations", "oldest conversations"),
    ] {
        let first = |tab: &str| json!({ "place": place, "tab": tab, "segment": "all", "sort": sort, "limit": 50 });
        for tab in ["open", "closed"] {
            let rows = rows_of(client, &first(tab)).await?;
            let samples = calls(client, "list_chats", &[first(tab)], rounds).await?;
            let line = Line::of(PART, format!("{tab}, {called}: first page"), Unit::Ms, &samples).rows(rows);
            bench.lines.push(line.budget(BUDGET_MS).floor(page, "50 rows by number").interactive());
        }
        let (deep, depth) = walk(client, &first("closed")).await?;
        let samples = calls(client, "list_chats", &deep, rounds).await?;
        let rows = rows_of(client, &deep[0]).await?;
        let line = Line::of(PART, format!("closed, {called}: far down"), Unit::Ms, &samples)
            .rows(rows)
            .note(format!("{depth} rows down"));
        bench.lines.push(line.budget(BUDGET_MS).floor(page, "50 rows by number").interactive());
    }
    for (called, more) in [
        ("open, mine", json!({ "segment": "me" })),
        ("open, nobody's", json!({ "segment": "unassigned" })),
        ("conversations with me", json!({ "segment": "me", "with_me": true })),
        ("open, unread only", json!({ "filter": "unread" })),
        ("completed", json!({ "filter": "archived" })),
    ] {
        let mut args = json!({ "place": place, "tab": "open", "segment": "all", "limit": 50 });
        if let (Value::Object(args), Value::Object(more)) = (&mut args, more) {
            args.extend(more);
        }
        let rows = rows_of(client, &args).await?;
        let samples = calls(client, "list_chats", &[args], rounds).await?;
        let line = Line::of(PART, format!("{called}: first page"), Unit::Ms, &samples).rows(rows);
        bench.lines.push(line.budget(BUDGET_MS).floor(page, "50 rows by number").interactive());
    }
    for (call, called, args) in [
        ("count_chats", "counts of an inbox", json!({ "place": place })),
        ("list_places", "the rail with its counts", json!({})),
    ] {
        let samples = calls(client, call, &[args], rounds).await?;
        let line = Line::of(PART, called, Unit::Ms, &samples);
        bench.lines.push(line.budget(BUDGET_MS).floor(row, "one row by number").interactive());
    }
    Ok(())
}

async fn rows_of(client: &Client, args: &Value) -> Result<usize> {
    let page: ChatPage = client.call("list_chats", args.clone()).await?;
    Ok(page.rows.len())
}

/// Arguments of the last pages on the way down a list, and how far down that is.
async fn walk(client: &Client, first: &Value) -> Result<(Vec<Value>, usize)> {
    let mut pages = vec![first.clone()];
    let mut args = first.clone();
    args["limit"] = json!(100);
    let mut depth = 0;
    while depth < DEEP {
        let page: ChatPage = client.call("list_chats", args.clone()).await?;
        let Some(next) = page.next else { break };
        depth += page.rows.len();
        args["after"] = json!(next);
        let mut deep = args.clone();
        deep["limit"] = json!(50);
        pages.push(deep);
    }
    let last = pages.len().saturating_sub(20);
    Ok((pages.split_off(last), depth))
}
