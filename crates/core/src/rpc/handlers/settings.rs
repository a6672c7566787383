//! What a member sets for themselves.

use super::{give, stored};
use crate::clock::wall_time;
use crate::core::Core;
use crate::notify::quiet::{DAY, is_silent};
use crate::rpc::errors;
use crate::rpc::types::{Empty, Quiet, QuietHours, RpcError, Settings};
use crate::settings::{BadSetting, check};
use crate::store::query;
use deskbell_domain as domain;

/// How this computer shows and does things.
pub(crate) async fn get_settings(core: &Core, _: Empty) -> Result<Settings, RpcError> {
    Ok(core.settings())
}

/// Keeps them, or says which of them cannot be.
pub(crate) async fn set_settings(core: &Core, settings: Settings) -> Result<Empty, RpcError> {
    check(&settings).map_err(|problem| errors::setting(&problem))?;
    let outlets = core.inner.outlets.clone();
    // Written to the disk: not on a thread that others wait for.
    let kept = tokio::task::spawn_blocking(move || outlets.settings.set(settings)).await.map_err(errors::internal)?;
    if kept.map_err(|error| errors::plain(error.code(), error))? {
        core.inner.outlets.changed(["settings".to_string()]);
    }
    Ok(Empty {})
}

/// When the member is not to be disturbed.
pub(crate) async fn get_quiet(core: &Core, _: Empty) -> Result<Quiet, RpcError> {
    let time = wall_time(&*core.inner.options.clock);
    core.cache()
        .await?
        .write(move |store, at| {
            let me = store.identity().ok_or_else(errors::signed_out)?.me;
            let Some(quiet) = stored(query::quiet(store.connection(), me))? else {
                return Ok(Quiet { until_ms: None, hours: None, now: false });
            };
            let now = is_silent(&quiet, at.hub_ms(), time.minute);
            // What is over is not there any more.
            let until_ms = quiet.until_ms.filter(|until| at.hub_ms() < *until);
            let hours = quiet.hours.map(|hours| QuietHours { from: hours.from, to: hours.to });
            Ok(Quiet { until_ms, hours, now })
        })
        .await
}

/// Sets it, on all computers of the member.
pub(crate) async fn set_quiet(core: &Core, quiet: Quiet) -> Result<Empty, RpcError> {
    let hours = quiet.hours.map(|hours| domain::QuietHours { from: hours.from, to: hours.to });
    if hours.is_some_and(|hours| hours.from >= DAY || hours.to >= DAY) {
        return Err(errors::setting(&BadSetting::Number { field: "hours", least: 0, most: DAY - 1 }));
    }
    let command = domain::command::SetQuiet { until_ms: quiet.until_ms, hours };
    core.cache().await?.command(move |store, at| give(store, at, command)).await.map(|_| Empty {})
}
