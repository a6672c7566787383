//! Searching: what was written is found while it is typed, opened where it was said, and everything comes back as it was.

use anyhow::Result;
use deskbell_testkit::{eventually::eventually, team::Team, window::Window};
use serde_json::json;

const FIELD: &str = "Search everything";
const PALETTE: &str = "Search or run a command";

/// Waits until these pieces of text are marked in the first element that matches a selector.
async fn marks(window: &Window, selector: &str, marked: &[&str]) -> Result<()> {
    let script = "return [...(document.querySelector(arguments[0])?.querySelectorAll('mark') ?? [])].map((mark) => mark.textContent);";
    eventually(&format!("{marked:?} marked in {selector}"), async || {
        Ok((window.ask(script, vec![json!(selector)]).await? == json!(marked)).then_some(()))
    })
    .await
}

#[tokio::test]
async fn what_a_customer_wrote_is_found_while_it_is_typed_and_opened_where_it_was_said() -> Result<()> {
    let team = Team::start()?;
    let alice = team.alice().await?;
    let rosa = team.visitor("Rosa Vidal").await?;
    rosa.writes("¿Tienen cámaras azules?").await?;
    rosa.writes("And the derailleur <b>hanger</b>?").await?;
    team.visitor("Omar Haddad").await?.writes("Where is my parcel?").await?;
    alice.lists("Rosa Vidal").await?;
    alice.open_chat("Omar Haddad").await?;

    alice.press("/", false).await?;
    alice.has_caret_in(FIELD).await?;
    // As it is typed, without accents, and the beginning of a word is enough.
    alice.type_in(FIELD, "camar").await?;
    marks(&alice, "[data-found^=message]", &["cámar"]).await?;
    alice.sees_in("[data-found^=message]", "Rosa Vidal").await?;
    alice.fill(FIELD, "hang").await?;
    marks(&alice, "[data-found^=message]", &["hang"]).await?;
    // Customer text is text.
    alice.sees_in("[data-found^=message]", "<b>hanger</b>").await?;

    alice.enter_in(FIELD).await?;
    alice.is_at("Rosa Vidal").await?;
    alice.sees_in("[role=log] mark.now", "hang").await?;
    alice.sees_in(".hitbar", "1 of 1 in this conversation").await?;

    alice.escape_in(FIELD).await?;
    alice.is_at("Where is my parcel?").await?;
    alice.sees_no("1 of 1 in this conversation").await?;
    alice.lists("Omar Haddad").await
}

#[tokio::test]
async fn with_no_network_the_same_is_found_and_a_filter_narrows_it() -> Result<()> {
    let mut team = Team::start()?;
    let alice = team.alice().await?;
    let rosa = team.visitor("Rosa Vidal").await?;
    rosa.writes("The tandem is ready?").await?;
    alice.open_chat("Rosa Vidal").await?;
    alice.assign_to_me().await?;
    alice.reply("Your tandem is ready.").await?;
    rosa.reads(&["Your tandem is ready."]).await?;

    team.hub.stop()?;
    alice.sees("Working offline").await?;
    alice.escape_in("Message").await?;
    alice.press("/", false).await?;
    alice.has_caret_in(FIELD).await?;
    alice.type_in(FIELD, "tandem").await?;
    alice.sees_in(".list-foot", "so offline finds the same").await?;
    alice.fill(FIELD, "from:me tandem").await?;
    alice.sees_in(".op", "from:").await?;
    alice.sees_in(".op", "me").await?;
    marks(&alice, "[data-found^=message]", &["tandem"]).await?;
    alice.sees_in("[data-found^=message]", "Your tandem is ready.").await?;
    alice.escape_in(FIELD).await
}

#[tokio::test]
async fn the_palette_goes_to_a_conversation_by_its_name() -> Result<()> {
    let team = Team::start()?;
    let alice = team.alice().await?;
    team.visitor("Rosa Vidal").await?.writes("Hello?").await?;
    alice.lists("Rosa Vidal").await?;

    alice.press("k", true).await?;
    alice.has_caret_in(PALETTE).await?;
    alice.type_in(PALETTE, "vid").await?;
    alice.sees_in("[role=option][aria-selected=true]", "Rosa Vidal").await?;
    alice.enter_in(PALETTE).await?;
    alice.is_at("Hello?").await
}

#[tokio::test]
async fn a_chat_opened_from_the_palette_is_the_one_that_the_keys_mean_and_no_bar_lies_over_the_palette() -> Result<()> {
    let team = Team::start()?;
    let alice = team.alice().await?;
    team.visitor("Rosa Vidal").await?.writes("Hello?").await?;
    team.visitor("Omar Haddad").await?.writes("Where is my parcel?").await?;
    alice.lists("Rosa Vidal").await?;
    alice.open_chat("Omar Haddad").await?;

    let scrolls = "return getComputedStyle(document.querySelector('[data-pane=list] [role=grid]')).overflowY;";
    alice.press("k", true).await?;
    alice.has_caret_in(PALETTE).await?;
    // What may scroll has a bar that is drawn above everything.
    assert_eq!(alice.ask(scrolls, vec![]).await?, json!("hidden"));
    alice.type_in(PALETTE, "vid").await?;
    alice.sees_in("[role=option][aria-selected=true]", "Rosa Vidal").await?;
    alice.enter_in(PALETTE).await?;
    alice.is_at("Hello?").await?;
    alice.press("p", false).await?;
    alice.sees_in("[data-chat][data-pinned]", "Rosa Vidal").await?;
    assert_eq!(alice.ask(scrolls, vec![]).await?, json!("auto"));
    Ok(())
}

#[tokio::test]
async fn what_was_asked_is_there_again_and_backspace_takes_all_of_it_away() -> Result<()> {
    let team = Team::start()?;
    let alice = team.alice().await?;
    team.visitor("Rosa Vidal").await?.writes("The tandem is ready?").await?;
    alice.lists("Rosa Vidal").await?;
    alice.press("/", false).await?;
    alice.has_caret_in(FIELD).await?;
    alice.type_in(FIELD, "is:open tandem").await?;
    alice.sees_in(".op", "is:").await?;
    marks(&alice, "[data-found^=message]", &["tandem"]).await?;
    alice.escape_in(FIELD).await?;
    alice.press("f", true).await?;
    alice.has_caret_in(FIELD).await?;
    alice.sees_in(".op.whole", "is:").await?;
    let left = "return [document.querySelectorAll('.op').length, document.querySelector('[role=combobox]').value];";
    assert_eq!(alice.ask(left, vec![]).await?, json!([1, "tandem"]));
    alice.type_in(FIELD, "\u{e003}").await?;
    eventually("nothing is left", async || Ok((alice.ask(left, vec![]).await? == json!([0, ""])).then_some(()))).await
}
