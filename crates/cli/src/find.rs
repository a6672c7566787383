//! Things by id or by name, because a person at a terminal knows names.

use crate::{Run, args::PlaceArgs, client::Client, refused};
use serde_json::{Value, json};

/// A place, as the core names it.
pub async fn place(client: &Client, place: &PlaceArgs) -> Run<Value> {
    if place.direct || place.team {
        return Ok(json!({ "place": if place.direct { "direct" } else { "team" } }));
    }
    let places = client.call("list_places", json!({})).await?;
    let inboxes = list(&places["inboxes"]);
    if let Some(wanted) = &place.inbox {
        let id = one("inbox", wanted, inboxes.iter())?;
        return Ok(json!({ "place": "inbox", "id": id }));
    }
    let id = match (&place.channel, &place.number) {
        (Some(wanted), _) => one("channel", wanted, inboxes.iter().flat_map(|inbox| list(&inbox["channels"])))?,
        (None, number) => one("number", number.as_deref().unwrap_or_default(), list(&places["numbers"]))?,
    };
    Ok(json!({ "place": "channel", "id": id }))
}

/// A member of the organization.
pub async fn member(client: &Client, wanted: &str) -> Run<String> {
    let members = client.call("list_members", json!({})).await?;
    one("member", wanted, list(&members["members"]))
}

/// Members of the organization.
pub async fn members(client: &Client, wanted: &[String]) -> Run<Vec<String>> {
    let members = client.call("list_members", json!({})).await?;
    wanted.iter().map(|wanted| one("member", wanted, list(&members["members"]))).collect()
}

/// Whom a conversation goes to: `me`, `nobody`, or a member.
pub async fn assignee(client: &Client, wanted: &str) -> Run<Option<String>> {
    match wanted {
        "nobody" => Ok(None),
        "me" => {
            let session = client.call("get_session", json!({})).await?;
            match session["me"]["id"].as_str() {
                Some(me) => Ok(Some(me.to_owned())),
                None => Err(refused("signed_out", "Nobody is signed in: sign in with `deskbell-cli login`.")),
            }
        }
        other => member(client, other).await.map(Some),
    }
}

/// A tag; `None` where none has that id or name.
pub async fn tag(client: &Client, wanted: &str) -> Run<Option<String>> {
    let tags = client.call("list_tags", json!({})).await?;
    match one("tag", wanted, list(&tags["tags"])) {
        Ok(id) => Ok(Some(id)),
        Err(crate::Stop::Told(error)) if error.code == "not_found" => Ok(None),
        Err(error) => Err(error),
    }
}

/// The error of a name that nothing has.
pub fn nothing(kind: &str, wanted: &str) -> crate::Stop {
    refused("not_found", format!("There is no {kind} {wanted:?} here: use an id or a name that is listed."))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn one<'a>(kind: &str, wanted: &str, of: impl IntoIterator<Item = &'a Value>) -> Run<String> {
    let (mut named, folded) = (Vec::new(), wanted.trim().to_lowercase());
    for thing in of {
        let Some(id) = thing["id"].as_str() else { continue };
        if id == wanted {
            return Ok(id.to_owned());
        }
        if thing["name"].as_str().is_some_and(|name| name.to_lowercase() == folded) {
            named.push(id);
        }
    }
    match named.as_slice() {
        [] => Err(nothing(kind, wanted)),
        [id] => Ok((*id).to_owned()),
        _ => Err(refused("ambiguous", format!("There are several {kind}s named {wanted:?}: use an id."))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_is_found_by_id_or_by_its_only_name() {
        let tags = [
            json!({"id": "1", "name": "VIP"}),
            json!({"id": "2", "name": "Billing"}),
            json!({"id": "3", "name": "billing"}),
        ];
        let find = |wanted: &str| match one("tag", wanted, tags.iter()) {
            Ok(id) => id,
            Err(crate::Stop::Told(error)) => error.code,
            Err(crate::Stop::NobodyReads) => unreachable!(),
        };
        assert_eq!(find("2"), "2");
        assert_eq!(find(" vip "), "1");
        assert_eq!(find("billing"), "ambiguous");
        assert_eq!(find("nothing"), "not_found");
    }
}
