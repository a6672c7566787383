//! What each command asks the core.

use crate::{
    Args, Run, Surroundings,
    args::{Command, Create, Draft, Outbox, PieceArgs, PlaceArgs, SegmentArg},
    client::Client,
    doctor, find, follow, output, write,
};
use serde_json::{Value, json};
use std::time::Duration;

/// Runs a command and prints its answer.
pub async fn run(args: Args, surroundings: &mut Surroundings) -> Run {
    if let Command::Doctor = args.command {
        let found = doctor::examine(&args, surroundings).await?;
        return output::document(&mut surroundings.stdout, &found);
    }
    let client = Client::open(&args, surroundings).await?;
    let answer = answer(&client, &args, surroundings).await;
    client.core().shutdown().await;
    match answer? {
        Some(answer) => output::document(&mut surroundings.stdout, &answer),
        None => Ok(()),
    }
}

async fn answer(client: &Client, args: &Args, surroundings: &mut Surroundings) -> Run<Option<Value>> {
    let ask = |name: &'static str, args: Value| client.call(name, args);
    let change = |name: &'static str, args: Value| write::write(client, name, args);
    let answer = match &args.command {
        Command::Lookup { hub } => ask("lookup_hub", json!({ "address": hub })).await?,
        Command::Login { hub, email } => login(client, args, surroundings, hub, email).await?,
        Command::Logout { discard_unsent } => ask("sign_out", json!({ "discard_unsent": discard_unsent })).await?,
        Command::Unlock => ask("unlock", json!({ "password": null })).await?,
        Command::Session => ask("get_session", json!({})).await?,
        Command::Status => client.status_here().await?,
        Command::Understood => ask("forget_rescue", json!({})).await?,
        Command::Sync { follow: true, .. } => {
            follow::follow(client, surroundings).await?;
            return Ok(None);
        }
        Command::Sync { timeout, .. } => follow::once(client, Duration::from_secs(*timeout)).await?,
        Command::Places => ask("list_places", json!({})).await?,
        Command::List { place, closed, segment, after, limit } => {
            let place = place_of(client, place).await?;
            let tab = if *closed { "closed" } else { "open" };
            let page = json!({ "place": place, "tab": tab, "segment": word(*segment), "after": after, "limit": limit });
            ask("list_chats", page).await?
        }
        Command::Count { place } => ask("count_chats", json!({ "place": place_of(client, place).await? })).await?,
        Command::Show { chat, before, limit } => {
            let head = ask("get_chat", json!({ "chat": chat })).await?;
            let thread = ask("list_messages", json!({ "chat": chat, "before": before, "limit": limit })).await?;
            json!({ "chat": head, "thread": thread })
        }
        Command::Search { text, after, limit } => {
            ask("search_messages", json!({ "text": text, "after": after, "limit": limit })).await?
        }
        Command::Create(Create::Direct { member }) => {
            change("create_direct_chat", json!({ "member": find::member(client, member).await? })).await?
        }
        Command::Create(Create::Tag { name, color }) => {
            change("create_tag", json!({ "name": name, "color": color, "chat": null })).await?
        }
        Command::Create(Create::Contact { name, phones, company, private }) => {
            let contact = json!({ "name": name, "phones": phones, "company": company, "private": private });
            change("create_contact", contact).await?
        }
        Command::Contacts { after, limit } => ask("list_contacts", json!({ "after": after, "limit": limit })).await?,
        Command::Share { contact } => change("share_contact", json!({ "contact": contact })).await?,
        Command::Send { chat, text } => {
            let text = text_or_stdin(text, surroundings)?;
            change("send_message", json!({ "chat": chat, "text": text })).await?
        }
        Command::Assign { chat, to } => {
            change("assign_chat", json!({ "chat": chat, "to": find::assignee(client, to).await? })).await?
        }
        Command::Tag { chat, tag, create } => match find::tag(client, tag).await? {
            Some(id) => change("tag_chat", json!({ "chat": chat, "tag": id })).await?,
            None if *create => change("create_tag", json!({ "name": tag, "color": null, "chat": chat })).await?,
            None => return Err(find::nothing("tag", tag)),
        },
        Command::Untag { chat, tag } => {
            let id = find::tag(client, tag).await?.ok_or_else(|| find::nothing("tag", tag))?;
            change("untag_chat", json!({ "chat": chat, "tag": id })).await?
        }
        Command::Tags => ask("list_tags", json!({})).await?,
        Command::Close { chat } => change("close_chat", json!({ "chat": chat })).await?,
        Command::Reopen { chat } => change("reopen_chat", json!({ "chat": chat })).await?,
        Command::Read { chat, pos } => {
            let pos = or_newest(client, chat, *pos).await?;
            change("mark_read", json!({ "chat": chat, "pos": pos })).await?
        }
        Command::Unread { chat, from } => {
            let from = or_newest(client, chat, *from).await?;
            change("mark_unread", json!({ "chat": chat, "from": from })).await?
        }
        Command::Outbox(Outbox::List(piece)) => ask("list_outbox", part("all", piece)).await?,
        Command::Outbox(Outbox::Waiting(piece)) => ask("list_outbox", part("waiting", piece)).await?,
        Command::Outbox(Outbox::Attention(piece)) => ask("list_outbox", part("attention", piece)).await?,
        Command::Outbox(Outbox::Show { command }) => ask("get_outbox_row", json!({ "command": command })).await?,
        Command::Outbox(Outbox::Retry { command }) => change("retry", json!({ "command": command })).await?,
        Command::Outbox(Outbox::Edit { command, text }) => {
            ask("edit", json!({ "command": command, "text": text })).await?
        }
        Command::Outbox(Outbox::Discard { command }) => ask("discard", json!({ "command": command })).await?,
        Command::Outbox(Outbox::SendAnyway { command }) => change("send_anyway", json!({ "command": command })).await?,
        Command::Draft(Draft::Get { chat }) => ask("get_draft", json!({ "chat": chat })).await?,
        Command::Draft(Draft::Set { chat, text }) => {
            let text = text_or_stdin(text, surroundings)?;
            ask("save_draft", json!({ "chat": chat, "text": text })).await?
        }
        Command::Members => ask("list_members", json!({})).await?,
        Command::Assignees { chat } => ask("list_assignees", json!({ "chat": chat })).await?,
        Command::Doctor => unreachable!("the doctor does not need an open profile"),
    };
    Ok(Some(answer))
}

