//! `inbox`: what channels deliver into, and who sees it.

use super::{AdminError, Answer, channels, members, table, unusable};
use crate::hub::{Hub, HubError};
use deskbell_domain::command::{AddInbox, AssignInbox};
use deskbell_domain::{Actor, Inbox, InboxId, InboxKind, Kind, MemberId, Name, Row, fold_name};
use serde_json::json;

/// All inboxes.
pub(super) async fn all(hub: &Hub) -> Result<Vec<Inbox>, AdminError> {
    let rows = hub.rows(Kind::Inbox).await?.into_iter();
    Ok(rows.filter_map(|r| if let Row::Inbox(i) = r { Some(i) } else { None }).collect())
}

/// The inbox of that name or identifier.
pub(super) async fn find(hub: &Hub, wanted: &str) -> Result<Inbox, AdminError> {
    let wanted = wanted.trim();
    let folded = fold_name(wanted);
    let is_meant = |i: &Inbox| i.id.to_string() == wanted || fold_name(i.name.as_str()) == folded;
    let mut found: Vec<Inbox> = all(hub).await?.into_iter().filter(is_meant).collect();
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => Err(AdminError::NotFound { what: "inbox", name: wanted.into() }),
        _ => Err(AdminError::Ambiguous { what: "inbox", name: wanted.into() }),
    }
}

/// Assigns or takes off, with the channels that the inbox has.
pub(super) async fn set(hub: &Hub, inbox: InboxId, member: MemberId, assigned: bool) -> Result<(), HubError> {
    let channels = channels::of_inbox(hub, inbox).await?.into_iter().map(|c| c.id).collect();
    hub.carry_out(Actor::System, AssignInbox { inbox, member, assigned, channels }).await?;
    Ok(())
}

pub(super) async fn add(hub: &Hub, name: &str, kind: InboxKind, wanted: &[String]) -> Result<Answer, AdminError> {
    let name = Name::parse(name).map_err(|e| unusable("name", e))?;
    if all(hub).await?.iter().any(|i| fold_name(i.name.as_str()) == fold_name(name.as_str())) {
        return Err(unusable("name", format!("there is an inbox {name} already")));
    }
    let mut assigned = Vec::new();
    for member in wanted {
        assigned.push(members::find(hub, member).await?);
    }
    let inbox = Inbox::new(InboxId(hub.new_id()), name.clone(), kind);
    let id = inbox.id;
    hub.carry_out(Actor::System, AddInbox { inbox }).await?;
    for member in &assigned {
        set(hub, id, member.id, true).await?;
    }
    Ok(Answer { text: format!("The inbox {name} is there."), json: json!({ "id": id }) })
}

pub(super) async fn list(hub: &Hub) -> Result<Answer, AdminError> {
    let (inboxes, members) = (all(hub).await?, members::all(hub).await?);
    let mut rows = vec![["NAME", "KIND", "MEMBERS", "ID"].map(String::from).to_vec()];
    for inbox in &inboxes {
        let names = members.iter().filter(|m| inbox.members.contains(&m.id)).map(|m| m.name.to_string());
        let kind = match inbox.kind {
            InboxKind::Shared => "shared",
            InboxKind::Queue => "queue",
        };
        let names = names.collect::<Vec<_>>().join(", ");
        rows.push(vec![inbox.name.to_string(), kind.into(), names, inbox.id.to_string()]);
    }
    Ok(Answer { text: table(&rows), json: json!({ "inboxes": inboxes }) })
}

pub(super) async fn assign(hub: &Hub, inbox: &str, member: &str, assigned: bool) -> Result<Answer, AdminError> {
    let (inbox, member) = (find(hub, inbox).await?, members::find(hub, member).await?);
    set(hub, inbox.id, member.id, assigned).await?;
    let now = if assigned { "sees" } else { "does not see" };
    Ok(Answer {
        text: format!("{} {now} the inbox {}.", member.name, inbox.name),
        json: json!({ "inbox": inbox.id, "member": member.id, "assigned": assigned }),
    })
}
