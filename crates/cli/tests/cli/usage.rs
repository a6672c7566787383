//! Input that is wrong, and what is said to it.

use crate::terminal::{Terminal, program};
use anyhow::{Result, ensure};
use deskbell_testkit::{
    desktop::{Desktop, DesktopOptions},
    team::Team,
};
use std::{process::Stdio, sync::Arc};

fn terminal() -> Result<Terminal> {
    Terminal::on(&Arc::new(Desktop::start_with(&DesktopOptions { notifications: false, ..Default::default() })?))
}

#[test]
fn wrong_usage_is_told_in_words_with_2_and_help_is_everywhere() -> Result<()> {
    let terminal = terminal()?;
    for wrong in [&[][..], &["fly"], &["list"], &["send"], &["list", "--direct", "--limit", "many"]] {
        let output = terminal.output(wrong, "")?;
        ensure!(output.status.code() == Some(2) && output.stdout.is_empty(), "{wrong:?}: {output:?}");
        ensure!(String::from_utf8_lossy(&output.stderr).contains("--help"), "{wrong:?}: {output:?}");
    }
    for command in ["login", "list", "outbox", "draft", "create", "sync"] {
        let output = terminal.output(&[command, "--help"], "")?;
        ensure!(output.status.success() && String::from_utf8_lossy(&output.stdout).contains("Usage"), "{command}");
    }
    Ok(())
}

#[test]
fn bad_input_is_one_sentence_and_loses_nothing() -> Result<()> {
    let team = Team::start()?;
    let terminal = terminal()?;
    ensure!(terminal.refused(&["places"], "")? == "signed_out");
    let login = ["login", "--hub", &team.hub.url(), "--email", "alice@example.org"];
    ensure!(terminal.refused(&login, "")? == "empty");
    let nowhere = ["login", "--hub", "http://127.0.0.1:1", "--email", "alice@example.org"];
    ensure!(terminal.refused(&nowhere, "x")? == "hub_unreachable");
    terminal.run(&login, team.password())?;
    let chat = terminal.run(&["create", "direct", "Bob Bauer"], "")?["result"]["chat"].clone();
    let chat = chat.as_str().unwrap_or_default();

    for (wrong, code, says) in [
        (&["show", "not an id"][..], "bad_arguments", "`deskbell-cli list`"),
        (&["outbox", "retry", "not an id"], "bad_arguments", "`deskbell-cli outbox list`"),
        (&["create", "direct", "Alice Ames"], "invalid", "choose a colleague"),
        (&["create", "tag", "VIP", "--color", "pink"], "invalid", "choose one of stone, brick"),
    ] {
        ensure!(terminal.refused(wrong, "")? == code, "{wrong:?}");
        let said = terminal.output(wrong, "")?.stderr;
        ensure!(String::from_utf8_lossy(&said).contains(says), "{wrong:?}: {}", String::from_utf8_lossy(&said));
    }
    ensure!(terminal.refused(&["show", "01900000-0000-7000-8000-000000000000"], "")? == "not_found");
    ensure!(terminal.refused(&["assign", chat, "--to", "Nobody Known"], "")? == "not_found");
    terminal.run(&["draft", "set", chat, "--text", "kept"], "")?;
    ensure!(terminal.refused(&["send", chat], &"x".repeat(100_001))? == "too_long");
    let output = terminal.feed(program().args(["send", chat]), b"\xff\xfe")?;
    ensure!(
        output.status.code() == Some(1) && String::from_utf8_lossy(&output.stderr).contains("not_utf8"),
        "{output:?}"
    );
    ensure!(terminal.run(&["draft", "get", chat], "")?["text"] == "kept");
    // NUL and escapes are dropped, the rest is kept as it is written.
    let output = terminal.feed(program().args(["send", chat]), b"a\0b <b>\xe2\x80\xaec\n")?;
    ensure!(output.status.success(), "{output:?}");
    let thread = terminal.run(&["show", chat], "")?;
    ensure!(thread["thread"]["entries"][0]["content"]["parts"][0]["text"] == "ab <b>\u{202E}c", "{thread}");
    Ok(())
}

#[test]
fn a_reader_that_goes_away_is_no_error() -> Result<()> {
    let terminal = terminal()?;
    let mut command = program();
    let mut child = terminal.enter(command.arg("session")).stdin(Stdio::null()).spawn()?;
    drop(child.stdout.take());
    let output = child.wait_with_output()?;
    ensure!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    Ok(())
}
