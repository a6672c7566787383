//! The real keyring: open, locked with nobody to ask, and none at all.

use crate::terminal::Terminal;
use anyhow::{Result, ensure};
use deskbell_testkit::{
    desktop::{Desktop, DesktopOptions, Keyring},
    team::Team,
};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

/// In what time somebody must know what is wrong.
const SECONDS: Duration = Duration::from_secs(10);
const CACHE_PASSWORD: &str = "correct horse battery";

fn terminal(keyring: Keyring) -> Result<Terminal> {
    Terminal::on(&Arc::new(Desktop::start_with(&DesktopOptions {
        keyring,
        notifications: false,
        ..Default::default()
    })?))
}

fn login(team: &Team) -> [String; 5] {
    ["login", "--hub", &team.hub.url(), "--email", "alice@example.org"].map(str::to_owned)
}

fn strs(words: &[String]) -> Vec<&str> {
    words.iter().map(String::as_str).collect()
}

/// Every file below `dir` that holds one of these texts.
fn files_with(dir: &Path, secrets: &[&str]) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files_with(&path, secrets)?);
            continue;
        }
        let bytes = std::fs::read(&path)?;
        if secrets.iter().any(|secret| bytes.windows(secret.len()).any(|part| part == secret.as_bytes())) {
            found.push(path);
        }
    }
    Ok(found)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_lies_in_the_keyring_and_a_lost_one_is_restored_by_signing_in() -> Result<()> {
    let team = Team::start()?;
    let terminal = terminal(Keyring::Unlocked)?;
    team.visitor("Rosa Vidal").await?.writes("behind the third flower pot").await?;
    terminal.run(&strs(&login(&team)), team.password())?;
    let list = terminal.run(&["list", "--inbox", "Support"], "")?;
    ensure!(list["rows"][0]["title"] == "Rosa Vidal", "{list}");
    let found = files_with(terminal.home(), &["flower pot", "Rosa Vidal", team.password()])?;
    ensure!(found.is_empty(), "readable in {found:?}");

    // The keyring loses its entry, as when somebody empties it; an unsent message must survive that.
    let chat = list["rows"][0]["chat"].as_str().unwrap_or_default().to_owned();
    terminal.run(&["--wait", "0", "send", &chat, "--text", "still here"], "")?;
    for file in std::fs::read_dir(terminal.desktop().data_dir().join("keyrings"))? {
        std::fs::remove_file(file?.path())?;
    }
    let fresh = Terminal::on(&Arc::new(Desktop::start()?))?;
    std::fs::rename(terminal.profile(), fresh.profile())?;
    let session = fresh.run(&["session"], "")?;
    ensure!(session["state"] == "locked" && session["why"] == "key_lost", "{session}");
    ensure!(fresh.refused(&["places"], "")? == "locked");
    fresh.run(&strs(&login(&team)), team.password())?;
    let thread = fresh.run(&["show", &chat], "")?;
    ensure!(thread.to_string().contains("still here"), "{thread}");
    // It is in the new keyring now.
    ensure!(fresh.run(&["session"], "")?["state"] == "signed_in");
    fresh.run(&["logout", "--discard-unsent"], "")?;
    Ok(())
}

/// Nothing but the answer is written, not even by what reads the file.
#[test]
fn a_damaged_cache_is_said_and_signing_in_makes_another() -> Result<()> {
    let team = Team::start()?;
    let terminal = terminal(Keyring::Unlocked)?;
    terminal.run(&strs(&login(&team)), team.password())?;
    let cache = terminal.profile().join("cache.db");
    // Nothing of it can be read; what a page of noise leaves is rescued, and nobody has to sign in.
    let bytes = std::fs::read(&cache)?;
    std::fs::write(&cache, vec![7; bytes.len()])?;
    let session = terminal.run(&["session"], "")?;
    ensure!(
        session["state"] == "locked" && ["key_lost", "damaged"].map(Into::into).contains(&session["why"]),
        "{session}"
    );
    ensure!(terminal.refused(&["places"], "")? == "locked");
    let again = terminal.run(&strs(&login(&team)), team.password())?;
    ensure!(again["state"] == "signed_in", "{again}");
    Ok(())
}

/// C097
#[test]
fn a_locked_keyring_with_nobody_to_unlock_it_is_said_within_seconds() -> Result<()> {
    let team = Team::start()?;
    let terminal = terminal(Keyring::Unlocked)?;
    terminal.run(&strs(&login(&team)), team.password())?;
    terminal.desktop().lock_keyring()?;
    let begun = Instant::now();
    let session = terminal.run(&["session"], "")?;
    ensure!(session["state"] == "locked" && session["why"] == "keyring_locked", "{session}");
    ensure!(terminal.refused(&["unlock"], "")? == "keyring_locked");
    ensure!(terminal.run(&["doctor"], "")?["keyring"] == "keyring_locked");
    ensure!(begun.elapsed() < SECONDS, "it took {:?}", begun.elapsed());
    // Whoever proves again who they are gets at what is theirs.
    let again = terminal.run(&strs(&login(&team)), team.password())?;
    ensure!(again["state"] == "signed_in", "{again}");
    Ok(())
}

/// C099
#[test]
fn without_a_keyring_nothing_is_kept_until_a_password_protects_it() -> Result<()> {
    let team = Team::start()?;
    let terminal = terminal(Keyring::Absent)?;
    let begun = Instant::now();
    ensure!(terminal.refused(&strs(&login(&team)), team.password())? == "keyring_missing");
    ensure!(begun.elapsed() < SECONDS, "it took {:?}", begun.elapsed());
    ensure!(!terminal.profile().join("cache.db").exists(), "something was kept");

    let words = [vec!["--cache-password-stdin".to_owned()], login(&team).to_vec()].concat();
    ensure!(terminal.refused(&strs(&words), &format!("x\n{}\n", team.password()))? == "password_too_short");
    ensure!(!terminal.profile().join("cache.db").exists(), "something was kept");
    terminal.run(&strs(&words), &format!("{CACHE_PASSWORD}\n{}\n", team.password()))?;
    ensure!(terminal.refused(&["places"], "")? == "locked");
    ensure!(terminal.refused(&["--cache-password-stdin", "places"], "wrong\n")? == "wrong_password");
    terminal.run(&["--cache-password-stdin", "places"], CACHE_PASSWORD)?;
    // What may wait in there is thrown away on demand only.
    ensure!(terminal.refused(&["logout"], "")? == "locked");
    let found = files_with(terminal.home(), &[CACHE_PASSWORD, team.password(), "Bob Bauer"])?;
    ensure!(found.is_empty(), "readable in {found:?}");
    terminal.run(&["logout", "--discard-unsent"], "")?;
    ensure!(!terminal.profile().join("cache.db").exists(), "something was left");
    Ok(())
}
