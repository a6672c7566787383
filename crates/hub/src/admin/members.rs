//! `member`: who is in the organization.

use super::init::{add_member, drop_account};
use super::{AdminError, Answer, inboxes, table, unusable};
use crate::auth::{Password, set_account};
use crate::hub::Hub;
use deskbell_domain::command::AddMember;
use deskbell_domain::{Actor, EmailAddress, Kind, Member, MemberId, Name, Role, Row};
use serde_json::json;

/// All members, who left too.
pub(super) async fn all(hub: &Hub) -> Result<Vec<Member>, AdminError> {
    let rows = hub.rows(Kind::Member).await?.into_iter();
    Ok(rows.filter_map(|r| if let Row::Member(m) = r { Some(m) } else { None }).collect())
}

/// The member of that address, name or identifier.
pub(super) async fn find(hub: &Hub, wanted: &str) -> Result<Member, AdminError> {
    let wanted = wanted.trim();
    let folded = deskbell_domain::fold_name(wanted);
    let is_meant = |m: &Member| {
        m.active
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

pub(super) async fn remove(hub: &Hub, member: &str) -> Result<Answer, AdminError> {
    let member = find(hub, member).await?;
    drop_account(hub, member.id).await?;
    hub.accounts().revoke_all(hub, member.id).await?;
    for inbox in inboxes::all(hub).await? {
        if inbox.members.contains(&member.id) {
            inboxes::set(hub, inbox.id, member.id, false).await?;
        }
    }
    let gone = Member { active: false, ..member.clone() };
    hub.carry_out(Actor::System, AddMember { member: gone }).await?;
    Ok(Answer {
        text: format!("{} is not a member any more. What they wrote stays.", member.name),
        json: json!({ "id": member.id }),
    })
}
