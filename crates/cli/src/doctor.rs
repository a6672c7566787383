//! `doctor`: what this profile needs to work, part by part.

use crate::{Args, Run, Surroundings, client, client::Client};
use deskbell_core::profile::{KeyKept, Profile};
use serde_json::{Value, json};
use std::path::Path;

/// Examines the profile. A part that is broken is an answer, not an error.
pub async fn examine(args: &Args, surroundings: &mut Surroundings) -> Run<Value> {
    let dir = client::profile_dir(args)?;
    let keyring = match surroundings.core.secrets.get("doctor").await {
        Ok(_) => "open",
        Err(error) => error.code(),
    };
    let profile = match Profile::open(&dir) {
        Ok(profile) => profile,
        Err(error) => {
            let problem = json!({ "code": error.code(), "message": error.to_string() });
            return Ok(json!({ "profile": { "directory": dir, "problem": problem }, "keyring": keyring }));
        }
    };
    let facts = profile.facts();
    let key = match &facts.key {
        None => "none",
        Some(KeyKept::Keyring) => "keyring",
        Some(KeyKept::Password(_)) => "password",
    };
    let cache = cache_size(&profile.cache_path());
    // The core takes the profile itself.
    drop(profile);
    let client = Client::open(args, surroundings).await?;
    let hub = match &facts.hub {
        None => Value::Null,
        Some(address) => match client.call("lookup_hub", json!({ "address": address })).await {
            Ok(about) => json!({ "address": address, "organization": about["organization"], "problem": null }),
            Err(crate::Stop::Told(error)) => json!({ "address": address, "organization": null, "problem": error }),
            Err(gone) => return Err(gone),
        },
    };
    let session = client.call("get_session", json!({})).await?;
    // Before what `check_cache` finds is looked after: then the cache is closed for a moment.
    let status = client.status_here().await;
    // An error is that there is no open cache to look into, and `session` says why.
    let differences = client.core().cache_differences().await.ok();
    let problems = client.call("check_cache", json!({})).await.ok().map(|found| found["problems"].clone());
    client.core().shutdown().await;
    Ok(json!({
        "profile": { "directory": dir, "problem": null },
        "keyring": keyring,
        "cache": {
            "bytes": cache,
            "key": key,
            "open": session["state"] == "signed_in",
            "locked": session["why"],
            "problems": problems,
            "differences": differences,
        },
        "session": session,
        "status": status.ok(),
        "hub": hub,
    }))
}

/// Size of the cache with its log; `null` where there is none yet.
fn cache_size(path: &Path) -> Value {
    let Ok(about) = path.metadata() else { return Value::Null };
    let log = path.with_extension("db-wal").metadata().map_or(0, |about| about.len());
    json!(about.len() + log)
}
