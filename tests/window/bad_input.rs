//! What cannot be done is said in a sentence, and nothing that was written is lost.

use anyhow::{Context, Result};
use deskbell_testkit::{computer::Computer, team::Team};
use serde_json::{Value, json};

#[tokio::test]
async fn a_message_that_is_too_long_is_refused_and_kept() -> Result<()> {
    let team = Team::start()?;
    let alice = team.alice().await?;
    let visitor = team.visitor("Rosa Vidal").await?;
    visitor.writes("Tell me everything").await?;
    alice.open_chat("Rosa Vidal").await?;
    let paste = "const field = named('field', arguments[0])[0];
        field.value = 'x'.repeat(arguments[1]);
        field.dispatchEvent(new InputEvent('input', { bubbles: true }));";
    alice.ask(paste, vec![json!("Message"), json!(100_001)]).await?;

    alice.enter_in("Message").await?;

    alice.is_at("Shorten it or send it in parts").await?;
    assert_eq!(alice.value_of("Message").await?.len(), 100_001);
    assert!(visitor.answers().await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_revoked_device_is_told_keeps_what_was_written_and_can_sign_in_again() -> Result<()> {
    let team = Team::start()?;
    let alice = team.alice().await?;
    let visitor = team.visitor("Rosa Vidal").await?;
    visitor.writes("Hello?").await?;
    alice.open_chat("Rosa Vidal").await?;
    let devices: Value =
        serde_json::from_str(&team.hub.run(&["device", "list", "--json", "--member", "alice@example.org"], None)?)?;
    let device = devices["devices"][0]["device"]["id"].as_str().with_context(|| format!("no device in {devices}"))?;

    team.hub.run(&["device", "revoke", "--device", device], None)?;

    alice.sees("Signed out by the hub").await?;
    alice.reply("I am still here").await?;
    assert!(visitor.answers().await?.is_empty());
    alice.click("Sign in again").await?;
    alice.sign_in(&team.hub.url(), "alice@example.org", team.password()).await?;
    visitor.reads(&["I am still here"]).await
}

#[tokio::test]
async fn a_call_that_does_not_exist_is_an_answer() -> Result<()> {
    let computer = Computer::start().await?;
    let ask = "return window.__TAURI_INTERNALS__.invoke('rpc', { name: arguments[0], args: arguments[1] })
        .then(() => 'done', (error) => error.code ?? 'no code');";
    for (name, args) in
        [("format_disk", json!({})), ("get_chat", json!({ "chat": "not an id" })), ("get_chat", json!(7))]
    {
        let code = computer.ask(ask, vec![json!(name), args.clone()]).await?;
        let code = code.as_str().unwrap_or_default().to_owned();
        assert!(!["done", "no code", ""].contains(&code.as_str()), "{name} {args}: {code}");
    }
    // It goes on as if nothing had been.
    computer.sees("Sign in").await
}

#[tokio::test]
async fn without_a_session_bus_it_works_and_never_hides() -> Result<()> {
    let computer = Computer::start_without_bus().await?;
    computer.sees("Sign in").await?;
    computer.close().await?;
    computer.has_ended().await
}
