//! `device`: where members are signed in.

use super::{AdminError, Answer, members, table};
use crate::auth::list_devices;
use crate::hub::Hub;
use deskbell_domain::DeviceId;
use serde_json::{Value, json};

pub(super) async fn list(hub: &Hub, member: Option<String>) -> Result<Answer, AdminError> {
    let of = match member {
        Some(member) => Some(members::find(hub, &member).await?.id),
        None => None,
    };
    let (devices, members) = (hub.read(move |c| list_devices(c, of, None)).await?, members::all(hub).await?);
    let mut rows = vec![["MEMBER", "DEVICE", "LAST USED", "STATE", "ID"].map(String::from).to_vec()];
    let mut found: Vec<Value> = Vec::new();
    for (member, device) in devices {
        let email = members.iter().find(|m| m.id == member).map(|m| m.email.to_string()).unwrap_or_default();
        let days = (hub.now_ms() - device.seen_ms).max(0) / (24 * 60 * 60 * 1000);
        let used = match days {
            0 => "today".into(),
            1 => "yesterday".into(),
            days => format!("{days} days ago"),
        };
        let state = if device.revoked { "signed out" } else { "signed in" };
        rows.push(vec![email.clone(), device.name.clone(), used, state.into(), device.id.to_string()]);
        found.push(json!({ "member": email, "device": device }));
    }
    Ok(Answer { text: table(&rows), json: json!({ "devices": found }) })
}

pub(super) async fn revoke(hub: &Hub, device: &str) -> Result<Answer, AdminError> {
    let missing = || AdminError::NotFound { what: "device", name: device.into() };
    let id: DeviceId = device.trim().parse().map_err(|_| missing())?;
    if !hub.accounts().revoke(hub, id, None).await? {
        return Err(missing());
    }
    Ok(Answer { text: "The device is signed out.".into(), json: json!({ "id": id }) })
}
