//! A member is removed while their program is not there.

use crate::terminal::Terminal;
use anyhow::{Result, ensure};
use deskbell_testkit::{desktop::Desktop, team::Team};
use std::sync::Arc;

/// C004
#[tokio::test(flavor = "multi_thread")]
async fn who_was_removed_while_offline_reads_nothing_more_and_keeps_what_was_not_sent() -> Result<()> {
    let mut team = Team::start()?;
    let terminal = Terminal::on(&Arc::new(Desktop::start()?))?;
    let visitor = team.visitor("Rosa Vidal").await?;
    visitor.writes("behind the third flower pot").await?;
    let url = team.hub.url();
    terminal.run(&["login", "--hub", &url, "--email", "alice@example.org"], team.password())?;
    let list = terminal.run(&["list", "--inbox", "Support"], "")?;
    let chat = list["rows"][0]["chat"].as_str().unwrap_or_default().to_owned();
    ensure!(!chat.is_empty(), "{list}");

    team.hub.stop()?;
    for text in ["one", "two", "three"] {
        terminal.run(&["--wait", "0", "send", &chat, "--text", text], "")?;
    }
    terminal.run(&["--wait", "0", "close", &chat], "")?;
    terminal.run(&["draft", "set", &chat, "--text", "half a"], "")?;
    team.hub.start()?;
    team.hub.run(&["member", "remove", "--member", "alice@example.org"], None)?;

    ensure!(terminal.refused(&["sync"], "")? == "member_removed");
    // Nothing of the inbox is here any more, by list, by name or by search.
    let places = terminal.run(&["places"], "")?;
    ensure!(places["inboxes"] == serde_json::json!([]), "{places}");
    ensure!(terminal.refused(&["show", &chat], "")? == "not_found");
    let found = terminal.run(&["search", "flower"], "")?;
    ensure!(!found.to_string().contains("third"), "{found}");
    // What was written is, and says why it does not go.
    let outbox = terminal.run(&["outbox", "list"], "")?;
    let rows = outbox["rows"].as_array().cloned().unwrap_or_default();
    let texts: Vec<_> = rows.iter().filter_map(|row| row["text"].as_str()).collect();
    ensure!(texts == ["one", "two", "three"] && rows.len() == 4, "{outbox}");
    ensure!(rows.iter().all(|row| row["reason"]["code"] == "member_removed"), "{outbox}");
    ensure!(rows.iter().all(|row| row["title"] == "Rosa Vidal"), "{outbox}");
    ensure!(terminal.run(&["draft", "get", &chat], "")?["text"] == "half a");
    ensure!(visitor.answers().await?.is_empty());
    Ok(())
}
