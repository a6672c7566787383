//! What can be checked of the looks by a machine: the numbered regions, and what axe finds in the real window.

use std::fs;

use anyhow::{Context, Result, bail};
use deskbell_testkit::{computer::Computer, eventually::eventually, team::Team, window::Window};
use serde_json::{Value, json};

/// Finds nothing to complain about, in both themes.
pub async fn is_accessible(window: &Window, what: &str) -> Result<()> {
    let axe = concat!(env!("CARGO_MANIFEST_DIR"), "/../ui/node_modules/axe-core/axe.min.js");
    let axe = fs::read_to_string(axe).context("axe-core, which `npm ci` in ui/ installs")?;
    // The source is run as part of the script: the page's own policy lets nothing else in.
    let script = format!(
        "{axe};
        document.documentElement.dataset.theme = arguments[0];
        return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
            .then(() => Promise.all(document.getAnimations().map((one) => one.finished.catch(() => null))))
            // A tooltip stands beside what it explains on screen and behind everything in the document, in no landmark.
            .then(() => axe.run(document, {{ resultTypes: ['violations'], rules: {{ region: {{ enabled: false }} }} }}))
            .then((found) => found.violations.map((one) => [one.id, one.help, one.nodes.map((node) => node.html)]));"
    );
    for theme in ["light", "dark"] {
        let found = window.ask(&script, vec![json!(theme)]).await?;
        assert_eq!(found, json!([]), "{what}, {theme}");
    }
    Ok(())
}

#[tokio::test]
async fn signing_in_is_accessible() -> Result<()> {
    let computer = Computer::start().await?;
    is_accessible(&computer, "signing in").await
}

#[tokio::test]
async fn a_conversation_is_accessible_and_its_regions_are_numbered() -> Result<()> {
    let team = Team::start()?;
    let mira = team.mira().await?;
    let visitor = team.visitor("Rosa Vidal").await?;
    visitor.writes("Is https://shop.example.org/item the blue one?").await?;
    mira.open_chat("Rosa Vidal").await?;
    mira.reply("Yes.").await?;
    visitor.reads(&["Yes."]).await?;
    mira.tag("Stock").await?;
    is_accessible(&mira, "a conversation").await?;

    let numbers = "return [...document.querySelectorAll('[data-callout]')].map((one) => one.dataset.callout).sort();";
    let shown = mira.ask(numbers, vec![]).await?;
    let shown: Vec<&str> = shown.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for number in ["1", "2", "5", "9", "10", "15", "16", "18"] {
        assert!(shown.contains(&number), "no region {number} among {shown:?}");
    }
    Ok(())
}

/// Waits until the page is so many pixels wide, shows exactly these panes, and nothing has to be scrolled to sideways.
async fn shows_panes(window: &Window, width: u32, panes: &[&str]) -> Result<()> {
    let script = "
        const panes = [...document.querySelectorAll('[data-pane]')].filter(visible).map((pane) => pane.dataset.pane);
        return [innerWidth, Math.max(0, document.documentElement.scrollWidth - innerWidth), panes];";
    let wanted = json!([width, 0, panes]);
    let found = eventually("", async || Ok((window.ask(script, vec![]).await? == wanted).then_some(()))).await;
    if found.is_err() {
        bail!("instead of {wanted} the window shows {}", window.ask(script, vec![]).await?);
    }
    Ok(())
}

#[tokio::test]
async fn enlarged_to_twice_its_size_the_smallest_window_shows_one_part_at_a_time_and_all_of_them_again() -> Result<()> {
    let team = Team::start()?;
    let mut alice = team.alice().await?;
    team.visitor("Rosa Vidal").await?.writes("When do you open?").await?;
    alice.lists("Rosa Vidal").await?;
    alice.quit().await?;
    fs::write(alice.profile().join("window.json"), r#"{"x": 0, "y": 0, "width": 1024, "height": 700}"#)?;
    alice.open().await?;
    shows_panes(&alice, 1024, &["rail", "list", "conversation"]).await?;

    eventually("everything to be twice as large", async || {
        alice.press("+", true).await?;
        Ok((alice.ask("return innerWidth;", vec![]).await? == 512).then_some(()))
    })
    .await?;
    shows_panes(&alice, 512, &["list"]).await?;
    // By keys: where things are on screen the driver works out without what the window is enlarged by.
    alice.press("j", false).await?;
    shows_panes(&alice, 512, &["conversation"]).await?;
    alice.is_at("When do you open?").await?;
    alice.press("Escape", false).await?;
    shows_panes(&alice, 512, &["list"]).await?;
    alice.lists("Rosa Vidal").await?;

    alice.press("0", true).await?;
    shows_panes(&alice, 1024, &["rail", "list", "conversation"]).await
}
