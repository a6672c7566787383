//! `member`: who is in the organization.

use super::init::{add_member, drop_account};
use super::{AdminError, Answer, inboxes, table, unusable};
use crate::auth::{Password, set_account};
use crate::feed::grants_of;
use crate::hub::Hub;
use deskbell_domain::command::{AddMember, RemoveMember, RestoreMember};
use deskbell_domain::{
    Actor, ChannelId, ChatId, EmailAddress, InboxId, Kind, Member, MemberId, Name, Role, Row, Scope,
};
use serde_json::json;

/// Inboxes, channels and chats each, of which one command takes a member off: an inbox is two rows, and a page of the feed
/// never splits a command.
const PART: usize = 100;

/// All members, who left too.
pub(super) async fn all(hub: &Hub) -> Result<Vec<Member>, AdminError> {
    let rows = hub.rows(Kind::Member).await?.into_iter();
    Ok(rows.filter_map(|r| if let Row::Member(m) = r { Some(m) } else { None }).collect())
}

/// The member of that address, name or identifier.
pub(super) async fn find(hub: &Hub, wanted: &str) -> Result<Member, AdminError> {
    find_who(hub, wanted, true).await
}

/// Of those who are in the organization (`active`), or of those who left it.
async fn find_who(hub: &Hub, wanted: &str, active: bool) -> Result<Member, AdminError> {
    let wanted = wanted.trim();
    let folded = deskbell_domain::fold_name(wanted);
    let is_meant = |m: &Member| {
        m.active == active
            && (m.email.as_str() == wanted.to_lowercase()
                || m.id.to_string() == wanted
                || deskbell_domain::fold_name(m.name.as_str()) == folded)
    };
    let mut found: Vec<Member> = all(hub).await?.into_iter().filter(is_meant).collect();
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => Err(AdminError::NotFound { what: "member", name: wanted.into() }),
        _ => Err(AdminError::Ambiguous { what: "member", name: wanted.into() }),
    }
}

pub(super) async fn add(
    hub: &Hub,
    name: &str,
    email: &str,
    role: Role,
    password: &str,
    inboxes: &[String],
) -> Result<Answer, AdminError> {
    let name = Name::parse(name).map_err(|e| unusable("name", e))?;
    let email = EmailAddress::parse(email).map_err(|e| unusable("e-mail", e))?;
    let password = Password::parse(password).map_err(|e| AdminError::Value(e.to_string()))?;
    // All names before anything is done: half of it would have to be undone by hand.
    let mut wanted = Vec::new();
    for inbox in inboxes {
        wanted.push(inboxes::find(hub, inbox).await?);
    }
    let member = Member { id: MemberId(hub.new_id()), name, email, role, active: true };
    add_member(hub, member.clone(), password).await?;
    for inbox in &wanted {
        inboxes::set(hub, inbox.id, member.id, true).await?;
    }
    Ok(Answer {
        text: format!("{} <{}> is a member now, as {}.", member.name, member.email, role.as_str()),
        json: json!({ "id": member.id }),
    })
}

pub(super) async fn list(hub: &Hub) -> Result<Answer, AdminError> {
    let members = all(hub).await?;
    let mut rows = vec![["NAME", "E-MAIL", "ROLE", "ID"].map(String::from).to_vec()];
    for m in members.iter().filter(|m| m.active) {
        rows.push(vec![m.name.to_string(), m.email.to_string(), m.role.as_str().into(), m.id.to_string()]);
    }
    Ok(Answer { text: table(&rows), json: json!({ "members": members }) })
}

pub(super) async fn set_password(hub: &Hub, member: &str, password: &str) -> Result<Answer, AdminError> {
    let password = Password::parse(password).map_err(|e| AdminError::Value(e.to_string()))?;
    let member = find(hub, member).await?;
    set_account(hub, member.id, member.email.clone(), password).await?;
    hub.accounts().revoke_all(hub, member.id).await?;
    Ok(Answer {
        text: format!("{} has a new password; every device of theirs is signed out.", member.name),
        json: json!({ "id": member.id }),
    })
}

pub(super) async fn set_role(hub: &Hub, member: &str, role: Role) -> Result<Answer, AdminError> {
    let member = find(hub, member).await?;
    let changed = Member { role, ..member.clone() };
    hub.carry_out(Actor::System, AddMember { member: changed }).await?;
    Ok(Answer { text: format!("{} is {} now.", member.name, role.as_str()), json: json!({ "id": member.id }) })
}

