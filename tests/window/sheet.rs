//! The page that is worked on: where a thread opens, what stands beside it, and a message that is taken back in time.

use anyhow::Result;
use deskbell_testkit::{eventually::eventually, team::Team, window::Window};
use serde_json::{Value, json};

const CONVERSATION: &str = "[data-pane=conversation]";
const PANEL: &str = "[data-pane=panel]";

/// The first message that is whole in sight, and how far below the upper edge it begins.
async fn top_line(window: &Window) -> Result<(String, f64)> {
    let script = "
        const edge = document.querySelector('[role=log].settled').getBoundingClientRect().top;
        const lines = [...document.querySelectorAll('[role=log] [data-entry]')]
            .map((line) => [line.innerText, line.getBoundingClientRect().top - edge])
            .filter(([, top]) => top >= 0)
            .sort(([, a], [, b]) => a - b);
        return lines[0] ?? ['', 0];";
    let line = window.ask(script, vec![]).await?;
    let text = line.get(0).and_then(Value::as_str).unwrap_or_default().to_owned();
    Ok((text, line.get(1).and_then(Value::as_f64).unwrap_or_default()))
}

/// Waits until the thread shows this line where it was.
async fn is_where_it_was(window: &Window, text: &str, top: f64) -> Result<()> {
    eventually(&format!("the line {text:?} at {top}"), async || {
        let (now, at) = top_line(window).await?;
        Ok((now == text && (at - top).abs() < 4.0).then_some(()))
    })
    .await
}

#[tokio::test]
async fn a_thread_opens_where_it_was_left_after_a_restart_too() -> Result<()> {
    let team = Team::start()?;
    let mut alice = team.alice().await?;
    let rosa = team.visitor("Rosa Vidal").await?;
    for n in 1..=24 {
        rosa.writes(&format!("Line {n} of a long story.\nIt goes on,\nand on,\nand on.")).await?;
    }
    team.visitor("Ada Bright").await?.writes("Do you ship abroad?").await?;
    alice.focus().await?;
    alice.open_chat("Rosa Vidal").await?;
    alice.is_at("Line 1 of").await?;
    // What is new is above the edge now: the thread has been read to its end once.
    alice.ask("document.querySelector('[role=log]').scrollTop = 1e6;", vec![]).await?;
    alice.is_at("Line 24 of").await?;
    alice.ask("document.querySelector('[role=log]').scrollTop = 700;", vec![]).await?;
    let saved = "
        const ask = (name, args) => window.__TAURI_INTERNALS__.invoke('rpc', { name, args });
        const chat = arguments[0];
        return ask('list_places', {}).then(({ inboxes }) => ask('list_chats', {
            place: { place: 'inbox', id: inboxes[0].id }, tab: 'open', segment: 'all', with_me: false, filter: 'all',
            sort: 'recent_messages', after: null, limit: 10,
        })).then(({ rows }) => ask('get_reading', { chat: rows.find((row) => row.title === chat).chat })).then(({ pos }) => pos);";
    eventually("the place is kept", async || {
        Ok(alice.ask(saved, vec![json!("Rosa Vidal")]).await?.is_number().then_some(()))
    })
    .await?;
    let (text, top) = top_line(&alice).await?;

    alice.open_chat("Ada Bright").await?;
    alice.is_at("Do you ship abroad?").await?;
    alice.open_chat("Rosa Vidal").await?;
    is_where_it_was(&alice, &text, top).await?;

    alice.quit().await?;
    alice.open().await?;
    alice.open_chat("Rosa Vidal").await?;
    is_where_it_was(&alice, &text, top).await
}

#[tokio::test]
async fn the_panel_beside_a_thread_tells_of_the_contact_and_goes_away_with_esc() -> Result<()> {
    let team = Team::start()?;
    let alice = team.alice().await?;
    team.visitor("Rosa Vidal").await?.writes("When do you open?").await?;
    alice.open_chat("Rosa Vidal").await?;
    alice.is_at("When do you open?").await?;

    alice.click_in(".conv-head", "History").await?;
    alice.sees_in(PANEL, "Nothing else came from this address").await?;
    alice.sees_in(PANEL, "Inbound").await?;
    let escape = "document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true }));";
    alice.ask(escape, vec![]).await?;
    eventually("no panel", async || Ok(alice.text_in(PANEL).await?.is_none().then_some(()))).await
}

#[tokio::test]
async fn a_message_that_is_held_back_is_undone_and_nobody_has_read_it() -> Result<()> {
    let team = Team::start()?;
    let alice = team.alice().await?;
    let rosa = team.visitor("Rosa Vidal").await?;
    rosa.writes("When do you open?").await?;
    alice.set("undo_seconds", 30).await?;
    alice.open_chat("Rosa Vidal").await?;
    alice.reply("At eigth.").await?;
    alice.is_at("Sending in").await?;

    alice.click_in(CONVERSATION, "Undo").await?;
    alice.has_value("Message", "At eigth.").await?;
    alice.has_caret_in("Message").await?;
    alice.set("undo_seconds", 0).await?;
    alice.fill("Message", "At eight.").await?;
    alice.enter_in("Message").await?;
    rosa.reads(&["At eight."]).await
}
