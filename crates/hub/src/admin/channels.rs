//! `channel`: ways in and out. Web chat here, telephone numbers in [`super::numbers`]; the carriers come with their adapters.

use super::{AdminError, Answer, inboxes, table, unusable};
use crate::clock::secret;
use crate::hub::Hub;
use crate::private;
use crate::store::StoreError;
use crate::webchat::parse_origin;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use deskbell_domain::command::{AddChannel, MoveChannel, SetOrigins};
use deskbell_domain::{Actor, Channel, ChannelId, ChannelKind, Inbox, InboxId, Kind, Name, Row, Webchat, fold_name};
use serde_json::{Value, json};

/// Bytes of a public id: enough that nobody finds a channel by trying.
const PUBLIC_ID_BYTES: usize = 12;
/// File that keeps under which URL the hub was served last, for the snippets.
const PUBLIC_URL: &str = "public-url";

pub(super) struct NewWebchat {
    pub name: String,
    pub inbox: String,
    pub title: Option<String>,
    pub color: Option<String>,
    pub origins: Vec<String>,
    pub hub_url: Option<String>,
}

pub(super) async fn all(hub: &Hub) -> Result<Vec<Channel>, StoreError> {
    let rows = hub.rows(Kind::Channel).await?.into_iter();
    Ok(rows.filter_map(|r| if let Row::Channel(c) = r { Some(c) } else { None }).collect())
}

/// Channels that deliver into an inbox.
pub(super) async fn of_inbox(hub: &Hub, inbox: InboxId) -> Result<Vec<Channel>, StoreError> {
    Ok(all(hub).await?.into_iter().filter(|c| c.is_of(inbox)).collect())
}

/// By its name alone nobody could say which of two channels is meant. In another inbox it may well be called the same.
pub(super) async fn refuse_same_name(
    hub: &Hub,
    inbox: &Inbox,
    name: &Name,
    but: Option<ChannelId>,
) -> Result<(), AdminError> {
    let same = |c: &Channel| Some(c.id) != but && !c.archived && fold_name(c.name.as_str()) == fold_name(name.as_str());
    if of_inbox(hub, inbox.id).await?.iter().any(same) {
        return Err(unusable("name", format!("the inbox {} has a channel {name} already", inbox.name)));
    }
    Ok(())
}

/// A new public id.
pub(super) fn public_id(hub: &Hub) -> String {
    URL_SAFE_NO_PAD.encode(&secret(hub.random())[..PUBLIC_ID_BYTES])
}

pub(super) async fn add(hub: &Hub, new: NewWebchat) -> Result<Answer, AdminError> {
    let name = Name::parse(&new.name).map_err(|e| unusable("name", e))?;
    let title = match &new.title {
        Some(title) => Name::parse(title).map_err(|e| unusable("title", e))?,
        None => name.clone(),
    };
    let origins = new.origins.iter().map(|o| parse_origin(o)).collect::<Result<Vec<_>, _>>();
    let origins = origins.map_err(|e| unusable("origin", e))?;
    let color = new.color.map(|c| parse_color(&c)).transpose()?;
    let inbox = inboxes::find(hub, &new.inbox).await?;
    refuse_same_name(hub, &inbox, &name, None).await?;
    let webchat = Webchat { public_id: public_id(hub), origins, title, color };
    let id = ChannelId(hub.new_id());
    let channel = Channel { webchat: Some(webchat), ..Channel::of_inbox(id, inbox.id, ChannelKind::Webchat, name) };
    let snippet = snippet(hub, &channel, new.hub_url.as_deref()).unwrap_or_default();
    let public_id = channel.webchat.as_ref().map(|w| w.public_id.clone());
    let shown = channel.clone();
    hub.carry_out(Actor::System, AddChannel { channel }).await?;
    let where_to = match shown.webchat.as_ref().map(|w| w.origins.as_slice()) {
        Some([]) | None => "No site may show it yet: `deskbell-hub channel origins` adds one.".to_owned(),
        Some(origins) => format!("Paste this line before </body> on the pages of {}:", origins.join(", ")),
    };
    Ok(Answer {
        text: format!("The channel {} delivers into {}. {where_to}\n\n{snippet}", shown.name, inbox.name),
        json: json!({ "id": id, "public_id": public_id, "snippet": snippet }),
    })
}

/// The channel of that name, public id or identifier.
async fn find(hub: &Hub, wanted: &str) -> Result<Channel, AdminError> {
    let wanted = wanted.trim();
    let folded = fold_name(wanted);
    let is_meant = |c: &Channel| {
        c.id.to_string() == wanted
            || c.webchat.as_ref().is_some_and(|w| w.public_id == wanted)
            || fold_name(c.name.as_str()) == folded
    };
    // A member's own number has commands of its own, and an archive goes nowhere.
    let of_inboxes = all(hub).await?.into_iter().filter(|c| c.owner.is_none() && !c.archived);
    let mut found: Vec<Channel> = of_inboxes.filter(is_meant).collect();
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => Err(AdminError::NotFound { what: "channel", name: wanted.into() }),
        _ => Err(AdminError::Ambiguous { what: "channel", name: wanted.into() }),
    }
}

