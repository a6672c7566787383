//! Places and how their lists are shown: what is chosen, what is remembered, what a member keeps at hand.

use anyhow::Result;
use deskbell_testkit::{eventually::eventually, team::Team, window::Window};
use serde_json::json;

const LIST: &str = "[data-pane=list]";
const RAIL: &str = "[data-pane=rail]";

/// Waits until the list says that it is in this order.
async fn is_sorted_by(window: &Window, order: &str) -> Result<()> {
    let script = "return document.querySelector('[data-callout=\"13\"]')?.getAttribute('aria-label') ?? '';";
    eventually(&format!("the order {order:?}"), async || {
        Ok((window.ask(script, vec![]).await? == json!(format!("Sort: {order}"))).then_some(()))
    })
    .await
}

/// Chooses the order of the list that is shown.
async fn sort_by(window: &Window, was: &str, order: &str) -> Result<()> {
    window.click_in(LIST, &format!("Sort: {was}")).await?;
    window.choose_in_menu(order).await?;
    is_sorted_by(window, order).await
}

/// Waits until the rows of the list stand in this order, by the names in them.
async fn rows_are(window: &Window, names: &[&str]) -> Result<()> {
    let script =
        "return [...document.querySelectorAll('[data-pane=list] [role=row] .name')].map((one) => one.textContent);";
    eventually(&format!("the rows {names:?}"), async || {
        Ok((window.ask(script, vec![]).await? == json!(names)).then_some(()))
    })
    .await
}

/// C050
#[tokio::test]
async fn each_list_keeps_its_own_order_and_its_tab_over_a_restart() -> Result<()> {
    let team = Team::start()?;
    let mut alice = team.alice().await?;
    team.visitor("Rosa Vidal").await?.writes("When do you open?").await?;
    alice.lists("Rosa Vidal").await?;
    team.visitor("Ada Bright").await?.writes("Do you ship abroad?").await?;
    rows_are(&alice, &["Ada Bright", "Rosa Vidal"]).await?;

    sort_by(&alice, "Recent messages", "Oldest messages").await?;
    rows_are(&alice, &["Rosa Vidal", "Ada Bright"]).await?;
    alice.click_in(LIST, "Closed").await?;
    sort_by(&alice, "Recent messages", "Oldest conversations").await?;
    alice.click("Create").await?;
    alice.click("New direct chat").await?;
    alice.fill("Colleague", "Bob").await?;
    alice.enter_in("Colleague").await?;
    alice.is_at("Bob Bauer").await?;
    sort_by(&alice, "Recent", "Oldest").await?;

    alice.quit().await?;
    alice.open().await?;
    is_sorted_by(&alice, "Oldest").await?;
    alice.is_at("Bob Bauer").await?;
    // The inbox opens at the tab where it was left.
    alice.choose(RAIL, "Support").await?;
    is_sorted_by(&alice, "Oldest conversations").await?;
    alice.choose(LIST, "Open").await?;
    is_sorted_by(&alice, "Oldest messages").await?;
    rows_are(&alice, &["Rosa Vidal", "Ada Bright"]).await?;
    alice.choose(RAIL, "Bob Bauer").await?;
    is_sorted_by(&alice, "Oldest").await
}

