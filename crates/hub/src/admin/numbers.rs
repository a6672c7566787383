//! `number` and the telephone numbers of inboxes: who texts on what, and a member's own number that comes into an inbox.

use super::{AdminError, Answer, channels, inboxes, members, table, unusable};
use crate::hub::Hub;
use deskbell_domain::command::{AddChannel, MoveNumber};
use deskbell_domain::{Actor, Channel, ChannelId, ChannelKind, Member, MemberId, Name, PhoneNumber, fold_name};
use serde_json::json;

/// A number as it was typed.
fn parse(number: &str) -> Result<PhoneNumber, AdminError> {
    PhoneNumber::parse(number).map_err(|e| unusable("number", e))
}

/// What it is called: as was said, else the number itself.
fn name_of(name: Option<&str>, number: &PhoneNumber) -> Result<Name, AdminError> {
    Name::parse(name.unwrap_or(number.as_str())).map_err(|e| unusable("name", e))
}

/// A number is one channel's: two of them would fight over what comes in.
async fn refuse_taken(hub: &Hub, number: &PhoneNumber) -> Result<(), AdminError> {
    let taken = |c: &Channel| !c.archived && c.number.as_ref() == Some(number);
    match channels::all(hub).await?.iter().find(|c| taken(c)) {
        Some(channel) => Err(unusable("number", format!("{} has {number} already", channel.name))),
        None => Ok(()),
    }
}

/// An inbox gets a telephone number.
pub(super) async fn add_to_inbox(
    hub: &Hub,
    number: &str,
    name: Option<&str>,
    inbox: &str,
) -> Result<Answer, AdminError> {
    let number = parse(number)?;
    let name = name_of(name, &number)?;
    let inbox = inboxes::find(hub, inbox).await?;
    refuse_taken(hub, &number).await?;
    channels::refuse_same_name(hub, &inbox, &name, None).await?;
    let id = ChannelId(hub.new_id());
    let text = format!("{number} delivers into {} as {name}.", inbox.name);
    let new = Channel { number: Some(number), ..Channel::of_inbox(id, inbox.id, ChannelKind::Sms, name) };
    hub.carry_out(Actor::System, AddChannel { channel: new }).await?;
    Ok(Answer { text, json: json!({ "id": id }) })
}

/// A member gets a number of their own.
pub(super) async fn add_to_member(
    hub: &Hub,
    number: &str,
    name: Option<&str>,
    member: &str,
) -> Result<Answer, AdminError> {
    let number = parse(number)?;
    let name = name_of(name, &number)?;
    let member = members::find(hub, member).await?;
    refuse_taken(hub, &number).await?;
    let id = ChannelId(hub.new_id());
    let text = format!("{number} is {}’s own number. Nobody else sees what is texted on it.", member.name);
    let channel = Channel::personal(id, member.id, name, number);
    hub.carry_out(Actor::System, AddChannel { channel }).await?;
    Ok(Answer { text, json: json!({ "id": id }) })
}

/// The personal number of that telephone number, name or identifier.
async fn find(hub: &Hub, wanted: &str) -> Result<(Channel, MemberId), AdminError> {
    let wanted = wanted.trim();
    let (folded, number) = (fold_name(wanted), PhoneNumber::parse(wanted).ok());
    let is_meant = |c: &Channel| {
        c.id.to_string() == wanted || (number.is_some() && c.number == number) || fold_name(c.name.as_str()) == folded
    };
    let own = channels::all(hub).await?.into_iter().filter(Channel::is_personal);
    let mut found: Vec<Channel> = own.filter(is_meant).collect();
    let missing = || AdminError::NotFound { what: "number", name: wanted.into() };
    let channel = found.pop().ok_or_else(missing)?;
    if !found.is_empty() {
        return Err(AdminError::Ambiguous { what: "number", name: wanted.into() });
    }
    let owner = channel.owner.ok_or_else(missing)?;
    Ok((channel, owner))
}

/// A member's own number comes into an inbox. What was exchanged on it stays theirs, or is shared with the inbox.
pub(super) async fn move_to(
    hub: &Hub,
    number: &str,
    to: &str,
    name: Option<&str>,
    share: bool,
) -> Result<Answer, AdminError> {
    let (before, owner) = find(hub, number).await?;
    let inbox = inboxes::find(hub, to).await?;
    let name = match name {
        Some(name) => Name::parse(name).map_err(|e| unusable("name", e))?,
        None => before.name.clone(),
    };
    channels::refuse_same_name(hub, &inbox, &name, None).await?;
    let channel = ChannelId(hub.new_id());
    let moved = MoveNumber { number: before.id, channel, name: name.clone(), to: inbox.id, share };
    hub.carry_out(Actor::System, moved).await?;
    let owner = name_in(&members::all(hub).await?, owner);
    let archive = if share {
        format!("everybody of {} sees in Archived what {owner} exchanged on it before", inbox.name)
    } else {
        format!("what was exchanged on it before is archived, for {owner} alone")
    };
    Ok(Answer {
        text: format!("{} delivers into {} now, as {name}; {archive}.", shown(&before), inbox.name),
        json: json!({ "id": channel, "inbox": inbox.id, "archive": before.id }),
    })
}

/// Members' own numbers, and the archives of those that have moved.
pub(super) async fn list(hub: &Hub) -> Result<Answer, AdminError> {
    let (channels, members, inboxes) = (channels::all(hub).await?, members::all(hub).await?, inboxes::all(hub).await?);
    let own: Vec<&Channel> = channels.iter().filter(|c| c.owner.is_some() || c.archived).collect();
    let mut rows = vec![["NUMBER", "NAME", "MEMBER", "ARCHIVED IN", "ID"].map(String::from).to_vec()];
    for channel in &own {
        let inbox = inboxes.iter().find(|i| Some(i.id) == channel.inbox).map(|i| i.name.to_string());
        let owner = channel.owner.map(|owner| name_in(&members, owner)).unwrap_or_default();
        let inbox = inbox.unwrap_or_default();
        rows.push(vec![shown(channel), channel.name.to_string(), owner, inbox, channel.id.to_string()]);
    }
    Ok(Answer { text: table(&rows), json: json!({ "numbers": own }) })
}

fn shown(channel: &Channel) -> String {
    channel.number.as_ref().map(PhoneNumber::to_string).unwrap_or_default()
}

fn name_in(members: &[Member], member: MemberId) -> String {
    members.iter().find(|m| m.id == member).map(|m| m.name.to_string()).unwrap_or_default()
}
