//! What a member sets for themselves: how this computer does things, and when they are not to be disturbed.

use crate::{Run, client::Client, write};
use deskbell_core::rpc::types::RpcError;
use serde_json::{Value, json};

/// Prints the settings, changed as asked.
pub async fn settings(client: &Client, changes: &[String]) -> Run<Value> {
    let mut settings = client.call("get_settings", json!({})).await?;
    for change in changes {
        let (name, word) =
            change.split_once('=').ok_or_else(|| invalid(change, "write NAME=VALUE, such as zoom=125"))?;
        let slot = settings.get_mut(name).ok_or_else(|| invalid(name, "there is no such setting"))?;
        // A word where a word is; else what it says: a number, true or false.
        let value =
            if slot.is_string() { json!(word) } else { serde_json::from_str(word).unwrap_or_else(|_| json!(word)) };
        *slot = value;
    }
    if !changes.is_empty() {
        client.call("set_settings", settings.clone()).await?;
    }
    Ok(settings)
}

/// What is asked of the quiet: as it is, or changed.
pub struct AskedQuiet<'a> {
    /// Silent for so many minutes from now.
    pub minutes: Option<u32>,
    /// Silent hours of every day, as `21:00-07:00`.
    pub hours: Option<&'a str>,
    /// Not silent any more.
    pub off: bool,
    /// Now (UTC milliseconds).
    pub now_ms: i64,
}

/// Prints when the member is not disturbed, changed as asked.
pub async fn quiet(client: &Client, asked: AskedQuiet<'_>) -> Run<Value> {
    let mut quiet = client.call("get_quiet", json!({})).await?;
    if asked.off {
        quiet = json!({ "until_ms": null, "hours": null, "now": false });
    }
    if let Some(minutes) = asked.minutes {
        quiet["until_ms"] = json!(asked.now_ms.saturating_add(i64::from(minutes) * 60_000));
    }
    if let Some(hours) = asked.hours {
        quiet["hours"] = hours_of(hours).ok_or_else(|| invalid(hours, "write hours as 21:00-07:00"))?;
    }
    if !asked.off && asked.minutes.is_none() && asked.hours.is_none() {
        return Ok(quiet);
    }
    let written = write::write(client, "set_quiet", quiet).await?;
    let quiet = client.call("get_quiet", json!({})).await?;
    Ok(json!({ "state": written["state"], "quiet": quiet, "outbox": written["outbox"] }))
}

fn hours_of(text: &str) -> Option<Value> {
    let (from, to) = text.split_once('-')?;
    Some(json!({ "from": minute_of(from)?, "to": minute_of(to)? }))
}

fn minute_of(text: &str) -> Option<u32> {
    let (hour, minute) = text.trim().split_once(':')?;
    let (hour, minute) = (hour.parse::<u32>().ok()?, minute.parse::<u32>().ok()?);
    (hour < 24 && minute < 60).then_some(hour * 60 + minute)
}

fn invalid(what: &str, problem: &str) -> RpcError {
    let what: String = what.chars().take(60).collect();
    RpcError {
        code: "invalid".into(),
        message: format!("{what:?}: {problem}."),
        retryable: false,
        params: Default::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_written_as_on_a_clock() {
        assert_eq!(hours_of("21:00-07:30"), Some(json!({ "from": 1260, "to": 450 })));
        for wrong in ["", "21-7", "21:00", "24:00-07:00", "21:60-07:00", "-1:00-2:00", "a:b-c:d"] {
            assert_eq!(hours_of(wrong), None, "{wrong}");
        }
    }
}