async fn login(client: &Client, args: &Args, surroundings: &mut Surroundings, hub: &str, email: &str) -> Run<Value> {
    let password = surroundings.password("The password")?;
    let cache_password = args.cache_password_stdin.then(|| client.cache_password()).flatten();
    let sign_in = json!({ "hub": hub, "email": email, "password": password, "cache_password": cache_password });
    let session = client.call("sign_in", sign_in).await?;
    if client.wait.is_zero() {
        return Ok(session);
    }
    // Names and inboxes come with the first sync; one that takes longer goes on with the next `sync`.
    client.core().settle(client.wait).await?;
    client.call("get_session", json!({})).await
}

/// The position that was given, or that of the newest entry of the chat.
async fn or_newest(client: &Client, chat: &str, pos: Option<u64>) -> Run<Value> {
    match pos {
        Some(pos) => Ok(json!(pos)),
        None => Ok(client.call("get_chat", json!({ "chat": chat })).await?["last_pos"].clone()),
    }
}

async fn place_of(client: &Client, place: &PlaceArgs) -> Run<Value> {
    debug_assert!(place.direct || place.inbox.is_some() || place.channel.is_some());
    find::place(client, place.inbox.as_deref(), place.channel.as_deref()).await
}

fn part(part: &str, piece: &PieceArgs) -> Value {
    json!({ "part": part, "from": piece.from, "limit": piece.limit })
}

fn word(segment: SegmentArg) -> &'static str {
    match segment {
        SegmentArg::All => "all",
        SegmentArg::Me => "me",
        SegmentArg::Others => "others",
        SegmentArg::Unassigned => "unassigned",
    }
}

fn text_or_stdin(text: &Option<String>, surroundings: &mut Surroundings) -> Run<String> {
    match text {
        Some(text) => Ok(text.clone()),
        None => surroundings.text(),
    }
}
