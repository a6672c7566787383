//! One profile, two programs, no network, and a person who pulls the plug.

use crate::terminal::{Terminal, program};
use anyhow::{Context, Result, ensure};
use deskbell_testkit::{desktop::Desktop, team::Team};
use serde_json::Value;
use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
    sync::Arc,
};

fn sign_in(team: &Team, terminal: &Terminal, who: &str) -> Result<()> {
    let email = format!("{who}@example.org");
    terminal.run(&["login", "--hub", &team.hub.url(), "--email", &email], team.password())?;
    Ok(())
}

fn first_chat(terminal: &Terminal) -> Result<String> {
    let list = terminal.run(&["list", "--inbox", "Support"], "")?;
    Ok(list["rows"][0]["chat"].as_str().context("the list is empty")?.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn two_agents_offline_take_the_same_conversation_and_one_is_told_who_was_first() -> Result<()> {
    let mut team = Team::start()?;
    let desktop = Arc::new(Desktop::start()?);
    let (alice, bob) = (Terminal::on(&desktop)?, Terminal::on(&desktop)?);
    let rosa = team.visitor("Rosa Vidal").await?;
    rosa.writes("Hello?").await?;
    sign_in(&team, &alice, "alice")?;
    sign_in(&team, &bob, "bob")?;
    let chat = first_chat(&alice)?;
    team.hub.stop()?;
    for terminal in [&alice, &bob] {
        let taken = terminal.run(&["--wait", "0", "assign", &chat, "--to", "me"], "")?;
        ensure!(taken["state"] == "waiting", "{taken}");
        terminal.run(&["--wait", "0", "send", &chat, "--text", "I am on it."], "")?;
    }
    team.hub.start()?;
    alice.run(&["sync"], "")?;
    bob.run(&["sync"], "")?;
    let left = bob.run(&["outbox", "list"], "")?;
    ensure!(left.to_string().contains("Alice Ames"), "{left}");
    ensure!(left.to_string().contains("I am on it."), "the message must be kept: {left}");
    rosa.reads(&["I am on it."]).await?;
    let head = bob.run(&["show", &chat], "")?;
    ensure!(head["chat"]["assignee"]["name"] == "Alice Ames", "{head}");

    // Bob looks at it, takes his text back in other words, and throws the rest away.
    let attention = bob.run(&["outbox", "attention"], "")?;
    let rows = attention["rows"].as_array().context("no rows")?;
    ensure!(attention["counts"]["waiting"] == 0 && rows.len() == 2, "{attention}");
    let message = rows.iter().find(|row| row["kind"] == "send_message").context("no message")?;
    let message = message["command"].as_str().unwrap_or_default();
    let case = bob.run(&["outbox", "show", message], "")?;
    ensure!(case["row"]["text"] == "I am on it." && case["before"]["text"] == "Hello?", "{case}");
    ensure!(case["since"][0]["author"]["name"] == "Alice Ames" && case["head"]["title"] == "Rosa Vidal", "{case}");
    ensure!(case["can"].to_string().contains("edit"), "{case}");
    let draft = bob.run(&["outbox", "edit", message, "--text", "So is Alice."], "")?;
    ensure!(draft["text"] == "So is Alice.", "{draft}");
    ensure!(bob.refused(&["outbox", "show", message], "")? == "not_found");
    let left = bob.run(&["outbox", "list", "--from", "0", "--limit", "10"], "")?;
    for row in left["rows"].as_array().context("no rows")? {
        let command = row["command"].as_str().unwrap_or_default();
        bob.run(&["outbox", "discard", command], "")?;
    }
    ensure!(bob.run(&["outbox", "list"], "")?["rows"] == serde_json::json!([]));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_program_is_told_that_the_profile_is_in_use() -> Result<()> {
    let team = Team::start()?;
    let terminal = Terminal::on(&Arc::new(Desktop::start()?))?;
    sign_in(&team, &terminal, "alice")?;
    let mut following = terminal.enter(program().args(["sync", "--follow"])).stdin(Stdio::null()).spawn()?;
    let mut lines = BufReader::new(following.stdout.take().context("no output")?).lines();
    let first = lines.next().context("no line")??;
    ensure!(first.starts_with(r#"{"#) && first.contains("changed"), "{first}");
    ensure!(terminal.refused(&["places"], "")? == "profile_in_use");
    ensure!(terminal.run(&["doctor"], "")?["profile"]["problem"]["code"] == "profile_in_use");

    // A customer's message reaches it as a line.
    team.visitor("Rosa Vidal").await?.writes("Anybody there?").await?;
    let told = lines.map_while(Result::ok).any(|line| line.contains(r#""thread:"#));
    ensure!(told, "it ended without having heard of the message");
    // The plug is pulled: what it had is there, and nobody is locked out.
    following.kill()?;
    following.wait()?;
    let list = terminal.run(&["list", "--inbox", "Support"], "")?;
    ensure!(list["rows"][0]["preview"]["text"] == "Anybody there?", "{list}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_copied_profile_the_later_one_goes_on_as_a_new_device_after_it_was_told() -> Result<()> {
    let mut team = Team::start()?;
    let terminal = Terminal::on(&Arc::new(Desktop::start()?))?;
    let rosa = team.visitor("Rosa Vidal").await?;
    rosa.writes("Hello?").await?;
    sign_in(&team, &terminal, "alice")?;
    let chat = first_chat(&terminal)?;
    let copied = Command::new("cp").arg("-a").arg(terminal.profile()).arg(terminal.home().join("copy")).status()?;
    ensure!(copied.success(), "the profile could not be copied");
    team.hub.stop()?;
    terminal.run(&["--wait", "0", "send", &chat, "--text", "by the one"], "")?;
    terminal.run(&["--profile", "copy", "--wait", "0", "send", &chat, "--text", "by the other"], "")?;
    team.hub.start()?;
    terminal.run(&["sync"], "")?;
    ensure!(terminal.refused(&["--profile", "copy", "sync"], "")? == "device_cloned");

    let (url, password) = (team.hub.url(), team.password());
    terminal.run(&["--profile", "copy", "login", "--hub", &url, "--email", "alice@example.org"], password)?;
    let synced = terminal.run(&["--profile", "copy", "sync"], "")?;
    ensure!(synced["waiting"] == 0 && synced["problem"].is_null(), "{synced}");
    let waiting = |rows: &Value| rows["rows"].as_array().map_or(0, Vec::len);
    // The hub holds it: somebody answered meanwhile, though it was the same person.
    let left = terminal.run(&["--profile", "copy", "outbox", "list"], "")?;
    if waiting(&left) == 1 {
        let command = left["rows"][0]["command"].as_str().unwrap_or_default();
        terminal.run(&["--profile", "copy", "outbox", "send-anyway", command], "")?;
        terminal.run(&["--profile", "copy", "sync"], "")?;
    }
    rosa.reads(&["by the one", "by the other"]).await?;
    // The first one is not signed out by that.
    let synced = terminal.run(&["sync"], "")?;
    ensure!(synced["problem"].is_null(), "{synced}");
    Ok(())
}
