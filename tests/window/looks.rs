//! What can be checked of the looks by a machine: the numbered regions, and what axe finds in the real window.

use anyhow::{Context, Result};
use deskbell_testkit::{computer::Computer, team::Team, window::Window};
use serde_json::{Value, json};

/// Finds nothing to complain about, in both themes.
pub async fn is_accessible(window: &Window, what: &str) -> Result<()> {
    let axe = concat!(env!("CARGO_MANIFEST_DIR"), "/../ui/node_modules/axe-core/axe.min.js");
    let axe = std::fs::read_to_string(axe).context("axe-core, which `npm ci` in ui/ installs")?;
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
