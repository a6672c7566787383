//! `POST /v1/commands`: what a member did.

use super::{ApiJson, AppState, Bearer, Failure};
use axum::{Json, extract::State};
use deskbell_protocol::{ApiError, Commands, MAX_COMMANDS, Results};

/// Largest number that a device gives a command: what a plain number in JSON holds.
const MAX_N: u64 = 1 << 53;
/// Most commands that one may stand on.
const MAX_DEPENDS_ON: usize = 256;

/// Decides commands in their order and answers when what they did is durable. Sending them again is safe: each is
/// applied once, and the answer is the first one.
#[utoipa::path(
    post,
    path = "/v1/commands",
    security(("device" = [])),
    request_body = Commands,
    responses(
        (status = 200, description = "One result for each command", body = Results),
        (status = 400, description = "`bad_request`", body = ApiError),
        (status = 401, description = "`sign_in_required`, `device_revoked`, `member_removed`", body = ApiError),
        (status = 409, description = "`command_reused`, `device_cloned`: nothing was carried out", body = ApiError),
        (status = 410, description = "`rolled_back`, `resync`: nothing was carried out", body = ApiError),
        (status = 413, description = "`too_large`", body = ApiError),
        (status = 503, description = "`unavailable`, `hub_disk_full`: nothing was carried out", body = ApiError),
    )
)]
pub async fn push_commands(
    State(state): State<AppState>,
    bearer: Bearer,
    ApiJson(commands): ApiJson<Commands>,
) -> Result<Json<Results>, Failure> {
    if commands.device != bearer.who.device {
        return Err(Failure::bad_request("`device` is not the device that signed in."));
    }
    if commands.commands.len() > MAX_COMMANDS {
        return Err(Failure::too_large("Too many commands: send them in several batches.").with("most", MAX_COMMANDS));
    }
    if commands.commands.iter().any(|c| c.n > MAX_N || c.depends_on.len() > MAX_DEPENDS_ON) {
        return Err(Failure::bad_request("A command's `n` or `depends_on` is out of bounds."));
    }
    Ok(Json(state.hub.submit(bearer.who.member, bearer.who.device, commands).await?))
}
