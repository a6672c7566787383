//! A disk that is full, and one that has written nonsense.

use crate::terminal::Terminal;
use anyhow::{Context, Result, ensure};
use deskbell_testkit::{desktop::Desktop, skip::skip, team::Team};
use serde_json::Value;
use std::{
    path::PathBuf,
    process::{Command, Stdio},
    sync::Arc,
};

/// Runs a script of the shell on a disk of eight MiB at `disk`, that only it sees. `None`: this computer does not let it.
fn on_a_small_disk(terminal: &Terminal, script: &str) -> Result<Option<Vec<Value>>> {
    let unshare = || {
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-root-user", "--mount", "sh", "-ec"]);
        command
    };
    let tried = unshare().arg("mount -t tmpfs tmpfs /mnt").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !tried.is_ok_and(|status| status.success()) {
        return Ok(None);
    }
    let mut command = unshare();
    command.arg(format!("mount -t tmpfs -o size=8m tmpfs /mnt; cd /mnt; {script}"));
    terminal.desktop().enter(&mut command);
    let output = command.env("CLI", crate::terminal::program().get_program()).stdin(Stdio::null()).output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    let lines = said.lines().map(serde_json::from_str).collect::<Result<Vec<Value>, _>>();
    Ok(Some(lines.with_context(|| format!("{said}\n{}", String::from_utf8_lossy(&output.stderr)))?))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_said_as_such_at_sign_in_at_a_click_and_at_the_start_and_nothing_is_lost() -> Result<()> {
    let team = Team::start()?;
    let terminal = Terminal::on(&Arc::new(Desktop::start()?))?;
    let visitor = team.visitor("Rosa Vidal").await?;
    visitor.writes("Hello?").await?;
    let (hub, password) = (team.hub.url(), team.password());
    // Each command says one document, on one line, whichever way it ends.
    let script = format!(
        r#"say() {{ "$CLI" --profile /mnt/profile "$@" 2>&1 | tr -d '\n'; echo; }}
        login() {{ echo '{password}' | say login --hub {hub} --email alice@example.org; }}
        head -c 8100k /dev/zero > fill
        login
        rm fill
        login
        chat=$("$CLI" --profile /mnt/profile list --inbox Support | grep -o '"chat": *"[0-9a-f-]*"' | head -1 | grep -o '[0-9a-f-]\{{36\}}')
        say --wait 0 send "$chat" --text before
        cat /dev/zero > fill 2>/dev/null || true
        say --wait 0 send "$chat" --text "$(head -c 90000 /dev/zero | tr '\0' 'x')"
        say session
        rm fill
        say session
        say doctor
        say --wait 0 send "$chat" --text after
        say sync"#
    );
    let Some(said) = on_a_small_disk(&terminal, &script)? else {
        skip("no disk of its own can be mounted on this computer");
        return Ok(());
    };
    let [refused, signed_in, before, full, at_start, session, doctor, after, synced] = said.as_slice() else {
        anyhow::bail!("{said:?}");
    };
    ensure!(refused["code"] == "disk_full", "at sign-in: {refused}");
    ensure!(signed_in["state"] == "signed_in", "{signed_in}");
    ensure!(before["state"] == "waiting", "{before}");
    ensure!(full["code"] == "disk_full" || full["code"] == "locked", "{full}");
    ensure!(at_start["state"] == "signed_in" || at_start["why"] == "disk_full", "at the start: {at_start}");
    ensure!(session["state"] == "signed_in", "{session}");
    ensure!(doctor["cache"]["problems"] == serde_json::json!([]), "{doctor}");
    ensure!(doctor["status"]["rescued"].is_null(), "it was taken for damage: {doctor}");
    ensure!(after["state"] == "waiting" && synced["waiting"] == 0, "{after} {synced}");
    visitor.reads(&["before", "after"]).await
}

fn aside(terminal: &Terminal) -> Result<Vec<PathBuf>> {
    let files = std::fs::read_dir(terminal.profile())?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    let is_aside = |path: &PathBuf| path.to_string_lossy().contains("cache.unreadable-");
    Ok(files.into_iter().filter(is_aside).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_cache_with_a_page_of_noise_everything_unsent_is_rescued_said_and_sent() -> Result<()> {
    let mut team = Team::start()?;
    let terminal = Terminal::on(&Arc::new(Desktop::start()?))?;
    let visitor = team.visitor("Rosa Vidal").await?;
    visitor.writes("Hello?").await?;
    terminal.run(&["login", "--hub", &team.hub.url(), "--email", "alice@example.org"], team.password())?;
    let list = terminal.run(&["list", "--inbox", "Support"], "")?;
    let chat = list["rows"][0]["chat"].as_str().context("no chat")?.to_owned();
    team.hub.stop()?;
    for text in ["one", "two"] {
        terminal.run(&["--wait", "0", "send", &chat, "--text", text], "")?;
    }
    terminal.run(&["draft", "set", &chat, "--text", "half a"], "")?;
    // The page that says which tables there are and where: without it SQLite opens nothing.
    let cache = terminal.profile().join("cache.db");
    let mut bytes = std::fs::read(&cache)?;
    let noise = |n: usize| (n.wrapping_mul(2_654_435_761) >> 7) as u8;
    bytes[16..4096].iter_mut().enumerate().for_each(|(n, byte)| *byte = noise(n));
    std::fs::write(&cache, bytes)?;

    let status = terminal.run(&["status"], "")?;
    ensure!(status["rescued"]["params"]["count"] == "2", "{status}");
    let says = status["rescued"]["message"].as_str().unwrap_or_default();
    ensure!(says.contains("2 unsent messages were rescued") && says.contains("others may be lost"), "{says}");
    ensure!(aside(&terminal)?.len() == 1, "{:?}", aside(&terminal)?);
    let doctor = terminal.run(&["doctor"], "")?;
    ensure!(doctor["status"]["rescued"]["code"] == "cache_rescued", "{doctor}");
    ensure!(doctor["cache"]["problems"] == serde_json::json!([]), "{doctor}");
    team.hub.start()?;
    let synced = terminal.run(&["sync"], "")?;
    ensure!(synced["waiting"] == 0 && synced["held"] == 0, "{synced}");
    visitor.reads(&["one", "two"]).await?;
    ensure!(terminal.run(&["draft", "get", &chat], "")?["text"] == "half a");
    // It is said until somebody has read it.
    terminal.run(&["understood"], "")?;
    ensure!(terminal.run(&["status"], "")?["rescued"].is_null());
    ensure!(aside(&terminal)?.len() == 1, "the damaged file is kept");
    Ok(())
}
