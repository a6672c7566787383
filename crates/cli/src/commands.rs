//! What each command asks the core.

use crate::{
    Args, Run, Surroundings,
    args::{Command, Create, Draft, Outbox, PieceArgs, PlaceArgs, ViewArgs},
    client::Client,
    doctor, find, follow, output,
    own::{self, AskedQuiet},
    write,
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
        Command::List { place, choice, after, limit } => {
            let page = json!({
                "place": place_of(client, place).await?,
                "tab": choice.tab.word(),
                "segment": choice.segment.word(),
                "with_me": choice.with_me,
                "filter": choice.filter.word(),
                "sort": choice.sort.word(),
                "after": after,
                "limit": limit,
            });
            ask("list_chats", page).await?
        }
        Command::View { place, choice } => view(client, place, choice).await?,
        Command::Count { place } => ask("count_chats", json!({ "place": place_of(client, place).await? })).await?,
        Command::Show { chat, before, after, around, limit } => {
            let head = ask("get_chat", json!({ "chat": chat })).await?;
            let part = json!({ "chat": chat, "before": before, "after": after, "around": around, "limit": limit });
            json!({ "chat": head, "thread": ask("list_messages", part).await? })
        }
        Command::History { chat, after, limit } => {
            ask("list_history", json!({ "chat": chat, "after": after, "limit": limit })).await?
        }
        Command::Search { text, after, limit } => {
            ask("search", json!({ "text": text, "after": after, "limit": limit })).await?
        }
        Command::Create(Create::Direct { member }) => {
            change("create_direct_chat", json!({ "member": find::member(client, member).await? })).await?
        }
        Command::Create(Create::Team { name, members }) => {
            let team = json!({ "name": name, "members": find::members(client, members).await? });
            change("create_team_chat", team).await?
        }
        Command::Rename { chat, name } => change("rename_chat", json!({ "chat": chat, "name": name })).await?,
        Command::Add { chat, members } => {
            let members = find::members(client, members).await?;
            change("add_to_chat", json!({ "chat": chat, "members": members })).await?
        }
        Command::Leave { chat } => change("leave_chat", json!({ "chat": chat })).await?,
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
        Command::Pin { chat, before } => change("pin_chat", json!({ "chat": chat, "before": before })).await?,
        Command::Unpin { chat } => change("unpin_chat", json!({ "chat": chat })).await?,
        Command::Favorite { contact, remove } => {
            let name = if *remove { "remove_favorite" } else { "add_favorite" };
            change(name, json!({ "contact": contact })).await?
        }
        Command::Read { chat, pos } => {
            let pos = or_newest(client, chat, *pos).await?;
            change("mark_read", json!({ "chat": chat, "pos": pos })).await?
        }
        Command::Unread { chat, from } => {
            let from = or_newest(client, chat, *from).await?;
            change("mark_unread", json!({ "chat": chat, "from": from })).await?
        }
        Command::Undo => change("undo", json!({})).await?,
        Command::Settings { changes } => own::settings(client, changes).await?,
        Command::Quiet { minutes, hours, off } => {
            let now_ms = client.core().now_ms();
            own::quiet(client, AskedQuiet { minutes: *minutes, hours: hours.as_deref(), off: *off, now_ms }).await?
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
    find::place(client, place).await
}

/// What was said is remembered; what is remembered then is the answer.
async fn view(client: &Client, place: &PlaceArgs, choice: &ViewArgs) -> Run<Value> {
    let place = json!({ "place": place_of(client, place).await? });
    let before = client.call("get_list_view", place.clone()).await?;
    let mut view = before.clone();
    let words = [
        ("tab", choice.tab.map(|tab| tab.word())),
        ("segment", choice.segment.map(|segment| segment.word())),
        ("filter", choice.filter.map(|filter| filter.word())),
        ("sort_open", choice.sort_open.map(|sort| sort.word())),
        ("sort_closed", choice.sort_closed.map(|sort| sort.word())),
        ("sort_archived", choice.sort_archived.map(|sort| sort.word())),
    ];
    for (name, word) in words {
        if let Some(word) = word {
            view[name] = word.into();
        }
    }
    if let Some(with_me) = choice.with_me {
        view["with_me"] = with_me.into();
    }
    if view == before {
        return Ok(view);
    }
    client.call("set_list_view", view).await?;
    client.call("get_list_view", place).await
}

fn part(part: &str, piece: &PieceArgs) -> Value {
    json!({ "part": part, "from": piece.from, "limit": piece.limit })
}

fn text_or_stdin(text: &Option<String>, surroundings: &mut Surroundings) -> Run<String> {
    match text {
        Some(text) => Ok(text.clone()),
        None => surroundings.text(),
    }
}