pub(super) async fn set_origins(
    hub: &Hub,
    channel: &str,
    add: &[String],
    remove: &[String],
) -> Result<Answer, AdminError> {
    let parse = |origins: &[String]| {
        let parsed = origins.iter().map(|o| parse_origin(o)).collect::<Result<Vec<_>, _>>();
        parsed.map_err(|e| unusable("origin", e))
    };
    let (add, remove) = (parse(add)?, parse(remove)?);
    let channel = find(hub, channel).await?;
    let Some(webchat) = channel.webchat else {
        return Err(unusable("channel", format!("{} is not a web chat: no site shows it", channel.name)));
    };
    let mut origins = webchat.origins;
    for origin in &remove {
        if !origins.contains(origin) {
            return Err(unusable("origin", format!("{origin} is not allowed to show {} anyway", channel.name)));
        }
        origins.retain(|o| o != origin);
    }
    for origin in add {
        if !origins.contains(&origin) {
            origins.push(origin);
        }
    }
    let set = SetOrigins { channel: channel.id, origins: origins.clone() };
    hub.carry_out(Actor::System, set).await?;
    let text = match origins.as_slice() {
        [] => format!("No site may show {}: add one with --add https://www.example.com.", channel.name),
        origins => format!("{} may be shown by the pages of {}.", channel.name, origins.join(", ")),
    };
    Ok(Answer { text, json: json!({ "id": channel.id, "origins": origins }) })
}

pub(super) async fn move_to(hub: &Hub, channel: &str, to: &str) -> Result<Answer, AdminError> {
    let (channel, to) = (find(hub, channel).await?, inboxes::find(hub, to).await?);
    refuse_same_name(hub, &to, &channel.name, Some(channel.id)).await?;
    hub.carry_out(Actor::System, MoveChannel { channel: channel.id, to: to.id }).await?;
    Ok(Answer {
        text: format!("The channel {} delivers into {} now, with its conversations.", channel.name, to.name),
        json: json!({ "id": channel.id, "inbox": to.id }),
    })
}

pub(super) async fn list(hub: &Hub, hub_url: Option<String>) -> Result<Answer, AdminError> {
    let (mut channels, inboxes) = (all(hub).await?, inboxes::all(hub).await?);
    channels.retain(|c| c.owner.is_none() && !c.archived);
    let mut rows = vec![["NAME", "KIND", "INBOX", "NUMBER", "PUBLIC ID", "ORIGINS", "ID"].map(String::from).to_vec()];
    let mut found: Vec<Value> = Vec::new();
    for channel in &channels {
        let inbox =
            inboxes.iter().find(|i| Some(i.id) == channel.inbox).map(|i| i.name.to_string()).unwrap_or_default();
        let webchat = channel.webchat.as_ref();
        rows.push(vec![
            channel.name.to_string(),
            channel.kind.as_str().into(),
            inbox,
            channel.number.as_ref().map(ToString::to_string).unwrap_or_default(),
            webchat.map(|w| w.public_id.clone()).unwrap_or_default(),
            webchat.map(|w| w.origins.join(" ")).unwrap_or_default(),
            channel.id.to_string(),
        ]);
        found.push(json!({ "channel": channel, "snippet": snippet(hub, channel, hub_url.as_deref()) }));
    }
    Ok(Answer { text: table(&rows), json: json!({ "channels": found }) })
}

fn snippet(hub: &Hub, channel: &Channel, hub_url: Option<&str>) -> Option<String> {
    let webchat = channel.webchat.as_ref()?;
    let remembered = std::fs::read_to_string(hub.data().join(PUBLIC_URL)).ok();
    let url = hub_url.map(str::to_owned).or(remembered).unwrap_or_else(|| "https://YOUR-HUB".into());
    let url = url.trim().trim_end_matches('/');
    Some(format!(r#"<script async src="{url}/chat.js" data-channel="{}"></script>"#, webchat.public_id))
}

/// Keeps under which URL the hub is served.
pub(super) fn remember_public_url(hub: &Hub, url: &str) {
    if let Err(error) = private::write_file(&hub.data().join(PUBLIC_URL), url.as_bytes()) {
        tracing::warn!(%error, "the public URL could not be kept for the snippets");
    }
}

fn parse_color(text: &str) -> Result<String, AdminError> {
    let ok = text.strip_prefix('#').is_some_and(|hex| hex.len() == 6 && hex.bytes().all(|b| b.is_ascii_hexdigit()));
    if ok {
        Ok(text.to_ascii_lowercase())
    } else {
        Err(unusable("color", format!("{text} is not of the form #rrggbb")))
    }
}