#[tokio::test]
async fn the_place_the_tab_and_the_chat_that_were_on_screen_are_there_after_a_restart_and_a_power_cut() -> Result<()> {
    let team = Team::start()?;
    let mut alice = team.alice().await?;
    team.visitor("Rosa Vidal").await?.writes("When do you open?").await?;
    team.visitor("Ada Bright").await?.writes("Do you ship abroad?").await?;
    rows_are(&alice, &["Ada Bright", "Rosa Vidal"]).await?;
    alice.open_chat("Ada Bright").await?;
    alice.close_chat().await?;
    alice.choose(RAIL, "Shop").await?;
    alice.show_closed().await?;
    rows_are(&alice, &["Ada Bright"]).await?;
    alice.open_chat("Ada Bright").await?;
    alice.is_at("Do you ship abroad?").await?;

    for cut in [false, true] {
        if cut {
            alice.kill()?;
        } else {
            alice.quit().await?;
        }
        alice.open().await?;
        alice.sees_in(&format!("{RAIL} [aria-current=page]"), "Shop").await?;
        rows_are(&alice, &["Ada Bright"]).await?;
        alice.is_at("Do you ship abroad?").await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_pinned_conversation_stands_above_the_list_and_is_pinned_after_a_restart() -> Result<()> {
    let team = Team::start()?;
    let mut alice = team.alice().await?;
    team.visitor("Rosa Vidal").await?.writes("When do you open?").await?;
    alice.lists("Rosa Vidal").await?;
    team.visitor("Ada Bright").await?.writes("Do you ship abroad?").await?;
    rows_are(&alice, &["Ada Bright", "Rosa Vidal"]).await?;

    alice.open_chat("Rosa Vidal").await?;
    alice.ask("document.activeElement?.blur();", vec![]).await?;
    alice.press("p", false).await?;
    alice.lists("Pinned").await?;
    rows_are(&alice, &["Rosa Vidal", "Ada Bright"]).await?;

    alice.quit().await?;
    alice.open().await?;
    alice.lists("Pinned").await?;
    rows_are(&alice, &["Rosa Vidal", "Ada Bright"]).await
}

#[tokio::test]
async fn a_filter_that_hides_everything_says_so_and_is_taken_away_by_one_button() -> Result<()> {
    let team = Team::start()?;
    let alice = team.alice().await?;
    team.visitor("Rosa Vidal").await?.writes("When do you open?").await?;
    alice.focus().await?;
    alice.open_chat("Rosa Vidal").await?;
    alice.is_at("When do you open?").await?;

    alice.click_in(LIST, "Filter: All").await?;
    alice.choose_in_menu("Unread").await?;
    alice.lists("Nothing unread in Support.").await?;
    alice.click_in(LIST, "Show all").await?;
    rows_are(&alice, &["Rosa Vidal"]).await
}

#[tokio::test]
async fn a_channel_chosen_in_the_list_is_chosen_in_the_rail_too() -> Result<()> {
    let team = Team::start()?;
    let alice = team.alice().await?;
    team.visitor("Rosa Vidal").await?.writes("When do you open?").await?;
    alice.lists("Rosa Vidal").await?;

    alice.choose(LIST, "All channels").await?;
    alice.choose_in_menu("Shop").await?;

    alice.sees_in(&format!("{RAIL} [aria-current=page]"), "Shop").await?;
    rows_are(&alice, &["Rosa Vidal"]).await
}

#[tokio::test]
async fn a_team_chat_is_made_and_its_members_talk_in_it() -> Result<()> {
    let team = Team::start()?;
    let (alice, bob) = (team.alice().await?, team.bob().await?);

    alice.click("Create").await?;
    alice.click("New team chat").await?;
    alice.fill("Name", "Saturday crew").await?;
    alice.fill("Members", "Bob").await?;
    alice.enter_in("Members").await?;
    alice.click("Make the chat").await?;
    alice.is_at("Saturday crew").await?;
    alice.reply("Rain until ten, then dry.").await?;

    bob.choose(RAIL, "Saturday crew").await?;
    bob.is_at("Rain until ten, then dry.").await?;
    bob.reply("Half past, then.").await?;
    alice.is_at("Half past, then.").await
}

#[tokio::test]
async fn a_close_is_undone_at_the_foot_of_the_list() -> Result<()> {
    let team = Team::start()?;
    let alice = team.alice().await?;
    team.visitor("Rosa Vidal").await?.writes("When do you open?").await?;
    alice.open_chat("Rosa Vidal").await?;
    alice.click_in(".conv-head", "Close").await?;
    alice.sees("Closed Rosa Vidal").await?;

    alice.click_in(".toast", "Undo").await?;

    rows_are(&alice, &["Rosa Vidal"]).await
}