/// The rows first: from then on nothing of theirs is taken any more, and their devices are told why. What was interrupted is
/// finished by doing it again.
pub(super) async fn remove(hub: &Hub, member: &str) -> Result<Answer, AdminError> {
    let member = match find(hub, member).await {
        Err(AdminError::NotFound { .. }) => find_who(hub, member, false).await?,
        found => found?,
    };
    let id = member.id;
    let mut inboxes: Vec<InboxId> = Vec::new();
    for inbox in inboxes::all(hub).await? {
        if inbox.members.contains(&id) {
            inboxes.push(inbox.id);
        }
    }
    let scopes: Vec<Scope> = hub.read(move |c| grants_of(c, id)).await?.into_iter().map(|g| g.scope).collect();
    let (mut channels, mut chats): (Vec<ChannelId>, Vec<ChatId>) = Default::default();
    for scope in scopes {
        match scope {
            Scope::Inbox(inbox) if !inboxes.contains(&inbox) => inboxes.push(inbox),
            Scope::Channel(channel) => channels.push(channel),
            Scope::Chat(chat) => chats.push(chat),
            Scope::Inbox(_) | Scope::Org | Scope::Member(_) => {}
        }
    }
    let (mut inboxes, mut channels, mut chats) = (parts(&inboxes), parts(&channels), parts(&chats));
    let steps = inboxes.len().max(channels.len()).max(chats.len()).max(1);
    inboxes.resize_with(steps, Vec::new);
    channels.resize_with(steps, Vec::new);
    chats.resize_with(steps, Vec::new);
    for ((inboxes, channels), chats) in inboxes.into_iter().zip(channels).zip(chats) {
        hub.carry_out(Actor::System, RemoveMember { member: id, inboxes, channels, chats }).await?;
        hub.accounts().set_removed(id, true);
    }
    hub.accounts().revoke_all(hub, id).await?;
    drop_account(hub, id).await?;
    Ok(Answer {
        text: format!("{} is not a member any more. What they wrote stays.", member.name),
        json: json!({ "id": id }),
    })
}

/// As many as one command takes.
fn parts<T: Clone>(all: &[T]) -> Vec<Vec<T>> {
    all.chunks(PART).map(<[T]>::to_vec).collect()
}

pub(super) async fn restore(hub: &Hub, member: &str, password: &str, inboxes: &[String]) -> Result<Answer, AdminError> {
    let password = Password::parse(password).map_err(|e| AdminError::Value(e.to_string()))?;
    let member = find_who(hub, member, false).await?;
    let id = member.id;
    let mut wanted = Vec::new();
    for inbox in inboxes {
        wanted.push(inboxes::find(hub, inbox).await?);
    }
    let (mut chats, mut channels) = (Vec::new(), Vec::new());
    for kind in [Kind::DirectChat, Kind::TeamChat] {
        chats.extend(hub.rows(kind).await?.iter().filter_map(|row| chat_of(row, id)));
    }
    for row in hub.rows(Kind::Channel).await? {
        channels.extend(if let Row::Channel(c) = row { (c.owner == Some(id)).then_some(c.id) } else { None });
    }
    if !set_account(hub, id, member.email.clone(), password).await? {
        return Err(unusable("e-mail", format!("{} is another member's now", member.email)));
    }
    let (mut chats, mut channels) = (parts(&chats), parts(&channels));
    let steps = chats.len().max(channels.len()).max(1);
    chats.resize_with(steps, Vec::new);
    channels.resize_with(steps, Vec::new);
    for (chats, channels) in chats.into_iter().zip(channels) {
        hub.carry_out(Actor::System, RestoreMember { member: id, chats, channels }).await?;
    }
    hub.accounts().set_removed(id, false);
    for inbox in &wanted {
        inboxes::set(hub, inbox.id, id, true).await?;
    }
    Ok(Answer {
        text: format!("{} <{}> is a member again. They sign in anew on every computer.", member.name, member.email),
        json: json!({ "id": id }),
    })
}

fn chat_of(row: &Row, member: MemberId) -> Option<ChatId> {
    match row {
        Row::DirectChat(chat) if chat.members.contains(&member) => Some(chat.id),
        Row::TeamChat(chat) if chat.members.contains(&member) => Some(chat.id),
        _ => None,
    }
}
